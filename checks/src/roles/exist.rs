//! Whether the roles that the object names exist.

use hybridcheck_core::baseline::RoleKind;
use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::facts::{Answer, FactKey, Roles};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::names::RoleName;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::role_names::{self, Difference};
use crate::evidence::{rights, subjects};

page! {
    /// The role that the option names exists in the organisation.
    ///
    /// ## Why it matters
    ///
    /// Users who are created at their first login are given this role by name. When it does not exist they have no rights, and what
    /// they see is an empty screen and no error.
    ///
    /// ## How to fix
    ///
    /// Write the name exactly as Admin > People & Permissions > Roles / Permissions shows it, or create the role. A role whose name
    /// begins or ends with a blank is better renamed: an option rarely keeps the blank.
    ///
    /// ## What we rely on
    ///
    /// Documented: the options hold names of roles (provisioning article). Not documented: default values of these options, and
    /// whether case matters; another case fails, because the name is then not the role's.
    pub(crate) struct Exist;
}

impl Judge for Exist {
    type Subject = RoleKind;

    fn needs(&self, kind: &RoleKind, object: &HybridObject) -> Vec<FactKey> {
        needs(*kind, object)
    }

    fn judge(&self, kind: &RoleKind, case: &Case<'_>) -> Answer<Judgement> {
        let (section, option) = ("general", kind.option());
        let (written, name) = subjects::plain(case, section, option)?;
        let name = RoleName::from(name);
        let (fact, roles) = role_names::listing(case)?;
        let shown = name.shown(80);
        if role_names::exact(roles, &name).is_some() {
            return Ok(
                subjects::with_api(Judgement::pass(format!("`{shown}` exists")), fact).of(written),
            );
        }
        let near = role_names::near(roles, &name);
        let is_same_word = |(how, _): &(Difference, &RoleName)| {
            matches!(
                how,
                Difference::Case | Difference::Blanks | Difference::Punctuation
            )
        };
        if roles.incomplete && !near.iter().any(is_same_word) {
            return Err(role_names::cut_off(&name));
        }
        let judgement = missing(roles, &name, &near, &format!("{section}/{option}"));
        Ok(subjects::with_api(judgement, fact).of(written))
    }
}

/// The listing of roles, where the object names one of this kind.
pub(super) fn needs(kind: RoleKind, object: &HybridObject) -> Vec<FactKey> {
    let named = object.plain("general", kind.option());
    let listing = named.map(|_| FactKey::roles(object.id));
    listing.into_iter().collect()
}

fn missing(
    roles: &Roles,
    name: &RoleName,
    near: &[(Difference, &RoleName)],
    option: &str,
) -> Judgement {
    let shown = name.shown(80);
    let expected = format!("a role `{shown}`");
    let told =
        |(how, found): &(Difference, &RoleName)| format!("`{}` ({})", found.shown(80), how.words());
    let Some(first) = near.first() else {
        let mut by_id = roles.entities.iter();
        let by_id = by_id.find(|role| role.id.as_ref().map(Outside::view) == Some(name.view()));
        let meant = by_id.and_then(|role| role.name.as_ref());
        let (found, fix) = match meant {
            Some(meant) => {
                let meant = meant.shown(80);
                (
                    format!("no role `{shown}`; that is the id of the role `{meant}`"),
                    format!("Set {option} to the name of the role: `{meant}`."),
                )
            }
            None => (
                format!("no role `{shown}`"),
                format!(
                    "Write the name of an existing role into {option}, or create the role `{shown}`."
                ),
            ),
        };
        return Judgement::fail(expected, found, fix, Owner::EngageAdmin);
    };
    let meant = first.1.shown(80);
    let (fix, owner) = match first.0 {
        Difference::Blanks => (
            format!(
                "Rename the role `{meant}` to `{shown}` under {}, without the blank or quote around it.",
                rights::ROLES_PAGE
            ),
            Owner::CloudAdmin,
        ),
        Difference::Case | Difference::Punctuation | Difference::Letters => {
            (format!("Set {option} to `{meant}`."), Owner::EngageAdmin)
        }
        Difference::Longer => (
            format!(
                "If `{meant}` is the role that is meant, set {option} to exactly that name; otherwise create the role `{shown}`."
            ),
            Owner::EngageAdmin,
        ),
    };
    let found = format!(
        "no role `{shown}`; there is {}",
        listed(near.iter().map(told))
    );
    Judgement::fail(expected, found, fix, owner).evidence("nearest role", told(first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, Gap};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, client, roles_key, roles_named};
    use hybridcheck_testkit::objects;

    fn listing(names: &[&str], incomplete: bool) -> Answer<Judgement> {
        let roles = roles_named(names, incomplete);
        let fact = api(
            &client("ewt"),
            "GET /api/v2/authorization/roles",
            ApiOutcome::Found(roles),
        );
        Bench::healthy().fact(roles_key(), fact).judge_first(&Exist)
    }

    #[test]
    fn the_exact_name_passes() {
        assert_eq!(
            listing(&["ai agent", "AI Agent"], false)
                .expect("a verdict")
                .status(),
            Status::Pass
        );
    }

    #[test]
    fn another_case_fails_and_names_the_near_one() {
        let judgement = listing(&["AI agent"], false).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(
            judgement.fix(),
            "Set general/default_agent_role_name to `AI agent`."
        );
    }

    #[test]
    fn a_blank_is_taken_from_the_role_and_a_longer_name_is_only_asked_about() {
        let blank = listing(&["AI Agent "], false).expect("a verdict");
        assert_eq!(blank.owner(), Some(Owner::CloudAdmin));
        assert!(
            blank
                .fix()
                .starts_with("Rename the role `AI Agent ` to `AI Agent`"),
            "{}",
            blank.fix()
        );
        let longer = listing(&["AI Agent (old)"], false).expect("a verdict");
        assert!(
            longer.fix().starts_with("If `AI Agent (old)` is the role"),
            "{}",
            longer.fix()
        );
    }

    #[test]
    fn the_id_of_a_role_in_place_of_its_name_is_recognised() {
        let mut roles = roles_named(&["Agents"], false);
        roles.entities[0].id = Some("AI Agent".into());
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(roles));
        let bench = Bench::healthy().fact(roles_key(), fact);
        let judgement = bench.judge_first(&Exist).expect("a verdict");
        assert!(
            judgement.fix().ends_with("`Agents`."),
            "{}",
            judgement.fix()
        );
    }

    #[test]
    fn a_missing_role_fails_unless_the_listing_was_cut_off() {
        assert_eq!(
            listing(&["Supervisor"], false).expect("a verdict").found(),
            "no role `AI Agent`"
        );
        assert!(matches!(
            listing(&["Supervisor"], true),
            Err(Gap::NotAnswered { .. })
        ));
    }

    #[test]
    fn a_blank_option_is_a_gap() {
        let bench = Bench::of(objects::with(
            objects::healthy(),
            "general",
            "default_agent_role_name",
            "",
        ));
        assert!(matches!(
            bench.judge_first(&Exist),
            Err(Gap::Blocked { .. })
        ));
    }
}
