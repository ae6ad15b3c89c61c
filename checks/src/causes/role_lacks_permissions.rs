//! A role lacks permissions that its users need.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;
use hybridcheck_core::text::listed;

use crate::rows;

page! {
    /// A role lacks Altocloud permissions that exist in the organisation.
    ///
    /// ## What it means
    ///
    /// The product is enabled and the role exists; somebody took permissions from it, or it never had them. Its users see empty screens.
    ///
    /// ## How to fix
    ///
    /// Add the permissions to the role (Admin > People & Permissions > Roles / Permissions). It takes up to five minutes, and a new login.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" "https://API-HOST/api/v2/authorization/roles?name=NAME"` shows the policies.
    ///
    /// ## What we rely on
    ///
    /// Documented: Altocloud permissions are by default in Admin and AI Agent. Inferred: which of them an agent needs; a baseline of
    /// your own overrules it.
    pub(crate) struct RoleLacksPermissions;
}

impl Rule for RoleLacksPermissions {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, "roles-permissions");
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
            Diagnosis::new(Certainty::Certain, format!("{found}, although these permissions exist in the organisation"), Owner::CloudAdmin, fixes.join(" "))
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
    use hybridcheck_testkit::facts::{api, client, journey, roles, roles_key};

    fn agents_with(policies: &[hybridcheck_core::facts::PermissionPolicy]) -> Bench {
        let bench = Bench::healthy();
        let mut listing = roles(&bench.object);
        for role in &mut listing.entities {
            if role.name.as_deref() == Some("AI Agent") {
                role.policies = policies.to_vec();
            }
        }
        bench.fact(
            roles_key(),
            api(&client("ewt"), "GET …", ApiOutcome::Found(listing)),
        )
    }

    #[test]
    fn it_fires_alone_and_names_what_to_add() {
        let bench = agents_with(&[journey("session", &["view"])]);
        let found = bench.diagnose(&RoleLacksPermissions);
        assert!(
            found[0].fix.contains("journey:outcomescores:view"),
            "{}",
            found[0].fix
        );
        assert_eq!(bench.causes(), ["role-lacks-permissions"]);
    }

    #[test]
    fn a_wildcard_lacks_nothing() {
        assert!(
            agents_with(&[journey("*", &["*"])])
                .diagnose(&RoleLacksPermissions)
                .is_empty()
        );
    }
}
