//! Values that the export replaced by stars.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{Opt, Section};
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

page! {
    /// No value is hidden in the input
    ///
    /// ## Why it matters
    ///
    /// Where an export shows stars in place of a password, hybridcheck cannot decrypt the private key or log in with the client. Such
    /// checks are then reported as not made; it does not mean that the secret is wrong.
    ///
    /// ## How to fix
    ///
    /// Export the object in a form that keeps its values, for example rows of `cfg_flex_prop` from the configuration database, with an
    /// account that may see them; or enter the hidden values into a copy of the file, check it and delete it.
    ///
    /// ## What we rely on
    ///
    /// Unknown: which tools hide which options. Inferred: a value that consists only of `*`, alone or in brackets, or that reads
    /// `[output suppressed]`, is hidden, not set so.
    pub(crate) struct HiddenValues;
}

impl Judge for HiddenValues {
    type Subject = Whole;

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let hidden: Vec<(&Section, &Opt)> = object
            .sections
            .iter()
            .flat_map(|section| section.options.iter().map(move |option| (section, option)))
            .filter(|(_, option)| option.value.shape().masked)
            .collect();
        if hidden.is_empty() {
            return Ok(Judgement::pass("every value is there"));
        }
        for (section, option) in &hidden {
            case.note(&FactKey::option(object.id, &section.name, &option.name));
        }
        let names = hidden
            .iter()
            .map(|(section, option)| format!("`{}/{}`", section.name, option.name));
        let judgement = Judgement::note(
            format!(
                "hidden: {}; checks that need these values cannot be made",
                listed(names)
            ),
            "Export the object in a form that keeps its values, or enter them into a copy of the file, check it and delete it.",
            Owner::EngageAdmin,
        );
        Ok(hidden
            .iter()
            .fold(judgement, |judgement, (_, option)| judgement.of(option)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{healthy, with};

    #[test]
    fn visible_values_pass() {
        let judgement = only(offline(&HiddenValues, &healthy())).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn hidden_values_are_listed_in_a_note() {
        let object = with(healthy(), "ewt", "password", "*****");
        let object = with(object, "saml", "pkey", "[output suppressed]");
        let judgement = only(offline(&HiddenValues, &object)).expect("a judgement");
        assert_eq!(judgement.status(), Status::Note);
        assert!(
            judgement
                .found()
                .starts_with("hidden: `saml/pkey` and `ewt/password`"),
            "{}",
            judgement.found()
        );
        assert_eq!(judgement.places.len(), 2);
    }
}
