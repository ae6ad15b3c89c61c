//! The Authorization header does not arrive.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::refusals::{self, ApiMeaning};

page! {
    /// Something on the way removes the Authorization header.
    ///
    /// ## What it means
    ///
    /// The call carried a token, and the API answers that it carried none. A proxy or gateway that ends TLS and writes requests anew
    /// drops the header.
    ///
    /// ## How to fix
    ///
    /// Let the proxy or gateway pass the header `Authorization` to the API host, or exempt the host from it.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/tokens/me` shows 401 `authentication.required`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the code `authentication.required` means that no token was given (Platform API definition). Inferred: that a device
    /// took it away.
    pub(crate) struct AuthorizationHeaderRemoved;
}

impl Rule for AuthorizationHeaderRemoved {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        refusals::diagnosed(case, all, ApiMeaning::HeaderRemoved, |_| {
            (
                Certainty::Likely,
                "the API says that no token was given, although one was sent: something on the way removes the Authorization header".to_owned(),
                Owner::NetworkTeam,
                "Let the proxy or gateway before the API host pass the header `Authorization` unchanged, or exempt the host from it.".to_owned(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;

    #[test]
    fn a_token_that_did_not_arrive_is_the_networks_matter() {
        let bench = Bench::refused_by_api(
            401,
            "authentication.required",
            "No authentication bearer token specified in authorization header.",
        );
        let found = bench.diagnose(&AuthorizationHeaderRemoved);
        assert_eq!(found[0].owner, Owner::NetworkTeam);
        assert_eq!(bench.causes(), ["authorization-header-removed"]);
    }

    #[test]
    fn a_refused_token_did_arrive() {
        let bench = Bench::refused_by_api(401, "bad.credentials", "Invalid login credentials.");
        assert!(bench.diagnose(&AuthorizationHeaderRemoved).is_empty());
    }
}
