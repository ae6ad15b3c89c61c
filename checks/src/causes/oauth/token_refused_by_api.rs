//! The API refuses a token that was just issued.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::refusals::{self, ApiMeaning};
use crate::evidence::rows;
use crate::general;

page! {
    /// The API refuses a token that the login host has just issued.
    ///
    /// ## What it means
    ///
    /// Tokens are good in the region that issued them only. When both URLs are of one region, the client was disabled or its tokens
    /// were revoked between the two requests, or something on the way changed the token.
    ///
    /// ## How to fix
    ///
    /// Make `general/base_auth_url` and `general/base_service_url` of one region. If they are, look the client up under
    /// Admin > Integrations > OAuth and run again.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/tokens/me`
    ///
    /// ## What we rely on
    ///
    /// Documented: the code `bad.credentials`; disabling a client ends its tokens (Platform API definition). Inferred: a token of
    /// another region gets the same answer.
    pub(crate) struct TokenRefusedByApi;
}

impl Rule for TokenRefusedByApi {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        if rows::fails(all, &general::SameRegion) {
            return Vec::new();
        }
        refusals::diagnosed(case, all, ApiMeaning::ForeignToken, |first| {
            (
                Certainty::Possible,
                format!("the API refuses the token of {} that the login host has just issued: another region answers, or the client was disabled meanwhile", first.reader),
                Owner::CloudAdmin,
                "Compare the region of both URLs with the address at which your administrators log in; then look whether the client is enabled under Admin > Integrations > OAuth, and run again.".to_owned(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;

    #[test]
    fn a_fresh_token_that_is_refused_is_possible_on_both_sides() {
        let bench = Bench::refused_by_api(401, "bad.credentials", "Invalid login credentials.");
        let found = bench.diagnose(&TokenRefusedByApi);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert_eq!(bench.causes(), ["token-refused-by-api"]);
    }

    #[test]
    fn two_regions_speak_for_themselves() {
        let bench = Bench::refused_by_api(401, "bad.credentials", "Invalid login credentials.")
            .failing(
                &general::SameRegion,
                hybridcheck_core::check::Subject::Object,
            );
        assert!(bench.diagnose(&TokenRefusedByApi).is_empty());
    }
}
