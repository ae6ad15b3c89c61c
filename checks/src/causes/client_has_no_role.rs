//! A service's client has no role.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;
use hybridcheck_core::text::listed;

use crate::rows;

page! {
    /// A service's OAuth client has no role, so it may do nothing.
    ///
    /// ## What it means
    ///
    /// The login works, and every call that needs a permission is refused. Clients of grant type Client Credentials have only the
    /// rights of their roles.
    ///
    /// ## How to fix
    ///
    /// Give the client a role, in the divisions that the service works in. It takes up to five minutes, and a new token.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/tokens/me` shows `roleDivisions` of `OAuthClient`.
    ///
    /// ## What we rely on
    ///
    /// Documented: roles apply to client-credentials clients (Platform API definition).
    pub(crate) struct ClientHasNoRole;
}

impl Rule for ClientHasNoRole {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, "roles-client-rights");
        if shown.is_empty() {
            return Vec::new();
        }
        let mut fixes: Vec<&str> = shown.iter().map(|row| row.fix.as_str()).collect();
        fixes.dedup();
        let api = case
            .object
            .api_endpoint()
            .map(|endpoint| endpoint.to_string())
            .unwrap_or_default();
        vec![
            Diagnosis::new(
                Certainty::Certain,
                format!(
                    "the client of {} has no role",
                    listed(shown.iter().map(|row| &row.subject))
                ),
                Owner::CloudAdmin,
                fixes.join(" "),
            )
            .shown_by(shown.iter().copied())
            .command(format!(
                "curl -s -H \"Authorization: Bearer $TOKEN\" \"https://{api}/api/v2/tokens/me\""
            )),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::{ApiOutcome, Grants};
    use hybridcheck_testkit::facts::{api, client, grants_key, token_info, token_info_key};

    fn without_role(has_divisions: bool) -> Bench {
        let bench = Bench::healthy();
        let mut info = token_info(&bench.object, "ewt");
        if !has_divisions && let Some(stated) = &mut info.client {
            stated.role_divisions = Some(Vec::new());
        }
        let grants = ApiOutcome::Found(Grants::default());
        bench
            .fact(
                token_info_key("ewt"),
                api(&client("ewt"), "GET …", ApiOutcome::Found(info)),
            )
            .fact(grants_key("ewt"), api(&client("ewt"), "GET …", grants))
    }

    #[test]
    fn it_fires_alone() {
        assert_eq!(without_role(false).causes(), ["client-has-no-role"]);
    }

    #[test]
    fn answers_that_contradict_each_other_accuse_nobody() {
        assert!(without_role(true).diagnose(&ClientHasNoRole).is_empty());
    }
}
