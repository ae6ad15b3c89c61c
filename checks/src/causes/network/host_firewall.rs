//! This host itself keeps connections to Genesys Cloud from leaving.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::tcp::{self, Here, Shut};

page! {
    /// This host's own firewall or policy blocks connections to Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// The packets never leave this host: its packet filter drops, rejects or resets them, a route forbids the destination, or a policy
    /// denies the call. The network team will find nothing in its logs.
    ///
    /// ## How to fix
    ///
    /// The administrator of this host allows outbound TCP 443 to the named hosts in its own firewall, or removes the route that forbids it.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `nft list ruleset` or `iptables -L OUTPUT -n -v` as root (a counter rises with each attempt), `ip route get ADDRESS`,
    /// `Get-NetFirewallRule -Direction Outbound -Action Block -Enabled True` in PowerShell.
    ///
    /// ## What we rely on
    ///
    /// Observed on Linux: a local reject comes from this host's own address or from within its first hop, a forbidding route ends the call
    /// at once, and the kernel's account of the socket shows packets that never left.
    pub(crate) struct HostFirewall;
}

impl Rule for HostFirewall {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let groups = tcp::grouped(case, all, |_, reasons| {
            let here: Vec<Here> = reasons
                .iter()
                .filter_map(|reason| match reason {
                    Shut::Here(here) => Some(here.clone()),
                    _ => None,
                })
                .collect();
            (!here.is_empty() && here.len() == reasons.len()).then_some(here)
        });
        groups.diagnosed(|here, members| {
            let names = members.names();
            let how: Vec<String> = here.iter().map(how).collect();
            let is_reset = here.iter().any(|here| matches!(here, Here::Reset));
            let certainty = if is_reset {
                Certainty::Possible
            } else if here.iter().all(|here| matches!(here, Here::Denied(_))) {
                Certainty::Certain
            } else {
                Certainty::Likely
            };
            let diagnosis = members.diagnosis(
                certainty,
                format!(
                    "this host {} connections to {names}: {}",
                    if is_reset {
                        "or a device on its own link resets"
                    } else {
                        "itself blocks"
                    },
                    how.join("; ")
                ),
                Owner::HostAdmin,
                format!(
                    "Allow outbound TCP from this host to {names} in this host's own firewall (`nft list ruleset` or `iptables -L OUTPUT -n -v` as root shows the rule), \
                     or remove the route that forbids it (`ip route get` with the address shows it). {}",
                    if is_reset {
                        "When no rule of this host resets them, the firewall on its own link does: the network team has to look there."
                    } else {
                        "The network team can do nothing here."
                    }
                ),
            );
            tcp::about(diagnosis, case, members)
        })
    }
}

fn how(here: &Here) -> String {
    match here {
        Here::Denied(said) => format!("it answers by itself: {said}"),
        Here::Dropped => "the kernel's account of the sockets shows that no packet left".into(),
        Here::Reset => "the reset comes from within the first hop, nearer than the host is".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{FactKey, TcpFact, TcpOutcome};
    use hybridcheck_testkit::facts::{addresses_of, tcp, took};

    fn auth_shut(spoil: impl Fn(TcpFact) -> TcpFact, outcome: &TcpOutcome) -> Bench {
        let mut bench = Bench::healthy();
        let auth = bench.auth();
        for address in addresses_of(&auth.host) {
            let key = FactKey::tcp(&auth, address);
            let fact = spoil(tcp(address, 443, outcome.clone()));
            bench = bench.fact(key.clone(), fact).blocked_behind(&key);
        }
        bench
    }

    #[test]
    fn a_local_policy_is_the_hosts_own() {
        let bench = auth_shut(|fact| fact, &TcpOutcome::Denied);
        let found = bench.diagnose(&HostFirewall);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].owner, Owner::HostAdmin);
        assert_eq!(bench.causes(), ["host-firewall"]);
    }

    #[test]
    fn packets_that_never_left_are_likely_the_hosts_own() {
        let silence = TcpOutcome::TimedOut { waited: took(5000) };
        let dropped = |fact| TcpFact {
            dropped_here: Some(true),
            ..fact
        };
        let bench = auth_shut(dropped, &silence);
        assert_eq!(
            bench.diagnose(&HostFirewall)[0].certainty,
            Certainty::Likely
        );
        assert_eq!(bench.causes(), ["host-firewall"]);
    }

    #[test]
    fn silence_that_left_is_not_the_hosts() {
        let silence = TcpOutcome::TimedOut { waited: took(5000) };
        let bench = auth_shut(|fact| fact, &silence);
        assert!(bench.diagnose(&HostFirewall).is_empty());
    }
}
