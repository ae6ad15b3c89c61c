//! The form of client ids.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, is_guid};
use hybridcheck_core::page;

use crate::evidence::options::{OPTIONS_TAB, guid};

page! {
    /// The client id is a GUID
    ///
    /// ## Why it matters
    ///
    /// Genesys Cloud gives every OAuth client a GUID as its id and refuses anything else as `client not found`. The usual mistake is
    /// that id and secret were exchanged, which also sends the secret where ids are logged.
    ///
    /// ## How to fix
    ///
    /// In Genesys Cloud, copy the *Client ID* of the client from Admin > Integrations > OAuth. In GAX, Configuration Manager >
    /// Routing/eServices > Transactions > hybrid_integration > Options, set `client_id` in the client's section to it, 36 characters in
    /// the form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, and save. If the secret had been entered there, put it into `password`, and
    /// reset it if others may have seen it.
    ///
    /// ## What we rely on
    ///
    /// Documented: the option holds the client's id, in the API definition a GUID. Only the length of the password is looked at: 36
    /// characters are a hint of an exchange, not a proof. An id that is no GUID may be the secret and is therefore not shown.
    pub(crate) struct ClientIdGuid;
}

/// The length of a GUID.
const GUID: usize = 36;

impl Judge for ClientIdGuid {
    type Subject = OptionName;

    fn subjects(&self, object: &HybridObject) -> Vec<OptionName> {
        object
            .services()
            .into_iter()
            .filter(|section| object.option(section.raw(), "client_id").is_some())
            .map(|section| OptionName::new(section, "client_id"))
            .collect()
    }

    fn judge(&self, name: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let OptionName { section, option } = name;
        let found = case.visible(section.raw(), option.raw())?;
        if found
            .value
            .plain()
            .is_some_and(|text| is_guid(text.trim().raw()))
        {
            return Ok(Judgement::pass(found.value.shown()).of(found));
        }
        let shape = found.value.shape();
        if guid::is_wrapped(&shape) {
            // Whether a GUID is inside cannot be seen; the check of cleanness fails and says what to remove.
            return Err(Gap::blocked(FactKey::option(
                case.object.id,
                section,
                option,
            )));
        }
        let password = case.option(section.raw(), "password");
        let is_swapped = shape.characters != GUID
            && password.is_some_and(|option| option.value.shape().characters == GUID);
        let (hint, fix) = if is_swapped {
            (
                "; the password has the length of one: possibly they were exchanged".to_owned(),
                format!(
                    "{OPTIONS_TAB}, section `{section}`: if so, exchange the values of `client_id` and `password` and save."
                ),
            )
        } else {
            let hint = guid::hint(&shape).map(|hint| format!(" ({hint})"));
            (
                hint.unwrap_or_default(),
                format!(
                    "{OPTIONS_TAB}: set `{section}/client_id` to the Client ID shown in Genesys Cloud under Admin > Integrations > OAuth, and save."
                ),
            )
        };
        let judgement = Judgement::fail(
            guid::FORM,
            format!("{}, no GUID{hint}", found.value.shown()),
            fix,
            Owner::EngageAdmin,
        );
        Ok(judgement.of(found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{about, offline, unusual};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{EWT_CLIENT, healthy, with, without};

    fn judged(object: &HybridObject) -> Answer<Judgement> {
        about(offline(&ClientIdGuid, object), "ewt", "client_id")
    }

    #[test]
    fn guids_pass() {
        assert!(unusual(&offline(&ClientIdGuid, &healthy())).is_empty());
    }

    #[test]
    fn anything_else_fails_unshown() {
        let object = with(healthy(), "ewt", "client_id", "s3cr3t-client");
        let judgement = judged(&object).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(judgement.found(), "13 characters, no GUID");
        assert!(!format!("{judgement:?}").contains("s3cr3t"));
    }

    #[test]
    fn a_possible_exchange_with_the_secret_is_only_called_possible() {
        let object = with(healthy(), "ewt", "client_id", "s3cr3t-s3cr3t-s3cr3t-s3cr3t");
        let object = with(object, "ewt", "password", EWT_CLIENT);
        let judgement = judged(&object).expect("a judgement");
        assert!(
            judgement.found().contains("possibly they were exchanged"),
            "{}",
            judgement.found()
        );
        assert!(!format!("{judgement:?}").contains("s3cr3t"));
        assert!(!format!("{judgement:?}").contains(EWT_CLIENT));
    }

    #[test]
    fn quotes_around_the_id_are_left_to_the_check_of_cleanness() {
        let object = with(healthy(), "ewt", "client_id", &format!("\"{EWT_CLIENT}\""));
        assert!(matches!(judged(&object), Err(Gap::Blocked { .. })));
    }

    #[test]
    fn a_missing_id_is_no_subject_and_a_hidden_one_a_gap() {
        let answers = offline(&ClientIdGuid, &without(healthy(), "ewt", "client_id"));
        assert_eq!(answers.len(), 1);
        let hidden = with(healthy(), "ewt", "client_id", "****");
        assert!(matches!(judged(&hidden), Err(Gap::Hidden { .. })));
    }
}
