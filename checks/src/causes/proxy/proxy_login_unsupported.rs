//! The proxy accepts logins only by schemes that hybridcheck does not speak.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::proxy::{self, Refusal};

page! {
    /// The proxy accepts logins only by schemes that hybridcheck does not speak.
    ///
    /// ## What it means
    ///
    /// The proxy answers CONNECT with 407 and offers Negotiate (Kerberos), NTLM or Digest, but not Basic. hybridcheck cannot log in, and
    /// most services on a server cannot either: they have no Kerberos ticket.
    ///
    /// ## How to fix
    ///
    /// Ask who runs the proxy for a rule that lets this host reach the hosts without a login. Where components do log in by Kerberos, run
    /// hybridcheck through a local proxy that logs in for it, and name that one with `--proxy`.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v -x http://PROXY:PORT --proxy-negotiate --proxy-user : https://HOST/` with a Kerberos ticket (`kinit`).
    ///
    /// ## What we rely on
    ///
    /// Documented: Proxy-Authenticate (RFC 9110 section 11.7), Negotiate (RFC 4559).
    pub(crate) struct ProxyLoginUnsupported;
}

impl Rule for ProxyLoginUnsupported {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        proxy::diagnosed(case, all, Refusal::LoginUnsupported, |proxy, members| {
            let names = members.all_names();
            let answer = proxy::answer(case, members.first());
            let schemes = answer.map(proxy::schemes).unwrap_or_default();
            let schemes = hybridcheck_core::text::listed(schemes);
            members.diagnosis(
                Certainty::Certain,
                format!(
                    "proxy {proxy} accepts logins for {names} by {schemes} only, which hybridcheck does not speak"
                ),
                Owner::NetworkTeam,
                format!(
                    "Please let this host reach {names} through proxy {proxy} without a login: services have no ticket for {schemes}. Or name a local proxy that logs in with --proxy.{}{}",
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
    use hybridcheck_testkit::proxied::refused;

    #[test]
    fn it_is_the_only_cause_and_leaves_nothing_unexplained() {
        bench::alone_behind_proxy(
            &ProxyLoginUnsupported,
            &[
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
            ],
        );
    }

    #[test]
    fn the_answers_next_to_it_are_other_causes() {
        bench::silent_behind_proxy(
            &ProxyLoginUnsupported,
            &[
                (
                    refused(407, &[("proxy-authenticate", "Basic realm=\"x\"")]),
                    false,
                ),
                (
                    refused(407, &[("proxy-authenticate", "Basic realm=\"x\"")]),
                    true,
                ),
                (refused(407, &[]), false),
            ],
        );
    }

    #[test]
    fn the_schemes_are_named() {
        let found = Bench::answering_tunnels(
            &refused(
                407,
                &[
                    ("proxy-authenticate", "Negotiate"),
                    ("proxy-authenticate", "NTLM"),
                ],
            ),
            false,
        )
        .diagnose(&ProxyLoginUnsupported);
        assert!(
            found[0].sentence.contains("Negotiate and NTLM"),
            "{}",
            found[0].sentence
        );
    }
}
