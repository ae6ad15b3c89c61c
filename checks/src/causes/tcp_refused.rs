//! The hosts themselves refuse connections.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;

use crate::rows;
use crate::shut::{self, Shut};

page! {
    /// Connections to Genesys Cloud are refused.
    ///
    /// ## What it means
    ///
    /// Every address answers at once that it does not accept connections, and no message names a device on the way. Genesys Cloud listens
    /// on port 443 all day, so either the addresses are not Genesys Cloud's (hosts file, split DNS), the port is wrong, or a firewall
    /// resets connections in the host's name. A reset from as far away as another port's answer is the host's own.
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
        let groups = shut::grouped(case, all, |endpoint, reasons| {
            (reasons == [Shut::Refused]).then(|| is_from_the_host(case, endpoint))
        });
        let of_group = |(from_host, members): (bool, Vec<(&Endpoint, &Row)>)| {
            let endpoints: Vec<&Endpoint> = members.iter().map(|(endpoint, _)| *endpoint).collect();
            let names = rows::names(&members);
            let sentence = if from_host {
                format!(
                    "{names} refuses connections itself, on every address: nothing listens there, so the addresses are not the service's, or it is down"
                )
            } else {
                format!(
                    "connections to {names} are refused at once, on every address: by a firewall that resets them, or because the addresses are not the service's; \
                     compare the addresses with those that another network's nameserver names"
                )
            };
            shut::diagnosis(
                case,
                &members,
                Certainty::Likely,
                sentence,
                Owner::NetworkTeam,
                rows::firewall_request(case, &endpoints),
            )
        };
        groups.into_iter().map(of_group).collect()
    }
}

/// Another port of the same address is answered from the same distance, so the refusal comes from there too.
fn is_from_the_host(case: &Case<'_>, endpoint: &Endpoint) -> bool {
    let tried = rows::tcp(case, endpoint).into_iter();
    tried
        .filter_map(|(address, _)| shut::path(case, endpoint, address))
        .any(|path| {
            let other = path.other_port.as_ref().and_then(|other| other.distance);
            other.is_some() && other == path.distance()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::TcpOutcome;
    use hybridcheck_testkit::facts::{addresses_of, tcp, tcp_key, took};

    fn shut(second: TcpOutcome) -> Bench {
        let mut bench = Bench::healthy();
        let auth = bench.auth();
        for (address, outcome) in addresses_of(&auth.host)
            .into_iter()
            .zip([TcpOutcome::Refused, second])
        {
            let key = tcp_key(&auth, address);
            bench = bench
                .fact(key.clone(), tcp(address, 443, outcome))
                .blocked_behind(&key);
        }
        bench
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
