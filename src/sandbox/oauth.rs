//! The auth host: the token endpoint and the discovery document.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64ct::{Base64, Encoding};
use serde_json::json;

use super::cloud::{CLIENT_CREDENTIALS, SAML2_BEARER, TOKEN_LIFE};
use super::gateway::{Host, Refusal};
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
    if host.cloud.throttled {
        // The token endpoint's own body for 429 is not documented; this is the one of the API.
        let refusal = Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too.many.requests.retry.after",
            "Rate limit exceeded the maximum. Retry the request in [1] seconds",
        );
        return ([(header::RETRY_AFTER, "1")], refusal).into_response();
    }
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| {
        let mut found = form.iter().filter(|(key, _)| key == name);
        found.next().map(|(_, value)| value.as_str())
    };
    let posted = field("client_id").zip(field("client_secret"));
    let pair =
        basic(&headers).or_else(|| posted.map(|(id, secret)| (id.to_owned(), secret.to_owned())));
    let Some((id, secret)) = pair else {
        return oauth_error(
            StatusCode::BAD_REQUEST,
            "invalid_client",
            "client not found",
        );
    };
    // 400 for an unknown client and 401 for a wrong secret: so observed by the tests of a public client library.
    let Some(client) = host.cloud.client(&id) else {
        return oauth_error(
            StatusCode::BAD_REQUEST,
            "invalid_client",
            "client not found",
        );
    };
    if let Some((status, error, description)) = host.cloud.oauth_error {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        return oauth_error(status, error, description);
    }
    if client.secret != secret {
        if host.cloud.refuse_secret().is_err() {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        return oauth_error(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "authentication failed",
        );
    }
    let (needed, grant) = match field("grant_type") {
        Some(grant @ "client_credentials") => (CLIENT_CREDENTIALS, grant),
        Some(grant @ SAML2_BEARER_GRANT) => (SAML2_BEARER, grant),
        Some(_) => {
            let text = "grant type is not supported";
            return oauth_error(StatusCode::BAD_REQUEST, "unsupported_grant_type", text);
        }
        None => {
            let text = "grant_type is required";
            return oauth_error(StatusCode::BAD_REQUEST, "invalid_request", text);
        }
    };
    if client.grant != needed {
        // The name is RFC 6749's; the genuine service's own words for this case are not known.
        let text = format!("client is not authorized to use grant type {grant}");
        return oauth_error(StatusCode::BAD_REQUEST, "unauthorized_client", &text);
    }
    let user = if needed == SAML2_BEARER {
        let (organization, assertion) = (field("orgName"), field("assertion"));
        match saml::login(
            &host,
            organization.unwrap_or_default(),
            assertion.unwrap_or_default(),
        ) {
            Ok(user) => Some(user),
            Err(text) => return oauth_error(StatusCode::BAD_REQUEST, "invalid_grant", text),
        }
    } else {
        None
    };
    match host.cloud.issue(client, user) {
        Ok(token) => {
            let mut body = json!({ "access_token": token, "token_type": "bearer" });
            if !host.cloud.hides_expiry {
                body["expires_in"] = (TOKEN_LIFE - 1).into();
            }
            Json(body).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
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

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(Base64::decode_vec(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
