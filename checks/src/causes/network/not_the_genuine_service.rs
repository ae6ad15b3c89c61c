//! Something else answers in place of Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, HttpFact, Trust};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::causes::general::region_mismatch;
use crate::evidence::http::{Answerer, answerer};
use crate::evidence::members::{self, Endpoints};
use crate::evidence::rows;
use crate::network;
use crate::network::genuine_auth_service::issuer_host;
use crate::{general, oauth};

page! {
    /// Something else answers in place of Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// TLS came to an end, and yet the answer is not the service's own, and bears no mark of a known filter, portal or of Amazon's edge: a
    /// gateway, a restyled block page, or another host. A status of 200 proves nothing; the form of the answer does.
    ///
    /// ## How to fix
    ///
    /// The evidence names what answered: status, server, first words. Find out whose it is, and have the hosts exempted there.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si https://LOGIN-HOST/.well-known/oauth-authorization-server` must show JSON with an `issuer`;
    /// `curl -si https://API-HOST/api/v2/tokens/me` must show 401 and `authentication.required`. In PowerShell the same with `curl.exe`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the API's error body. Observed by third parties: the discovery document.
    pub(crate) struct NotTheGenuineService;
}

impl Rule for NotTheGenuineService {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let groups = members::grouped(strange(case, all), |endpoint| {
            group(case, endpoint, |who| match who {
                Answerer::Stranger(server) => Some(server),
                _ => None,
            })
        });
        groups.diagnosed(|answered, members| {
            let names = members.names();
            let what = match &answered.by {
                Some(server) => format!("`{server}`, with {}", answered.outcome),
                None => answered.outcome.clone(),
            };
            let diagnosis = members.diagnosis(
                Certainty::Likely,
                format!("{what} answers at {names} in place of Genesys Cloud"),
                Owner::NetworkTeam,
                format!(
                    "Please let requests from this host to {names} through unchanged: {what} answers in place of Genesys Cloud (a block page, portal or gateway)."
                ),
            );
            answered.tell(diagnosis, members, all)
        })
    }
}

/// An answer in place of the service's, as far as it makes two answers the same.
#[derive(Clone, PartialEq)]
pub(crate) struct Answered<T> {
    /// Who gave it.
    pub(super) by: T,
    /// What it was.
    pub(super) outcome: String,
    /// Where the chain of the connection ends.
    trust: Option<Trust>,
}

impl<T> Answered<T> {
    /// No device on the way can sign for a public root: behind one, an accusation is only possible.
    pub(super) fn at_most(&self, certainty: Certainty) -> Certainty {
        match self.trust {
            Some(Trust::Amazon | Trust::Public) => Certainty::Possible,
            _ => certainty,
        }
    }

    /// Adds what every diagnosis about a wrong answerer carries.
    pub(super) fn tell(
        &self,
        mut diagnosis: Diagnosis,
        members: &Endpoints<'_>,
        all: &[Row],
    ) -> Diagnosis {
        if let Some(trust) = self.trust {
            diagnosis = diagnosis.evidence("the chain of the connection ends at", trust);
        }
        for (endpoint, row) in members.iter() {
            let key = if is_of_auth(row) {
                FactKey::discovery(endpoint)
            } else {
                FactKey::api_probe(endpoint)
            };
            diagnosis = diagnosis.breaks([key, FactKey::connection(endpoint.clone())]);
        }
        // Whoever answers in place of the service answers the token requests as well.
        if members.rows().any(is_of_auth) {
            diagnosis = diagnosis.explaining(rows::failing(all, &oauth::TokenIssued));
        }
        let path = if is_of_auth(members.row()) {
            ".well-known/oauth-authorization-server"
        } else {
            "api/v2/tokens/me"
        };
        diagnosis.command(format!("curl -si https://{}/{path}", members.first()))
    }
}

fn is_of_auth(row: &Row) -> bool {
    row.is_of(&network::GenuineAuthService)
}

/// The rows of answers that are not the service's own, where the URL or the region does not explain them.
pub(crate) fn strange<'r>(case: &Case<'_>, all: &'r [Row]) -> Vec<&'r Row> {
    let mut strange = Vec::new();
    if !rows::fails(all, &general::AuthUrl) && region_mismatch::evidence(case, all).is_empty() {
        strange.extend(rows::failing(all, &network::GenuineAuthService));
    }
    if !rows::fails(all, &general::ServiceUrl) {
        strange.extend(rows::failing(all, &network::GenuineApiService));
    }
    strange
}

