//! The proxy refuses the login that was given.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::proxy::{self, Refusal};

page! {
    /// The proxy refuses the login that was given.
    ///
    /// ## What it means
    ///
    /// A login was sent (Basic), and the proxy answers 407 all the same: user or password is wrong, expired or locked.
    ///
    /// ## How to fix
    ///
    /// Check user and password where they are set; characters such as `@`, `:` and `/` in a password are written `%40`, `%3A` and `%2F`.
    /// Do not repeat it many times: directories lock accounts.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v -x http://PROXY:PORT --proxy-user USER https://HOST/`; curl asks for the password.
    ///
    /// ## What we rely on
    ///
    /// Documented: 407 (RFC 9110 section 15.5.8), percent-encoding in URLs (RFC 3986).
    pub(crate) struct ProxyLoginRefused;
}

impl Rule for ProxyLoginRefused {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        proxy::diagnosed(case, all, Refusal::LoginRefused, |proxy, members| {
            let names = members.all_names();
            members.diagnosis(
                Certainty::Certain,
                format!("proxy {proxy} refuses the login that was sent to it for {names}"),
                Owner::HostAdmin,
                format!(
                    "Correct user and password for {proxy} where they are set (special characters as %40, %3A, %2F); if they are right, please have the account looked at: expired, locked, or not allowed to use the proxy.{}",
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
            &ProxyLoginRefused,
            &[(
                refused(407, &[("proxy-authenticate", "Basic realm=\"x\"")]),
                true,
            )],
        );
    }

    #[test]
    fn the_answers_next_to_it_are_other_causes() {
        bench::silent_behind_proxy(
            &ProxyLoginRefused,
            &[
                (
                    refused(407, &[("proxy-authenticate", "Basic realm=\"x\"")]),
                    false,
                ),
                (
                    refused(
                        407,
                        &[
                            ("proxy-authenticate", "Negotiate"),
                            ("proxy-authenticate", "NTLM"),
                        ],
                    ),
                    true,
                ),
                (refused(502, &[]), true),
            ],
        );
    }
}
