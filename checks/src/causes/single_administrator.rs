//! Nobody could stand in for the administrator.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;
use hybridcheck_core::text::listed;

use crate::rows;

page! {
    /// At most one user holds the administrator role.
    ///
    /// ## What it means
    ///
    /// The integration works. When the only administrator is away, nobody can correct the organisation's side.
    ///
    /// ## How to fix
    ///
    /// Give the role to a second person.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" "https://API-HOST/api/v2/authorization/roles?userCount=true"` shows `userCount`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the organisation comes with one administrator; more should be added (provisioning article).
    pub(crate) struct SingleAdministrator;
}

impl Rule for SingleAdministrator {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, "roles-administrators");
        if shown.is_empty() {
            return Vec::new();
        }
        let found = listed(shown.iter().map(|row| &row.found));
        let mut fixes: Vec<&str> = shown.iter().map(|row| row.fix.as_str()).collect();
        fixes.dedup();
        let api = case
            .object
            .api_endpoint()
            .map(|endpoint| endpoint.to_string())
            .unwrap_or_default();
        vec![
            Diagnosis::new(Certainty::Certain, found, Owner::CloudAdmin, fixes.join(" "))
                .shown_by(shown.iter().copied())
                .command(format!("curl -s -H \"Authorization: Bearer $TOKEN\" \"https://{api}/api/v2/authorization/roles?pageSize=100\"")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_testkit::facts::{api, client, roles, roles_key};

    fn administrators(users: u64) -> Bench {
        let bench = Bench::healthy();
        let mut listing = roles(&bench.object);
        for role in &mut listing.entities {
            role.user_count = Some(users);
        }
        bench.fact(
            roles_key(),
            api(&client("ewt"), "GET …", ApiOutcome::Found(listing)),
        )
    }

    #[test]
    fn one_alone_fires_and_two_do_not() {
        assert_eq!(administrators(1).causes(), ["single-administrator"]);
        assert!(administrators(2).diagnose(&SingleAdministrator).is_empty());
    }
}
