//! The API host: the documented shapes of the calls that a hybrid integration is judged by.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::cloud::{
    Client, HOME_DIVISION, PUREENGAGE, Provider, Rejects, Role, SAML2_BEARER, TOKEN_LIFE, User,
};
use super::gateway::{Host, Refusal};

type Answer = Result<Json<Value>, Refusal>;

/// The largest page; what is asked beyond it is cut, as listings of the API do.
const LARGEST_PAGE: usize = 100;

/// What the API host answers.
pub(super) fn router() -> Router<Arc<Host>> {
    Router::new()
        .route("/api/v2/tokens/me", get(token_info).delete(end_token))
        .route("/api/v2/organizations/me", get(organization))
        .route("/api/v2/identityproviders", get(identity_providers))
        .route("/api/v2/identityproviders/{id}", get(identity_provider))
        .route("/api/v2/authorization/roles", get(roles))
        .route("/api/v2/authorization/permissions", get(permissions))
        .route("/api/v2/authorization/products", get(products))
        .route("/api/v2/oauth/clients/{id}", get(oauth_client))
        .route("/api/v2/oauth/clients", get(oauth_clients))
        .route("/api/v2/authorization/subjects/me", get(subject))
        .route("/api/v2/users/me", get(user))
        .route("/api/v2/date", get(date))
}

/// Who calls, by the token.
struct Caller {
    token: String,
    client: Client,
    user: Option<User>,
}

impl FromRequestParts<Arc<Host>> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, host: &Arc<Host>) -> Result<Self, Refusal> {
        let value = parts.headers.get(header::AUTHORIZATION);
        let token = value
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, token)| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
            .map(|(_, token)| token.trim().to_owned())
            .ok_or_else(|| {
                let text = "No authentication bearer token specified in authorization header.";
                Refusal::new(StatusCode::UNAUTHORIZED, "authentication.required", text)
            })?;
        if let Some(rejects) = host.cloud.rejects {
            return Err(rejection(rejects));
        }
        let holder = host.cloud.holder(&token);
        let (client, user) = holder.ok_or_else(|| rejection(Rejects::Credentials))?;
        let client = client.clone();
        if host.cloud.count_throttled() <= host.cloud.api_throttle {
            return Err(Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too.many.requests.retry.after",
                "Rate limit exceeded the maximum. Retry the request in [1] seconds",
            ));
        }
        Ok(Self {
            token,
            client,
            user,
        })
    }
}

/// Why a token is refused, in the words of the Platform API definition.
fn rejection(rejects: Rejects) -> Refusal {
    let (status, code, text) = match rejects {
        Rejects::Address => (
            StatusCode::UNAUTHORIZED,
            "ip.not.authorized",
            "Requests originating from this IP address are not authorized: [203.0.113.77]",
        ),
        Rejects::Credentials => (
            StatusCode::UNAUTHORIZED,
            "bad.credentials",
            "Invalid login credentials.",
        ),
        Rejects::Header => (
            StatusCode::UNAUTHORIZED,
            "authentication.required",
            "No authentication bearer token specified in authorization header.",
        ),
        Rejects::Policy => (
            StatusCode::FORBIDDEN,
            "authz.policy.denied",
            "Access denied by organization security policy. Policy ID(s): [policy-1]",
        ),
        Rejects::Scope => (
            StatusCode::FORBIDDEN,
            "app.not.authorized.for.scope",
            "App not authorized to use scope user-basic-info",
        ),
    };
    Refusal::new(status, code, text)
}

impl Caller {
    fn needs(&self, permission: &'static str) -> Result<(), Refusal> {
        if self.client.permissions.contains(&permission) {
            return Ok(());
        }
        let mut refusal = Refusal::new(
            StatusCode::FORBIDDEN,
            "missing.any.permissions",
            format!(
                "Unable to perform the requested action. You must have at least one of the following permissions assigned: [{permission}]"
            ),
        );
        let shown = format!("[{permission}]");
        refusal.params = Map::from_iter([("permissions".to_owned(), Value::String(shown))]);
        Err(refusal)
    }
}

