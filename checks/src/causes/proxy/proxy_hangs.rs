//! The proxy accepts connections and gives no answer to CONNECT.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::proxy::{self, Refusal};

page! {
    /// The proxy accepts connections and gives no answer to CONNECT.
    ///
    /// ## What it means
    ///
    /// TCP to the proxy is open, but it stays silent on CONNECT or closes the connection without an answer. It may be overloaded, wait for a host that
    /// does not answer it, serve another protocol on this port (SOCKS, TLS), or be a device that only accepts in its place.
    ///
    /// ## How to fix
    ///
    /// Compare the port with one that works on other hosts. Ask who runs the proxy whether it saw the request, at the times of the diagnosis.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v --max-time 20 -x http://PROXY:PORT https://HOST/` waits after `CONNECT`, or says that the proxy closed the connection.
    ///
    /// ## What we rely on
    ///
    /// Documented: a proxy answers CONNECT with a status (RFC 9110 section 9.3.6). Inferred: what keeps it from that.
    pub(crate) struct ProxyHangs;
}

impl Rule for ProxyHangs {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        proxy::diagnosed(case, all, Refusal::Hangs, |proxy, members| {
            let names = members.all_names();
            members.diagnosis(
                Certainty::Possible,
                format!(
                    "proxy {proxy} accepts connections and gives no answer to CONNECT for {names}: it waits for a host that does not answer it, is in trouble, or this port speaks another protocol"
                ),
                Owner::NetworkTeam,
                format!(
                    "Please say what proxy {proxy} did with these requests, and whether {proxy} is an HTTP proxy's port. To decide, try a host through it that surely works, and run `curl -v https://…` to {names} on the proxy itself.{}",
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
            &ProxyHangs,
            &[
                (TunnelOutcome::Closed, false),
                (
                    TunnelOutcome::TimedOut {
                        waited: hybridcheck_testkit::facts::took(5000),
                    },
                    true,
                ),
            ],
        );
    }

    #[test]
    fn the_answers_next_to_it_are_other_causes() {
        bench::silent_behind_proxy(
            &ProxyHangs,
            &[
                (
                    refused(407, &[("proxy-authenticate", "Basic realm=\"x\"")]),
                    false,
                ),
                (refused(504, &[]), false),
                (
                    TunnelOutcome::NotHttp {
                        excerpt: "SSH-2.0".into(),
                    },
                    false,
                ),
            ],
        );
    }
}
