//! The client of `[saml_auth]` is refused.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;
use hybridcheck_core::text::visible;

use super::region_mismatch;
use crate::{logins, rows, seen};

page! {
    /// Genesys Cloud refuses the client of saml_auth.
    ///
    /// ## What it means
    ///
    /// The login with an assertion ended at the client, before the assertion was looked at; or the organisation's own list of clients
    /// does not have the client, has it disabled, or has it with another grant type. Agents cannot log in, whatever their assertion says.
    ///
    /// ## How to fix
    ///
    /// Look the client up under Admin > Integrations > OAuth: it must exist, be enabled and be of grant type SAML2 Bearer. Then copy its
    /// id and enter its secret in `[saml_auth]`; a lost secret cannot be shown again, only generated anew.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/oauth/clients/CLIENT_ID` (needs `oauth:client:view`)
    ///
    /// ## What we rely on
    ///
    /// Documented: a SAML2 Bearer client for Workspace Desktop, the states of a client. Observed by third parties on the live service:
    /// `invalid_client` for an unknown client and for a wrong secret. Inferred: `unauthorized_client` (RFC 6749) for the grant type.
    pub(crate) struct SamlClientRefused;
}

impl Rule for SamlClientRefused {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let recorded = rows::failing(all, "saml-client").into_iter().next();
        let refused = logins::refused(case, all).filter(logins::Refused::is_of_client);
        let is_settled = region_mismatch::is_settled(case, all);
        let (certainty, sentence, fix) = match (recorded, &refused) {
            (Some(row), _) => (
                Certainty::Certain,
                format!("the client of [saml_auth] is not one that agents can log in with: {}", row.found),
                row.fix.clone(),
            ),
            (None, Some(refused)) if is_settled => (
                Certainty::Likely,
                format!("Genesys Cloud refuses the client of [saml_auth]: {}", refused.error),
                "Look the client up under Admin > Integrations > OAuth: it must be enabled and of grant type SAML2 Bearer. Then copy its id and enter its secret in [saml_auth]; if the secret is lost, generate a new one and enter it in every section that uses this client.".to_owned(),
            ),
            _ => return Vec::new(),
        };
        let api = case
            .object
            .api_endpoint()
            .map(|endpoint| endpoint.to_string())
            .unwrap_or_default();
        let id = seen::plain(case, "saml_auth", "client_id")
            .ok()
            .filter(|(_, id)| hybridcheck_core::object::is_guid(id))
            .map_or_else(|| "CLIENT_ID".to_owned(), |(_, id)| visible(id, 60));
        vec![
            Diagnosis::new(certainty, sentence, Owner::EngageAdmin, fix)
                .shown_by(recorded)
                .shown_by(refused.map(|refused| refused.row))
                .command(format!("curl -s -H \"Authorization: Bearer $TOKEN\" https://{api}/api/v2/oauth/clients/{id}"))
                .breaks([hybridcheck_core::facts::FactKey::SamlLogin {
                    object: case.object.id,
                }]),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_testkit::facts::{
        api, client, client_record, client_record_key, oauth_error, saml_login, saml_login_key,
    };

    fn refused(error: &str) -> Bench {
        let bench = Bench::healthy();
        let fact = saml_login(&bench.object, oauth_error(401, error, "some words"));
        let key = saml_login_key();
        bench.fact(key.clone(), fact).blocked_behind(&key)
    }

    #[test]
    fn a_refused_client_is_named_with_the_services_words() {
        let found = refused("invalid_client").diagnose(&SamlClientRefused);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(found[0].sentence.contains("some words"));
        assert_eq!(refused("invalid_client").causes(), ["saml-client-refused"]);
    }

    #[test]
    fn a_record_of_another_grant_type_is_certain_without_any_login() {
        let bench = Bench::healthy();
        let mut record = client_record(&bench.object, "saml_auth");
        record.authorized_grant_type = Some("CLIENT-CREDENTIALS".into());
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(record));
        let bench = bench.fact(client_record_key("saml_auth"), fact);
        assert_eq!(
            bench.diagnose(&SamlClientRefused)[0].certainty,
            Certainty::Certain
        );
        assert_eq!(bench.causes(), ["saml-client-refused"]);
    }

    #[test]
    fn a_refused_assertion_says_nothing_about_the_client() {
        assert!(
            refused("invalid_grant")
                .diagnose(&SamlClientRefused)
                .is_empty()
        );
    }
}
