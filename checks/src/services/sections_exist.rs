//! The sections of OAuth clients.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{SAML_AUTH, Section};
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::options::OPTIONS_TAB;
use crate::evidence::options::spelling::{is_client, stands_for};

page! {
    /// At least one section holds an OAuth client
    ///
    /// ## Why it matters
    ///
    /// Each component logs in to Genesys Cloud with the OAuth client of its own section. An object without any gives no component a way
    /// in.
    ///
    /// ## How to fix
    ///
    /// In Genesys Cloud, create an OAuth client for each service (Admin > Integrations > OAuth): *Client Credentials* for a service such
    /// as the Agent Pacing Service, *SAML2 Bearer* for Workspace Desktop Edition. In GAX, Configuration Manager > Routing/eServices >
    /// Transactions > hybrid_integration > Options, add a section for each (`ewt` for the Agent Pacing Service, `saml_auth` for Workspace
    /// Desktop Edition) with the options `client_id` and `password`, and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: one section for each OAuth client, `saml_auth` and `ewt` by name, others free. `saml_auth` is needed only where
    /// Workspace Desktop Edition logs in; whether yours does is not in the object, so a missing one is a note.
    pub(crate) struct SectionsExist;
}

impl Judge for SectionsExist {
    type Subject = Whole;

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let clients: Vec<&Section> = object
            .services()
            .into_iter()
            .filter_map(|name| {
                let mut sections = object.sections.named(name.raw());
                sections.find(|section| is_client(section))
            })
            .collect();
        if clients.is_empty() {
            return without_clients(case);
        }
        let names = listed(clients.iter().map(|section| format!("[{}]", section.name)));
        let has_saml_auth = object
            .sections
            .iter()
            .any(|section| stands_for(object, section).eq_ignore_ascii_case(SAML_AUTH));
        let judgement = if has_saml_auth {
            Judgement::pass(names)
        } else {
            let where_not = if object.form.is_selection() {
                "in this file"
            } else {
                "in the object"
            };
            Judgement::note(
                format!(
                    "{names}; no [{SAML_AUTH}] is {where_not}, which only Workspace Desktop Edition needs"
                ),
                format!(
                    "Nothing, unless agents log in with Workspace Desktop Edition. Then {OPTIONS_TAB}: add section `{SAML_AUTH}` with `client_id` and `password` of an OAuth client of grant type SAML2 Bearer."
                ),
                Owner::EngageAdmin,
            )
        };
        Ok(clients
            .iter()
            .fold(judgement, |judgement, section| judgement.at(&section.place)))
    }
}

fn without_clients(case: &Case<'_>) -> Answer<Judgement> {
    let object = case.object;
    // A misspelt `saml_aut` without its client id is the finding of the check of spelling.
    let misspelt = object
        .sections
        .iter()
        .find(|section| object.misspelt_section(section) == Some(SAML_AUTH));
    if let Some(section) = misspelt {
        let key = FactKey::option(object.id, &section.name, "client_id");
        case.note(&key);
        return Err(Gap::blocked(key));
    }
    if object.form.is_selection() {
        let what = "a section of an OAuth client: an option export holds only the sections that were selected".into();
        return Err(Gap::NotInForm { what });
    }
    Ok(Judgement::fail(
        "a section for each OAuth client, such as `ewt` for the Agent Pacing Service or `saml_auth` for Workspace Desktop Edition",
        "no section holds a `client_id` or `password`",
        format!("{OPTIONS_TAB}: add a section for each service's OAuth client with `client_id` and `password` (Genesys Cloud: Admin > Integrations > OAuth), and save."),
        Owner::EngageAdmin,
    )
    .at(&object.place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::{Form, HybridObject};
    use hybridcheck_testkit::objects::{healthy, with, without_section};

    fn bare() -> HybridObject {
        without_section(without_section(healthy(), "ewt"), "saml_auth")
    }

    #[test]
    fn sections_of_clients_pass_and_are_named() {
        let judgement = only(offline(&SectionsExist, &healthy())).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
        assert_eq!(judgement.found(), "[saml_auth] and [ewt]");
    }

    #[test]
    fn without_saml_auth_it_is_a_note() {
        let object = without_section(healthy(), "saml_auth");
        let judgement = only(offline(&SectionsExist, &object)).expect("a judgement");
        assert_eq!(judgement.status(), Status::Note);
    }

    #[test]
    fn none_at_all_fails_and_a_foreign_section_does_not_help() {
        for object in [bare(), with(bare(), "remarks", "author", "x")] {
            let judgement = only(offline(&SectionsExist, &object)).expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail);
        }
    }

    #[test]
    fn none_in_a_selection_is_a_gap() {
        let object = HybridObject {
            form: Form::OptionFile,
            ..bare()
        };
        let answer = only(offline(&SectionsExist, &object));
        assert!(matches!(answer, Err(Gap::NotInForm { .. })));
    }

    #[test]
    fn a_misspelt_section_is_left_to_the_check_of_spelling() {
        let object = with(bare(), "saml_aut", "grant", "x");
        let answer = only(offline(&SectionsExist, &object));
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
    }
}
