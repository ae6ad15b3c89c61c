//! The organisation asks too often.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{Fact, FactKey, RETRY_AFTER_CAP, Recorded, TokenOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::oauth::client;
use crate::evidence::rows;
use crate::oauth;

page! {
    /// Genesys Cloud limits the rate of requests.
    ///
    /// ## What it means
    ///
    /// Even after the wait that the service asked for, it refused with 429; or it asked for a longer wait than the ten seconds that a run makes. Limits count per client: several components that share one,
    /// or a component that asks for a token with every call, use them up. hybridcheck itself asks a handful of times.
    ///
    /// ## How to fix
    ///
    /// Give each service a client of its own, and let components keep a token until it ends. Then run again.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si` on the same call shows 429 and `Retry-After`; every answer carries `inin-ratelimit-count` and `-allowed`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the codes and `Retry-After` (Platform API definition), and one client per service for separate limits.
    pub(crate) struct RateLimited;
}

impl Rule for RateLimited {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let limited: Vec<&FactKey> = case
            .facts()
            .of_cloud(case.object.id)
            .filter(|entry| matches!(&entry.outcome, Recorded::Fact(fact) if is_limited(fact)))
            .map(|entry| &entry.key)
            .collect();
        if limited.is_empty() {
            return Vec::new();
        }
        let shown = rows::flagged(all, &oauth::TokenIssued)
            .into_iter()
            .filter(|row| {
                client(row).is_some_and(|client| limited.contains(&&FactKey::token(client)))
            });
        let shown = members::on_facts(shown, all, |key| limited.contains(&key));
        let mut diagnosis = members::diagnosis_of(
            shown,
            Certainty::Certain,
            "Genesys Cloud refuses requests because there were too many",
            Owner::EngageAdmin,
            format!(
                "Wait some minutes and run again: this run waited once, and for no more than {} s. If it stays, find the component that asks so often: give each service an OAuth client of its own, and let components keep a token until it ends.",
                RETRY_AFTER_CAP.as_secs()
            ),
        );
        for key in &limited {
            diagnosis = diagnosis.evidence("refused with 429", key);
        }
        vec![diagnosis.breaks(limited.into_iter().cloned())]
    }
}

fn is_limited(fact: &Fact) -> bool {
    match fact {
        Fact::Token(fact) => matches!(fact.outcome, TokenOutcome::RateLimited { .. }),
        Fact::SamlLogin(fact) => fact
            .tries
            .last()
            .is_some_and(|last| matches!(last.outcome, TokenOutcome::RateLimited { .. })),
        other => {
            let answer = other.api();
            let refusal = answer.and_then(|answer| answer.refusal());
            refusal.is_some_and(|error| error.status == 429)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, api_error, client as client_of, token, token_key};

    #[test]
    fn a_limited_token_request_fires() {
        let bench = Bench::healthy();
        let fact = token(
            &bench.object,
            "ewt",
            TokenOutcome::RateLimited {
                retry_after: Some(30),
            },
        );
        let bench = bench
            .fact(token_key("ewt"), fact)
            .blocked_behind(&token_key("ewt"));
        assert_eq!(bench.diagnose(&RateLimited)[0].roots.len(), 1);
        assert_eq!(bench.causes(), ["rate-limited"]);
    }

    fn idps(status: u16, code: &str) -> Bench {
        let refusal = ApiOutcome::<hybridcheck_core::facts::IdentityProviders>::Refused(api_error(
            status, code, "…",
        ));
        Bench::healthy().fact(
            FactKey::idps(ObjectId(0)),
            api(&client_of("ewt"), "GET …", refusal),
        )
    }

    #[test]
    fn a_limited_call_fires_and_another_refusal_does_not() {
        let found = idps(429, "too.many.requests").diagnose(&RateLimited);
        assert_eq!(found.len(), 1);
        assert!(found[0].roots[0].check.0.starts_with("idp-"));
        assert!(
            idps(403, "not.authorized")
                .diagnose(&RateLimited)
                .is_empty()
        );
    }
}
