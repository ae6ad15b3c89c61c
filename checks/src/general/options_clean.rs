//! Traces of copying in the values of section `general`.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::Answer;
use hybridcheck_core::finding::Judgement;
use hybridcheck_core::object::{GENERAL_OPTIONS, HybridObject};
use hybridcheck_core::page;

use crate::evidence::options::cleaning::{self, Kind};

page! {
    /// The value has no blanks or quotes around it and no invisible characters
    ///
    /// ## Why it matters
    ///
    /// A blank after an id, typographic quotes from a document or a non-breaking blank from a mail cannot be seen on the screen, yet
    /// they become part of the value: the URL names another host, the id no organisation, the role name no role.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, clear the value, type or paste
    /// the exact value that the finding gives (as plain text) and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: the exact form of URLs and ids. Unknown: whether a component removes such characters itself. Role names may hold
    /// blanks and apostrophes inside, and may in theory begin with any character, so they only warn.
    pub(crate) struct OptionsClean;
}

impl Judge for OptionsClean {
    type Subject = OptionName;

    fn subjects(&self, object: &HybridObject) -> Vec<OptionName> {
        GENERAL_OPTIONS
            .iter()
            .filter(|option| object.option("general", option).is_some())
            .map(|option| OptionName::new("general", *option))
            .collect()
    }

    fn judge(&self, name: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let kind = if name.option.raw().ends_with("_role_name") {
            Kind::Name
        } else {
            Kind::Word
        };
        cleaning::judge(case, name, kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{about, offline, unusual};
    use hybridcheck_core::facts::Gap;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{ORG_ID, healthy, with, without};

    #[test]
    fn clean_values_pass() {
        let answers = offline(&OptionsClean, &healthy());
        assert_eq!(answers.len(), 7);
        assert!(unusual(&answers).is_empty());
    }

    #[test]
    fn traces_fail_and_the_clean_value_is_given() {
        for (option, value, clean) in [
            (
                "organization_id",
                format!(" {ORG_ID}"),
                format!("`{ORG_ID}`"),
            ),
            (
                "organization_sname",
                "\u{201c}acme\u{201d}".into(),
                "`acme`".into(),
            ),
            (
                "base_service_url",
                "https://api.mypurecloud.de/api/\u{a0}".into(),
                "`https://api.mypurecloud.de/api/`".into(),
            ),
            (
                "base_auth_url",
                "'https://login.mypurecloud.de/oauth/token'\n".into(),
                "`https://login.mypurecloud.de/oauth/token`".into(),
            ),
        ] {
            let answers = offline(&OptionsClean, &with(healthy(), "general", option, &value));
            let judgement = about(answers, "general", option).expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail, "{option}");
            assert_eq!(judgement.expected(), clean);
        }
    }

    #[test]
    fn a_value_that_is_not_shown_is_described_by_its_shape() {
        let object = with(
            healthy(),
            "general",
            "organization_id",
            "\"s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t\"",
        );
        let judgement = about(
            offline(&OptionsClean, &object),
            "general",
            "organization_id",
        )
        .expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(!format!("{judgement:?}").contains("s3cr3t"));
    }

    #[test]
    fn role_names_warn_and_keep_their_apostrophes() {
        for (name, status) in [
            ("AI Agent ", Status::Warn),
            ("AI\u{a0}Agent", Status::Warn),
            ("Chef d\u{2019}équipe", Status::Pass),
        ] {
            let object = with(healthy(), "general", "default_agent_role_name", name);
            let answer = about(
                offline(&OptionsClean, &object),
                "general",
                "default_agent_role_name",
            );
            assert_eq!(answer.expect("a judgement").status(), status, "{name}");
        }
    }

    #[test]
    fn a_missing_option_is_no_subject_and_an_empty_one_a_gap() {
        let answers = offline(
            &OptionsClean,
            &without(healthy(), "general", "organization_id"),
        );
        assert_eq!(answers.len(), 6);
        let object = with(healthy(), "general", "organization_id", "");
        let answer = about(
            offline(&OptionsClean, &object),
            "general",
            "organization_id",
        );
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
    }
}
