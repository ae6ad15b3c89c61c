//! Roles that the object names do not exist.

use hybridcheck_core::baseline::RoleKind;
use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members::Rows;
use crate::evidence::role_names::{self, Difference};
use crate::evidence::{commands, rows, subjects};
use crate::general;
use crate::roles;

page! {
    /// A role that the object names does not exist.
    ///
    /// ## What it means
    ///
    /// Users get their role by name at their first login. The organisation has no role of exactly that name: it was renamed, is spelt
    /// otherwise, or was never made.
    ///
    /// ## How to fix
    ///
    /// Write the name as Admin > People & Permissions > Roles / Permissions shows it, or create the role.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -G -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/authorization/roles --data-urlencode "name=NAME"`
    ///
    /// ## What we rely on
    ///
    /// Documented: the options hold names of roles (provisioning article).
    pub(crate) struct RoleMissing;
}

impl Rule for RoleMissing {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::failing(all, &roles::Exist);
        // What is certain of one name is not of another: each has its own diagnosis.
        let (by_case, missing): (Vec<&Row>, Vec<&Row>) = shown
            .into_iter()
            .partition(|row| differs_in_case(case, row));
        let groups = [(missing, false), (by_case, true)].into_iter();
        groups
            .filter_map(|(shown, is_case_alone)| {
                Some(diagnosis(case, all, &Rows::all(shown)?, is_case_alone))
            })
            .collect()
    }
}

/// Whether the nearest name that exists differs in its case alone.
fn differs_in_case(case: &Case<'_>, row: &Row) -> bool {
    let Subject::Option { section, option } = &row.subject else {
        return false;
    };
    let (Ok((_, name)), Ok((_, roles))) = (
        subjects::plain(case, section.raw(), option.raw()),
        role_names::listing(case),
    ) else {
        return false;
    };
    let near = role_names::near(roles, &name.into());
    matches!(near.first(), Some((Difference::Case, _)))
}

fn diagnosis(case: &Case<'_>, all: &[Row], shown: &Rows<'_>, is_case_alone: bool) -> Diagnosis {
    let names = listed(
        shown
            .rows()
            .map(|row| format!("{} ({})", row.expected(), row.subject)),
    );
    let (certainty, more) = if is_case_alone {
        (
            Certainty::Likely,
            "; there it is in another case, and whether Genesys Cloud minds the case is not documented",
        )
    } else if shown.rows().count() == RoleKind::ALL.len() {
        (
            Certainty::Certain,
            "; none of the three exists, so the names may be those of another organisation",
        )
    } else {
        (Certainty::Certain, "")
    };
    let owner = shown.rows().find_map(Row::owner);
    let broken = shown.rows().filter_map(|row| match &row.subject {
        Subject::Option { section, option } => {
            Some(FactKey::option(case.object.id, section, option))
        }
        _ => None,
    });
    let broken: Vec<FactKey> = broken.collect();
    // A name with blanks around it is missing for the blanks too: one fix mends both.
    let subjects: Vec<&Subject> = shown.rows().map(|row| &row.subject).collect();
    let unclean = rows::failing(all, &general::OptionsClean).into_iter();
    let unclean: Vec<&Row> = unclean
        .filter(|row| subjects.contains(&&row.subject))
        .collect();
    shown
        .diagnosis(
            certainty,
            format!("the organisation lacks {names}{more}"),
            owner.unwrap_or(Owner::EngageAdmin),
            shown.fixes(),
        )
        .shown_by(unclean)
        .breaks(broken)
        .command(commands::role(case, &shown.row().subject))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_testkit::facts::{api, client, roles, roles_key, roles_named};

    fn listing(names: &[&str], incomplete: bool) -> Bench {
        let found = ApiOutcome::Found(roles_named(names, incomplete));
        Bench::healthy().fact(roles_key(), api(&client("ewt"), "GET …", found))
    }

    #[test]
    fn missing_roles_are_one_cause_but_for_those_that_differ_in_case() {
        let bench = listing(&["AI agent", "Admin"], false);
        let found = bench.diagnose(&RoleMissing);
        let [missing, by_case] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(missing.certainty, Certainty::Certain);
        assert!(
            missing.sentence.contains("Supervisor"),
            "{}",
            missing.sentence
        );
        // What is sure of the one name is not of the other.
        assert_eq!(by_case.certainty, Certainty::Likely);
        assert!(
            by_case
                .fix
                .starts_with("Set general/default_agent_role_name to `AI agent`."),
            "{}",
            by_case.fix
        );
        let both = listing(&["AI Agents", "Admin"], false).diagnose(&RoleMissing);
        assert_eq!(both.len(), 1);
        assert!(
            both[0]
                .command
                .as_deref()
                .is_some_and(|command| command.contains("'name=AI Agent'")),
            "{both:?}"
        );
    }

    #[test]
    fn three_missing_roles_are_one_cause_that_doubts_the_organisation() {
        let bench = listing(&["Employee"], false);
        let found = bench.diagnose(&RoleMissing);
        assert_eq!(found.len(), 1);
        assert!(found[0].sentence.contains("another organisation"));
        assert_eq!(bench.causes(), ["role-missing"]);
    }

    #[test]
    fn what_stands_on_the_missing_role_follows_from_it() {
        let bench = Bench::healthy();
        let mut all = roles(&bench.object);
        all.entities
            .retain(|role| role.name != Some("Admin".into()));
        let bench = bench.fact(
            roles_key(),
            api(&client("ewt"), "GET …", ApiOutcome::Found(all)),
        );
        assert_eq!(bench.causes(), ["role-missing"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn another_case_alone_is_likely() {
        let found = listing(&["ai agent", "Admin", "Supervisor"], false).diagnose(&RoleMissing);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(found[0].sentence.contains("not documented"));
    }

    #[test]
    fn a_listing_that_was_cut_off_accuses_nobody() {
        assert!(listing(&["Admin"], true).diagnose(&RoleMissing).is_empty());
    }
}
