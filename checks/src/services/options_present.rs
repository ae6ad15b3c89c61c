//! The two options of each section of an OAuth client.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::Answer;
use hybridcheck_core::finding::Judgement;
use hybridcheck_core::object::{HybridObject, SERVICE_OPTIONS};
use hybridcheck_core::page;

use crate::evidence::options::presence;
use crate::evidence::options::spelling::is_client;

page! {
    /// The section of the OAuth client has the option, with a value
    ///
    /// ## Why it matters
    ///
    /// A component logs in with the client id and the client secret of its section. Without either it gets no token.
    ///
    /// ## How to fix
    ///
    /// In Genesys Cloud, open the client under Admin > Integrations > OAuth and copy its *Client ID*; its secret is shown when it is
    /// created or reset. In GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, set `client_id`
    /// to the id and `password` to the secret in the client's section, and save. A reset makes the old secret invalid: update every
    /// section that uses the client.
    ///
    /// ## What we rely on
    ///
    /// Documented: `client_id` and `password` in each section of an OAuth client. A section of another name than `saml_auth` and
    /// `ewt` that holds neither is not taken for one: the check does not apply to it.
    pub(crate) struct OptionsPresent;
}

impl Judge for OptionsPresent {
    type Subject = OptionName;

    fn subjects(&self, object: &HybridObject) -> Vec<OptionName> {
        let mut subjects = Vec::new();
        for section in object.services() {
            for option in SERVICE_OPTIONS {
                subjects.push(OptionName::new(section, option));
            }
        }
        subjects
    }

    fn judge(&self, name: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let mut sections = case.object.sections.named(name.section.raw());
        if !sections.any(is_client) {
            return Ok(Judgement::not_applicable(
                "the section holds neither `client_id` nor `password`: it is not taken for that of an OAuth client",
            ));
        }
        let meaning = match name.option.raw() {
            "client_id" => {
                "the Client ID of the OAuth client (Genesys Cloud: Admin > Integrations > OAuth)"
            }
            _ => {
                "the client secret of the OAuth client (Genesys Cloud: Admin > Integrations > OAuth; a lost one has to be reset)"
            }
        };
        presence::judge(case, name, meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{about, offline, unusual};
    use hybridcheck_core::facts::Gap;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{healthy, with, without};

    #[test]
    fn both_options_of_both_sections_pass_and_no_secret_is_shown() {
        let answers = offline(&OptionsPresent, &healthy());
        assert_eq!(answers.len(), 4);
        assert!(unusual(&answers).is_empty());
        assert!(!format!("{answers:?}").contains("placeholder-of-secret"));
    }

    #[test]
    fn a_missing_or_empty_option_fails_alone() {
        for object in [
            without(healthy(), "ewt", "password"),
            with(healthy(), "ewt", "password", ""),
            with(healthy(), "ewt", "password", " \t"),
        ] {
            let answers = offline(&OptionsPresent, &object);
            assert_eq!(unusual(&answers), [("ewt/password".into(), Status::Fail)]);
        }
    }

    #[test]
    fn a_misspelt_option_is_left_to_the_check_of_spelling() {
        let object = without(healthy(), "ewt", "password");
        let object = with(object, "ewt", "client_secret", "x");
        let answer = about(offline(&OptionsPresent, &object), "ewt", "password");
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
    }

    #[test]
    fn a_hidden_secret_is_a_gap() {
        let object = with(healthy(), "ewt", "password", "********");
        let answer = about(offline(&OptionsPresent, &object), "ewt", "password");
        assert!(matches!(answer, Err(Gap::Hidden { .. })));
    }

    #[test]
    fn it_does_not_apply_to_a_foreign_section() {
        let object = with(healthy(), "remarks", "author", "x");
        let answer = about(offline(&OptionsPresent, &object), "remarks", "client_id");
        assert_eq!(answer.expect("a judgement").status(), Status::NotApplicable);
    }
}
