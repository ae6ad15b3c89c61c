//! Who calls, by the token, and what stands in the way before a call is looked at.

use super::{Arc, Host, Map, Refusal, StatusCode, Value};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::cloud::{Client, Cloud, Rejects, Session, User};

/// Who calls.
pub(super) struct Caller {
    pub(super) token: String,
    pub(super) cloud: Arc<Cloud>,
    pub(super) client: Client,
    /// The person, when the token came of a login.
    pub(super) user: Option<User>,
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
        let session = host.organizations.session(&token);
        let Session {
            cloud,
            client,
            user,
        } = session.ok_or_else(|| rejection(Rejects::Credentials))?;
        if let Some(rejects) = cloud.rejects {
            return Err(rejection(rejects));
        }
        if cloud.is_throttled() {
            return Err(Refusal::throttled(cloud.retry_after));
        }
        if cloud.refused.contains(&parts.uri.path()) {
            let text = "You are not authorized to perform the requested action.";
            return Err(Refusal::new(StatusCode::FORBIDDEN, "not.authorized", text));
        }
        Ok(Self {
            token,
            cloud,
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
        Rejects::Policy => (
            StatusCode::FORBIDDEN,
            "authz.policy.denied",
            "Unable to perform the requested action. Your organization's security policies have denied access. Policy ID(s): [policy-1]",
        ),
    };
    Refusal::new(status, code, text)
}

impl Caller {
    /// The scope counts where the organisation enforces scopes; `readonly` of it is enough for reading.
    pub(super) fn scoped(&self, scope: &str) -> Result<(), Refusal> {
        let is_granted =
            |held: &&str| *held == scope || held.strip_suffix(":readonly") == Some(scope);
        if self.cloud.scopes_enforced && !self.client.scopes.iter().any(is_granted) {
            let text = format!("App not authorized to use scope {scope}");
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "app.not.authorized.for.scope",
                text,
            ));
        }
        Ok(())
    }

    /// The same for what needs a permission.
    pub(super) fn needs(&self, scope: &str, permission: &str) -> Result<(), Refusal> {
        self.scoped(scope)?;
        if self
            .cloud
            .allows(&self.client, self.user.as_ref(), permission)
        {
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
