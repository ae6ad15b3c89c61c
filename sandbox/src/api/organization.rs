//! The organisation and the service's clock.

use super::{Answer, Arc, Caller, Host, Json, Refusal, State, json};

pub(super) async fn me(State(host): State<Arc<Host>>, caller: Caller) -> Answer {
    caller.scoped("organization")?;
    let cloud = &caller.cloud;
    Ok(Json(json!({
        "id": cloud.org_id,
        "name": cloud.org_name,
        "defaultLanguage": "en-us",
        "defaultCountryCode": "DE",
        "thirdPartyOrgName": cloud.org_short_name,
        "domain": format!("{}.{}", cloud.org_short_name, host.region),
        "version": 7,
        "state": cloud.org_state,
        "voicemailEnabled": false,
        "productPlatform": cloud.platform,
        "features": cloud.features,
        "selfUri": format!("/api/v2/organizations/{}", cloud.org_id),
    })))
}

pub(super) async fn date(State(host): State<Arc<Host>>, _caller: Caller) -> Answer {
    let now = host.now().ok_or_else(Refusal::not_found)?;
    Ok(Json(json!({ "currentDate": format!("{now:.3}") })))
}
