//! The API host: the documented shapes of the calls that a hybrid integration is judged by.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::gateway::{Host, Refusal};
use caller::Caller;

mod authorization;
mod caller;
mod clients;
mod organization;
mod paging;
mod providers;
mod users;

type Answer = Result<Json<Value>, Refusal>;

/// What the API host answers.
pub(super) fn router() -> Router<Arc<Host>> {
    Router::new()
        .route(
            "/api/v2/tokens/me",
            get(clients::token_info).delete(clients::end_token),
        )
        .route("/api/v2/users/me", get(users::me))
        .route("/api/v2/organizations/me", get(organization::me))
        .route("/api/v2/identityproviders", get(providers::all))
        .route("/api/v2/identityproviders/{id}", get(providers::one))
        .route(
            "/api/v2/authorization/subjects/me",
            get(authorization::subject),
        )
        .route("/api/v2/authorization/roles", get(authorization::roles))
        .route(
            "/api/v2/authorization/permissions",
            get(authorization::permissions),
        )
        .route(
            "/api/v2/authorization/products",
            get(authorization::products),
        )
        .route("/api/v2/oauth/clients", get(clients::all))
        .route("/api/v2/oauth/clients/{id}", get(clients::one))
        .route("/api/v2/date", get(organization::date))
}
