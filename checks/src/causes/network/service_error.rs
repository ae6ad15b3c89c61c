//! Genesys Cloud itself fails.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::facts::{ApiAnswer, Entry, Fact, FactKey, HttpFact, Recorded};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::http::answerer;
use crate::evidence::members;
use crate::evidence::rows;
use crate::{network, oauth};

page! {
    /// Genesys Cloud answers with errors of its own.
    ///
    /// ## What it means
    ///
    /// The path is right, the service is the genuine one, and it answers with a status of 500 or above. Nothing in the object or on
    /// this network explains that.
    ///
    /// ## How to fix
    ///
    /// Look at the status page of Genesys Cloud, wait, and run again. When it stays, give Genesys support the correlation ids of the
    /// diagnosis. Change no credential because of it.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si https://API-HOST/api/v2/tokens/me`: the answer of a healthy service is 401, not 5xx.
    ///
    /// ## What we rely on
    ///
    /// Documented: the statuses and codes of the API (Platform API definition), and the correlation id that support asks for.
    pub(crate) struct ServiceError;
}

impl Rule for ServiceError {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let mut failed: Vec<(&FactKey, Trouble)> = Vec::new();
        for entry in of(case) {
            if let Recorded::Fact(fact) = &entry.outcome
                && let Some(trouble) = trouble(fact)
            {
                failed.push((&entry.key, trouble));
            }
        }
        failed.sort_by_key(|(key, _)| *key);
        if failed.is_empty() {
            return Vec::new();
        }
        let checks: [&dyn Check; 3] = [
            &network::GenuineAuthService,
            &network::GenuineApiService,
            &oauth::TokenIssued,
        ];
        let has_failed = |key: &FactKey| failed.iter().any(|(failed, _)| *failed == key);
        let known = rows::failing_any(all, &checks).into_iter();
        let known = known.filter(|row| row.judged_on.iter().any(has_failed));
        let shown = members::on_facts(known, all, has_failed);
        // Without the service's own mark the answer may come from a device on the way.
        let is_marked = failed
            .iter()
            .all(|(_, trouble)| trouble.correlation.is_some());
        let certainty = if is_marked {
            Certainty::Likely
        } else {
            Certainty::Possible
        };
        let ids: Vec<&str> = failed
            .iter()
            .filter_map(|(_, trouble)| trouble.correlation.as_deref())
            .collect();
        let ids = if ids.is_empty() {
            String::new()
        } else {
            format!(" Correlation ids: {}.", ids.join(", "))
        };
        let mut diagnosis = members::diagnosis_of(
            shown,
            certainty,
            "Genesys Cloud answers with errors of its own",
            Owner::CloudAdmin,
            format!(
                "Look at https://status.mypurecloud.com/, wait and run again; if it stays, give Genesys support the requests and times below. Change no credential.{ids}"
            ),
        );
        for (key, trouble) in &failed {
            diagnosis = diagnosis.evidence(&key.to_string(), &trouble.said);
        }
        let api = case
            .object
            .api_endpoint()
            .map(|endpoint| format!("curl -si https://{endpoint}/api/v2/tokens/me"));
        // Whoever answers one call with an error answers the others on that connection so.
        let connections = failed.iter().filter_map(|(key, _)| match key {
            FactKey::Discovery { endpoint, .. } | FactKey::ApiProbe { endpoint, .. } => {
                Some(FactKey::connection(endpoint.clone()))
            }
            _ => None,
        });
        diagnosis = diagnosis
            .breaks(connections.collect::<Vec<_>>())
            .breaks(failed.into_iter().map(|(key, _)| key.clone()));
        vec![match api {
            Some(command) => diagnosis.command(command),
            None => diagnosis,
        }]
    }
}

struct Trouble {
    said: String,
    correlation: Option<String>,
}

/// Facts of the case's object: in a run of several objects, each is told its own troubles only.
/// What the services answered for the object: its discovery document, its calls without a token, and everything with one.
fn of<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a Entry> {
    let facts = case.facts();
    let discovery = case.object.auth_endpoint().and_then(|endpoint| {
        let key = FactKey::discovery(&endpoint).by(case.route(&endpoint));
        facts.between(key.clone()..=key).next()
    });
    let probes = case.object.api_endpoint().into_iter().flat_map(|own| {
        let from = facts.starting_at(FactKey::api_probe(&own));
        from.take_while(
            move |entry| matches!(&entry.key, FactKey::ApiProbe { endpoint, .. } if *endpoint == own),
        )
    });
    let answers = facts.of_cloud(case.object.id);
    discovery.into_iter().chain(probes).chain(answers)
}