async fn token_info(State(host): State<Arc<Host>>, caller: Caller) -> Json<Value> {
    let organization = json!({ "id": host.cloud.org_id, "name": host.cloud.org_name });
    let client = &caller.client;
    // `OAuthClient` is the one member of this API that begins with a capital letter.
    Json(json!({
        "organization": organization,
        "homeOrganization": organization,
        "authorizedScope": [],
        "OAuthClient": {
            "id": client.id,
            "name": client.name,
            "authorizedGrantType": client.grant,
            "scope": [],
            "roleDivisions": role_divisions(&host, client),
            "state": client.state,
            "dateToDelete": client.ends,
            "organization": organization,
        },
    }))
}

/// The person behind a token; a client's own token is no person's.
async fn user(State(host): State<Arc<Host>>, caller: Caller) -> Answer {
    let Some(user) = caller.user else {
        let text = "This resource is not available to a client-credentials token.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "bad.request", text));
    };
    Ok(Json(json!({
        "id": user.id,
        "name": user.email.split('@').next().unwrap_or_default(),
        "email": user.email,
        "state": "active",
        "username": user.email,
        "version": 1,
        "acdAutoAnswer": false,
        "division": { "id": HOME_DIVISION, "name": "Home" },
        "selfUri": format!("/api/v2/users/{}", user.id),
        "chat": { "jabberId": format!("{}@conference.{}.orgspan.com", user.id, host.cloud.org_short_name) },
    })))
}

/// What the caller may do: its role in the home division, with its policies.
async fn subject(State(host): State<Arc<Host>>, caller: Caller) -> Json<Value> {
    let client = &caller.client;
    let role = host
        .cloud
        .roles
        .iter()
        .find(|role| client.role == Some(role.name.as_str()));
    let grants = role.into_iter().map(|role| {
        let policies = role.permissions.iter().filter_map(|permission| {
            let (domain, entity, action) = parts(permission)?;
            Some(json!({ "domain": domain, "entityName": entity, "actions": [action] }))
        });
        json!({
            "subjectId": client.id,
            "division": { "id": HOME_DIVISION, "name": "Home", "homeDivision": true },
            "role": {
                "id": role.id,
                "name": role.name,
                "default": role.default,
                "policies": policies.collect::<Vec<_>>(),
            },
            "grantMadeAt": "2026-01-15T09:00:00Z",
        })
    });
    Json(json!({
        "id": client.id,
        "name": client.name,
        "grants": grants.collect::<Vec<_>>(),
        "version": 1,
    }))
}

async fn end_token(State(host): State<Arc<Host>>, caller: Caller) -> StatusCode {
    host.cloud.revoke(&caller.token);
    StatusCode::OK
}

async fn organization(State(host): State<Arc<Host>>, _caller: Caller) -> Json<Value> {
    Json(json!({
        "id": host.cloud.org_id,
        "name": host.cloud.org_name,
        "defaultLanguage": "en-us",
        "defaultCountryCode": "DE",
        "thirdPartyOrgName": host.cloud.org_short_name,
        "domain": format!("{}.{}", host.cloud.org_short_name, host.region),
        "version": 7,
        "state": host.cloud.org_state,
        "voicemailEnabled": false,
        "productPlatform": host.cloud.platform,
        "features": { "purecloud": true, "purecloudVoice": false },
        "selfUri": format!("/api/v2/organizations/{}", host.cloud.org_id),
    }))
}

async fn identity_providers(State(host): State<Arc<Host>>, caller: Caller, uri: Uri) -> Answer {
    caller.needs("sso:provider:view")?;
    let all = host.cloud.providers.iter();
    Ok(paged(&uri, all.map(saml_provider).collect()))
}

