//! Client id and secret stand in each other's option.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::{ClientRef, FactKey};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::oauth::{client, is_swapped};
use crate::evidence::rows;
use crate::{oauth, services};

page! {
    /// Client id and secret are swapped.
    ///
    /// ## What it means
    ///
    /// Ids of OAuth clients are GUIDs, secrets are not. In this section the password has the form of a GUID and the client id has not:
    /// each stands in the other's option. A component then sends the secret as a name, which servers write into their logs.
    ///
    /// ## How to fix
    ///
    /// Exchange the values of `client_id` and `password`. When others may have read logs or exports, generate a new secret too.
    ///
    /// ## Show it without hybridcheck
    ///
    /// Open the transaction in GAX, tab Options, and look which of the two has the form `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`.
    ///
    /// ## What we rely on
    ///
    /// Documented: ids of OAuth clients are GUIDs (Platform API definition). Inferred: no secret has that form. Only the form is looked
    /// at; neither value is shown.
    pub(crate) struct IdAndSecretSwapped;
}

impl Rule for IdAndSecretSwapped {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let malformed = rows::failing(all, &services::ClientIdGuid).into_iter();
        malformed
            .filter_map(|row| {
                let Subject::Option { section, .. } = &row.subject else {
                    return None;
                };
                let of = ClientRef::Service {
                    object: case.object.id,
                    section: section.clone(),
                };
                if !is_swapped(case, &of) {
                    return None;
                }
                let refused = rows::flagged(all, &oauth::TokenIssued).into_iter();
                let refused = refused.filter(|row| client(row) == Some(&of));
                let options = ["client_id", "password"]
                    .map(|option| FactKey::option(case.object.id, section, option));
                Some(
                    Diagnosis::new(
row,
                        Certainty::Certain,
                        format!("in [{section}], client_id and password stand in each other's place: the password has the form of a client id"),
                        Owner::EngageAdmin,
                        format!("Exchange the values of `client_id` and `password` in section `{section}` and save. Components that read it so have sent the secret where ids are logged: generate a new one if others may have read it."),
                    )
                    .explaining(refused)
                    .breaks(options)
                    .breaks([FactKey::token(&of)]),
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::objects::{self, EWT_CLIENT};

    fn with(id: &str, password: &str) -> Bench {
        let object = objects::with(objects::healthy(), "ewt", "client_id", id);
        Bench::of(objects::with(object, "ewt", "password", password))
    }

    #[test]
    fn an_id_in_the_password_fires_without_showing_either() {
        let bench = with("FAKE-secret-in-the-wrong-option", EWT_CLIENT);
        let found = bench.diagnose(&IdAndSecretSwapped);
        let told = format!("{found:?}");
        assert!(!told.contains("FAKE-secret") && !told.contains(EWT_CLIENT));
        assert_eq!(bench.causes(), ["id-and-secret-swapped"]);
    }

    #[test]
    fn a_malformed_id_with_an_ordinary_secret_is_another_cause() {
        assert_eq!(
            with("not-a-guid", "placeholder").causes(),
            ["client-id-malformed"]
        );
        assert!(
            with(EWT_CLIENT, EWT_CLIENT)
                .diagnose(&IdAndSecretSwapped)
                .is_empty()
        );
    }
}
