//! The hosts file of this host decides the addresses of Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, HostsFileFact};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members;
use crate::evidence::{names, rows};
use crate::network::{
    self,
    hosts_file::{Entry, entry, lines_of},
};

page! {
    /// The hosts file of this host overrides the addresses of Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// A line of the hosts file names the login or the API host. Every program of this host goes to that address, whatever the
    /// nameservers say; hybridcheck does too. Such lines are left over from tests, or made up for a nameserver that does not know the
    /// names, and they are right until the service's addresses change.
    ///
    /// ## How to fix
    ///
    /// Delete the lines. When no nameserver of this host knows the names, let this host use a proxy, or a nameserver that forwards.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `grep -n HOST /etc/hosts` and `getent ahosts HOST`, compared with `dig HOST A`. In PowerShell:
    /// `Select-String HOST $env:SystemRoot\System32\drivers\etc\hosts`, compared with `Resolve-DnsName HOST -DnsOnly`.
    ///
    /// ## What we rely on
    ///
    /// Documented: server addresses change at any time (Genesys Cloud help); the hosts file comes first (hosts(5),
    /// nsswitch.conf(5)).
    pub(crate) struct HostsFileOverride;
}

impl Rule for HostsFileOverride {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, &network::HostsFile);
        let groups = members::grouped(shown, |endpoint| {
            let fact = case
                .facts()
                .hosts_file(&FactKey::hosts_file(&endpoint.host))
                .ok()?;
            let is_stale =
                entry(case, endpoint, fact) == Entry::Alone && !names::is_proven(case, endpoint);
            Some((entry(case, endpoint, fact), is_stale))
        });
        groups.diagnosed(|(what, is_stale), members| {
            let facts: Vec<(&Endpoint, &HostsFileFact)> = members
                .each()
                .filter_map(|endpoint| {
                    let key = FactKey::hosts_file(&endpoint.host);
                    Some((endpoint, case.facts().hosts_file(&key).ok()?))
                })
                .collect();
            let sends = listed(facts.iter().map(|(endpoint, fact)| {
                let addresses = fact.entries.iter().map(|entry| entry.address);
                format!(
                    "{} to {} ({} {})",
                    endpoint.host,
                    listed(addresses),
                    fact.path,
                    lines_of(fact)
                )
            }));
            let (certainty, then) = match what {
                Entry::Wrong => (Certainty::Likely, ", which is not where the service is"),
                Entry::Same | Entry::Works => (
                    Certainty::Certain,
                    ", which works until the service's addresses change",
                ),
                Entry::Alone if is_stale => (
                    Certainty::Possible,
                    ", where nothing genuine answers, and no nameserver says otherwise: the entry is stale, or the way there is blocked. \
                     The addresses that another host gets from DNS decide which",
                ),
                Entry::Alone => (
                    Certainty::Certain,
                    ", which works until the service's addresses change, and no nameserver says where they are",
                ),
            };
            let lines = listed(
                facts
                    .iter()
                    .map(|(_, fact)| format!("{} of {}", lines_of(fact), fact.path)),
            );
            let mut diagnosis = members.diagnosis(
                certainty,
                format!("the hosts file sends {sends}{then}"),
                Owner::HostAdmin,
                format!("Delete {lines}, so that the nameservers decide; then run again."),
            );
            for endpoint in members.each() {
                if what == Entry::Wrong {
                    diagnosis = diagnosis
                        .breaks([FactKey::addresses(&endpoint.host)])
                        .explaining(rows::behind_addresses(all, endpoint));
                }
            }
            match facts.first() {
                Some((endpoint, fact)) => diagnosis.command(format!(
                    "grep -n {host} {}; getent ahosts {host}; dig {host} A",
                    fact.path,
                    host = endpoint.host
                )),
                None => diagnosis,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{AddressSource, AddressesFact, TcpOutcome};
    use hybridcheck_testkit::facts::{addresses_of, hosts_file, tcp};
    use std::net::IpAddr;

    /// The hosts file sends the auth host there, where the port is closed.
    fn sent_to(address: IpAddr) -> Bench {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let named = AddressesFact {
            source: AddressSource::HostsFile,
            addresses: vec![address],
        };
        let key = FactKey::addresses(&auth.host);
        bench
            .fact(FactKey::hosts_file(&auth.host), hosts_file(&[address]))
            .fact(key.clone(), named)
            .blocked_behind(&key)
            .fact(
                FactKey::tcp(&auth, address),
                tcp(address, 443, TcpOutcome::Refused),
            )
    }

    #[test]
    fn a_stale_entry_is_the_cause_and_the_closed_port_behind_it_is_not() {
        let bench = sent_to(IpAddr::from([198, 51, 100, 7]));
        let found = bench.diagnose(&HostsFileOverride);
        assert_eq!(
            found[0].sentence,
            "the hosts file sends login.mypurecloud.de to 198.51.100.7 (/etc/hosts line 7), which is not where the service is"
        );
        assert_eq!(bench.causes(), ["hosts-file-override"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn an_entry_that_is_right_today_does_not_hide_a_closed_port() {
        let host = Bench::healthy().auth().host;
        let bench = sent_to(addresses_of(&host)[0]);
        let mut causes = bench.causes();
        causes.sort();
        assert_eq!(causes, ["hosts-file-override", "tcp-refused"]);
        assert_eq!(bench.diagnose(&HostsFileOverride)[0].broken, []);
    }

    #[test]
    fn a_file_without_an_entry_is_no_cause() {
        assert!(Bench::healthy().diagnose(&HostsFileOverride).is_empty());
    }
}
