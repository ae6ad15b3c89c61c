//! Something refuses connections to Genesys Cloud.

use std::collections::BTreeSet;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;

use super::tcp_blocked::{broken, outcomes};
use crate::rows;

page! {
    /// Connections to Genesys Cloud are refused.
    ///
    /// ## What it means
    ///
    /// Every address answers at once that it does not accept connections. Genesys Cloud listens on port 443 all day, so a firewall that
    /// rejects instead of dropping is the usual sender, or an address that is not Genesys Cloud's (hosts file, split DNS), or a wrong port.
    ///
    /// ## How to fix
    ///
    /// Compare the addresses with what a public resolver says. When they agree, give the network team the sentences of the diagnosis.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v https://HOST/` says *Connection refused*; `dig HOST A` shows the addresses, on this host and elsewhere.
    ///
    /// ## What we rely on
    ///
    /// Observed: on Linux a firewall's reject looks exactly like a closed port.
    pub(crate) struct TcpRefused;
}

impl Rule for TcpRefused {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shut = rows::failing(all, "network-connects");
        let groups = rows::grouped(shut, |endpoint| {
            let labels = outcomes(case, endpoint);
            let is_refused = labels == BTreeSet::from(["refused"]);
            (is_refused && !rows::is_port_at_fault(case, all, endpoint)).then_some(())
        });
        let of_group = |((), members): ((), Vec<(&Endpoint, &Row)>)| {
            let endpoints: Vec<&Endpoint> = members.iter().map(|(endpoint, _)| *endpoint).collect();
            let mut diagnosis = Diagnosis::new(
                Certainty::Likely,
                format!("connections to {} are refused at once, on every address: by a firewall, or the addresses are not Genesys Cloud's", rows::names(&members)),
                Owner::NetworkTeam,
                rows::firewall_request(case, &endpoints),
            )
            .shown_by(members.iter().map(|(_, row)| *row))
            .breaks(broken(case, &endpoints));
            if let Some(first) = endpoints.first() {
                diagnosis =
                    diagnosis.command(format!("curl -v --connect-timeout 10 https://{first}/"));
            }
            diagnosis
        };
        groups.into_iter().map(of_group).collect()
    }
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
