//! Whether the token of the login was ended.

use hybridcheck_core::check::{Case, Judge, SectionName};
use hybridcheck_core::facts::{Answer, ClientRef, FactKey, TokenOutcome};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use super::login::{accepted, subjects};

page! {
    /// The token of the login has been ended.
    ///
    /// ## Why it matters
    ///
    /// A user's token that nobody needs any more should not live on for hours. Ending it touches nothing but that token; beside the
    /// login itself, which may create a user where the provider does so, it is the only request of hybridcheck that changes anything.
    ///
    /// ## How to fix
    ///
    /// Nothing: the token ends by itself after the client's token duration. An administrator can end it earlier by disabling the client, which
    /// locks out everybody who logs in with it for that time.
    ///
    /// ## What we rely on
    ///
    /// Documented: `DELETE /api/v2/tokens/me` ends the token that it is sent with (Platform API definition).
    pub(crate) struct LoginEnded;
}

impl Judge for LoginEnded {
    type Subject = SectionName;

    fn subjects(&self, object: &HybridObject) -> Vec<SectionName> {
        subjects(object)
    }

    fn needs(&self, _: &SectionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::saml_login(object.id), key(object)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &SectionName, case: &Case<'_>) -> Answer<Judgement> {
        let login = match accepted(case)? {
            Ok(login) => login,
            Err(judgement) => return Ok(judgement),
        };
        let life = match login.accepted().map(|one| &one.outcome) {
            Some(TokenOutcome::Issued {
                expires_in: Some(life),
            }) => format!("for at most {life} s after the login"),
            _ => "until it expires".to_owned(),
        };
        let left = match case.token_end(&key(case.object)) {
            Ok(fact) if fact.is_ended() => return Ok(Judgement::pass("ended")),
            Ok(fact) => match fact.status {
                Some(status) => format!("the service answered HTTP {status}"),
                None => "the service gave no answer".to_owned(),
            },
            Err(gap) => format!("it was not asked for, because {gap}"),
        };
        Ok(Judgement::warn(
            "the token is ended",
            format!("{left}: the token may live on {life}, though nothing holds it any more"),
            "Nothing, unless the token must not live on: then disable the client of [saml_auth] for a moment, in which nobody can log in with it.",
            Owner::CloudAdmin,
        ))
    }
}

fn key(object: &HybridObject) -> FactKey {
    FactKey::token_end(ClientRef::Person { object: object.id })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Gap, TokenEndFact};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::saml_login_key;

    #[test]
    fn only_a_confirmed_end_passes() {
        let bench = Bench::healthy();
        assert_eq!(bench.status(&LoginEnded), Status::Pass);
        let key = key(&bench.object);
        let silent = TokenEndFact { status: None };
        let bench = bench.fact(key.clone(), silent);
        assert_eq!(bench.status(&LoginEnded), Status::Warn);
        let refused = TokenEndFact { status: Some(503) };
        assert_eq!(bench.fact(key, refused).status(&LoginEnded), Status::Warn);
    }

    #[test]
    fn an_end_that_was_not_asked_for_is_told_with_the_life_of_the_token() {
        let bench = Bench::healthy();
        let key = key(&bench.object);
        let judgement = bench.gap(key, Gap::Interrupted).judge_first(&LoginEnded);
        let judgement = judgement.expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        for said in ["the run was interrupted", "for at most 86399 s"] {
            assert!(judgement.found().contains(said), "{}", judgement.found());
        }
    }

    #[test]
    fn without_a_login_there_is_nothing_to_end() {
        let gap = Gap::NotAskedFor {
            reason: "it may create a user".into(),
            flag: "--saml-user".into(),
        };
        let bench = Bench::healthy().gap(saml_login_key(), gap);
        assert_eq!(bench.status(&LoginEnded), Status::NotApplicable);
    }
}
