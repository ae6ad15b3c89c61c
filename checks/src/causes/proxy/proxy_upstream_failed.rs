//! The proxy cannot reach Genesys Cloud itself.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::proxy::{self, Refusal};

page! {
    /// The proxy cannot reach Genesys Cloud itself.
    ///
    /// ## What it means
    ///
    /// The proxy accepts the request and answers 502, 503, 504 or 500: its own connection to the host failed. The firewall between the proxy and
    /// the internet, or the proxy that it forwards to, is where to look; not the path from this host. Only some proxies say more: squid names
    /// the error in X-Squid-Error (`ERR_CONNECT_FAIL 110` timed out, `111` refused). Others use the same status when they cannot resolve the name.
    ///
    /// ## How to fix
    ///
    /// Ask who runs the proxy to connect from there: outbound TCP 443 from the proxy to the hosts, by name.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v -x http://PROXY:PORT https://HOST/` here, and `curl -v https://HOST/` on the proxy itself.
    ///
    /// ## What we rely on
    ///
    /// Documented: 502, 503, 504 (RFC 9110 section 15.6). Observed: squid's X-Squid-Error; 3proxy and tinyproxy do not tell the causes apart.
    pub(crate) struct ProxyUpstreamFailed;
}

impl Rule for ProxyUpstreamFailed {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        proxy::diagnosed(case, all, Refusal::UpstreamFailed, |proxy, members| {
            let names = members.all_names();
            let answer = proxy::answer(case, members.first());
            let is_said = answer.is_some_and(|answer| answer.header("x-squid-error").is_some());
            let (certainty, doubt, else_names) = if is_said {
                (Certainty::Certain, "", "")
            } else {
                (
                    Certainty::Possible,
                    ", or cannot resolve the name: its answer does not say which",
                    "; to tell the two apart, look the names up there first",
                )
            };
            members.diagnosis(
                certainty,
                format!("proxy {proxy} takes the request and cannot reach {names} itself{doubt}"),
                Owner::NetworkTeam,
                format!(
                    "Please open outbound TCP 443 from proxy {proxy} itself to {names}, by name, and try it there (`curl -v https://…`){else_names}.{}",
                    proxy::log_lines(case, members)
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench;
    use hybridcheck_core::facts::TunnelOutcome;
    use hybridcheck_testkit::proxied::refused;

    #[test]
    fn it_is_the_only_cause_and_leaves_nothing_unexplained() {
        bench::alone_behind_proxy(
            &ProxyUpstreamFailed,
            &[
                (
                    refused(503, &[("x-squid-error", "ERR_CONNECT_FAIL 110")]),
                    false,
                ),
                (refused(502, &[]), true),
                (refused(504, &[]), false),
            ],
        );
    }

    #[test]
    fn the_answers_next_to_it_are_other_causes() {
        bench::silent_behind_proxy(
            &ProxyUpstreamFailed,
            &[
                (refused(503, &[("x-squid-error", "ERR_DNS_FAIL 0")]), false),
                (refused(403, &[]), false),
                (TunnelOutcome::Closed, false),
            ],
        );
    }
}
