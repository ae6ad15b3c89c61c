//! A security policy of the organisation denies the call.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::refusals::{self, ApiMeaning};

page! {
    /// A security policy of the organisation denies the call.
    ///
    /// ## What it means
    ///
    /// The API names one or more policies of the organisation that forbid what the client asked for.
    ///
    /// ## How to fix
    ///
    /// Look the policy up by the id in the message, and except this client from it if that is meant.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/tokens/me` shows 403 and the ids.
    ///
    /// ## What we rely on
    ///
    /// Documented: the code `authz.policy.denied` with the ids of policies (Platform API definition).
    pub(crate) struct PolicyDenied;
}

impl Rule for PolicyDenied {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        refusals::diagnosed(case, all, ApiMeaning::Policy, |first| {
            (
                Certainty::Certain,
                format!(
                    "a security policy of the organisation denies the calls of {}",
                    first.reader
                ),
                Owner::CloudAdmin,
                format!(
                    "Look up the policy that the message names, and except this client from it if that is meant: {}",
                    first.error.message.shown(200)
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;

    #[test]
    fn the_policy_is_named() {
        let bench = Bench::refused_by_api(403, "authz.policy.denied", "Policy ID(s): [policy-1]");
        let found = bench.diagnose(&PolicyDenied);
        assert!(found[0].fix.contains("policy-1"), "{}", found[0].fix);
        assert_eq!(bench.causes(), ["policy-denied"]);
    }

    #[test]
    fn a_scope_is_no_policy() {
        let bench = Bench::refused_by_api(403, "app.not.authorized.for.scope", "scope x");
        assert!(bench.diagnose(&PolicyDenied).is_empty());
    }
}
