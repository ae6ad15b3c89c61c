//! Whether the object is switched on.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::Known;
use hybridcheck_core::page;

page! {
    /// The object is enabled
    ///
    /// ## Why it matters
    ///
    /// A disabled object stays visible in the administration tools, but components that ask for enabled objects do not receive it.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions, open `hybrid_integration`, tick *State Enabled* on the General
    /// tab and save. An object in state *deleted* has to be created anew.
    ///
    /// ## What we rely on
    ///
    /// Observed: state 1 is enabled, 2 disabled, 3 deleted, and programs filter on state 1. A number or word that we do not know is
    /// no verdict. Some forms leave a default state out: then this is not checked, and the run can still be ready.
    pub(crate) struct StateEnabled;
}

impl Judge for StateEnabled {
    type Subject = Whole;

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let state = match &object.state {
            Known::Stated(state) => state,
            Known::Missing => {
                let what = "the input states no state".into();
                return Err(Gap::NotAnswered { what });
            }
            Known::NotInForm => {
                let what = "the object's state".into();
                return Err(Gap::NotInForm { what });
            }
        };
        let shown = state.shown(60);
        let (is_deleted, fix) = match state.raw().trim().to_ascii_lowercase().as_str() {
            "1" | "enabled" | "cfgenabled" => {
                return Ok(Judgement::pass(format!("state `{shown}`")).at(&object.place));
            }
            "2" | "disabled" | "cfgdisabled" => (
                false,
                "GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration: tick State Enabled and save.",
            ),
            "3" | "deleted" | "cfgdeleted" => (
                true,
                "GAX, Configuration Manager > Routing/eServices > Transactions: create the object anew (name and alias `hybrid_integration`, type List) and enter its options.",
            ),
            _ => {
                let what = format!("state `{shown}` is none that hybridcheck knows");
                return Err(Gap::NotAnswered { what });
            }
        };
        let word = if is_deleted { "deleted" } else { "disabled" };
        Ok(Judgement::fail(
            "state enabled (`1`)",
            format!("state `{shown}`: the object is {word}"),
            fix,
            Owner::EngageAdmin,
        )
        .at(&object.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::HybridObject;
    use hybridcheck_core::outside::Outside;
    use hybridcheck_testkit::objects::healthy;

    fn judged(state: Known<Outside>) -> Answer<Judgement> {
        let object = HybridObject { state, ..healthy() };
        only(offline(&StateEnabled, &object))
    }

    #[test]
    fn enabled_passes_as_number_and_word() {
        for state in ["1", "enabled", "CFGEnabled"] {
            let judgement = judged(Known::Stated(state.into())).expect("a judgement");
            assert_eq!(judgement.status(), Status::Pass, "{state}");
        }
    }

    #[test]
    fn disabled_and_deleted_fail() {
        for (state, word) in [
            ("2", "disabled"),
            ("Disabled", "disabled"),
            ("3", "deleted"),
        ] {
            let judgement = judged(Known::Stated(state.into())).expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail, "{state}");
            assert!(judgement.found().contains(word), "{}", judgement.found());
        }
    }

    #[test]
    fn an_unknown_or_missing_state_is_a_gap() {
        for state in [Known::NotInForm, Known::Missing, Known::Stated("7".into())] {
            assert!(judged(state).is_err());
        }
    }
}
