//! hybridcheck's own client cannot see the organisation of the object.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{ClientRef, FactKey};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, rows};
use crate::org;

page! {
    /// hybridcheck's own client belongs to another organisation.
    ///
    /// ## What it means
    ///
    /// The client of `--client-id` is one of another organisation than the object and its own clients. What it sees says nothing about
    /// the object; the object's own clients were asked instead, and what they may not read was left unjudged. Nothing is wrong with the
    /// object on this account.
    ///
    /// ## How to fix
    ///
    /// Make a read-only client for hybridcheck in the organisation of the object and give its id and secret.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/organizations/me` with a token of that client shows its organisation.
    ///
    /// ## What we rely on
    ///
    /// Documented: a token belongs to one organisation, and the API states it (Platform API definition).
    pub(crate) struct ToolClientElsewhere;
}

impl Rule for ToolClientElsewhere {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::flagged(all, &org::ToolClient));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            let client = ClientRef::Tool {
                object: case.object.id,
            };
            shown.diagnosis(
                Certainty::Certain,
                format!(
                    "the client of --client-id belongs to {}, and not to {}: what it sees says nothing about the object, so the object's own clients were asked instead, which may be allowed less",
                    row.found(), row.expected()
                ),
                Owner::CloudAdmin,
                row.fix().to_owned(),
            )
            .breaks([FactKey::token(client)])
            .command(commands::api(case, "/api/v2/organizations/me"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::objects::ORG_ID;

    #[test]
    fn a_client_of_another_organization_fires_and_nothing_is_said_of_the_object() {
        let bench = Bench::with_tool_of("99999999-1111-4222-8333-444444444444", None);
        assert_eq!(bench.causes(), ["tool-client-elsewhere"]);
        assert_eq!(bench.failures(), Vec::<String>::new());
    }

    #[test]
    fn a_client_of_the_objects_organization_does_not() {
        assert!(
            Bench::with_tool_of(ORG_ID, None)
                .diagnose(&ToolClientElsewhere)
                .is_empty()
        );
    }
}
