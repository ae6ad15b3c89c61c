//! Roles lack permissions that are expected of them.

use std::collections::BTreeMap;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::{Owner, Status};
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members::Rows;
use crate::evidence::rights::Weighed;
use crate::evidence::{commands, role_names, rows};
use crate::roles;

page! {
    /// A role lacks permissions that are expected of it.
    ///
    /// ## What it means
    ///
    /// The permissions exist in the organisation, and the role that the object names does not hold them: they were taken out of it, or
    /// the option names a role of one's own that never had them. Its users log in, and find the functions missing.
    ///
    /// ## How to fix
    ///
    /// Add exactly the permissions named to the role, or name another role in the option. What only the baseline of hybridcheck expects
    /// is no fact: when the role is right as it is, edit the baseline (`hybridcheck permissions --baseline`).
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -G -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/authorization/roles --data-urlencode "name=NAME"` shows
    /// `permissionPolicies`.
    ///
    /// ## What we rely on
    ///
    /// Documented: by default, Altocloud permissions are included in the Admin and AI Agent roles (provisioning article). Inferred: which
    /// ones agents need. Documented: a change takes up to five minutes to act (Genesys Cloud help).
    pub(crate) struct RoleLacksPermissions;
}

impl Rule for RoleLacksPermissions {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        // What is documented of one role is not of another: each degree of knowledge has its own diagnosis.
        let mut groups: BTreeMap<Known, Vec<&Row>> = BTreeMap::new();
        for row in rows::flagged(all, &roles::Permissions) {
            groups.entry(Known::of(case, row)).or_default().push(row);
        }
        groups
            .into_iter()
            .filter_map(|(known, shown)| Some(diagnosis(case, known, &Rows::all(shown)?)))
            .collect()
    }
}

/// How well what a role lacks is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// It lacks what is documented to be in it.
    Documented,
    /// That it lacks them is certain; that it needs them is inferred.
    Inferred,
    /// Whether they exist could not be read.
    Unread,
}

impl Known {
    fn of(case: &Case<'_>, row: &Row) -> Self {
        let kind = role_names::kind(&row.subject);
        let weighed = kind.and_then(|kind| Weighed::of(case, kind).ok());
        if weighed.is_some_and(|weighed| weighed.unread.is_some()) {
            Self::Unread
        } else if row.status() == Status::Fail {
            Self::Documented
        } else {
            Self::Inferred
        }
    }
}

fn diagnosis(case: &Case<'_>, known: Known, shown: &Rows<'_>) -> Diagnosis {
    let certainty = match known {
        Known::Documented => Certainty::Certain,
        Known::Inferred | Known::Unread => Certainty::Possible,
    };
    let mut sentence = format!("the role {}", shown.found().join("; the role "));
    sentence.push_str(match known {
        Known::Documented => "",
        Known::Inferred => "; whether its users need them is inferred, no documentation says so",
        Known::Unread => {
            "; or these do not exist in the organisation, because the product that brings them is not enabled: which permissions exist could not be read"
        }
    });
    shown
        .diagnosis(certainty, sentence, Owner::CloudAdmin, shown.fixes())
        .command(commands::role(case, &shown.row().subject))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, Gap, PermissionPolicy};
    use hybridcheck_testkit::facts::{api, client, journey, permissions_key, roles, roles_key};

    fn spoilt(name: &str, policies: &[PermissionPolicy]) -> Bench {
        let bench = Bench::healthy();
        let mut all = roles(&bench.object);
        for role in &mut all.entities {
            if role.name == Some(name.into()) {
                role.policies = Some(policies.to_vec());
            }
        }
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(all));
        bench.fact(roles_key(), fact)
    }

    #[test]
    fn an_administrator_who_cannot_edit_action_maps_is_certain() {
        let bench = spoilt("Admin", &[journey("*", &["view"])]);
        assert_eq!(bench.causes(), ["role-lacks-permissions"]);
        let found = bench.diagnose(&RoleLacksPermissions);
        assert_eq!(found[0].certainty, Certainty::Certain);
        assert!(
            found[0].fix.contains("Journey > Action Map > Edit"),
            "{}",
            found[0].fix
        );
        assert!(found[0].fix.contains("up to five minutes"));
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn what_agents_need_by_inference_is_only_possible() {
        let bench = spoilt("AI Agent", &[journey("segment", &["view"])]);
        assert_eq!(bench.causes(), ["role-lacks-permissions"]);
        let found = bench.diagnose(&RoleLacksPermissions);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].sentence.contains("inferred"));
    }

    #[test]
    fn without_the_list_of_what_exists_both_explanations_are_named() {
        let bench =
            spoilt("Admin", &[journey("*", &["view"])]).gap(permissions_key(), Gap::Interrupted);
        let found = bench.diagnose(&RoleLacksPermissions);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].sentence.contains("not enabled"));
    }

    #[test]
    fn a_role_with_a_wildcard_lacks_nothing() {
        for policy in [journey("*", &["*"]), journey("*", &["view", "*"])] {
            let bench = spoilt("AI Agent", &[policy]);
            assert_eq!(bench.causes(), Vec::<String>::new());
        }
    }
}
