//! The name under which the components look for the object.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{Known, OBJECT_NAME};
use hybridcheck_core::page;

page! {
    /// The object's name is exactly `hybrid_integration`
    ///
    /// ## Why it matters
    ///
    /// The components ask Configuration Server for a transaction of this name. Under any other name, in other case or with a
    /// blank at its end, they find nothing, and no option in it is ever read.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions, open the object, set *Name* on the General tab to
    /// exactly `hybrid_integration` and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: the provisioning article gives this name. Unknown: whether a component finds it in other case; so other
    /// case fails here. Option files of GAX carry no name: then this is not checked, and the run can still be ready.
    pub(crate) struct Name;
}

impl Judge for Name {
    type Subject = Whole;

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let name = match &object.name {
            Known::Stated(name) => name,
            Known::Missing => {
                let what = "the input states no name for the object".into();
                return Err(Gap::NotAnswered { what });
            }
            Known::NotInForm => {
                let what = "the object's name".into();
                return Err(Gap::NotInForm { what });
            }
        };
        if name == OBJECT_NAME {
            return Ok(Judgement::pass(format!("`{OBJECT_NAME}`")).at(&object.place));
        }
        let how = if name.view().trim().eq_ignore_ascii_case(OBJECT_NAME) {
            ": only case or blanks differ"
        } else {
            ""
        };
        Ok(Judgement::fail(
            format!("name `{OBJECT_NAME}`"),
            format!("name `{}`{how}", name.shown(100)),
            format!(
                "GAX, Configuration Manager > Routing/eServices > Transactions: open the object, set Name to exactly `{OBJECT_NAME}` and save."
            ),
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

    fn named(name: Known<Outside>) -> Answer<Judgement> {
        let object = HybridObject { name, ..healthy() };
        only(offline(&Name, &object))
    }

    #[test]
    fn the_exact_name_passes() {
        let judgement = only(offline(&Name, &healthy())).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn other_names_fail_and_are_shown() {
        for (name, shown) in [
            ("Hybrid_Integration", "only case or blanks differ"),
            ("hybrid_integration ", "only case or blanks differ"),
            ("hybrid-integration", "`hybrid-integration`"),
            ("a\u{202e}b", "`a\\u{202e}b`"),
        ] {
            let judgement = named(Known::Stated(name.into())).expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail, "{name}");
            assert!(judgement.found().contains(shown), "{}", judgement.found());
        }
    }

    #[test]
    fn a_form_without_names_is_a_gap() {
        assert!(matches!(
            named(Known::NotInForm),
            Err(Gap::NotInForm { .. })
        ));
        assert!(matches!(
            named(Known::Missing),
            Err(Gap::NotAnswered { .. })
        ));
    }
}
