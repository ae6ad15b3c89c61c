//! The login with an assertion, as several causes look at it.

use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{FactKey, OAuthError, SamlLoginFact, SamlTry};
use hybridcheck_core::row::Row;

use crate::evidence::rows;
use crate::saml;

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
    /// What was sent, and what came of it.
    pub(crate) login: &'r SamlLoginFact,
    /// The exchange that tells most.
    pub(crate) telling: &'r SamlTry,
    /// What the service said there.
    pub(crate) error: &'r OAuthError,
}

impl Refused<'_> {
    /// The client was refused, before any assertion was looked at.
    pub(crate) fn is_of_client(&self) -> bool {
        is_of_client(self.error)
    }

    /// The service says that it cannot read how the assertion is encoded; it has no code for that, so its words are all there is.
    pub(crate) fn is_of_encoding(&self) -> bool {
        self.error
            .description
            .raw()
            .to_lowercase()
            .contains("encod")
    }
}

/// Whether an error is about the client, and no assertion was looked at.
pub(crate) fn is_of_client(error: &OAuthError) -> bool {
    OF_CLIENT.contains(&error.error.raw())
}

/// The login that the genuine service refused.
pub(crate) fn refused<'r>(case: &Case<'r>, all: &'r [Row]) -> Option<Refused<'r>> {
    let row = rows::failing(all, &saml::Login).into_iter().next()?;
    let key = FactKey::saml_login(case.object.id);
    let login = case.facts().saml_login(&key).ok()?;
    let (telling, error) = login.telling().filter(|_| login.accepted().is_none())?;
    (error.genuine && error.status < 500).then_some(Refused {
        row,
        login,
        telling,
        error,
    })
}

/// The row of a login whose assertion was refused: a defect of the provider, the key material or the clock shows in it too.
pub(crate) fn refused_assertion<'r>(case: &Case<'r>, all: &'r [Row]) -> Option<&'r Row> {
    let refused = refused(case, all)?;
    (!refused.is_of_client()).then_some(refused.row)
}

/// The login whose assertion was refused, as what is broken: what it should have brought could not be told.
pub(crate) fn refused_login(case: &Case<'_>, all: &[Row]) -> Option<FactKey> {
    let key = FactKey::saml_login(case.object.id);
    refused_assertion(case, all).map(|_| key)
}
