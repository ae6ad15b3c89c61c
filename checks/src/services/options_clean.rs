//! Traces of copying in client ids and secrets.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::Answer;
use hybridcheck_core::finding::Judgement;
use hybridcheck_core::object::{HybridObject, SERVICE_OPTIONS};
use hybridcheck_core::page;

use crate::evidence::options::cleaning::{self, Kind};

page! {
    /// The client's value has no blanks or quotes around it and no invisible characters
    ///
    /// ## Why it matters
    ///
    /// A secret with a line break at its end looks right in every tool and is refused by Genesys Cloud as `authentication failed`; an id
    /// with one is a client that does not exist.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, clear the value in the client's
    /// section, paste the id or secret again as plain text, without anything before or after it, and save.
    ///
    /// ## What we rely on
    ///
    /// Reported by users: a login fails when the secret was mangled in its option. Inferred: neither an id nor a secret of Genesys
    /// Cloud begins or ends with a blank, a quote or a line break. Unknown: whether a component removes them. The value is not shown,
    /// only its shape.
    pub(crate) struct OptionsClean;
}

impl Judge for OptionsClean {
    type Subject = OptionName;

    fn subjects(&self, object: &HybridObject) -> Vec<OptionName> {
        let mut subjects = Vec::new();
        for section in object.services() {
            for option in SERVICE_OPTIONS {
                if object.option(section.raw(), option).is_some() {
                    subjects.push(OptionName::new(section, option));
                }
            }
        }
        subjects
    }

    fn judge(&self, name: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        cleaning::judge(case, name, Kind::Word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{about, offline, unusual};
    use hybridcheck_core::facts::Gap;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{EWT_CLIENT, healthy, with};

    #[test]
    fn clean_values_pass() {
        let answers = offline(&OptionsClean, &healthy());
        assert_eq!(answers.len(), 4);
        assert!(unusual(&answers).is_empty());
    }

    #[test]
    fn a_mangled_secret_fails_and_is_not_shown() {
        for (value, trace) in [
            ("s3cr3t\n", "trailing newline"),
            (" s3cr3t", "leading blank"),
            ("\"s3cr3t\"", "quotes"),
            ("s3cr3t\u{200b}", "invisible"),
            ("s3cr3t\nmore", "line break inside"),
        ] {
            let answers = offline(&OptionsClean, &with(healthy(), "ewt", "password", value));
            let judgement = about(answers, "ewt", "password").expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail, "{trace}");
            assert!(judgement.found().contains(trace), "{}", judgement.found());
            assert!(!format!("{judgement:?}").contains("s3cr3t"));
        }
    }

    #[test]
    fn a_blank_after_an_id_fails_and_the_clean_id_is_given() {
        let object = with(healthy(), "ewt", "client_id", &format!("{EWT_CLIENT}\t"));
        let judgement =
            about(offline(&OptionsClean, &object), "ewt", "client_id").expect("a judgement");
        assert_eq!(judgement.expected(), format!("`{EWT_CLIENT}`"));
    }

    #[test]
    fn a_hidden_value_is_a_gap() {
        let object = with(healthy(), "ewt", "password", "***");
        let answer = about(offline(&OptionsClean, &object), "ewt", "password");
        assert!(matches!(answer, Err(Gap::Hidden { .. })));
    }
}
