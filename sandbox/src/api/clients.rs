//! Tokens and OAuth clients.

use super::paging::paged;
use super::{Answer, Arc, Caller, Host, Json, Path, Refusal, State, StatusCode, Value, json};
use crate::cloud::{CLIENT_CREDENTIALS, Client, Cloud, HOME_DIVISION, SAML2_BEARER};
use axum::http::Uri;

pub(super) async fn token_info(caller: Caller) -> Answer {
    caller.scoped("user-basic-info")?;
    let Caller { cloud, client, .. } = &caller;
    let organization = json!({ "id": cloud.org_id, "name": cloud.org_name });
    let mut of_client = json!({
        "id": client.id,
        "name": client.name,
        "authorizedGrantType": client.grant,
        "scope": client.scopes,
        "roleDivisions": role_divisions(cloud, client),
        "state": client.state,
        "organization": organization,
    });
    if let Some(date) = client.ends {
        of_client["dateToDelete"] = date.into();
    }
    // `OAuthClient` is the one member of this API that begins with a capital letter.
    Ok(Json(json!({
        "organization": organization,
        "homeOrganization": organization,
        "authorizedScope": client.scopes,
        "OAuthClient": of_client,
    })))
}

pub(super) async fn end_token(caller: Caller) -> StatusCode {
    caller.cloud.revoke(&caller.token);
    StatusCode::OK
}

pub(super) async fn all(caller: Caller, uri: Uri) -> Answer {
    caller.needs("oauth", "oauth:client:view")?;
    let clients = caller.cloud.clients.iter();
    let bodies = clients.map(|client| body(&caller.cloud, client));
    Ok(paged(&uri, bodies.collect()))
}

pub(super) async fn one(
    State(_): State<Arc<Host>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    caller.needs("oauth", "oauth:client:view")?;
    let client = caller.cloud.client(&id).ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "client.not.found",
            "Client was not found.",
        )
    })?;
    Ok(Json(body(&caller.cloud, client)))
}

/// The secret is shown only when it is made, so it is not here.
fn body(cloud: &Cloud, client: &Client) -> Value {
    // The documentation has a client for logins made with a redirect to the region's own pages.
    let redirects: &[&str] = if client.grant == SAML2_BEARER {
        &["https://apps.mypurecloud.de"]
    } else {
        &[]
    };
    let mut body = json!({
        "id": client.id,
        "name": client.name,
        "accessTokenValiditySeconds": client.token_life,
        "description": "",
        "registeredRedirectUri": redirects,
        "authorizedGrantType": client.grant,
        "scope": client.scopes,
        "roleDivisions": role_divisions(cloud, client),
        "state": client.state,
        "selfUri": format!("/api/v2/oauth/clients/{}", client.id),
    });
    if let Some(date) = client.ends {
        body["dateToDelete"] = date.into();
    }
    body
}

/// Roles count for client credentials alone; the other grants go by scopes.
fn role_divisions(cloud: &Cloud, client: &Client) -> Value {
    if client.grant != CLIENT_CREDENTIALS {
        return json!([]);
    }
    let roles = cloud.roles_of(client, None);
    roles
        .map(|role| json!({ "roleId": role.id, "divisionId": HOME_DIVISION }))
        .collect()
}
