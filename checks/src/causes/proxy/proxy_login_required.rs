//! The proxy asks for a login, and none was given.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::proxy::{self, Refusal};

page! {
    /// The proxy asks for a login, and none was given.
    ///
    /// ## What it means
    ///
    /// The proxy answers CONNECT with 407 and offers Basic; no user and password were given for it.
    ///
    /// ## How to fix
    ///
    /// Ask who runs the proxy for a technical user, or for a rule that lets this host pass without a login. Give the login in
    /// `HYBRIDCHECK_PROXY` or `HTTPS_PROXY` (`http://USER:PASSWORD@HOST:PORT`), not as an argument, which `ps` shows to everybody.
    /// Components need the same: a service account has no user who could type a password.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v -x http://PROXY:PORT --proxy-user USER https://HOST/`; without `--proxy-user` it shows the 407.
    ///
    /// ## What we rely on
    ///
    /// Documented: 407 and Proxy-Authenticate (RFC 9110 section 11.7), Basic (RFC 7617).
    pub(crate) struct ProxyLoginRequired;
}

impl Rule for ProxyLoginRequired {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        proxy::diagnosed(case, all, Refusal::LoginRequired, |proxy, members| {
            let names = members.all_names();
            members.diagnosis(
                Certainty::Certain,
                format!(
                    "proxy {proxy} asks for a login before it opens a tunnel to {names}, and none was given"
                ),
                Owner::NetworkTeam,
                format!(
                    "Please let this host pass proxy {proxy} to {names} without a login, or give it a technical user; then set HTTPS_PROXY or HYBRIDCHECK_PROXY to http://USER:PASSWORD@{proxy}, and give components the same.{}",
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
    use hybridcheck_testkit::proxied::refused;

    #[test]
    fn it_is_the_only_cause_and_leaves_nothing_unexplained() {
        bench::alone_behind_proxy(
            &ProxyLoginRequired,
            &[
                (
                    refused(407, &[("proxy-authenticate", "Basic realm=\"x\"")]),
                    false,
                ),
                (refused(407, &[]), false),
            ],
        );
    }

    #[test]
    fn the_answers_next_to_it_are_other_causes() {
        bench::silent_behind_proxy(
            &ProxyLoginRequired,
            &[
                (
                    refused(407, &[("proxy-authenticate", "Basic realm=\"x\"")]),
                    true,
                ),
                (
                    refused(
                        407,
                        &[
                            ("proxy-authenticate", "Negotiate"),
                            ("proxy-authenticate", "NTLM"),
                        ],
                    ),
                    false,
                ),
                (refused(403, &[]), false),
            ],
        );
    }
}
