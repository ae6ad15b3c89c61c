//! The form of the organisation's short name.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, is_guid};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;

use crate::evidence::options::OPTIONS_TAB;
use crate::evidence::options::cleaning::clean_word;

page! {
    /// `general/organization_sname` has the form of a short name
    ///
    /// ## Why it matters
    ///
    /// The short name, not the organisation's name, tells Genesys Cloud to which organisation a SAML login belongs. With the long name
    /// or the id in its place the login is refused, while everything else may work.
    ///
    /// ## How to fix
    ///
    /// In Genesys Cloud, copy the *Short Name* from Admin > Account Settings > Organization Settings > Organization Details > Advanced. In
    /// GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options, section `general`, set
    /// `organization_sname` to it and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: the short name is made from the organisation's name under the limits of DNS, from letters and digits, is unique and
    /// cannot be changed. Observed: hyphens occur. So a blank or a GUID fails, any other character only warns.
    pub(crate) struct OrganizationSnameForm;
}

/// DNS allows no longer label.
const LONGEST: usize = 63;

impl Judge for OrganizationSnameForm {
    type Subject = OptionName;

    fn subjects(&self, _object: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("general", "organization_sname")]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let found = case.visible("general", "organization_sname")?;
        let expected =
            "the organisation's short name: letters, digits and hyphens, such as `acme-sample`";
        let fix = format!(
            "{OPTIONS_TAB}: set `general/organization_sname` to the Short Name shown in Genesys Cloud under Admin > Account Settings > Organization Settings > Organization Details > Advanced, and save."
        );
        let shown = found.value.shown();
        let fail = |why: &str| {
            let judgement = Judgement::fail(
                expected,
                format!("{shown}: {why}"),
                fix.clone(),
                Owner::EngageAdmin,
            );
            Ok(judgement.of(found))
        };
        let warn = |why: String| {
            let judgement = Judgement::warn(
                expected,
                format!("{shown}: {why}"),
                fix.clone(),
                Owner::EngageAdmin,
            );
            Ok(judgement.of(found))
        };
        let Some(text) = found.value.plain() else {
            return fail("far longer than a short name, or key material");
        };
        let name = clean_word(text.raw());
        if is_guid(&name) {
            if is_swapped(case) {
                return Err(Gap::blocked(FactKey::option(
                    case.object.id,
                    "general",
                    "organization_id",
                )));
            }
            return fail("a GUID, as the organisation's id is");
        }
        if name.contains(char::is_whitespace) {
            return fail(
                "a blank cannot be in a short name; it looks like the organisation's name",
            );
        }
        let strange: Vec<char> = name
            .chars()
            .filter(|c| !c.is_ascii_alphanumeric() && *c != '-')
            .collect();
        if !strange.is_empty() {
            let strange: String = strange.into_iter().take(5).collect();
            let strange = Outside::of(strange.as_str()).shown(40);
            return warn(format!(
                "short names are made of letters, digits and hyphens, this one has `{strange}`"
            ));
        }
        let length = name.chars().count();
        if length > LONGEST {
            return warn(format!(
                "{length} characters, more than the {LONGEST} that DNS allows"
            ));
        }
        Ok(Judgement::pass(shown).of(found))
    }
}

/// The swap is the finding of the id's own check, once.
fn is_swapped(case: &Case<'_>) -> bool {
    let id = case.option("general", "organization_id");
    id.is_some_and(|id| {
        let shape = id.value.shape();
        let is_id = id
            .value
            .plain()
            .is_some_and(|text| is_guid(text.trim().raw()));
        !shape.is_blank() && !shape.masked && !is_id
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{ORG_ID, healthy, with, without};

    fn judged(name: &str) -> Answer<Judgement> {
        let object = with(healthy(), "general", "organization_sname", name);
        only(offline(&OrganizationSnameForm, &object))
    }

    #[test]
    fn letters_digits_and_hyphens_pass() {
        for name in ["acme", "Acme2", "acme-sample", " acme "] {
            assert_eq!(
                judged(name).expect("a judgement").status(),
                Status::Pass,
                "{name}"
            );
        }
    }

    #[test]
    fn the_long_name_and_the_id_fail() {
        for (name, why) in [("Acme Insurance Ltd", "a blank"), (ORG_ID, "a GUID")] {
            let judgement = judged(name).expect("a judgement");
            assert_eq!(judgement.status(), Status::Fail, "{name}");
            assert!(judgement.found().contains(why), "{}", judgement.found());
        }
    }

    #[test]
    fn other_characters_and_lengths_warn() {
        for name in ["acme_sample", "acmé", &"a".repeat(64)] {
            assert_eq!(
                judged(name).expect("a judgement").status(),
                Status::Warn,
                "{name}"
            );
        }
    }

    #[test]
    fn a_swap_is_left_to_the_check_of_the_id() {
        let object = with(healthy(), "general", "organization_sname", ORG_ID);
        let object = with(object, "general", "organization_id", "acme");
        let answer = only(offline(&OrganizationSnameForm, &object));
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
    }

    #[test]
    fn a_missing_name_is_a_gap() {
        let object = without(healthy(), "general", "organization_sname");
        assert!(only(offline(&OrganizationSnameForm, &object)).is_err());
    }
}
