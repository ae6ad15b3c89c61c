//! Something else answers in place of Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, HttpFact};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;
use hybridcheck_core::text::visible;

use super::region_mismatch;
use crate::network::genuine_auth_service::issuer_host;
use crate::{rows, seen};

page! {
    /// Something else answers in place of Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// TLS came to an end, and yet the answer is not the service's own: a block page, a captive portal, a gateway, or another host of
    /// Genesys Cloud or Amazon. A status of 200 proves nothing; the form of the answer does.
    ///
    /// ## How to fix
    ///
    /// The evidence names what answered: status, server, first words. Have the hosts exempted there, or log in to the portal. A page of
    /// CloudFront means that Amazon's edge refused the request, by country or address.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si https://LOGIN-HOST/.well-known/oauth-authorization-server` must show JSON with an `issuer`;
    /// `curl -si https://API-HOST/api/v2/tokens/me` must show 401 and `authentication.required`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the API's error body. Observed by third parties: the discovery document, and the pages of filters and of CloudFront.
    pub(crate) struct NotTheGenuineService;
}

impl Rule for NotTheGenuineService {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let mut strange = Vec::new();
        if !rows::fails(all, "general-auth-url") && region_mismatch::evidence(case, all).is_empty()
        {
            strange.extend(rows::failing(all, "network-genuine-auth-service"));
        }
        if !rows::fails(all, "general-service-url") {
            strange.extend(rows::failing(all, "network-genuine-api-service"));
        }
        let groups = rows::grouped(strange, |endpoint| answer(case, endpoint));
        let of_group = |(answer, members): (Stranger, Vec<(&Endpoint, &Row)>)| {
            let names = rows::names(&members);
            let what = answer.what();
            let fix = if answer.is_edge {
                format!(
                    "Amazon's edge refuses requests for {names} from this network. Ask Genesys support whether this country or address is blocked, and give them the evidence."
                )
            } else {
                format!(
                    "Please let requests from this host to {names} through unchanged: {what} answers in place of Genesys Cloud (a block page, portal or gateway)."
                )
            };
            let mut diagnosis = Diagnosis::new(
                Certainty::Likely,
                format!("{what} answers at {names} in place of Genesys Cloud"),
                if answer.is_edge {
                    Owner::CloudAdmin
                } else {
                    Owner::NetworkTeam
                },
                fix,
            )
            .shown_by(members.iter().map(|(_, row)| *row));
            for (endpoint, row) in &members {
                let key = if row.check.0 == "network-genuine-auth-service" {
                    seen::discovery_key(endpoint)
                } else {
                    seen::api_probe_key(endpoint)
                };
                diagnosis = diagnosis.breaks([key, FactKey::connection((*endpoint).clone())]);
            }
            if let Some((endpoint, row)) = members.first() {
                let path = if row.check.0 == "network-genuine-auth-service" {
                    ".well-known/oauth-authorization-server"
                } else {
                    "api/v2/tokens/me"
                };
                diagnosis = diagnosis.command(format!("curl -si https://{endpoint}/{path}"));
            }
            diagnosis
        };
        groups.into_iter().map(of_group).collect()
    }
}

/// What answered, as far as it makes two answers the same.
#[derive(PartialEq)]
struct Stranger {
    outcome: String,
    server: Option<String>,
    is_edge: bool,
}

impl Stranger {
    fn what(&self) -> String {
        match (&self.server, self.is_edge) {
            (_, true) => format!("Amazon's edge (CloudFront), with {}", self.outcome),
            (Some(server), _) => format!("`{server}`, with {}", self.outcome),
            (None, _) => self.outcome.clone(),
        }
    }
}

fn answer(case: &Case<'_>, endpoint: &Endpoint) -> Option<Stranger> {
    let facts = case.facts();
    if case.object.auth_endpoint().as_ref() == Some(endpoint)
        && let Ok(fact) = facts.discovery(&case.over(seen::discovery_key(endpoint)))
    {
        let known = fact
            .document
            .as_ref()
            .and_then(|document| issuer_host(&document.issuer));
        if known.as_ref() != Some(&endpoint.host) {
            return stranger(&fact.http);
        }
    }
    let fact = facts
        .api_probe(&case.over(seen::api_probe_key(endpoint)))
        .ok()?;
    if fact.error.is_some() {
        return None;
    }
    stranger(&fact.http)
}

/// None when the exchange shows a service in trouble rather than a stranger, or ended without an answer.
fn stranger(http: &HttpFact) -> Option<Stranger> {
    let answer = http.outcome.answer()?;
    if answer.correlation_id().is_some() {
        return None;
    }
    let edge = ["cloudfront", "the request could not be satisfied"];
    let page = answer.excerpt.to_lowercase();
    let server = answer.header("server").map(|server| visible(server, 80));
    let is_edge = edge.iter().any(|mark| page.contains(mark))
        || server
            .as_deref()
            .is_some_and(|server| server.eq_ignore_ascii_case("CloudFront"));
    if (500..=599).contains(&answer.status) && (is_edge || server.is_none()) {
        return None;
    }
    Some(Stranger {
        outcome: http.outcome.to_string(),
        server,
        is_edge,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::{service_error::ServiceError, url_malformed::UrlMalformed};
    use crate::fact_testing::Bench;
    use hybridcheck_core::check::Subject;
    use hybridcheck_core::facts::{ApiProbeFact, DiscoveryFact};
    use hybridcheck_testkit::facts::{api_probe_key, discovery_key, http};

    fn page(status: u16, words: &str, genuine: bool) -> HttpFact {
        http("GET …", status, "text/html", words, genuine)
    }

    fn at_both(answer: &HttpFact) -> Bench {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        bench
            .fact(
                discovery_key(&auth),
                DiscoveryFact {
                    http: answer.clone(),
                    document: None,
                },
            )
            .fact(
                api_probe_key(&api),
                ApiProbeFact {
                    http: answer.clone(),
                    error: None,
                },
            )
    }

    #[test]
    fn one_portal_is_one_cause_for_both_hosts() {
        let bench = at_both(&page(200, "<title>Please log in</title>", false));
        let found = bench.diagnose(&NotTheGenuineService);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].roots.len(), 2);
        assert_eq!(bench.causes(), ["not-the-genuine-service"]);
    }

    #[test]
    fn the_edge_is_no_block_page() {
        let found = at_both(&page(403, "Generated by cloudfront (CloudFront)", false))
            .diagnose(&NotTheGenuineService);
        assert!(found[0].sentence.starts_with("Amazon's edge"));
    }

    #[test]
    fn a_service_in_trouble_is_another_cause() {
        let bench = at_both(&page(503, "{}", true));
        assert!(bench.diagnose(&NotTheGenuineService).is_empty());
        assert_eq!(bench.diagnose(&ServiceError).len(), 1);
    }

    #[test]
    fn a_wrong_url_explains_the_stranger() {
        let bench = at_both(&page(200, "apps", false))
            .failing(
                "general-auth-url",
                Subject::option("general", "base_auth_url"),
            )
            .failing(
                "general-service-url",
                Subject::option("general", "base_service_url"),
            );
        assert!(bench.diagnose(&NotTheGenuineService).is_empty());
        assert!(!bench.diagnose(&UrlMalformed).is_empty());
    }
}
