//! Whether the token of the login was ended.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{Answer, ClientRef, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use super::login::subjects;

page! {
    /// The token of the login has been ended.
    ///
    /// ## Why it matters
    ///
    /// A user's token that nobody needs any more should not live on for hours. Ending it is the only request of hybridcheck that
    /// changes anything, and it touches nothing but that token.
    ///
    /// ## How to fix
    ///
    /// Nothing: the token ends by itself after the client's token duration. An administrator can end it earlier by disabling the client.
    ///
    /// ## What we rely on
    ///
    /// Documented: `DELETE /api/v2/tokens/me` ends the token that it is sent with (Platform API definition).
    pub(crate) struct LoginEnded;
}

impl Check for LoginEnded {
    fn subjects(&self, object: &HybridObject) -> Vec<Subject> {
        subjects(object)
    }

    fn needs(&self, _: &Subject, object: &HybridObject) -> Vec<FactKey> {
        vec![key(object)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Subject, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.token_end(&key(case.object))?;
        if fact.is_ended() {
            return Ok(Judgement::pass("ended"));
        }
        let found = match fact.status {
            Some(status) => format!("the service answered HTTP {status}"),
            None => "the service gave no answer".into(),
        };
        Ok(Judgement::warn(
            "the token is ended",
            format!("{found}, so the token may live on until it expires"),
            "Nothing, unless the token must not live on: then disable the client of [saml_auth] for a moment.",
            Owner::CloudAdmin,
        ))
    }
}

fn key(object: &HybridObject) -> FactKey {
    FactKey::TokenEnd {
        client: ClientRef::Person { object: object.id },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::TokenEndFact;
    use hybridcheck_core::finding::Status;

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
}
