//! The seven options of section `general`.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::Answer;
use hybridcheck_core::finding::Judgement;
use hybridcheck_core::object::{GENERAL_OPTIONS, HybridObject};
use hybridcheck_core::page;

use crate::evidence::options::presence;

page! {
    /// Section `general` has the option, with a value
    ///
    /// ## Why it matters
    ///
    /// The components take the organisation, the role names and both URLs from these seven options. Without one of them they cannot
    /// find the organisation or its API, or cannot give a user a role.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, section `general`, set
    /// `organization_sname` (Genesys Cloud: Admin > Account Settings > Organization Settings > Organization Details > Advanced, *Short
    /// Name*), `organization_id` (same page, *Organization ID*), `default_agent_role_name`, `default_supervisor_role_name`,
    /// `default_admin_role_name` (names of roles as under Admin > Roles / Permissions), `base_auth_url`
    /// (`https://login.<domain>/oauth/token`) and `base_service_url` (`https://api.<domain>/api/`), and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: the seven options and their meaning. No default value is documented for any of them. An option export of GAX holds
    /// only what was selected: when the whole section is missing in one, this is not checked rather than failed.
    pub(crate) struct OptionsPresent;
}

impl Judge for OptionsPresent {
    type Subject = OptionName;

    fn subjects(&self, _object: &HybridObject) -> Vec<OptionName> {
        let options = GENERAL_OPTIONS.iter();
        options
            .map(|option| OptionName::new("general", *option))
            .collect()
    }

    fn judge(&self, name: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        presence::judge(case, name, meaning(name.option.raw()))
    }
}

fn meaning(option: &str) -> &'static str {
    match option {
        "organization_sname" => {
            "the Short Name in Genesys Cloud under Admin > Account Settings > Organization Settings > Organization Details > Advanced"
        }
        "organization_id" => {
            "the Organization ID in Genesys Cloud under Admin > Account Settings > Organization Settings > Organization Details > Advanced"
        }
        "base_auth_url" => "`https://login.<domain of your region>/oauth/token`",
        "base_service_url" => "`https://api.<domain of your region>/api/`",
        _ => "the exact name of a role in Genesys Cloud under Admin > Roles / Permissions",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{about, offline, unusual};
    use hybridcheck_core::facts::Gap;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::Form;
    use hybridcheck_testkit::objects::{healthy, with, without, without_section};

    #[test]
    fn all_seven_pass() {
        let answers = offline(&OptionsPresent, &healthy());
        assert_eq!(answers.len(), 7);
        assert!(unusual(&answers).is_empty());
    }

    #[test]
    fn a_missing_or_empty_option_fails_alone() {
        for object in [
            without(healthy(), "general", "base_auth_url"),
            with(healthy(), "general", "base_auth_url", ""),
            with(healthy(), "general", "base_auth_url", "  "),
        ] {
            let answers = offline(&OptionsPresent, &object);
            assert_eq!(
                unusual(&answers),
                [("general/base_auth_url".into(), Status::Fail)]
            );
        }
    }

    #[test]
    fn a_misspelt_option_or_section_is_left_to_the_check_of_spelling() {
        let option = without(healthy(), "general", "organization_id");
        let option = with(option, "general", "organisation_id", "x");
        let mut section = healthy();
        section.sections[0].name = "generall".into();
        for object in [option, section] {
            let answer = about(
                offline(&OptionsPresent, &object),
                "general",
                "organization_id",
            );
            assert!(matches!(answer, Err(Gap::Blocked { .. })), "{answer:?}");
        }
    }

    #[test]
    fn a_hidden_value_is_a_gap() {
        let object = with(healthy(), "general", "organization_id", "****");
        let answer = about(
            offline(&OptionsPresent, &object),
            "general",
            "organization_id",
        );
        assert!(matches!(answer, Err(Gap::Hidden { .. })));
    }

    #[test]
    fn a_missing_section_fails_except_in_a_selection() {
        let mut object = without_section(healthy(), "general");
        let answer = about(
            offline(&OptionsPresent, &object),
            "general",
            "base_auth_url",
        );
        assert_eq!(answer.expect("a judgement").status(), Status::Fail);
        object.form = Form::OptionFile;
        let answer = about(
            offline(&OptionsPresent, &object),
            "general",
            "base_auth_url",
        );
        assert!(matches!(answer, Err(Gap::NotInForm { .. })));
    }
}
