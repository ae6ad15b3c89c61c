//! Whether the object names the organisation by its short name.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap, Organization};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::names::{OrgId, OrgShortName};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::bare;

use crate::evidence::{organization, subjects};

page! {
    /// The option general/organization_sname is the organisation's short name.
    ///
    /// ## Why it matters
    ///
    /// The short name goes into every SAML login as `orgName`. The long name, which people know better, does not work there.
    ///
    /// ## How to fix
    ///
    /// Copy the short name from Admin > Account Settings > Organization Settings > Organization Details > Advanced. It cannot be
    /// changed in Genesys Cloud, so the option has to follow.
    ///
    /// ## What we rely on
    ///
    /// Documented: the short name is globally unique and fixed (`thirdPartyOrgName`, Platform API definition).
    /// Not documented: whether upper and lower case matter, so such a difference warns.
    pub(crate) struct ShortNameMatches;
}

impl Judge for ShortNameMatches {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("general", "organization_sname")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::organization(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.organization()?;
        organization::is_about_us(case, &fact.reader)?;
        let organization = subjects::found(fact)?;
        let (option, ours) = subjects::plain(case, "general", "organization_sname")?;
        let ours = OrgShortName::from(ours);
        if is_another(case, organization) {
            return Err(Gap::blocked(FactKey::option(
                case.object.id,
                "general",
                "organization_id",
            )));
        }
        let Some(name) = organization.third_party_org_name.as_ref() else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state the organisation's short name", fact.call),
            });
        };
        if *name != ours && name.view() == bare(ours.view().raw()) {
            // Quotes and invisible characters around the value are judged by `general-options-clean`.
            return Err(Gap::blocked(FactKey::option(
                case.object.id,
                "general",
                "organization_sname",
            )));
        }
        let is = |text: Option<Outside<&str>>| {
            text.is_some_and(|text| text.trim().is_like(&ours.view()))
        };
        let fix = format!("Set general/organization_sname to `{}`.", name.shown(100));
        let judgement = if *name == ours {
            Judgement::pass(name.shown(100))
        } else if name.is_like(&ours) {
            Judgement::warn(
                name.shown(100),
                format!(
                    "`{}`, which differs in upper and lower case",
                    ours.shown(100)
                ),
                fix,
                Owner::EngageAdmin,
            )
        } else {
            let mistake = if is(organization.name.as_ref().map(Outside::view)) {
                ": that is the long name"
            } else if is(organization.id.as_ref().map(OrgId::view)) {
                ": that is the organisation's id"
            } else {
                ""
            };
            Judgement::fail(
                name.shown(100),
                format!("`{}`{mistake}", ours.shown(100)),
                fix,
                Owner::EngageAdmin,
            )
        };
        Ok(subjects::with_api(judgement, fact).of(option))
    }
}

/// The object's id is another organisation's, which `org-id-matches` judges; its short name is then bound to differ.
fn is_another(case: &Case<'_>, organization: &Organization) -> bool {
    let ours = case.object.organization_id().filter(OrgId::is_guid);
    match (ours, organization.id.as_ref()) {
        (Some(ours), Some(id)) => !id.is_like(&ours),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::LONG_NAME;
    use hybridcheck_testkit::objects::ORG_ID;

    fn named(name: &str) -> Judgement {
        Bench::healthy()
            .option("general", "organization_sname", name)
            .judge_first(&ShortNameMatches)
            .expect("a verdict")
    }

    #[test]
    fn only_the_exact_name_passes() {
        assert_eq!(named("acme-sample").status(), Status::Pass);
        assert_eq!(named("Acme-Sample").status(), Status::Warn);
        assert_eq!(named("acme").status(), Status::Fail);
    }

    #[test]
    fn quotes_around_the_name_are_judged_elsewhere() {
        let bench = Bench::healthy().option("general", "organization_sname", "\"acme-sample\"");
        assert!(matches!(
            bench.judge_first(&ShortNameMatches),
            Err(Gap::Blocked { .. })
        ));
    }

    #[test]
    fn a_swap_is_named() {
        assert!(named(LONG_NAME).found().ends_with("that is the long name"));
        assert!(
            named(ORG_ID)
                .found()
                .ends_with("that is the organisation's id")
        );
    }

    #[test]
    fn another_organization_is_a_gap_here() {
        let bench = Bench::healthy().option(
            "general",
            "organization_id",
            "99999999-1111-4222-8333-444444444444",
        );
        let bench = bench.option("general", "organization_sname", "other");
        assert!(matches!(
            bench.judge_first(&ShortNameMatches),
            Err(Gap::Blocked { .. })
        ));
    }
}
