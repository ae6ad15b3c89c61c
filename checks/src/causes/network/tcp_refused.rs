//! The hosts themselves refuse connections.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::rows;
use crate::evidence::tcp::{self, Shut};

page! {
    /// Connections to Genesys Cloud are refused.
    ///
    /// ## What it means
    ///
    /// Every address answers at once that it does not accept connections, and no message names a device on the way. Genesys Cloud listens
    /// on port 443 all day, so either the addresses are not Genesys Cloud's (hosts file, split DNS), the port is wrong, or a firewall
    /// resets connections in the host's name. A reset from as far away as another port's answer comes from the host itself or from the
    /// device right in front of it: one hop cannot tell them apart.
    ///
    /// ## How to fix
    ///
    /// Compare the addresses with what a resolver elsewhere says. When they agree, give the network team the sentences of the diagnosis.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v https://HOST/` says *Connection refused*; `dig HOST A` shows the addresses, on this host and elsewhere; in PowerShell
    /// `Test-NetConnection HOST -Port 443` and `Resolve-DnsName HOST`.
    ///
    /// ## What we rely on
    ///
    /// Observed: a firewall's reset looks exactly like a closed port, except that it comes from nearer.
    pub(crate) struct TcpRefused;
}

impl Rule for TcpRefused {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let groups = tcp::grouped(case, all, |endpoint, reasons| {
            (reasons == [Shut::Refused]).then(|| is_from_the_host(case, endpoint))
        });
        groups.diagnosed(|from_host, members| {
            let names = members.names();
            let sentence = if from_host {
                format!(
                    "connections to {names} are refused at once, on every address, from as far away as the host is: nothing listens there, so the addresses are \
                     not the service's, or the device right in front of the host resets them; compare the addresses with those that another network's nameserver names"
                )
            } else {
                format!(
                    "connections to {names} are refused at once, on every address: by a firewall that resets them, or because the addresses are not the service's; \
                     compare the addresses with those that another network's nameserver names"
                )
            };
            let diagnosis = members.diagnosis(
                Certainty::Likely,
                sentence,
                Owner::NetworkTeam,
                rows::firewall_request(case, &members.endpoints()),
            );
            tcp::about(diagnosis, case, members)
        })
    }
}

/// Another port of the same address is answered from the same distance, so the refusal comes from there too, or from one device before.
fn is_from_the_host(case: &Case<'_>, endpoint: &Endpoint) -> bool {
    let tried = rows::tcp(case, endpoint).into_iter();
    tried
        .filter_map(|(address, _)| tcp::path(case, endpoint, address))
        .any(|path| {
            let other = path.other_port.as_ref().and_then(|other| other.distance);
            other.is_some() && other == path.distance()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{FactKey, Hop, HopAnswer, OtherPort, PathFact, TcpOutcome};
    use hybridcheck_testkit::facts::{addresses_of, tcp, took};

    fn shut(second: TcpOutcome) -> Bench {
        let mut bench = Bench::healthy();
        let auth = bench.auth();
        for (address, outcome) in addresses_of(&auth.host)
            .into_iter()
            .zip([TcpOutcome::Refused, second])
        {
            let key = FactKey::tcp(&auth, address);
            bench = bench
                .fact(key.clone(), tcp(address, 443, outcome))
                .blocked_behind(&key);
        }
        bench
    }

    /// The login host refuses at one distance, and port 80 of its first address is answered at another.
    fn refused_from(at: u8, host_at: u8) -> Bench {
        let mut bench = Bench::healthy();
        let auth = bench.auth();
        for address in addresses_of(&auth.host) {
            let key = FactKey::tcp(&auth, address);
            let path = PathFact {
                remote: (address, 443).into(),
                hops: vec![Hop {
                    limit: at,
                    answer: HopAnswer::Reset,
                    took: Some(took(1)),
                }],
                other_port: Some(OtherPort {
                    port: 80,
                    outcome: TcpOutcome::Connected,
                    notices: Vec::new(),
                    distance: Some(host_at),
                }),
                waited: took(40),
            };
            let of_path = FactKey::path(&auth, address);
            bench = bench
                .fact(key.clone(), tcp(address, 443, TcpOutcome::Refused))
                .blocked_behind(&key);
            if address == addresses_of(&auth.host)[0] {
                bench = bench.fact(of_path, path);
            }
        }
        bench
    }

    #[test]
    fn from_as_far_as_the_host_it_hesitates_between_the_host_and_the_device_before_it() {
        let bench = refused_from(6, 6);
        let found = bench.diagnose(&TcpRefused);
        assert!(
            found[0].sentence.contains("the device right in front"),
            "{}",
            found[0].sentence
        );
        assert_eq!(bench.causes(), ["tcp-refused"]);
    }

    #[test]
    fn from_nearer_than_the_host_it_is_somebody_elses() {
        assert_eq!(refused_from(3, 6).causes(), ["tcp-rejected"]);
        let found = refused_from(1, 6);
        assert_eq!(found.causes(), ["host-firewall"]);
        let found = found.diagnose(&crate::causes::network::host_firewall::HostFirewall);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].sentence.contains("or a device on its own link"));
    }

    #[test]
    fn refused_everywhere_fires() {
        let found = shut(TcpOutcome::Refused).diagnose(&TcpRefused);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .fix
                .contains("192.0.2.10:443: refused (ECONNREFUSED)")
        );
    }

    #[test]
    fn refused_and_silent_is_blocked() {
        let bench = shut(TcpOutcome::TimedOut { waited: took(5000) });
        assert!(bench.diagnose(&TcpRefused).is_empty());
        assert_eq!(bench.causes(), ["tcp-blocked"]);
    }
}