async fn identity_provider(
    State(host): State<Arc<Host>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    caller.needs("sso:provider:view")?;
    let mut found = host.cloud.providers.iter().filter(|known| known.id == id);
    let provider = found.next().ok_or_else(Refusal::not_found)?;
    let mut body = saml_provider(provider);
    if provider.id == PUREENGAGE {
        // Only this provider's own schema has the member; the list leaves it out.
        body["autoProvisionUsers"] = Value::Bool(provider.auto_provision);
    }
    Ok(Json(body))
}

async fn roles(State(host): State<Arc<Host>>, caller: Caller, uri: Uri) -> Answer {
    caller.needs("authorization:role:view")?;
    let wanted = query(&uri, "name").unwrap_or_default().to_lowercase();
    let wanted = wanted.trim_matches('*');
    let all = host.cloud.roles.iter();
    // The filter finds parts of a name, whatever their case: the reader has to compare exactly.
    let found = all.filter(|role| role.name.to_lowercase().contains(wanted));
    Ok(paged(&uri, found.map(role_body).collect()))
}

/// The permissions that exist in the organisation at all.
async fn permissions(State(host): State<Arc<Host>>, _caller: Caller, uri: Uri) -> Json<Value> {
    let wanted = query(&uri, "query").unwrap_or_default().to_lowercase();
    let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
    let by_domain = query(&uri, "queryType").is_some_and(|by| by == "domain");
    let mut domains: Map<String, Value> = Map::new();
    for permission in &host.cloud.catalogue {
        let Some((domain, entity, action)) = parts(permission) else {
            continue;
        };
        let is_wanted = |word: &&str| {
            word.is_empty()
                || if by_domain {
                    **word == *domain
                } else {
                    permission.to_lowercase().contains(*word)
                }
        };
        if !wanted.iter().any(is_wanted) {
            continue;
        }
        let entry = json!({
            "domain": domain,
            "entityType": entity,
            "action": action,
            "label": format!("{entity} {action}"),
            "allowsConditions": false,
            "divisionAware": false,
        });
        let entities = domains.entry(domain).or_insert_with(|| json!({}));
        let actions = &mut entities[entity];
        match actions.as_array_mut() {
            Some(known) if known.contains(&entry) => {}
            Some(known) => known.push(entry),
            None => *actions = json!([entry]),
        }
    }
    let entities = domains.into_iter().map(|(domain, map)| {
        json!({ "id": domain, "name": domain, "domain": domain, "permissionMap": map })
    });
    paged(&uri, entities.collect())
}

async fn products(State(host): State<Arc<Host>>, _caller: Caller) -> Json<Value> {
    let products = host.cloud.products.iter();
    let entities: Vec<Value> = products.map(|id| json!({ "id": id })).collect();
    let total = entities.len();
    Json(json!({
        "entities": entities, "pageSize": 25, "pageNumber": 1, "total": total, "pageCount": 1,
    }))
}

async fn oauth_clients(State(host): State<Arc<Host>>, caller: Caller, uri: Uri) -> Answer {
    caller.needs("oauth:client:view")?;
    let all = host.cloud.clients.iter();
    Ok(paged(
        &uri,
        all.map(|client| client_body(&host, client)).collect(),
    ))
}

async fn oauth_client(
    State(host): State<Arc<Host>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer {
    caller.needs("oauth:client:view")?;
    let client = host.cloud.client(&id).ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "client.not.found",
            "Client was not found.",
        )
    })?;
    Ok(Json(client_body(&host, client)))
}

/// The secret is shown only when it is made, so it is not here.
fn client_body(host: &Host, client: &Client) -> Value {
    json!({
        "id": client.id,
        "name": client.name,
        "accessTokenValiditySeconds": TOKEN_LIFE,
        "registeredRedirectUri": if client.grant == SAML2_BEARER { json!(["https://apps.mypurecloud.de"]) } else { json!([]) },
        "authorizedGrantType": client.grant,
        "scope": [],
        "roleDivisions": role_divisions(host, client),
        "state": client.state,
        "dateToDelete": client.ends,
        "selfUri": format!("/api/v2/oauth/clients/{}", client.id),
    })
}

