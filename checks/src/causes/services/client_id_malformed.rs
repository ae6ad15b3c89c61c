//! A client id that no organisation can have issued.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::{ClientRef, FactKey};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::oauth::is_swapped;
use crate::evidence::rows;
use crate::{oauth, services};

page! {
    /// A client id is no GUID.
    ///
    /// ## What it means
    ///
    /// Every OAuth client of Genesys Cloud has a GUID as its id. What stands in the option is none, so no login with it can succeed.
    ///
    /// ## How to fix
    ///
    /// Copy the Client ID of the client from Genesys Cloud, Admin > Integrations > OAuth, into `client_id`, and the secret into `password`.
    ///
    /// ## Show it without hybridcheck
    ///
    /// Open the transaction in GAX, tab Options, and compare `client_id` with the form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
    ///
    /// ## What we rely on
    ///
    /// Documented: ids of OAuth clients are GUIDs (Platform API definition).
    pub(crate) struct ClientIdMalformed;
}

impl Rule for ClientIdMalformed {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let of_row = |row: &Row| {
            let Subject::Option { section, .. } = &row.subject else {
                return None;
            };
            let client = ClientRef::Service {
                object: case.object.id,
                section: section.clone(),
            };
            if is_swapped(case, &client) {
                return None;
            }
            let broken = [
                FactKey::option(case.object.id, section, "client_id"),
                FactKey::token(&client),
            ];
            let refused = rows::flagged(all, &oauth::TokenIssued).into_iter();
            let refused = refused.filter(
                |row| matches!(&row.subject, Subject::Client { client: of } if *of == client),
            );
            Some(
                Diagnosis::new(
                    row,
                    Certainty::Certain,
                    format!("the client id of [{section}] is no GUID: {}", row.found()),
                    Owner::EngageAdmin,
                    row.fix().to_owned(),
                )
                .explaining(refused)
                .breaks(broken),
            )
        };
        rows::failing(all, &services::ClientIdGuid)
            .into_iter()
            .filter_map(of_row)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::objects;

    #[test]
    fn an_id_that_is_no_guid_is_the_cause() {
        let object = objects::with(objects::healthy(), "ewt", "client_id", "not-a-guid");
        let found = Bench::of(object).diagnose(&ClientIdMalformed);
        assert_eq!(found.len(), 1);
        assert!(found[0].sentence.contains("[ewt]"));
    }

    #[test]
    fn an_unknown_guid_is_another_cause() {
        let other = "99999999-aaaa-4bbb-8ccc-222222222222";
        let object = objects::with(objects::healthy(), "ewt", "client_id", other);
        assert!(Bench::of(object).diagnose(&ClientIdMalformed).is_empty());
    }
}
