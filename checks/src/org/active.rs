//! Whether the organisation is active.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::{organization, subjects};

page! {
    /// The organisation is active.
    ///
    /// ## Why it matters
    ///
    /// In an inactive or deleted organisation nobody can work.
    ///
    /// ## How to fix
    ///
    /// Ask your Genesys contact why it is not active, and compare the organisation id: a trial that ended is a common answer.
    ///
    /// ## What we rely on
    ///
    /// Documented: the states active, inactive and deleted (Platform API definition).
    pub(crate) struct Active;
}

impl Judge for Active {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::organization(object.id)]
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.organization()?;
        organization::is_about_us(case, &fact.reader)?;
        let Some(state) = subjects::found(fact)?.state.as_ref() else {
            return Err(Gap::NotAnswered {
                what: format!(
                    "{} does not state whether the organisation is active",
                    fact.call
                ),
            });
        };
        let judgement = if state.eq_ignore_ascii_case("active") {
            Judgement::pass("active")
        } else {
            let fix = if state.eq_ignore_ascii_case("deleted") {
                "Name the organisation that took its place: its id and short name in general/organization_id and general/organization_sname, its clients in the sections of the services. Ask your Genesys contact if none was meant to be deleted."
            } else {
                "Ask your Genesys contact why the organisation is not active (a trial that ended, a contract); or name the organisation that is meant instead: its id and short name in general/organization_id and general/organization_sname, its clients in the sections of the services."
            };
            Judgement::fail("active", state.shown(60), fix, Owner::CloudAdmin)
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
    use hybridcheck_testkit::facts::{api, client, organization};

    fn in_state(state: Option<&str>) -> Answer<Judgement> {
        let bench = Bench::healthy();
        let mut found = organization(&bench.object);
        found.state = state.map(Into::into);
        let fact = api(
            &client("ewt"),
            "GET /api/v2/organizations/me",
            ApiOutcome::Found(found),
        );
        bench
            .fact(FactKey::organization(ObjectId(0)), fact)
            .judge_first(&Active)
    }

    #[test]
    fn only_active_passes() {
        assert_eq!(
            in_state(Some("active")).expect("a verdict").status(),
            Status::Pass
        );
        assert_eq!(
            in_state(Some("inactive")).expect("a verdict").status(),
            Status::Fail
        );
        let deleted = in_state(Some("deleted")).expect("a verdict");
        assert_eq!(deleted.status(), Status::Fail);
        assert!(deleted.fix().contains("took its place"));
    }

    #[test]
    fn an_unstated_state_is_a_gap() {
        assert!(in_state(None).is_err());
    }
}
