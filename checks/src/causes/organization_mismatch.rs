//! Object and clients speak of different organisations.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{ClientRef, FactKey};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;
use hybridcheck_core::text::listed;

use crate::{logins, rows};

page! {
    /// The object and its clients name different organisations.
    ///
    /// ## What it means
    ///
    /// `general/organization_id`, `general/organization_sname` and the OAuth clients must all be of one organisation. A test or trial
    /// organisation beside the real one is the usual reason; the long name in place of the short one is another.
    ///
    /// ## How to fix
    ///
    /// Decide which organisation is meant. Its id and short name stand under Admin > Account Settings > Organization Settings >
    /// Organization Details > Advanced; its clients under Admin > Integrations > OAuth.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/organizations/me` shows `id`, `name` and `thirdPartyOrgName`.
    ///
    /// ## What we rely on
    ///
    /// Documented: a token belongs to one organisation, and the API states it (Platform API definition).
    pub(crate) struct OrganizationMismatch;
}

impl Rule for OrganizationMismatch {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let ids = rows::failing(all, "org-id-matches");
        let clients = rows::failing(all, "oauth-client-organization");
        let names = rows::failing(all, "org-short-name-matches");
        // A long name or an id in its place is also of the wrong form: one fault.
        let forms = rows::failing(all, "general-organization-sname-form");
        let mut found = Vec::new();
        if let Some(row) = ids.first() {
            let key = FactKey::Organization {
                object: case.object.id,
            };
            let is_tool = case
                .facts()
                .organization(&key)
                .is_ok_and(|fact| matches!(fact.reader, ClientRef::Tool { .. }));
            // With the tool's client alone nobody can say which of the two is the wrong one.
            let certainty = if is_tool {
                Certainty::Possible
            } else {
                Certainty::Certain
            };
            found.push(
                Diagnosis::new(
                    certainty,
                    format!(
                        "general/organization_id is {}, but the organisation that answers is {}",
                        row.found, row.expected
                    ),
                    Owner::EngageAdmin,
                    row.fix.clone(),
                )
                .shown_by(ids.iter().chain(&clients).copied())
                .breaks([FactKey::option(
                    case.object.id,
                    "general",
                    "organization_id",
                )]),
            );
        } else if let Some(row) = clients.first() {
            let sections = listed(clients.iter().map(|row| &row.subject));
            found.push(
                Diagnosis::new(
                    Certainty::Certain,
                    format!(
                        "the client of {sections} belongs to another organisation: {}",
                        row.found
                    ),
                    Owner::EngageAdmin,
                    row.fix.clone(),
                )
                .shown_by(clients.iter().copied()),
            );
        }
        if let Some(row) = names.first() {
            found.push(
                Diagnosis::new(
                    Certainty::Certain,
                    format!("general/organization_sname is {}; the short name of the organisation is {}", row.found, row.expected),
                    Owner::EngageAdmin,
                    row.fix.clone(),
                )
                .shown_by(names.iter().chain(&forms).copied())
                .shown_by(logins::refused_assertion(case, all)),
            );
        }
        let api = case
            .object
            .api_endpoint()
            .map(|endpoint| endpoint.to_string())
            .unwrap_or_default();
        let command = format!(
            "curl -s -H \"Authorization: Bearer $TOKEN\" https://{api}/api/v2/organizations/me"
        );
        found
            .into_iter()
            .map(|diagnosis| diagnosis.command(command.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::{ApiOutcome, NamedEntity};
    use hybridcheck_testkit::facts::{LONG_NAME, api, client, token_info, token_info_key};

    const OTHER: &str = "99999999-1111-4222-8333-444444444444";

    #[test]
    fn a_wrong_id_is_one_cause() {
        let bench = Bench::healthy().option("general", "organization_id", OTHER);
        assert_eq!(bench.causes(), ["organization-mismatch"]);
        assert!(
            bench.diagnose(&OrganizationMismatch)[0]
                .sentence
                .contains(OTHER)
        );
    }

    #[test]
    fn a_long_name_fires_and_is_named() {
        let bench = Bench::healthy().option("general", "organization_sname", LONG_NAME);
        assert_eq!(bench.causes(), ["organization-mismatch"]);
        assert!(
            bench.diagnose(&OrganizationMismatch)[0]
                .sentence
                .contains("that is the long name")
        );
    }

    #[test]
    fn a_client_from_elsewhere_fires() {
        let mut info = token_info(&Bench::healthy().object, "ewt");
        info.organization = Some(NamedEntity {
            id: Some(OTHER.into()),
            name: None,
        });
        let fact = api(
            &client("ewt"),
            "GET /api/v2/tokens/me",
            ApiOutcome::Found(info),
        );
        let bench = Bench::healthy().fact(token_info_key("ewt"), fact);
        assert_eq!(bench.causes(), ["organization-mismatch"]);
    }

    #[test]
    fn another_case_only_warns_and_is_no_mismatch() {
        let bench = Bench::healthy().option("general", "organization_sname", "ACME-sample");
        assert!(bench.diagnose(&OrganizationMismatch).is_empty());
    }
}
