//! The person that a token is for.

use super::{Answer, Caller, Json, Refusal, StatusCode, json};
use crate::cloud::HOME_DIVISION;

pub(super) async fn me(caller: Caller) -> Answer {
    caller.scoped("users")?;
    let Some(user) = &caller.user else {
        // That the call is not valid for client credentials is documented; code and text are not.
        let text = "This request requires a user context. Client credentials cannot be used for requests to this resource.";
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "not.a.user", text));
    };
    Ok(Json(json!({
        "id": user.id,
        "name": user.name,
        "division": { "id": HOME_DIVISION, "name": "Home", "selfUri": format!("/api/v2/authorization/divisions/{HOME_DIVISION}") },
        "email": user.email,
        "username": user.email,
        "state": user.state,
        "version": 1,
        "acdAutoAnswer": false,
        "selfUri": format!("/api/v2/users/{}", user.id),
    })))
}
