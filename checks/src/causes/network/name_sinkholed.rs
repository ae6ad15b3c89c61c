//! A DNS filter answers for Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use super::nameservers_disagree::is_disputed;
use crate::evidence::members;
use crate::evidence::names::{self, Certain, Kind};
use crate::evidence::rows;
use crate::network;

page! {
    /// The names of Genesys Cloud lead to a sinkhole.
    ///
    /// ## What it means
    ///
    /// The nameservers answer with an address that is not the service's: the block page of a DNS filter, 0.0.0.0, this host itself, or
    /// an address that is valid on one cable only. Whatever is met there, a closed port, a strange certificate or a web page, follows
    /// from it.
    ///
    /// ## How to fix
    ///
    /// Ask whoever runs the DNS filter to exempt the named hosts. A firewall rule or a certificate changes nothing.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `dig @NAMESERVER HOST A` and `dig @NAMESERVER HOST CNAME`, compared with the same on a machine that reaches Genesys Cloud;
    /// `Resolve-DnsName HOST -Server NAMESERVER` in PowerShell.
    ///
    /// ## What we rely on
    ///
    /// Documented and observed: the table of known sinkholes, each with its source; special addresses (RFC 6890).
    pub(crate) struct NameSinkholed;
}

impl Rule for NameSinkholed {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, &network::AddressGenuine);
        let groups = members::grouped(shown, |endpoint| {
            let is_disputed = is_disputed(all, endpoint);
            (!is_disputed).then(|| wrong(case, endpoint)).flatten()
        });
        groups.diagnosed(|kind, members| {
            let hosts = members.hosts();
            let first = &members.first().host;
            let servers: Vec<_> = names::views(case, first)
                .unwrap_or_default()
                .iter()
                .filter(|view| !view.fact.addresses().is_empty())
                .map(|view| view.nameserver)
                .collect();
            let by = if servers.is_empty() {
                "this system's own look-up".to_owned()
            } else {
                listed(&servers)
            };
            let certainty = match kind.certain() {
                Certain::Certain => Certainty::Certain,
                Certain::Likely => Certainty::Likely,
            };
            let who = match kind {
                Kind::Sinkhole(sinkhole) => sinkhole.product.to_owned(),
                _ => "the DNS filter of this network".to_owned(),
            };
            let mut diagnosis = members.diagnosis(
                certainty,
                format!(
                    "{by} answers for {hosts} with {}, in place of the service's addresses",
                    kind.words()
                ),
                Owner::SecurityTeam,
                format!(
                    "Please exempt {hosts} from {who}: servers of this network must get their true addresses. \
                     Nothing has to be changed at firewalls or certificates for it."
                ),
            );
            for endpoint in members.each() {
                diagnosis = diagnosis
                    .shown_by(differing(all, endpoint))
                    .breaks([FactKey::addresses(&endpoint.host)])
                    .explaining(rows::behind_addresses(all, endpoint));
            }
            diagnosis.command(rows::questions(first, &servers))
        })
    }
}

/// The first address of an endpoint that is none of a host.
fn wrong(case: &Case<'_>, endpoint: &Endpoint) -> Option<Kind> {
    let found = case
        .facts()
        .addresses(&FactKey::addresses(&endpoint.host))
        .ok()?;
    let kinds = names::kinds(case, &endpoint.host, found).into_iter();
    kinds.map(|(_, kind)| kind).find(|kind| kind.is_wrong())
}

/// The row of a system's look-up that got another answer than the sinkhole.
fn differing<'r>(all: &'r [Row], endpoint: &Endpoint) -> Vec<&'r Row> {
    let flagged = rows::flagged(all, &network::LookupAgrees).into_iter();
    flagged
        .filter(|row| rows::endpoint(row) == Some(endpoint))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::{Bench, at};
    use hybridcheck_core::facts::{AddressSource, AddressesFact, TcpOutcome};
    use hybridcheck_testkit::facts::{dns_addresses, dns_key, system_lookup, tcp};

    fn sinkholed(address: &str) -> Bench {
        let address: std::net::IpAddr = address.parse().expect("an address");
        let mut bench = Bench::healthy();
        for endpoint in [bench.auth(), bench.api()] {
            let host = endpoint.host.clone();
            let addresses = vec![address];
            let named = AddressesFact {
                source: AddressSource::Dns,
                addresses: addresses.clone(),
            };
            let system = hybridcheck_core::facts::SystemOutcome::Addresses {
                addresses: addresses.clone(),
            };
            bench = bench
                .fact(dns_key(&host), dns_addresses(addresses))
                .fact(FactKey::addresses(&host), named)
                .blocked_behind(&FactKey::addresses(&host))
                .fact(FactKey::system_lookup(&host), system_lookup(system))
                .fact(
                    FactKey::tcp(&endpoint, address),
                    tcp(address, 443, TcpOutcome::Refused),
                );
        }
        bench
    }

    #[test]
    fn the_filter_is_named_and_the_closed_port_behind_it_is_no_cause() {
        let bench = sinkholed("146.112.61.106");
        let found = bench.diagnose(&NameSinkholed);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].certainty, Certainty::Certain);
        assert_eq!(
            found[0].sentence,
            "10.0.0.53:53 answers for login.mypurecloud.de and api.mypurecloud.de with the sinkhole of Cisco Umbrella, in place of the service's addresses"
        );
        assert_eq!(bench.causes(), ["name-sinkholed"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn null_routes_and_loopback_answers_are_sinkholes() {
        for address in ["0.0.0.0", "127.0.0.1", "::"] {
            assert_eq!(sinkholed(address).causes(), ["name-sinkholed"], "{address}");
        }
    }

    #[test]
    fn a_private_address_is_no_sinkhole_and_its_closed_port_is_the_cause() {
        assert_eq!(sinkholed("10.1.2.3").causes(), ["tcp-refused"]);
    }

    #[test]
    fn a_closed_port_at_a_true_address_stays_what_it_is() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = bench.failing(&network::Connects, at(auth));
        assert!(bench.diagnose(&NameSinkholed).is_empty());
    }
}
