//! The proxy does not allow tunnels to Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::proxy::{self, Refusal};

page! {
    /// The proxy does not allow tunnels to Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// The proxy answers CONNECT with a refusal of its own (403, 405 or 451): its rules do not let this host, or anybody, open a tunnel to the host.
    ///
    /// ## How to fix
    ///
    /// Give who runs the proxy the sentences of the diagnosis: allow CONNECT to the hosts by name, port 443, from this host, and exempt them
    /// from TLS inspection. The lines for squid are in the diagnosis.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v -x http://PROXY:PORT https://HOST/` shows the answer to CONNECT.
    ///
    /// ## What we rely on
    ///
    /// Documented: 403 (RFC 9110 section 15.5.4). Observed: squid answers 403 where no `http_access allow` matches.
    pub(crate) struct ProxyDenies;
}

impl Rule for ProxyDenies {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        proxy::diagnosed(case, all, Refusal::Denied, |proxy, members| {
            let names = members.all_names();
            members.diagnosis(
                Certainty::Likely,
                format!(
                    "proxy {proxy} has a rule against tunnels from this host to {names}, or none that allows them"
                ),
                Owner::NetworkTeam,
                format!(
                    "Please allow CONNECT from this host through proxy {proxy} to {names}, by name, and exempt these hosts from TLS inspection.{}{}",
                    proxy::squid_lines(members),
                    proxy::log_lines(case, members)
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::{self, Bench};
    use hybridcheck_core::facts::TunnelOutcome;
    use hybridcheck_testkit::proxied::refused;

    #[test]
    fn it_is_the_only_cause_and_leaves_nothing_unexplained() {
        bench::alone_behind_proxy(
            &ProxyDenies,
            &[
                (
                    refused(403, &[("x-squid-error", "ERR_ACCESS_DENIED 0")]),
                    false,
                ),
                (refused(403, &[]), true),
                (refused(405, &[]), false),
            ],
        );
    }

    #[test]
    fn the_answers_next_to_it_are_other_causes() {
        bench::silent_behind_proxy(
            &ProxyDenies,
            &[
                (
                    refused(407, &[("proxy-authenticate", "Basic realm=\"x\"")]),
                    false,
                ),
                (
                    refused(503, &[("x-squid-error", "ERR_CONNECT_FAIL 110")]),
                    false,
                ),
                (TunnelOutcome::Closed, false),
            ],
        );
    }

    #[test]
    fn squid_gets_its_lines() {
        let found = Bench::answering_tunnels(&refused(403, &[]), false).diagnose(&ProxyDenies);
        let lines = "acl genesys_cloud dstdomain login.mypurecloud.de api.mypurecloud.de";
        assert!(found[0].fix.contains(lines), "{}", found[0].fix);
    }
}
