//! Whether the `PureEngage` identity provider is enabled.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::{providers, subjects};

page! {
    /// The PureEngage identity provider is enabled.
    ///
    /// ## Why it matters
    ///
    /// Through a disabled provider nobody can log in.
    ///
    /// ## How to fix
    ///
    /// Set `disabled` to false in `PUT /api/v2/identityproviders/pureengage`, leaving its other members as they are.
    ///
    /// ## What we rely on
    ///
    /// Documented: the provisioning article asks for `disabled: false`.
    pub(crate) struct Enabled;
}

impl Judge for Enabled {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::pureengage_idp(object.id)]
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let (fact, provider) = providers::pureengage(case)?;
        let judgement = match provider.disabled {
            Some(false) => Judgement::pass("disabled is false"),
            Some(true) => Judgement::fail(
                "disabled: false",
                "disabled: true",
                "Set disabled to false in PUT /api/v2/identityproviders/pureengage.",
                Owner::CloudAdmin,
            ),
            None => {
                return Err(Gap::NotAnswered {
                    what: format!("{} does not state whether it is disabled", fact.call),
                });
            }
        };
        Ok(subjects::with_api(judgement, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, pureengage_idp};

    fn stating(disabled: Option<bool>) -> Answer<Judgement> {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        provider.disabled = disabled;
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        bench
            .fact(FactKey::pureengage_idp(ObjectId(0)), fact)
            .judge_first(&Enabled)
    }

    #[test]
    fn only_a_stated_false_passes() {
        assert_eq!(
            stating(Some(false)).expect("a verdict").status(),
            Status::Pass
        );
        assert_eq!(
            stating(Some(true)).expect("a verdict").status(),
            Status::Fail
        );
        assert!(matches!(stating(None), Err(Gap::NotAnswered { .. })));
    }
}