/// The answer of an endpoint when it was given by whom a rule is about.
pub(crate) fn group<T>(
    case: &Case<'_>,
    endpoint: &Endpoint,
    is_mine: impl Fn(Answerer) -> Option<T>,
) -> Option<Answered<T>> {
    let http = exchange(case, endpoint)?;
    let by = is_mine(answerer(http)?)?;
    let connection = case
        .facts()
        .connection(&case.over(FactKey::connection(endpoint.clone())));
    Some(Answered {
        by,
        outcome: http.outcome.to_string(),
        trust: connection.ok().map(|fact| fact.trust),
    })
}

/// The exchange with an endpoint that did not bring what the service answers.
fn exchange<'a>(case: &Case<'a>, endpoint: &Endpoint) -> Option<&'a HttpFact> {
    let facts = case.facts();
    if case.object.auth_endpoint().as_ref() == Some(endpoint)
        && let Ok(fact) = facts.discovery(&case.over(FactKey::discovery(endpoint)))
    {
        let known = fact
            .document
            .as_ref()
            .and_then(|document| issuer_host(&document.issuer));
        if known.as_ref() != Some(&endpoint.host) {
            return Some(&fact.http);
        }
    }
    let fact = facts
        .api_probe(&case.over(FactKey::api_probe(endpoint)))
        .ok()?;
    fact.error.is_none().then_some(&fact.http)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::causes::general::url_malformed::UrlMalformed;
    use crate::causes::network::service_error::ServiceError;
    use crate::testing::bench::Bench;
    use hybridcheck_core::check::Subject;
    use hybridcheck_core::facts::{ApiProbeFact, ConnectionFact, DiscoveryFact, HttpOutcome};
    use hybridcheck_testkit::facts::{addresses_of, http, tls};

    /// A page with headers of its own.
    pub(crate) fn page(status: u16, words: &str, headers: &[(&str, &str)]) -> HttpFact {
        let request = "GET https://HOST.example/";
        let mut fact = http(request, status, "text/html", words, false);
        if let HttpOutcome::Answer(answer) = &mut fact.outcome {
            for (name, value) in headers {
                answer.headers.push(((*name).to_owned(), (*value).into()));
            }
        }
        fact
    }

    /// Both hosts answer so.
    pub(crate) fn at_both(answer: &HttpFact) -> Bench {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        let of_auth = DiscoveryFact {
            http: answer.clone(),
            document: None,
        };
        let of_api = ApiProbeFact {
            http: answer.clone(),
            error: None,
        };
        bench
            .fact(FactKey::discovery(&auth), of_auth)
            .fact(FactKey::api_probe(&api), of_api)
    }

    /// Both connections end at a chain of this worth.
    pub(crate) fn served_by(mut bench: Bench, trust: Trust) -> Bench {
        for endpoint in [bench.auth(), bench.api()] {
            let address = addresses_of(&endpoint.host)[0];
            let connection = ConnectionFact { address, trust };
            bench = bench.fact(FactKey::connection(endpoint.clone()), connection);
            for address in addresses_of(&endpoint.host) {
                let fact = tls(&endpoint.host, trust, Vec::new());
                bench = bench.fact(FactKey::tls(&endpoint, address), fact);
            }
        }
        bench
    }

    #[test]
    fn one_stranger_is_one_cause_for_both_hosts() {
        let bench = at_both(&page(200, "<title>Welcome</title>", &[]));
        let found = bench.diagnose(&NotTheGenuineService);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].roots.len(), 2);
        assert_eq!(bench.causes(), ["not-the-genuine-service"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_service_in_trouble_is_another_cause() {
        let bench = at_both(&http("GET …", 503, "text/html", "{}", true));
        assert!(bench.diagnose(&NotTheGenuineService).is_empty());
        assert_eq!(bench.diagnose(&ServiceError).len(), 1);
    }

    #[test]
    fn a_wrong_url_explains_the_stranger() {
        let bench = at_both(&page(200, "apps", &[]))
            .failing(
                &general::AuthUrl,
                Subject::option("general", "base_auth_url"),
            )
            .failing(
                &general::ServiceUrl,
                Subject::option("general", "base_service_url"),
            );
        assert!(bench.diagnose(&NotTheGenuineService).is_empty());
        assert!(!bench.diagnose(&UrlMalformed).is_empty());
    }
}
