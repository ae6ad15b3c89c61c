//! One administrator alone, or none.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, rows};
use crate::roles;

page! {
    /// One user alone, or none, holds the administrators' role.
    ///
    /// ## What it means
    ///
    /// Everything works, until that one person is away: nobody else can change the identity provider, a client or a role.
    ///
    /// ## How to fix
    ///
    /// Assign the role to a second person. Where administrators get it through a group, look at the members of the group instead.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -G -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/authorization/roles -d userCount=true --data-urlencode "name=NAME"`
    ///
    /// ## What we rely on
    ///
    /// Documented: additional administrators are people assigned to the Admin role (provisioning article). Not documented: whether
    /// members of groups are counted, so this is never certain.
    pub(crate) struct SingleAdministrator;
}

impl Rule for SingleAdministrator {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::flagged(all, &roles::Administrators));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            let command = commands::role(case, &row.subject);
            shown
                .diagnosis(
                    Certainty::Likely,
                    format!(
                        "{}, the role that general/default_admin_role_name names",
                        row.found()
                    ),
                    Owner::CloudAdmin,
                    row.fix().to_owned(),
                )
                .command(command)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_testkit::facts::{api, client, roles, roles_key};

    fn counted(role: &str, users: u64) -> Bench {
        let bench = Bench::healthy();
        let mut all = roles(&bench.object);
        for known in &mut all.entities {
            if known.name == Some(role.into()) {
                known.user_count = Some(users);
            }
        }
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(all));
        bench.fact(roles_key(), fact)
    }

    #[test]
    fn one_and_none_are_told() {
        for (users, words) in [(1, "one user alone"), (0, "no user")] {
            let bench = counted("Admin", users);
            assert_eq!(bench.causes(), ["single-administrator"]);
            let found = bench.diagnose(&SingleAdministrator);
            assert!(
                found[0].sentence.starts_with(words),
                "{}",
                found[0].sentence
            );
            assert_eq!(bench.failures(), Vec::<String>::new());
        }
    }

    #[test]
    fn two_administrators_are_enough_and_agents_are_not_counted() {
        assert_eq!(counted("Admin", 2).causes(), Vec::<String>::new());
        assert_eq!(counted("AI Agent", 1).causes(), Vec::<String>::new());
    }
}
