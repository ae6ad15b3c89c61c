//! The form of the organisation's id.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, is_guid};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;

use crate::evidence::options::cleaning::clean_word;
use crate::evidence::options::{OPTIONS_TAB, guid};

page! {
    /// `general/organization_id` is a GUID
    ///
    /// ## Why it matters
    ///
    /// Genesys Cloud knows an organisation by its id. With the short name, the long name or a mutilated id in its place the components
    /// address no organisation at all.
    ///
    /// ## How to fix
    ///
    /// In Genesys Cloud, copy the *Organization ID* from Admin > Account Settings > Organization Settings > Organization Details >
    /// Advanced. In GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, section `general`, set
    /// `organization_id` to it, 36 characters in the form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: the option holds the organisation's id, which in the API definition is a GUID and cannot be edited. That it is the
    /// right organisation is another check's matter and needs the API.
    pub(crate) struct OrganizationIdGuid;
}

impl Judge for OrganizationIdGuid {
    type Subject = OptionName;

    fn subjects(&self, _object: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("general", "organization_id")]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let found = case.visible("general", "organization_id")?;
        let shape = found.value.shape();
        let text = found.value.plain().map(Outside::<&str>::raw);
        if text.is_some_and(|text| is_guid(text.trim()) && !is_nil(text)) {
            return Ok(Judgement::pass(found.value.shown()).of(found));
        }
        // Quotes and invisible characters are the finding of another check, which also gives the clean value where it can.
        let is_inside = match text {
            Some(text) => !is_guid(text.trim()) && is_guid(&clean_word(text)),
            None => guid::is_wrapped(&shape),
        };
        if is_inside {
            let key = FactKey::option(case.object.id, "general", "organization_id");
            return Err(Gap::blocked(key));
        }
        let short_name = case.option("general", "organization_sname");
        let is_swapped = short_name
            .and_then(|option| option.value.plain())
            .is_some_and(|text| is_guid(text.trim().raw()));
        let (hint, fix) = if is_swapped {
            (
                ": swapped with `organization_sname`, which holds a GUID".to_owned(),
                format!(
                    "{OPTIONS_TAB}, section `general`: exchange the values of `organization_id` and `organization_sname` and save."
                ),
            )
        } else {
            let hint = guid::hint(&shape).map(|hint| format!(" ({hint})"));
            (
                hint.unwrap_or_default(),
                format!(
                    "{OPTIONS_TAB}: set `general/organization_id` to the Organization ID shown in Genesys Cloud under Admin > Account Settings > Organization Settings > Organization Details > Advanced, and save."
                ),
            )
        };
        let judgement = Judgement::fail(
            guid::FORM,
            format!("{}{hint}", found.value.shown()),
            fix,
            Owner::EngageAdmin,
        );
        Ok(judgement.of(found))
    }
}

/// The GUID of zeros alone is a placeholder.
fn is_nil(text: &str) -> bool {
    !text.contains(|c: char| c.is_ascii_hexdigit() && c != '0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{ORG_ID, healthy, with, without};

    fn judged(id: &str) -> Answer<Judgement> {
        only(offline(
            &OrganizationIdGuid,
            &with(healthy(), "general", "organization_id", id),
        ))
    }

    #[test]
    fn a_guid_passes_in_either_case() {
        for id in [ORG_ID, &ORG_ID.to_uppercase(), &format!("{ORG_ID} ")] {
            assert_eq!(
                judged(id).expect("a judgement").status(),
                Status::Pass,
                "{id}"
            );
        }
    }

    #[test]
    fn anything_else_fails() {
        for (id, hint) in [
            ("acme", "`acme`"),
            ("00000000-0000-0000-0000-000000000000", "`00000000-"),
            ("000000001111422283334444444444445", ""),
            ("{00000000-1111-4222-8333-444444444444}", "braces"),
            ("00000000111142228333444444444444", "hyphens are missing"),
        ] {
            let judgement = judged(id).expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail, "{id}");
            assert!(judgement.found().contains(hint), "{}", judgement.found());
        }
    }

    #[test]
    fn a_swap_with_the_short_name_is_named() {
        let object = with(healthy(), "general", "organization_id", "acme-sample");
        let object = with(object, "general", "organization_sname", ORG_ID);
        let judgement = only(offline(&OrganizationIdGuid, &object)).expect("a judgement");
        assert!(
            judgement.found().contains("swapped"),
            "{}",
            judgement.found()
        );
        assert!(judgement.fix().contains("exchange"), "{}", judgement.fix());
    }

    #[test]
    fn quotes_around_a_guid_are_left_to_the_check_of_cleanness() {
        for id in [format!("\"{ORG_ID}\""), format!("\u{feff}{ORG_ID}")] {
            assert!(matches!(judged(&id), Err(Gap::Blocked { .. })), "{id:?}");
        }
    }

    #[test]
    fn a_missing_or_hidden_id_is_a_gap() {
        let missing = without(healthy(), "general", "organization_id");
        assert!(only(offline(&OrganizationIdGuid, &missing)).is_err());
        assert!(matches!(judged("***"), Err(Gap::Hidden { .. })));
    }
}
