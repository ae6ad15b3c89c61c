//! Whether the token of a login is that of the SAML client of the object.

use hybridcheck_core::check::{Case, Judge, SectionName};
use hybridcheck_core::facts::{Answer, ClientRef, FactKey, Gap, TokenInfo};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, SAML_AUTH};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;

use super::login::{accepted, subjects};
use crate::evidence::subjects;

page! {
    /// The token of the login is that of the client of saml_auth, of grant type SAML2 Bearer.
    ///
    /// The API states client and grant type for the token itself; no permission is needed.
    ///
    /// ## Why it matters
    ///
    /// Duration and scopes of every agent's token are those of this client. A token of another client was not asked for.
    ///
    /// ## How to fix
    ///
    /// Compare the id in `[saml_auth]` with the client under Admin > Integrations > OAuth, and its grant type with SAML2 Bearer.
    ///
    /// ## What we rely on
    ///
    /// Documented: client and grant type of a token (Platform API definition), SAML2 Bearer for Workspace Desktop.
    pub(crate) struct LoginClient;
}

impl Judge for LoginClient {
    type Subject = SectionName;

    fn subjects(&self, object: &HybridObject) -> Vec<SectionName> {
        subjects(object)
    }

    fn needs(&self, _: &SectionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::saml_login(object.id), key(object)]
    }

    fn judge(&self, _: &SectionName, case: &Case<'_>) -> Answer<Judgement> {
        if let Err(judgement) = accepted(case)? {
            return Ok(judgement);
        }
        let fact = case.token_info(&key(case.object))?;
        let info = subjects::found(fact)?;
        let mut differences = Vec::new();
        for (what, expected, found) in compared(case, info) {
            match found {
                None => {
                    return Err(Gap::NotAnswered {
                        what: format!("{} does not state the token's {what}", fact.call),
                    });
                }
                Some(found) if found.is_like(&expected) => {}
                Some(found) => differences.push((what, expected, found)),
            }
        }
        let judgement = if differences.is_empty() {
            let client = info.client.as_ref();
            let name = client.and_then(|client| client.name.as_ref());
            Judgement::pass(format!(
                "client `{}`, SAML2-BEARER",
                name.map(Outside::view).unwrap_or_default().shown(80)
            ))
        } else {
            let listed = |take: fn(&(&str, Outside, Outside)) -> String| {
                let all: Vec<String> = differences.iter().map(take).collect();
                all.join(", ")
            };
            Judgement::fail(
                listed(|(what, expected, _)| format!("{what} {}", expected.shown(80))),
                listed(|(what, _, found)| format!("{what} {}", found.shown(80))),
                "Compare the client of [saml_auth] with Admin > Integrations > OAuth.",
                Owner::EngageAdmin,
            )
        };
        Ok(subjects::with_api(judgement, fact))
    }
}

const SAML2_BEARER: &str = "SAML2-BEARER";

/// What the object says, as far as it is fit to be compared, beside what the token says.
fn compared(case: &Case<'_>, info: &TokenInfo) -> Vec<(&'static str, Outside, Option<Outside>)> {
    let client = info.client.as_ref();
    let grant = |stated: &Outside| {
        let is_meant = subjects::is_grant(stated, SAML2_BEARER);
        if is_meant {
            SAML2_BEARER.into()
        } else {
            stated.clone()
        }
    };
    let mut all = Vec::new();
    if let Ok((_, ours)) = subjects::plain(case, SAML_AUTH, "client_id") {
        let theirs = client
            .and_then(|client| client.id.clone())
            .map(Outside::from);
        all.push(("client", ours.to_owned(), theirs));
    }
    let stated = client.and_then(|client| client.authorized_grant_type.as_ref());
    all.push(("grant type", SAML2_BEARER.into(), stated.map(grant)));
    all
}

fn key(object: &HybridObject) -> FactKey {
    FactKey::token_info(&ClientRef::Person { object: object.id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, person, person_token_info, person_token_info_key};

    fn judged(spoil: impl FnOnce(&mut TokenInfo)) -> Answer<Judgement> {
        let bench = Bench::healthy();
        let mut info = person_token_info(&bench.object);
        spoil(&mut info);
        let fact = api(&person(), "GET /api/v2/tokens/me", ApiOutcome::Found(info));
        bench
            .fact(person_token_info_key(), fact)
            .judge_first(&LoginClient)
    }

    #[test]
    fn everything_of_the_object_passes() {
        let judgement = judged(|info| {
            let client = info.client.as_mut().expect("a client");
            client.authorized_grant_type = Some("SAML2_BEARER".into());
        });
        let judgement = judgement.expect("a verdict");
        assert_eq!(judgement.status(), Status::Pass, "{}", judgement.found());
    }

    #[test]
    fn another_client_or_grant_fails_with_both_sides() {
        let judgement = judged(|info| {
            let client = info.client.as_mut().expect("a client");
            client.id = Some("99999999-aaaa-4bbb-8ccc-999999999999".into());
            client.authorized_grant_type = Some("PASSWORD".into());
        });
        let judgement = judgement.expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(
            judgement.found(),
            "client 99999999-aaaa-4bbb-8ccc-999999999999, grant type PASSWORD"
        );
        assert!(judgement.expected().ends_with("grant type SAML2-BEARER"));
    }

    #[test]
    fn what_the_answer_does_not_state_is_a_gap() {
        let judgement = judged(|info| info.client = None);
        assert!(matches!(judgement, Err(Gap::NotAnswered { .. })));
    }
}
