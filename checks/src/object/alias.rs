//! The object's alias.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{Known, OBJECT_NAME};
use hybridcheck_core::page;

page! {
    /// The object's alias is exactly `hybrid_integration`
    ///
    /// ## Why it matters
    ///
    /// The provisioning article asks for the same text as name and as alias. A component that looks the object up by its alias
    /// finds nothing under another one.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions, open `hybrid_integration`, set *Alias* on the General tab
    /// to exactly `hybrid_integration` and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: name and alias are `hybrid_integration`. Unknown: which component looks for the alias; an input that could state
    /// an alias but does not is therefore a warning, not a failure.
    pub(crate) struct Alias;
}

impl Judge for Alias {
    type Subject = Whole;

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let expected = format!("alias `{OBJECT_NAME}`");
        let fix = format!(
            "GAX, Configuration Manager > Routing/eServices > Transactions > {OBJECT_NAME}: set Alias to exactly `{OBJECT_NAME}` and save."
        );
        let judgement = match &object.alias {
            Known::NotInForm => {
                let what = "the object's alias".into();
                return Err(Gap::NotInForm { what });
            }
            Known::Stated(alias) if alias == OBJECT_NAME => {
                Judgement::pass(format!("`{OBJECT_NAME}`"))
            }
            Known::Stated(alias) if !alias.view().trim().is_empty() => Judgement::fail(
                expected,
                format!("alias `{}`", alias.shown(100)),
                fix,
                Owner::EngageAdmin,
            ),
            Known::Missing | Known::Stated(_) => {
                Judgement::warn(expected, "no alias is stated", fix, Owner::EngageAdmin)
            }
        };
        Ok(judgement.at(&object.place))
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

    fn judged(alias: Known<Outside>) -> Answer<Judgement> {
        let object = HybridObject { alias, ..healthy() };
        only(offline(&Alias, &object))
    }

    #[test]
    fn the_exact_alias_passes() {
        let judgement = only(offline(&Alias, &healthy())).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn another_alias_fails() {
        let judgement = judged(Known::Stated("hybrid".into())).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(judgement.found(), "alias `hybrid`");
    }

    #[test]
    fn an_alias_that_could_be_there_but_is_not_warns() {
        for alias in [Known::Missing, Known::Stated(" ".into())] {
            let judgement = judged(alias).expect("a judgement");
            assert_eq!(judgement.status(), Status::Warn);
        }
    }

    #[test]
    fn a_form_without_aliases_is_a_gap() {
        assert!(matches!(
            judged(Known::NotInForm),
            Err(Gap::NotInForm { .. })
        ));
    }
}
