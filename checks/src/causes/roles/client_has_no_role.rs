//! The client of a service has no role.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::{ClientRef, Fact, Recorded};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, oauth, rights, rows};
use crate::roles;

page! {
    /// The client of a service has no role.
    ///
    /// ## What it means
    ///
    /// The client gets a token, so its id and secret are right. But a client of grant type client credentials may do only what its roles
    /// allow, and this one has none: whatever needs a permission is refused.
    ///
    /// ## How to fix
    ///
    /// Give the client the role that its service needs, with a division, under Admin > Integrations > OAuth > the client > Roles.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/tokens/me` with a token of the client: `roleDivisions` is empty.
    ///
    /// ## What we rely on
    ///
    /// Documented: roles apply to clients of grant type client credentials; such a client cannot be saved without one
    /// (`missing.client.roles`), yet a role can be deleted later (Platform API definition, the latter inferred).
    pub(crate) struct ClientHasNoRole;
}

impl Rule for ClientHasNoRole {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::failing(all, &roles::ClientRights));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            let is_unsure = |row: &Row| {
                oauth::client(row).is_some_and(|client| rights::grants(case, client).is_err())
            };
            // Whether the API tells a client all of its own grants is not documented; what it was let read speaks against it.
            let certainty = if shown.rows().any(|row| has_read(case, row)) {
                Certainty::Possible
            } else if shown.rows().any(is_unsure) {
                Certainty::Likely
            } else {
                Certainty::Certain
            };
            let sections = shown.subjects();
            shown.diagnosis(
                certainty,
                format!(
                    "the client of {sections} gets a token, but has no role, so it may do nothing that needs a permission"
                ),
                Owner::CloudAdmin,
                row.fix().to_owned(),
            )
            .command(commands::api_as_client(case, "/api/v2/tokens/me"))
        })
    }
}

/// Whether the client of a row was let read something that needs a permission.
fn has_read(case: &Case<'_>, row: &Row) -> bool {
    let Subject::Client { client } = &row.subject else {
        return false;
    };
    let mut entries = case.facts().of_cloud(client.object());
    entries.any(|entry| {
        let call = entry.key.api_call();
        call.is_some_and(|call| call.permission.is_some())
            && matches!(&entry.outcome, Recorded::Fact(fact) if is_found(fact, client))
    })
}

fn is_found(fact: &Fact, client: &ClientRef) -> bool {
    let answer = fact.api();
    answer.is_some_and(|answer| answer.reader() == client && answer.is_found())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, FactKey, Gap, Grants, RoleDivision};
    use hybridcheck_testkit::facts::{
        api, client, client_record_key, grants_key, token_info, token_info_key,
    };

    fn with_roles(divisions: Vec<RoleDivision>) -> Bench {
        let bench = Bench::healthy();
        let mut info = token_info(&bench.object, "ewt");
        info.client.as_mut().expect("a client").role_divisions = Some(divisions);
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(info));
        let grants = api(
            &client("ewt"),
            "GET …",
            ApiOutcome::Found(Grants::default()),
        );
        bench
            .fact(token_info_key("ewt"), fact)
            .fact(grants_key("ewt"), grants)
    }

    #[test]
    fn no_role_is_one_cause() {
        let bench = with_roles(Vec::new());
        assert_eq!(bench.causes(), ["client-has-no-role"]);
        // It was let read what needs a permission: then the statement may be wrong.
        let found = bench.diagnose(&ClientHasNoRole);
        assert_eq!(found[0].certainty, Certainty::Possible);
        let object = bench.object.id;
        let unread = [
            FactKey::idps(object),
            FactKey::pureengage_idp(object),
            FactKey::roles(object),
            client_record_key("saml_auth"),
        ];
        let refused = unread
            .into_iter()
            .fold(bench, |bench, key| bench.gap(key, Gap::NotPlanned));
        let found = refused.diagnose(&ClientHasNoRole);
        assert_eq!(found[0].certainty, Certainty::Certain);
        let bench = with_roles(Vec::new());
        assert!(found[0].sentence.contains("[ewt]"), "{}", found[0].sentence);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_role_that_nobody_can_name_is_still_a_role() {
        let bench = with_roles(vec![RoleDivision::default()]);
        assert_eq!(bench.causes(), Vec::<String>::new());
    }
}
