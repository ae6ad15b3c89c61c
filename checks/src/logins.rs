//! The login with an assertion, as several causes look at it.

use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{FactKey, OAuthError, SamlTry, TokenOutcome};
use hybridcheck_core::run::Row;

use crate::rows;

/// The check that says how the login ended.
const CHECK: &str = "saml-login";

/// The names that RFC 6749 gives to refusals of the client itself: no assertion was looked at.
const OF_CLIENT: [&str; 3] = [
    "invalid_client",
    "unauthorized_client",
    "unsupported_grant_type",
];

/// Why the login was refused, when the genuine service refused it.
pub(crate) struct Refused<'r> {
    /// The row of the login.
    pub(crate) row: &'r Row,
    /// The exchange that decided.
    pub(crate) last: &'r SamlTry,
    /// What the service said.
    pub(crate) error: &'r OAuthError,
}

impl Refused<'_> {
    /// The client was refused, before any assertion was looked at.
    pub(crate) fn is_of_client(&self) -> bool {
        OF_CLIENT.contains(&self.error.error.as_str())
    }
}

/// The login that the genuine service refused.
pub(crate) fn refused<'r>(case: &Case<'r>, all: &'r [Row]) -> Option<Refused<'r>> {
    let row = rows::failing(all, CHECK).into_iter().next()?;
    let key = FactKey::SamlLogin {
        object: case.object.id,
    };
    let last = case.facts().saml_login(&key).ok()?.tries.last()?;
    match &last.outcome {
        TokenOutcome::Refused(error) if error.genuine => Some(Refused { row, last, error }),
        _ => None,
    }
}

/// The row of a login whose assertion was refused: a defect of the provider, the key material or the clock shows in it too.
pub(crate) fn refused_assertion<'r>(case: &Case<'r>, all: &'r [Row]) -> Option<&'r Row> {
    let refused = refused(case, all)?;
    (!refused.is_of_client()).then_some(refused.row)
}