async fn date(State(host): State<Arc<Host>>, _caller: Caller) -> Answer {
    let now = jiff::Timestamp::now()
        .checked_add(jiff::SignedDuration::from_secs(host.skew))
        .map_err(|_| Refusal::not_found())?;
    Ok(Json(json!({ "currentDate": format!("{now:.3}") })))
}

fn saml_provider(provider: &Provider) -> Value {
    json!({
        "id": provider.id,
        "name": provider.name,
        "disabled": provider.disabled,
        "issuerURI": provider.issuer,
        "ssoTargetURI": provider.sso_target,
        "sloURI": "",
        "relyingPartyIdentifier": "",
        "certificate": provider.certificates.first(),
        "certificates": provider.certificates,
        "nameIdentifierFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
        "ssoBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
        "signAuthnRequests": false,
        "selfUri": format!("/api/v2/identityproviders/{}", provider.id),
    })
}

fn role_body(role: &Role) -> Value {
    let policies = role.permissions.iter().filter_map(|permission| {
        let (domain, entity, action) = parts(permission)?;
        Some(json!({
            "domain": domain, "entityName": entity, "policyName": "", "policyDescription": "",
            "actionSet": [action], "allowConditions": false,
        }))
    });
    json!({
        "id": role.id,
        "name": role.name,
        "description": "",
        "permissions": role.permissions,
        "unusedPermissions": [],
        "permissionPolicies": policies.collect::<Vec<_>>(),
        "userCount": role.users,
        "roleNeedsUpdate": false,
        "base": false,
        "default": role.default,
        "selfUri": format!("/api/v2/authorization/roles/{}", role.id),
    })
}

fn role_divisions(host: &Host, client: &Client) -> Value {
    // Roles count for client credentials alone; the other grants go by scopes.
    let mut roles = host.cloud.roles.iter();
    match roles.find(|role| client.role == Some(role.name.as_str())) {
        Some(role) => json!([{ "roleId": role.id, "divisionId": HOME_DIVISION }]),
        None => json!([]),
    }
}

fn parts(permission: &str) -> Option<(String, &str, &str)> {
    let mut pieces = permission.splitn(3, ':');
    let domain = pieces.next()?.to_owned();
    Some((domain, pieces.next()?, pieces.next()?))
}

/// One page of a listing, with the members of every `…EntityListing`.
fn paged(uri: &Uri, all: Vec<Value>) -> Json<Value> {
    let number = |name, default| {
        let asked = query(uri, name).and_then(|text| text.parse::<usize>().ok());
        asked.unwrap_or(default).max(1)
    };
    let size = number("pageSize", 25).min(LARGEST_PAGE);
    let page = number("pageNumber", 1);
    let total = all.len();
    let count = total.div_ceil(size);
    let address = |page: usize| {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        {
            if key != "pageSize" && key != "pageNumber" {
                pairs.append_pair(&key, &value);
            }
        }
        pairs.append_pair("pageSize", &size.to_string());
        pairs.append_pair("pageNumber", &page.to_string());
        format!("{}?{}", uri.path(), pairs.finish())
    };
    let entities: Vec<Value> = all
        .into_iter()
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .collect();
    let mut body = json!({
        "entities": entities,
        "pageSize": size,
        "pageNumber": page,
        "total": total,
        "pageCount": count,
        "firstUri": address(1),
        "selfUri": address(page),
        "lastUri": address(count.max(1)),
    });
    if page < count {
        body["nextUri"] = address(page.saturating_add(1)).into();
    }
    if page > 1 {
        body["previousUri"] = address(page - 1).into();
    }
    Json(body)
}

fn query(uri: &Uri, name: &str) -> Option<String> {
    url::form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
