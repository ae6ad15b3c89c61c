//! The proxy cannot resolve the names of Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::proxy::{self, Refusal};
use crate::evidence::rows;

page! {
    /// The proxy cannot resolve the names of Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// CONNECT carries the name, and the proxy looks it up with its own nameservers. It says that it found no address. This host may well resolve
    /// the same name: it asks other nameservers.
    ///
    /// ## How to fix
    ///
    /// Ask who runs the proxy to let its nameservers resolve the hosts. Compare the name in the object with the hosts of the region first when
    /// this host cannot resolve it either.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v -x http://PROXY:PORT https://HOST/` here, and `dig HOST` on the proxy itself.
    ///
    /// ## What we rely on
    ///
    /// Documented: CONNECT by name (RFC 9110 section 9.3.6). Observed: squid's `X-Squid-Error: ERR_DNS_FAIL`. Inferred: other proxies' pages.
    pub(crate) struct ProxyResolvesOtherwise;
}

impl Rule for ProxyResolvesOtherwise {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        // A mistyped host is the option's fault, not the proxy's.
        let refused = proxy::refused(case, all, Refusal::NameUnknown).only(|endpoint| {
            case.regions.of_host(&endpoint.host).is_some()
                || !rows::is_url_at_fault(case, all, endpoint)
        });
        refused.diagnosed(|proxy, members| {
            let names = members.all_names();
            let is_known = members
                .each()
                .all(|endpoint| case.regions.of_host(&endpoint.host).is_some());
            let here = members.each().all(|endpoint| {
                let key = FactKey::addresses(&endpoint.host);
                let known = case.facts().addresses(&key);
                known.is_ok_and(|fact| !fact.addresses.is_empty())
            });
            let (certainty, compared) = match (is_known, here) {
                (true, true) => (Certainty::Certain, "; this host resolves them"),
                (true, false) => (Certainty::Likely, ""),
                _ => (
                    Certainty::Possible,
                    "; they are no hosts of the region table, so the name itself may be wrong",
                ),
            };
            // The other reading of this word: no way to go direct, and no parent proxy.
            let is_nowhere = members.each().any(|endpoint| {
                proxy::answer(case, endpoint).is_some_and(proxy::has_nowhere_to_forward)
            });
            let (certainty, otherwise) = if is_nowhere {
                (
                    certainty.max(Certainty::Likely),
                    "; or it may not go direct and has no parent proxy (never_direct)",
                )
            } else {
                (certainty, "")
            };
            let diagnosis = members.diagnosis(
                certainty,
                format!("proxy {proxy} cannot resolve {names}{compared}{otherwise}"),
                Owner::NetworkTeam,
                format!(
                    "Please let the nameservers of proxy {proxy} resolve {names}, and look them up there (`dig NAME`).{}",
                    proxy::log_lines(case, members)
                ),
            );
            proxy::about(diagnosis, case, &proxy, members)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench;
    use hybridcheck_testkit::proxied::refused;

    #[test]
    fn it_is_the_only_cause_and_leaves_nothing_unexplained() {
        bench::alone_behind_proxy(
            &ProxyResolvesOtherwise,
            &[(refused(503, &[("x-squid-error", "ERR_DNS_FAIL 0")]), false)],
        );
    }

    #[test]
    fn the_answers_next_to_it_are_other_causes() {
        bench::silent_behind_proxy(
            &ProxyResolvesOtherwise,
            &[
                (
                    refused(503, &[("x-squid-error", "ERR_CONNECT_FAIL 111")]),
                    false,
                ),
                (refused(502, &[]), false),
                (refused(403, &[]), false),
            ],
        );
    }
}
