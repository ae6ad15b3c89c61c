//! A client of the wrong type.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{ClientRef, FactKey};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::object::SAML_AUTH;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::causes::general::region_mismatch;
use crate::evidence::oauth::{client, refused};
use crate::evidence::refusals::OAuthMeaning;
use crate::evidence::rows;
use crate::oauth;

page! {
    /// The OAuth client is of the wrong grant type.
    ///
    /// ## What it means
    ///
    /// Services log in without a user and need a client of type Client Credentials. This one is of another type; often the SAML2-bearer
    /// client of Workspace Desktop was entered in the section of a service, or the two were swapped.
    ///
    /// ## How to fix
    ///
    /// Create a client of type Client Credentials with the roles the service needs. The type of an existing client is best left alone.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/tokens/me` shows `OAuthClient.authorizedGrantType`; so does
    /// Admin > Integrations > OAuth.
    ///
    /// ## What we rely on
    ///
    /// Documented: which type belongs in which section (provisioning article). Inferred: the words of the refusal, from RFC 6749.
    pub(crate) struct WrongGrantType;
}

impl Rule for WrongGrantType {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let fix = |row: &Row| {
            let mistaken = match client(row).filter(|client| is_of_saml_auth(case, client)) {
                Some(_) => {
                    "It is the client of [saml_auth], which people log in with: leave it there."
                }
                None => "Look whether the client of another service stands there by mistake.",
            };
            format!(
                "Enter id and secret of an OAuth client of grant type Client Credentials in {} (Admin > Integrations > OAuth); make one, with the roles the service needs, if there is none. {mistaken}",
                row.subject
            )
        };
        let stated = rows::failing(all, &oauth::GrantType)
            .into_iter()
            .map(|row| {
                Diagnosis::new(
                    row,
                    Certainty::Certain,
                    format!(
                        "the OAuth client of {} is of grant type {}, not CLIENT-CREDENTIALS",
                        row.subject,
                        row.found()
                    ),
                    Owner::CloudAdmin,
                    fix(row),
                )
            });
        let refused = if region_mismatch::is_settled(case, all) {
            refused(case, all, OAuthMeaning::GrantNotAllowed)
        } else {
            Vec::new()
        };
        let refused = refused.into_iter().map(|(_, row)| {
            Diagnosis::new(
                row,
                Certainty::Likely,
                format!(
                    "the OAuth client of {} may not use client credentials",
                    row.subject
                ),
                Owner::CloudAdmin,
                fix(row),
            )
            .breaks(client(row).map(FactKey::token))
        });
        stated.chain(refused).collect()
    }
}

/// Whether a section names the client that people log in with.
fn is_of_saml_auth(case: &Case<'_>, client: &ClientRef) -> bool {
    let ClientRef::Service { section, .. } = client else {
        return false;
    };
    let id = |section| case.object.client_id(section);
    id(section.raw()).is_some_and(|own| id(SAML_AUTH).is_some_and(|other| own.is_like(&other)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_testkit::facts::{
        api, client as client_of, oauth_error, token, token_info, token_info_key, token_key,
    };

    #[test]
    fn a_stated_type_fires() {
        let mut info = token_info(&Bench::healthy().object, "ewt");
        info.client
            .as_mut()
            .expect("a client")
            .authorized_grant_type = Some("SAML2-BEARER".into());
        let fact = api(
            &client_of("ewt"),
            "GET /api/v2/tokens/me",
            ApiOutcome::Found(info),
        );
        let bench = Bench::healthy().fact(token_info_key("ewt"), fact);
        assert_eq!(
            bench.diagnose(&WrongGrantType)[0].certainty,
            Certainty::Certain
        );
        assert_eq!(bench.causes(), ["wrong-grant-type"]);
    }

    fn refused(error: &str, description: &str) -> Bench {
        let bench = Bench::healthy();
        let fact = token(&bench.object, "ewt", oauth_error(400, error, description));
        bench
            .fact(token_key("ewt"), fact)
            .blocked_behind(&token_key("ewt"))
    }

    #[test]
    fn a_refused_grant_fires_and_an_unknown_client_does_not() {
        assert_eq!(
            refused("unauthorized_client", "not allowed").causes(),
            ["wrong-grant-type"]
        );
        assert!(
            refused("invalid_client", "client not found")
                .diagnose(&WrongGrantType)
                .is_empty()
        );
    }
}