fn trouble(fact: &Fact) -> Option<Trouble> {
    if let Some(answer) = fact.api() {
        return of_api(answer);
    }
    match fact {
        Fact::Discovery(fact) => of_http(&fact.http),
        Fact::ApiProbe(fact) => of_http(&fact.http),
        Fact::Token(fact) => of_http(&fact.http),
        Fact::SamlLogin(fact) => of_http(&fact.tries.last()?.http),
        _ => None,
    }
}

/// An answer of 500 or above on a verified connection; one that somebody else signs is not the service's.
fn of_http(http: &HttpFact) -> Option<Trouble> {
    let answer = http.outcome.answer()?;
    if !(500..=599).contains(&answer.status) || answerer(http).is_some() {
        return None;
    }
    Some(Trouble {
        said: format!("{} at {}", http.outcome, http.started),
        correlation: answer.correlation_id().map(|id| id.shown(60).to_string()),
    })
}

fn of_api(answer: &dyn ApiAnswer) -> Option<Trouble> {
    let refusal = answer.refusal().filter(|error| error.status >= 500);
    let malformed = answer.malformed().filter(|(status, _)| *status >= 500);
    let said = match (refusal, malformed) {
        (Some(error), _) => error.to_string(),
        (None, Some((status, problem))) => format!("HTTP {status}: {}", problem.shown(120)),
        (None, None) => return None,
    };
    Some(Trouble {
        said,
        correlation: answer.correlation_id().map(|id| id.shown(60).to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, TokenOutcome};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{
        CORRELATION, api, api_error, api_probe, client, http, token, token_key,
    };

    #[test]
    fn errors_of_several_calls_are_one_cause_with_correlation_ids() {
        let bench = Bench::healthy();
        let endpoint = bench.api();
        let error = api_error(503, "service.unavailable", "…");
        let organization = FactKey::organization(ObjectId(0));
        let bench = bench
            .fact(
                FactKey::api_probe(&endpoint),
                api_probe(&endpoint, Some(error.clone())),
            )
            .fact(
                organization.clone(),
                api::<hybridcheck_core::facts::Organization>(
                    &client("ewt"),
                    "GET …",
                    ApiOutcome::Refused(error),
                ),
            );
        let found = bench.diagnose(&ServiceError);
        assert_eq!(found.len(), 1);
        assert!(found[0].fix.contains(CORRELATION));
        assert!(found[0].broken.contains(&organization));
        assert_eq!(bench.causes(), ["service-error"]);
    }

    #[test]
    fn a_failed_call_alone_is_shown_by_the_row_that_asked_for_it() {
        let error = api_error(503, "service.unavailable", "…");
        let fact = api::<hybridcheck_core::facts::Organization>(
            &client("ewt"),
            "GET …",
            ApiOutcome::Refused(error),
        );
        let bench = Bench::healthy().fact(FactKey::organization(ObjectId(0)), fact);
        let found = bench.diagnose(&ServiceError);
        assert_eq!(found[0].roots.len(), 1);
        assert!(found[0].roots[0].check.0.starts_with("org-"));
    }

    #[test]
    fn a_proxys_own_error_is_not_the_services() {
        let bench = Bench::healthy();
        let mut fact = token(&bench.object, "ewt", TokenOutcome::NotOAuth);
        fact.http = http("POST …", 503, "text/html", "…", false);
        if let hybridcheck_core::facts::HttpOutcome::Answer(answer) = &mut fact.http.outcome {
            answer.headers.push(("server".into(), "squid/6".into()));
        }
        assert!(
            bench
                .fact(token_key("ewt"), fact)
                .diagnose(&ServiceError)
                .is_empty()
        );
    }

    #[test]
    fn a_refusal_is_no_error_of_the_service() {
        let bench = Bench::healthy();
        let endpoint = bench.api();
        let error = api_error(401, "bad.credentials", "…");
        assert!(
            bench
                .fact(
                    FactKey::api_probe(&endpoint),
                    api_probe(&endpoint, Some(error))
                )
                .diagnose(&ServiceError)
                .is_empty()
        );
    }
}
