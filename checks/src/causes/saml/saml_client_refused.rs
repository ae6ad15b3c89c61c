//! The client of `[saml_auth]` is refused.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::object::SAML_AUTH;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::causes::general::region_mismatch;
use crate::evidence::oauth::is_any_issued;
use crate::evidence::refusals::{self, OAuthMeaning};
use crate::evidence::{commands, logins, rows, subjects};
use crate::{saml, services};

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
        let recorded = rows::failing(all, &saml::Client).into_iter().next();
        let refused = logins::refused(case, all).filter(logins::Refused::is_of_client);
        let is_settled = region_mismatch::is_settled(case, all);
        let login = FactKey::saml_login(case.object.id);
        let fact = case.facts().saml_login(&login).ok();
        let is_accepted = fact.is_some_and(|login| login.accepted().is_some());
        let (root, (certainty, sentence, fix)) = match (recorded, &refused) {
            // What the record says and what the login showed are both true; which of the two lags is not known.
            (Some(row), _) if is_accepted => (
                row,
                (
                    Certainty::Possible,
                    format!(
                        "the record of the client of [saml_auth] says {}, although a login with it was accepted in this run",
                        row.found()
                    ),
                    row.fix().to_owned(),
                ),
            ),
            (Some(row), _) => (
                row,
                (
                    Certainty::Certain,
                    format!(
                        "the client of [saml_auth] is not one that agents can log in with: {}",
                        row.found()
                    ),
                    row.fix().to_owned(),
                ),
            ),
            (None, Some(refused)) if is_settled => (refused.row, said(case, refused)),
            _ => return Vec::new(),
        };
        let owner = recorded.and_then(Row::owner);
        let owner = owner.unwrap_or(Owner::EngageAdmin);
        let id = subjects::plain(case, "saml_auth", "client_id")
            .ok()
            .map(|(_, id)| id)
            .filter(|id| hybridcheck_core::object::is_guid(id.raw()))
            .unwrap_or(Outside::of("CLIENT_ID"))
            .shown(60);
        let auth = case.object.auth_endpoint();
        let auth = auth.map(|endpoint| endpoint.to_string());
        let command = if recorded.is_some() {
            commands::api(case, &format!("/api/v2/oauth/clients/{id}"))
        } else {
            // No assertion is needed: the client is looked at first.
            format!(
                "curl -s -u {id} https://{}/oauth/token -d grant_type=urn:ietf:params:oauth:grant-type:saml2-bearer -d orgName=NAME -d assertion=none",
                auth.unwrap_or_default()
            )
        };
        let broken = (!is_accepted).then_some(login);
        // A secret with blanks around it was tried without them too.
        let unclean = rows::failing(all, &services::OptionsClean).into_iter();
        let password = Subject::option(SAML_AUTH, "password");
        let is_tried = refused.is_some();
        let unclean = unclean.filter(|row| is_tried && row.subject == password);
        vec![
            Diagnosis::new(root, certainty, sentence, owner, fix)
                .shown_by(refused.map(|refused| refused.row))
                .shown_by(unclean)
                .command(command)
                .breaks(broken)
                .breaks(recorded.map(|_| saml::client_key(case.object))),
        ]
    }
}

/// What the service's words mean. A new secret is advised only where they are about the secret.
fn said(case: &Case<'_>, refused: &logins::Refused<'_>) -> (Certainty, String, String) {
    let error = refused.error;
    let region = if is_any_issued(case) {
        ""
    } else {
        "Compare the region of both URLs with the address at which your administrators log in. If it is right, go on. "
    };
    let (certainty, what, fix) = match refusals::oauth(error) {
        Some((OAuthMeaning::UnknownClient, certainty)) => (
            certainty,
            "does not know the client of [saml_auth]",
            "Copy its client id again from Admin > Integrations > OAuth, or create a client of grant type SAML2 Bearer there if it was deleted.",
        ),
        Some((OAuthMeaning::WrongSecret, certainty)) => (
            certainty,
            "knows the client of [saml_auth], but refuses its secret",
            "Enter the right secret in [saml_auth]; if it is lost, generate a new one under Admin > Integrations > OAuth and enter it in every section that uses this client.",
        ),
        Some((OAuthMeaning::GrantNotAllowed, _)) => (
            Certainty::Likely,
            "does not let the client of [saml_auth] use SAML2 bearer",
            "Create an OAuth client of grant type SAML2 Bearer under Admin > Integrations > OAuth and enter its id and secret in [saml_auth]; the grant type decides what a client can do.",
        ),
        None => (
            Certainty::Possible,
            "refuses the client of [saml_auth] in words that are not known",
            "Look the client up under Admin > Integrations > OAuth: it must be enabled and of grant type SAML2 Bearer; if it is, give Genesys support these words and the correlation id.",
        ),
    };
    // Without a token for another client of the object the region itself may be wrong.
    let certainty = if region.is_empty() {
        certainty
    } else {
        certainty.max(Certainty::Likely)
    };
    (
        certainty,
        format!("Genesys Cloud {what}: {error}"),
        format!("{region}{fix}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiFact, ApiOutcome, ClientRecord, Gap};
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
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].sentence.contains("some words"));
        assert!(!found[0].fix.contains("secret"), "{}", found[0].fix);
        assert_eq!(refused("invalid_client").causes(), ["saml-client-refused"]);
    }

    #[test]
    fn known_words_are_told_by_what_they_mean() {
        let of = |error, words| {
            let bench = Bench::healthy();
            let fact = saml_login(&bench.object, oauth_error(401, error, words));
            let key = saml_login_key();
            let bench = bench.fact(key.clone(), fact).blocked_behind(&key);
            bench.diagnose(&SamlClientRefused).remove(0)
        };
        let secret = of("invalid_client", "authentication failed");
        assert_eq!(secret.certainty, Certainty::Certain);
        assert!(secret.sentence.contains("refuses its secret"));
        assert!(secret.fix.starts_with("Enter the right secret"));
        let unknown = of("invalid_client", "client not found");
        assert!(unknown.sentence.contains("does not know the client"));
        assert!(!unknown.fix.contains("secret"), "{}", unknown.fix);
        let grant = of("unauthorized_client", "no");
        assert!(grant.sentence.contains("use SAML2 bearer"));
        assert_eq!(grant.certainty, Certainty::Likely);
    }

    #[test]
    fn a_record_of_another_grant_type_is_certain_without_any_login() {
        let bench = Bench::healthy();
        let mut record = client_record(&bench.object, "saml_auth");
        record.authorized_grant_type = Some("CLIENT-CREDENTIALS".into());
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(record));
        let bench = bench.fact(client_record_key("saml_auth"), fact);
        // A login that was accepted speaks against the record.
        let accepted = bench.diagnose(&SamlClientRefused).remove(0);
        assert_eq!(accepted.certainty, Certainty::Possible);
        assert!(accepted.sentence.contains("was accepted in this run"));
        let bench = bench.gap(saml_login_key(), Gap::NotPlanned);
        assert_eq!(
            bench.diagnose(&SamlClientRefused)[0].certainty,
            Certainty::Certain
        );
        assert_eq!(bench.causes(), ["saml-client-refused"]);
    }

    #[test]
    fn a_client_that_is_not_there_explains_what_could_not_be_told_of_it() {
        let missing: ApiFact<ClientRecord> = api(&client("ewt"), "GET …", ApiOutcome::NotFound);
        let bench = Bench::healthy().fact(client_record_key("saml_auth"), missing);
        assert_eq!(bench.causes(), ["saml-client-refused"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
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
