//! Whether each service client is of the grant type that services use.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::facts::{Answer, ClientRef, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::subjects;

page! {
    /// The service's client is of grant type Client Credentials.
    ///
    /// The API states it for the client's own token; no permission is needed.
    ///
    /// ## Why it matters
    ///
    /// A service without a user can only log in with client credentials. Roles can only be given to clients of that type.
    ///
    /// ## How to fix
    ///
    /// Create an OAuth client of grant type Client Credentials (Admin > Integrations > OAuth), give it the roles the service needs, and
    /// enter its id and secret in this section. The client of Workspace Desktop belongs in `saml_auth`.
    ///
    /// ## What we rely on
    ///
    /// Documented: one client per service, Client Credentials for services and SAML2 Bearer for Workspace Desktop; the values of
    /// `authorizedGrantType` (Platform API definition).
    pub(crate) struct GrantType;
}

impl Judge for GrantType {
    type Subject = ClientRef;

    fn needs(&self, client: &ClientRef, _: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::token_info(client)]
    }

    fn judge(&self, client: &ClientRef, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.token_info(&FactKey::token_info(client))?;
        let info = subjects::found(fact)?;
        let stated = info
            .client
            .as_ref()
            .and_then(|client| client.authorized_grant_type.as_ref());
        let Some(stated) = stated else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state the client's grant type", fact.call),
            });
        };
        let judgement = if subjects::is_grant(stated, "CLIENT-CREDENTIALS") {
            Judgement::pass(stated.shown(60))
        } else {
            Judgement::fail(
                "CLIENT-CREDENTIALS",
                stated.shown(60),
                format!(
                    "Create an OAuth client of grant type Client Credentials and enter its id and secret for {client}."
                ),
                Owner::CloudAdmin,
            )
        };
        Ok(subjects::with_api(judgement, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, client, token_info, token_info_key};

    fn of_type(grant: Option<&str>) -> Answer<Judgement> {
        let bench = Bench::healthy();
        let mut info = token_info(&bench.object, "ewt");
        info.client
            .as_mut()
            .expect("a client")
            .authorized_grant_type = grant.map(Into::into);
        let fact = api(
            &client("ewt"),
            "GET /api/v2/tokens/me",
            ApiOutcome::Found(info),
        );
        bench
            .fact(token_info_key("ewt"), fact)
            .judge_first(&GrantType)
    }

    #[test]
    fn only_client_credentials_pass() {
        assert_eq!(
            of_type(Some("CLIENT-CREDENTIALS"))
                .expect("a verdict")
                .status(),
            Status::Pass
        );
        assert_eq!(
            of_type(Some("client_credentials"))
                .expect("a verdict")
                .status(),
            Status::Pass
        );
        let judgement = of_type(Some("SAML2-BEARER")).expect("a verdict");
        assert_eq!(
            (judgement.status(), judgement.found()),
            (Status::Fail, "SAML2-BEARER")
        );
    }

    #[test]
    fn an_unstated_type_is_a_gap() {
        assert!(matches!(of_type(None), Err(Gap::NotAnswered { .. })));
    }
}
