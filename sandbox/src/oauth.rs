//! The auth host: the token endpoint and the discovery document.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use hybridcheck_core::time::Timestamp;
use serde_json::{Value, json};

use super::cloud::{CLIENT_CREDENTIALS, SAML2_BEARER};
use super::gateway::{Host, Refusal, basic};
use super::saml;

const SAML2_BEARER_GRANT: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";

/// What the auth host answers.
pub(super) fn router() -> Router<Arc<Host>> {
    Router::new()
        .route("/oauth/token", post(token))
        .route("/.well-known/oauth-authorization-server", get(discovery))
}

/// The members that the genuine document has; the region is the one that really answers.
async fn discovery(State(host): State<Arc<Host>>) -> Response {
    let issuer = format!("https://login.{}", host.region);
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token", SAML2_BEARER_GRANT],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "service_documentation": "https://developer.genesys.cloud/authorization",
    }))
    .into_response()
}

async fn token(State(host): State<Arc<Host>>, headers: HeaderMap, body: Bytes) -> Response {
    if let Some(cloud) = host.organizations.throttled() {
        // The token endpoint's own body for 429 is not documented; this is the one of the API.
        return Refusal::throttled(cloud.retry_after).into_response();
    }
    match granted(&host, &headers, &body) {
        Ok(granted) => Json(granted).into_response(),
        Err(refused) => refused,
    }
}

/// The answer that holds a token.
#[expect(
    clippy::result_large_err,
    reason = "the refusal is an HTTP response, made once per request"
)]
fn granted(host: &Host, headers: &HeaderMap, body: &[u8]) -> Result<Value, Response> {
    let refused = |error, text: &str| Err(oauth_error(StatusCode::BAD_REQUEST, error, text));
    let form: Vec<(String, String)> = url::form_urlencoded::parse(body).into_owned().collect();
    let field = |name: &str| {
        let mut found = form.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    };
    let posted = field("client_id").zip(field("client_secret"));
    let pair =
        basic(headers).or_else(|| posted.map(|(id, secret)| (id.to_owned(), secret.to_owned())));
    let Some((id, secret)) = pair else {
        return refused("invalid_client", "client not found");
    };
    // 400 for an unknown client and 401 for a wrong secret: so observed by the tests of a public client library.
    let Some((cloud, client)) = host.organizations.client(&id) else {
        return refused("invalid_client", "client not found");
    };
    if let Some((status, error, description)) = cloud.oauth_error {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        return Err(oauth_error(status, error, description));
    }
    if client.secret != secret {
        if cloud.refuse_secret().is_err() {
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        }
        return Err(oauth_error(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "authentication failed",
        ));
    }
    let (needed, grant) = match field("grant_type") {
        Some(grant @ "client_credentials") => (CLIENT_CREDENTIALS, grant),
        Some(grant @ SAML2_BEARER_GRANT) => (SAML2_BEARER, grant),
        Some(_) => return refused("unsupported_grant_type", "grant type is not supported"),
        None => return refused("invalid_request", "grant_type is required"),
    };
    if client.grant != needed {
        // The name is RFC 6749's; the genuine service's own words for this case are not known.
        let text = format!("client is not authorized to use grant type {grant}");
        return refused("unauthorized_client", &text);
    }
    let user = if needed == SAML2_BEARER {
        let Some((organization, assertion)) = field("orgName").zip(field("assertion")) else {
            return refused("invalid_request", "orgName and assertion are required");
        };
        let now = host.now().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let now = Timestamp::from_unix(now.as_second());
        match saml::login(cloud, organization, assertion, now) {
            Ok(user) => Some(user),
            Err(reason) => return refused("invalid_grant", &reason.to_string()),
        }
    } else {
        None
    };
    let token = cloud.issue(client, user);
    let token = token.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
    let mut granted = json!({ "access_token": token, "token_type": "bearer" });
    if !cloud.hides_expiry {
        granted["expires_in"] = client.token_life.saturating_sub(1).into();
    }
    Ok(granted)
}

/// The genuine service gives the same text under both names.
fn oauth_error(status: StatusCode, error: &str, description: &str) -> Response {
    let body = json!({
        "error": error,
        "description": description,
        "error_description": description,
    });
    (status, Json(body)).into_response()
}
