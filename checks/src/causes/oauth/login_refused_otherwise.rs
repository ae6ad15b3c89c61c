//! The service refuses a client in words that nobody has explained yet.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{FactKey, HttpAnswer, TokenFact, TokenOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::oauth::{ask, by_client, client, ids, is_otherwise, keys};
use crate::evidence::{refusals, rows};
use crate::oauth;

page! {
    /// The login host refuses a client for a reason that is not in hybridcheck's table.
    ///
    /// ## What it means
    ///
    /// The genuine service answered with an OAuth error whose words are not documented. They are shown as they came. No verdict about
    /// id, secret or grant type follows from them.
    ///
    /// ## How to fix
    ///
    /// Look whether the client is enabled, of grant type Client Credentials, and not limited to other addresses, under
    /// Admin > Integrations > OAuth. If it is, give Genesys support the words and the correlation id.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si -u CLIENT_ID https://LOGIN-HOST/oauth/token -d grant_type=client_credentials` (curl asks for the secret).
    ///
    /// ## What we rely on
    ///
    /// Unknown: what these words mean. Documented: an OAuth error has these members (RFC 6749 section 5.2).
    pub(crate) struct LoginRefusedOtherwise;
}

impl Rule for LoginRefusedOtherwise {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let refused = rows::failing(all, &oauth::TokenIssued).into_iter();
        let unknown: Vec<(&TokenFact, &Row)> = refused
            .filter_map(|row| {
                let of = client(row)?;
                let fact = case.facts().token(&FactKey::token(of)).ok()?;
                let is_unknown = matches!(&fact.outcome, TokenOutcome::Refused(error)
                    if error.genuine && refusals::oauth(error).is_none());
                (is_unknown && !fact.is_issued() && !is_otherwise(case, of)).then_some((fact, row))
            })
            .collect();
        by_client(unknown).diagnosed(|_, members| {
            let (clients, ids) = (members.subjects(), ids(members));
            let first = members.first();
            let said = match &first.outcome {
                TokenOutcome::Refused(error) => error.to_string(),
                _ => String::new(),
            };
            let diagnosis = members.diagnosis(
                Certainty::Possible,
                format!("Genesys Cloud refuses the client {ids} of {clients} in words that are not known: {said}"),
                Owner::CloudAdmin,
                "Look whether the client is enabled, of grant type Client Credentials, and not limited to other addresses, under Admin > Integrations > OAuth; if it is, give Genesys support these words and the correlation id.",
            )
            .breaks(keys(members))
            .command(ask(case, first));
            let answer = first.http.outcome.answer();
            match answer.and_then(HttpAnswer::correlation_id) {
                Some(id) => diagnosis.evidence("correlation id", id),
                None => diagnosis,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::facts::{oauth_error, token, token_key};

    fn refused(error: &str, description: &str, genuine: bool) -> Bench {
        let TokenOutcome::Refused(mut refusal) = oauth_error(400, error, description) else {
            unreachable!("a refusal");
        };
        refusal.genuine = genuine;
        let bench = Bench::healthy();
        let fact = token(&bench.object, "ewt", TokenOutcome::Refused(refusal));
        bench
            .fact(token_key("ewt"), fact)
            .blocked_behind(&token_key("ewt"))
    }

    #[test]
    fn unknown_words_are_shown_as_they_came() {
        let bench = refused("invalid_client", "computer says no", true);
        let found = bench.diagnose(&LoginRefusedOtherwise);
        assert!(found[0].sentence.contains("computer says no"));
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert_eq!(bench.causes(), ["login-refused-otherwise"]);
    }

    #[test]
    fn known_words_and_strangers_are_other_causes() {
        let known = refused("invalid_client", "client not found", true);
        assert!(known.diagnose(&LoginRefusedOtherwise).is_empty());
        let stranger = refused("invalid_client", "computer says no", false);
        assert!(stranger.diagnose(&LoginRefusedOtherwise).is_empty());
    }
}
