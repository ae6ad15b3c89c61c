//! Whether each service client is active and its token accepted.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::facts::{Answer, ApiOutcome, ClientRef, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::subjects;

page! {
    /// The service's client is active, and the API accepts its token.
    ///
    /// ## Why it matters
    ///
    /// A disabled client is refused, and a deleted one works for seven days more before it is gone for good. A token of one region
    /// is refused by the API of another, and an organisation may accept calls from listed addresses only.
    ///
    /// ## How to fix
    ///
    /// Enable or restore the client under Admin > Integrations > OAuth. `bad.credentials`: make both URLs of one region.
    /// `ip.not.authorized`: add this network's public address, which the message names, to the organisation's allowed addresses.
    /// After a change of roles, permissions or scopes wait up to five minutes and take a new token: an old one keeps its rights.
    ///
    /// ## What we rely on
    ///
    /// Documented: the states of a client and the codes of refusals (Platform API definition), seven days until a deletion takes
    /// effect the list of allowed addresses and the delay after a change (Genesys Cloud help). Inferred: `bad.credentials` for a fresh token means another region.
    pub(crate) struct ClientActive;
}

impl Judge for ClientActive {
    type Subject = ClientRef;

    fn needs(&self, client: &ClientRef, _: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::token_info(client)]
    }

    fn judge(&self, client: &ClientRef, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.token_info(&FactKey::token_info(client))?;
        if let ApiOutcome::Refused(error) = &fact.outcome
            && matches!(error.status, 401 | 403)
        {
            let (fix, owner) = match error.code.raw() {
                "ip.not.authorized" => (
                    "Add the public address in this message to the organisation's allowed IP addresses.",
                    Owner::CloudAdmin,
                ),
                "bad.credentials" => (
                    "Make general/base_auth_url and general/base_service_url of one region.",
                    Owner::EngageAdmin,
                ),
                "authentication.required" => (
                    "Look for a proxy or gateway that removes the Authorization header.",
                    Owner::NetworkTeam,
                ),
                _ => (
                    "Look the client up under Admin > Integrations > OAuth.",
                    Owner::CloudAdmin,
                ),
            };
            let judgement = Judgement::fail(
                "the API accepts the token it was just given",
                format!("the token is refused: {error}"),
                fix,
                owner,
            );
            let who = "Genesys Cloud itself, in the form of the API's own errors";
            return Ok(subjects::with_api(judgement, fact).evidence("who answered", who));
        }
        let info = subjects::found(fact)?;
        let stated = info.client.as_ref();
        let Some(state) = stated.and_then(|client| client.state.as_ref()) else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state the client's state", fact.call),
            });
        };
        let ending = stated
            .and_then(|client| client.date_to_delete.as_ref())
            .map(|date| date.shown(60));
        let judgement = match (state.eq_ignore_ascii_case("active"), ending) {
            (true, None) => Judgement::pass("active"),
            (true, Some(date)) => Judgement::warn(
                "a client that stays",
                format!("active, but to be deleted on {date}"),
                format!(
                    "Restore the client before {date}, or enter another client in this section."
                ),
                Owner::CloudAdmin,
            ),
            (false, ending) => {
                let ending =
                    ending.map_or_else(String::new, |date| format!(", to be deleted on {date}"));
                Judgement::fail(
                    "active",
                    format!("{}{ending}", state.shown(60)),
                    "Enable or restore the client under Admin > Integrations > OAuth.",
                    Owner::CloudAdmin,
                )
            }
        };
        Ok(subjects::with_api(judgement, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::TokenInfo;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, api_error, client, token_info, token_info_key};

    fn answered(outcome: ApiOutcome<TokenInfo>) -> Answer<Judgement> {
        let fact = api(&client("ewt"), "GET /api/v2/tokens/me", outcome);
        Bench::healthy()
            .fact(token_info_key("ewt"), fact)
            .judge_first(&ClientActive)
    }

    fn in_state(state: &str, ending: Option<&str>) -> Status {
        let mut info = token_info(&Bench::healthy().object, "ewt");
        let stated = info.client.as_mut().expect("a client");
        stated.state = Some(state.into());
        stated.date_to_delete = ending.map(Into::into);
        answered(ApiOutcome::Found(info))
            .expect("a verdict")
            .status()
    }

    #[test]
    fn states_are_weighed() {
        assert_eq!(in_state("active", None), Status::Pass);
        assert_eq!(
            in_state("active", Some("2026-12-01T00:00:00Z")),
            Status::Warn
        );
        assert_eq!(in_state("disabled", None), Status::Fail);
        assert_eq!(
            in_state("inactive", Some("2026-12-01T00:00:00Z")),
            Status::Fail
        );
    }

    #[test]
    fn a_refused_token_fails_with_the_services_words() {
        let error = api_error(
            401,
            "ip.not.authorized",
            "Requests originating from this IP address are not authorized: [203.0.113.9]",
        );
        let judgement = answered(ApiOutcome::Refused(error)).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(judgement.found().contains("203.0.113.9"));
    }

    #[test]
    fn an_answer_of_another_kind_is_a_gap_with_its_correlation_id() {
        let Err(Gap::NotAnswered { what }) = answered(ApiOutcome::NotFound) else {
            panic!("not a gap");
        };
        assert!(
            what.contains(
                "GET /api/v2/tokens/me was answered with HTTP 404 (correlation id 99999999-"
            ),
            "{what}"
        );
    }
}
