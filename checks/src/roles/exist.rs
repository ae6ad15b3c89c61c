//! Whether the roles that the object names exist.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::{listed, nearest, visible};

use crate::seen;

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
    /// Write the name exactly as Admin > People & Permissions > Roles / Permissions shows it, or create the role.
    ///
    /// ## What we rely on
    ///
    /// Documented: the options hold names of roles (provisioning article). Not documented: default values of these options, and
    /// whether case matters; another case fails, because the name is then not the role's.
    pub(crate) struct Exist;
}

const OPTIONS: [&str; 3] = [
    "default_agent_role_name",
    "default_supervisor_role_name",
    "default_admin_role_name",
];

impl Check for Exist {
    fn subjects(&self, _: &HybridObject) -> Vec<Subject> {
        OPTIONS
            .map(|option| Subject::option("general", option))
            .to_vec()
    }

    fn needs(&self, subject: &Subject, object: &HybridObject) -> Vec<FactKey> {
        match subject {
            Subject::Option { section, option } if object.plain(section, option).is_some() => {
                vec![FactKey::Roles { object: object.id }]
            }
            _ => Vec::new(),
        }
    }

    fn judge(&self, subject: &Subject, case: &Case<'_>) -> Answer<Judgement> {
        let Subject::Option { section, option } = subject else {
            return Err(seen::stray(subject));
        };
        let (written, name) = seen::plain(case, section, option)?;
        let fact = case.roles()?;
        seen::is_about_us(case, &fact.reader)?;
        let roles = seen::found(fact)?;
        let shown = visible(name, 80);
        let names = || {
            roles
                .entities
                .iter()
                .filter_map(|role| role.name.as_deref())
        };
        if names().any(|found| found == name) {
            return Ok(
                seen::with_api(Judgement::pass(format!("`{shown}` exists")), fact).of(written),
            );
        }
        let near = nearest(name, names());
        if roles.incomplete && !near.iter().any(|found| found.eq_ignore_ascii_case(name)) {
            return Err(Gap::NotAnswered {
                what: format!(
                    "`{shown}` is not among the roles listed, but the listing was cut off"
                ),
            });
        }
        let (found, fix) = match near.as_slice() {
            [] => (
                format!("no role `{shown}`"),
                format!(
                    "Write the name of an existing role into {section}/{option}, or create the role `{shown}`."
                ),
            ),
            near => {
                let first = near
                    .first()
                    .map_or_else(String::new, |found| format!("`{}`", visible(found, 80)));
                let near = listed(near.iter().map(|found| format!("`{}`", visible(found, 80))));
                (
                    format!("no role `{shown}`; there is {near}"),
                    format!("Set {section}/{option} to {first}."),
                )
            }
        };
        let judgement =
            Judgement::fail(format!("a role `{shown}`"), found, fix, Owner::EngageAdmin);
        Ok(seen::with_api(judgement, fact).of(written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::ApiOutcome;
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
                .status,
            Status::Pass
        );
    }

    #[test]
    fn another_case_fails_and_names_the_near_one() {
        let judgement = listing(&["AI agent"], false).expect("a verdict");
        assert_eq!(judgement.status, Status::Fail);
        assert_eq!(
            judgement.fix,
            "Set general/default_agent_role_name to `AI agent`."
        );
    }

    #[test]
    fn a_missing_role_fails_unless_the_listing_was_cut_off() {
        assert_eq!(
            listing(&["Supervisor"], false).expect("a verdict").found,
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
