//! The object's type: a transaction, of type List.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::Known;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;

page! {
    /// The object is a transaction of type List
    ///
    /// ## Why it matters
    ///
    /// Configuration Server keeps a name once per transaction type: a `hybrid_integration` of another type is another object, and
    /// components that ask for the one of type List do not find it.
    ///
    /// ## How to fix
    ///
    /// The type cannot be changed after creation. In GAX, Configuration Manager > Routing/eServices > Transactions, create a new
    /// transaction with name and alias `hybrid_integration` and type *List*, enter the options again (export them from the old
    /// object and import them into the new one), then delete the old object.
    /// If the file is that of another object, export the options of the transaction instead: the file is then called
    /// `CfgTransaction_annex_<DBID>.cfg` or `.csv`.
    ///
    /// ## What we rely on
    ///
    /// Documented: type List; a name is unique within its transaction type and tenant; the type cannot be changed; the file name of
    /// an option export begins with the type of the object. Observed: List has the number 21 (`CFGTRTList`).
    pub(crate) struct TypeList;
}

/// Numbers of transaction types, as observed in an older release; later ones may know more.
const TYPES: [(&str, &str); 12] = [
    ("1", "CallData"),
    ("2", "BusinessAttribute"),
    ("3", "BusinessSituation"),
    ("4", "BusinessRule"),
    ("5", "BusinessAction"),
    ("16", "StatFilter"),
    ("17", "StatTimeRange"),
    ("18", "StatTimeProfile"),
    ("19", "StatType"),
    ("20", "StatMetric"),
    ("21", "List"),
    ("22", "Macro"),
];

impl Judge for TypeList {
    type Subject = Whole;

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        if let Some(kind) = object.object_type.stated()
            && !is_transaction(kind)
        {
            let kind = kind.shown(60);
            return Ok(Judgement::fail(
                "an object of type `CfgTransaction`",
                format!("the input is that of an object of another type, `{kind}`"),
                "GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options: export all options from there and check that file, `CfgTransaction_annex_<DBID>.cfg`. If the object itself was created with this type, create a transaction of type List in its place.",
                Owner::EngageAdmin,
            )
            .at(&object.place));
        }
        let kind = match &object.transaction_type {
            Known::Stated(kind) => kind,
            Known::Missing => {
                let what = "the input states no transaction type".into();
                return Err(Gap::NotAnswered { what });
            }
            Known::NotInForm => {
                let what = "the transaction type".into();
                return Err(Gap::NotInForm { what });
            }
        };
        if is_list(kind) {
            let found = format!("type `{}`", kind.shown(60));
            return Ok(Judgement::pass(found).at(&object.place));
        }
        Ok(Judgement::fail(
            "transaction type List (`21`, `CFGTRTList`)",
            format!("transaction type {}", described(kind)),
            "The type cannot be changed after creation. GAX, Configuration Manager > Routing/eServices > Transactions: create a transaction with name and alias `hybrid_integration` and type List, enter the same options there, then delete this object.",
            Owner::EngageAdmin,
        )
        .at(&object.place))
    }
}

fn is_transaction(kind: &Outside) -> bool {
    let kind = kind.raw().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "cfgtransaction" | "transaction" | "16")
}

fn is_list(kind: &Outside) -> bool {
    let kind = kind.raw().trim().to_ascii_lowercase();
    matches!(kind.as_str(), "21" | "cfgtrtlist" | "list")
}

fn described(kind: &Outside) -> String {
    let known = TYPES
        .iter()
        .find(|(number, _)| *number == kind.raw().trim());
    match known {
        Some((number, name)) => format!("`{number}` ({name})"),
        None => format!("`{}`", kind.shown(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::HybridObject;
    use hybridcheck_testkit::objects::healthy;

    fn typed(kind: &str) -> Judgement {
        let transaction_type = Known::Stated(kind.into());
        let object = HybridObject {
            transaction_type,
            ..healthy()
        };
        only(offline(&TypeList, &object)).expect("a judgement")
    }

    #[test]
    fn list_passes_in_every_notation() {
        for kind in ["21", "CFGTRTList", "list", "List"] {
            assert_eq!(typed(kind).status(), Status::Pass, "{kind}");
        }
    }

    #[test]
    fn another_type_fails_and_is_named() {
        let judgement = typed("22");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(judgement.found(), "transaction type `22` (Macro)");
        assert!(judgement.fix().contains("cannot be changed after creation"));
        assert_eq!(typed("businessAttribute").status(), Status::Fail);
    }

    #[test]
    fn a_file_of_another_object_type_fails_with_its_own_words() {
        let object = HybridObject {
            object_type: Known::Stated("CfgScript".into()),
            transaction_type: Known::NotInForm,
            ..healthy()
        };
        let judgement = only(offline(&TypeList, &object)).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement.found().contains("`CfgScript`"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn a_form_without_the_type_is_a_gap() {
        let object = HybridObject {
            transaction_type: Known::NotInForm,
            ..healthy()
        };
        let answer = only(offline(&TypeList, &object));
        assert!(matches!(answer, Err(Gap::NotInForm { .. })));
    }
}
