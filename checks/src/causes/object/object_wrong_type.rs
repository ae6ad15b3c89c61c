//! The object is not of type List.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::object;

page! {
    /// The transaction is not of type List.
    ///
    /// ## What it means
    ///
    /// Components look for a transaction of type List named `hybrid_integration`. One of another type does not exist for them.
    ///
    /// ## How to fix
    ///
    /// The type of a transaction cannot be changed: create a new one of type List, with the same name and alias, copy the options, and
    /// delete the old one.
    ///
    /// ## Show it without hybridcheck
    ///
    /// In Genesys Administrator Extension: Configuration Manager > Routing/eServices > Transactions; the list shows the type of
    /// `hybrid_integration` beside its name.
    ///
    /// ## What we rely on
    ///
    /// Documented: type List (provisioning article). Inferred: the type is fixed once the object is made.
    pub(crate) struct ObjectWrongType;
}

impl Rule for ObjectWrongType {
    fn diagnose(&self, _: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::failing(all, &object::TypeList));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            shown.diagnosis(
                Certainty::Certain,
                format!("components will not find this object, because it is not of type List: {}", row.found()),
                Owner::EngageAdmin,
                "Create a transaction of type List with name and alias hybrid_integration, copy all options into it, and delete this one.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::check::Subject;

    #[test]
    fn another_type_fires() {
        let bench = Bench::healthy().failing(&object::TypeList, Subject::Object);
        assert_eq!(bench.causes(), ["object-wrong-type"]);
    }

    #[test]
    fn a_misspelt_section_is_another_cause() {
        let bench = Bench::healthy().failing(&object::SectionsSpelt, Subject::section("samll"));
        assert!(bench.diagnose(&ObjectWrongType).is_empty());
    }
}
