//! Tokens, and logins of persons.

use hybridcheck_core::facts::{
    ClientRef, FactKey, NamedEntity, OAuthClientInfo, OAuthError, RoleDivision, SamlLoginFact,
    SamlTry, TokenFact, TokenInfo, TokenOutcome,
};
use hybridcheck_core::object::{HybridObject, ObjectId, SAML_AUTH};

use super::organization::LONG_NAME;
use super::web::http;

/// The user of the healthy login.
pub const USER: &str = "test.agent@acme.example";

/// The client of a section of the first object.
pub fn client(section: &str) -> ClientRef {
    ClientRef::Service {
        object: ObjectId(0),
        section: section.into(),
    }
}

/// Key of a section's token.
pub fn token_key(section: &str) -> FactKey {
    FactKey::token(client(section))
}

/// Key of a section's token info.
pub fn token_info_key(section: &str) -> FactKey {
    FactKey::token_info(client(section))
}

/// A token request with this outcome.
pub fn token(object: &HybridObject, section: &str, outcome: TokenOutcome) -> TokenFact {
    let status = match &outcome {
        TokenOutcome::Issued { .. } | TokenOutcome::Malformed { .. } => 200,
        TokenOutcome::NotOAuth => 404,
        TokenOutcome::RateLimited { .. } => 429,
        TokenOutcome::Refused(error) => error.status,
    };
    let secret = object.option(section, "password");
    let endpoint = object.auth_endpoint().map(|at| at.to_string());
    TokenFact {
        client_id: object.client_id(section),
        secret: secret
            .map(|option| option.value.shape())
            .unwrap_or_default(),
        http: http(
            &format!("POST https://{}/oauth/token", endpoint.unwrap_or_default()),
            status,
            "application/json",
            "",
            true,
        ),
        outcome,
        trimmed: None,
    }
}

/// The token endpoint's refusal in the genuine service's own form.
pub fn oauth_error(status: u16, error: &str, description: &str) -> TokenOutcome {
    TokenOutcome::Refused(OAuthError {
        status,
        error: error.into(),
        description: description.into(),
        genuine: true,
    })
}

/// The info of a healthy token of the object's organisation.
pub fn token_info(object: &HybridObject, section: &str) -> TokenInfo {
    let organization = NamedEntity {
        id: object.organization_id(),
        name: Some(LONG_NAME.into()),
    };
    TokenInfo {
        organization: Some(organization.clone()),
        client: Some(OAuthClientInfo {
            id: object.client_id(section),
            name: Some("PureEngage Client Credentials".into()),
            authorized_grant_type: Some("CLIENT-CREDENTIALS".into()),
            state: Some("active".into()),
            date_to_delete: None,
            organization: Some(organization.clone()),
            scope: Some(Vec::new()),
            role_divisions: Some(vec![RoleDivision {
                role_id: Some("role-pacing".into()),
                division_id: Some("division-home".into()),
            }]),
        }),
        home_organization: Some(organization),
        authorized_scope: Some(Vec::new()),
    }
}

/// The person who logged in.
pub fn person() -> ClientRef {
    ClientRef::Person {
        object: ObjectId(0),
    }
}

/// Key of the login with an assertion.
pub fn saml_login_key() -> FactKey {
    FactKey::saml_login(ObjectId(0))
}

/// What the API says about the person's token.
pub fn person_token_info(object: &HybridObject) -> TokenInfo {
    let mut info = token_info(object, SAML_AUTH);
    if let Some(client) = &mut info.client {
        client.name = Some("Workspace Desktop".into());
        client.authorized_grant_type = Some("SAML2-BEARER".into());
    }
    info
}

/// Key of what the API says about the person's token.
pub fn person_token_info_key() -> FactKey {
    FactKey::token_info(person())
}

/// Key of the person who logged in.
pub fn me_key() -> FactKey {
    FactKey::me(ObjectId(0))
}

/// A login with an assertion, with the first encoding.
pub fn saml_login(object: &HybridObject, outcome: TokenOutcome) -> SamlLoginFact {
    let fact = token(object, SAML_AUTH, outcome);
    SamlLoginFact {
        email: USER.into(),
        client_id: fact.client_id,
        organization: "acme-sample".into(),
        audience: "https://login.mypurecloud.de/oauth/token".into(),
        tries: vec![SamlTry {
            trimmed: false,
            encoding: "base64 of the whole Response".into(),
            http: fact.http,
            outcome: fact.outcome,
        }],
    }
}
