//! Identity providers.

use super::paging::paged;
use super::{Answer, Caller, Json, Path, Refusal, Value, json};
use crate::cloud::{PUREENGAGE, Provider};
use axum::http::Uri;

const SCOPE: &str = "identity-providers";
const PERMISSION: &str = "sso:provider:view";

pub(super) async fn all(caller: Caller, uri: Uri) -> Answer {
    caller.needs(SCOPE, PERMISSION)?;
    let all = caller.cloud.providers.iter();
    Ok(paged(&uri, all.map(body).collect()))
}

pub(super) async fn one(caller: Caller, Path(id): Path<String>) -> Answer {
    caller.needs(SCOPE, PERMISSION)?;
    let mut found = caller.cloud.providers.iter().filter(|known| known.id == id);
    let provider = found.next().ok_or_else(Refusal::not_found)?;
    let mut body = body(provider);
    if provider.id == PUREENGAGE {
        // Only this provider's own schema has the member; the list leaves it out.
        body["autoProvisionUsers"] = Value::Bool(provider.auto_provision);
    }
    Ok(Json(body))
}

fn body(provider: &Provider) -> Value {
    let mut body = json!({
        "id": provider.id,
        "name": provider.name,
        "disabled": provider.disabled,
        "issuerURI": provider.issuer,
        "ssoTargetURI": provider.sso_target,
        "sloURI": provider.slo,
        "sloBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
        "relyingPartyIdentifier": provider.relying_party,
        "certificates": provider.certificates,
        "nameIdentifierFormat": provider.name_identifier_format,
        "ssoBinding": "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
        "signAuthnRequests": false,
        "providerName": "",
        "displayOnLogin": false,
        "metadataURL": "",
        "forceAuthn": false,
        "selfUri": format!("/api/v2/identityproviders/{}", provider.id),
    });
    if let Some(first) = provider.certificates.first() {
        body["certificate"] = first.as_str().into();
    }
    body
}
