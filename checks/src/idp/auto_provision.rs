//! Whether the `PureEngage` identity provider creates users at their first login.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::{providers, subjects};

page! {
    /// The PureEngage identity provider creates users at their first login.
    ///
    /// ## Why it matters
    ///
    /// With `autoProvisionUsers` off, every agent who is not yet a user of the organisation is turned away at the first login.
    ///
    /// ## How to fix
    ///
    /// Set `autoProvisionUsers` to true in `PUT /api/v2/identityproviders/pureengage`, leaving its other members as they are.
    ///
    /// ## What we rely on
    ///
    /// Documented: the provisioning article demands it; only this provider has the member (Platform API definition).
    pub(crate) struct AutoProvision;
}

impl Judge for AutoProvision {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::pureengage_idp(object.id)]
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let (fact, provider) = providers::pureengage(case)?;
        let judgement = match provider.auto_provision_users {
            Some(true) => Judgement::pass("autoProvisionUsers is true"),
            Some(false) => Judgement::fail(
                "autoProvisionUsers: true",
                "autoProvisionUsers: false",
                "Set autoProvisionUsers to true in PUT /api/v2/identityproviders/pureengage.",
                Owner::CloudAdmin,
            ),
            None => {
                return Err(Gap::NotAnswered {
                    what: format!("{} does not state autoProvisionUsers", fact.call),
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

    fn stating(auto: Option<bool>) -> Answer<Judgement> {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        provider.auto_provision_users = auto;
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        bench
            .fact(FactKey::pureengage_idp(ObjectId(0)), fact)
            .judge_first(&AutoProvision)
    }

    #[test]
    fn only_a_stated_true_passes() {
        assert_eq!(
            stating(Some(true)).expect("a verdict").status(),
            Status::Pass
        );
        assert_eq!(
            stating(Some(false)).expect("a verdict").status(),
            Status::Fail
        );
        assert!(matches!(stating(None), Err(Gap::NotAnswered { .. })));
    }
}
