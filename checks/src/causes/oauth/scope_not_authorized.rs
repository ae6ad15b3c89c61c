//! The organisation enforces OAuth scopes.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::ClientRef;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::object::SAML_AUTH;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::refusals::{self, ApiMeaning};

page! {
    /// The organisation enforces OAuth scopes, and the client lacks one.
    ///
    /// ## What it means
    ///
    /// Scopes matter only where an organisation enforces them. Then a call is refused although the role of the client holds the
    /// permission.
    ///
    /// ## How to fix
    ///
    /// Authorise the scope that the message names for this client (Admin > Integrations > Authorized Applications, or the client's own
    /// page). Changes of rights take up to five minutes, and a token that was issued before keeps the old ones.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/tokens/me` shows 403 and the scope.
    ///
    /// ## What we rely on
    ///
    /// Documented: the code `app.not.authorized.for.scope` (Platform API definition); enforcement is off by default (Genesys Cloud help).
    pub(crate) struct ScopeNotAuthorized;
}

impl Rule for ScopeNotAuthorized {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        refusals::diagnosed(case, all, ApiMeaning::ScopeMissing, |first| {
            let scope = first
                .error
                .scope()
                .unwrap_or(Outside::of("that the message names"));
            // Scopes are a client's, also where a person works with its token.
            let client = match first.reader {
                ClientRef::Person { .. } => format!("the client of [{SAML_AUTH}]"),
                reader => reader.to_string(),
            };
            let enough = first.key.api_call().map(|call| call.scope);
            let enough = enough.filter(|enough| {
                enough.strip_suffix(READONLY) == Some(scope.raw()) && scope != *enough
            });
            let enough = enough.map_or_else(String::new, |enough| {
                format!(" ({enough} is enough for reading)")
            });
            (
                Certainty::Certain,
                format!(
                    "the organisation enforces OAuth scopes, and {client} lacks one: {}",
                    scope.shown(80)
                ),
                Owner::CloudAdmin,
                format!(
                    "Authorise the scope {}{enough} for {client} under Admin > Integrations > OAuth; it takes up to five minutes, and needs a new token.",
                    scope.shown(80)
                ),
            )
        })
    }
}

/// How the scopes end that let read only.
const READONLY: &str = ":readonly";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;

    #[test]
    fn the_scope_is_named() {
        let bench = Bench::refused_by_api(
            403,
            "app.not.authorized.for.scope",
            "App not authorized to use scope user-basic-info",
        );
        let found = bench.diagnose(&ScopeNotAuthorized);
        assert!(
            found[0].fix.contains("the scope user-basic-info"),
            "{}",
            found[0].fix
        );
        assert_eq!(bench.causes(), ["scope-not-authorized"]);
    }

    #[test]
    fn a_policy_is_no_scope() {
        let bench = Bench::refused_by_api(403, "authz.policy.denied", "denied");
        assert!(bench.diagnose(&ScopeNotAuthorized).is_empty());
    }
}
