//! Options or sections are missing.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::names::Name;
use hybridcheck_core::object::{GENERAL_OPTIONS, SAML_OPTIONS, SERVICE_OPTIONS};
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members::Rows;
use crate::evidence::rows;
use crate::{general, object, saml, services};

page! {
    /// The object lacks documented options or sections.
    ///
    /// ## What it means
    ///
    /// Components look options up by their exact names. One that is missing, blank or misspelt does not exist for them.
    ///
    /// ## How to fix
    ///
    /// Add what the diagnosis names, spelt exactly so, in the options of the transaction `hybrid_integration`. Every section of a service
    /// needs `client_id` and `password`.
    ///
    /// ## Show it without hybridcheck
    ///
    /// In Genesys Administrator Extension: Configuration Manager > Routing/eServices > Transactions > `hybrid_integration` > Options;
    /// compare the names with the list in the provisioning article.
    ///
    /// ## What we rely on
    ///
    /// Documented: the names of sections and options (provisioning article).
    pub(crate) struct ObjectIncomplete;
}

const CHECKS: [&dyn Check; 6] = [
    &general::OptionsPresent,
    &saml::OptionsPresent,
    &services::OptionsPresent,
    &services::SectionsExist,
    &object::SectionsSpelt,
    &object::OptionsSpelt,
];

impl Rule for ObjectIncomplete {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let Some(shown) = Rows::all(rows::failing_any(all, &CHECKS)) else {
            return Vec::new();
        };
        let missing = missing(case);
        let (sentence, fix) = if missing.is_empty() {
            let found = listed(
                shown
                    .rows()
                    .map(|row| format!("{} ({})", row.subject, row.found())),
            );
            (
                format!("the object is not complete: {found}"),
                shown.fixes(),
            )
        } else {
            let names = listed(
                missing
                    .iter()
                    .map(|(section, option)| format!("{section}/{option}")),
            );
            (
                format!("the object lacks {names}"),
                format!(
                    "Add to the transaction hybrid_integration, spelt exactly so and with a value: {names}. When a section or option of nearly that name is there, rename it."
                ),
            )
        };
        let keys = missing
            .iter()
            .map(|(section, option)| FactKey::option(case.object.id, section, *option));
        vec![
            shown
                .diagnosis(Certainty::Certain, sentence, Owner::EngageAdmin, fix)
                .breaks(keys),
        ]
    }
}

/// Documented options without a value.
fn missing(case: &Case<'_>) -> Vec<(Name, &'static str)> {
    let documented = GENERAL_OPTIONS
        .iter()
        .map(|option| (Name::from("general"), *option));
    let documented = documented.chain(
        SAML_OPTIONS
            .iter()
            .map(|option| (Name::from("saml"), *option)),
    );
    let services = case.object.services().into_iter().flat_map(|section| {
        SERVICE_OPTIONS
            .iter()
            .map(move |option| (section.clone(), *option))
    });
    documented
        .chain(services)
        .filter(|(section, option)| {
            let found = case.object.option(section.raw(), option);
            found.is_none_or(|found| found.value.shape().is_blank())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use crate::{general, object, saml, services};
    use hybridcheck_core::check::Subject;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::objects;

    #[test]
    fn what_is_missing_is_named_once_for_all_rows() {
        let object = objects::without(objects::healthy(), "saml", "issuer");
        let object = objects::with(object, "ewt", "password", "");
        let bench = Bench::of(object)
            .failing(&saml::OptionsPresent, Subject::option("saml", "issuer"))
            .failing(
                &services::OptionsPresent,
                Subject::option("ewt", "password"),
            );
        let found = bench.diagnose(&ObjectIncomplete);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].sentence,
            "the object lacks saml/issuer and ewt/password"
        );
        assert_eq!(
            found[0].broken,
            [("saml", "issuer"), ("ewt", "password")].map(|(section, option)| FactKey::option(
                ObjectId(0),
                section,
                option
            ))
        );
    }

    #[test]
    fn a_misspelt_section_is_told_in_the_checks_words() {
        let bench = Bench::healthy().failing(&object::SectionsSpelt, Subject::section("ewtt"));
        assert!(
            bench.diagnose(&ObjectIncomplete)[0]
                .sentence
                .contains("[ewtt] (what the check found)")
        );
    }

    #[test]
    fn a_wrong_value_is_not_a_missing_one() {
        let bench = Bench::healthy().failing(
            &general::AuthUrl,
            Subject::option("general", "base_auth_url"),
        );
        assert!(bench.diagnose(&ObjectIncomplete).is_empty());
    }
}
