//! The nameservers of this host have different views of Genesys Cloud.

use hybridcheck_core::facts::FactKey;
use std::net::SocketAddr;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::finding::{Owner, Status};
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members::{self, Endpoints};
use crate::evidence::names::{self, Says, View};
use crate::evidence::rows;
use crate::network;
use crate::network::nameservers_agree::each;

page! {
    /// The nameservers of this host disagree about Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// One nameserver of the list names addresses of the internet; another says that the name does not exist, knows no address, or
    /// answers with an address of its own. One of them is behind a DNS filter or in a split DNS, the other is not. Programs take
    /// whichever answers first.
    ///
    /// ## How to fix
    ///
    /// Give this host nameservers of one view: exempt the names at the one that filters, or take it out of the list.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `dig @NAMESERVER HOST A`, once for each nameserver of /etc/resolv.conf; `Resolve-DnsName HOST -Server NAMESERVER` in
    /// PowerShell.
    ///
    /// ## What we rely on
    ///
    /// Documented: order of nameservers and finality of a denial (resolv.conf(5), RFC 2308). Observed: filters that answer in each
    /// of these ways.
    pub(crate) struct NameserversDisagree;
}

impl Rule for NameserversDisagree {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, &network::NameserversAgree);
        let groups = members::grouped(shown, |endpoint| {
            let views = names::views(case, &endpoint.host).ok()?;
            let says = views.iter().map(|view| (view.nameserver, view.says));
            Some(says.collect::<Said>())
        });
        groups.diagnosed(|says, members| {
            let (first, hosts) = (&members.first().host, members.hosts());
            let views = names::views(case, first).unwrap_or_default();
            let views: Vec<&View<'_>> = views.iter().collect();
            let odd: Vec<SocketAddr> = says
                .iter()
                .filter(|(_, says)| *says > Says::Public && *says <= Says::Empty)
                .map(|(nameserver, _)| *nameserver)
                .collect();
            let diagnosis = members.diagnosis(
                Certainty::Certain,
                format!(
                    "the nameservers of this host disagree about {}: {}; programs take whichever they ask first",
                    hosts,
                    each(&views)
                ),
                Owner::NetworkTeam,
                format!(
                    "Please let {} give the same answers about {} as the other nameservers of this host (exempt the names from its DNS filter, or forward them to the internet), or take it out of this host's list.",
                    listed(&odd),
                    hosts
                ),
            )
            .shown_by(also(all, members));
            let diagnosis = broken(all, members, diagnosis);
            diagnosis.command(rows::questions(first, says.iter().map(|(nameserver, _)| nameserver)))
        })
    }
}

/// What each nameserver says.
type Said = Vec<(SocketAddr, Says)>;

/// Rows that show the same: a wrong address that came first, a look-up of this system that got the other answer.
fn also<'r>(all: &'r [Row], members: &Endpoints<'_>) -> Vec<&'r Row> {
    let checks: [&dyn Check; 2] = [&network::AddressGenuine, &network::LookupAgrees];
    let of_members = rows::flagged_any(all, &checks).into_iter();
    of_members
        .filter(|row| {
            let mut members = members.each();
            members.any(|endpoint| rows::endpoint(row) == Some(endpoint))
        })
        .collect()
}

/// When the wrong answer came first, what was met at its addresses follows from it.
fn broken(all: &[Row], members: &Endpoints<'_>, mut diagnosis: Diagnosis) -> Diagnosis {
    for endpoint in members.each() {
        if rows::is_flagged(all, &network::AddressGenuine, endpoint, &[Status::Fail]) {
            diagnosis = diagnosis
                .breaks([FactKey::addresses(&endpoint.host)])
                .explaining(rows::behind_addresses(all, endpoint));
        }
    }
    diagnosis
}

/// Whether the nameservers disagree about an endpoint: then the answer that came first is no cause of its own.
pub(crate) fn is_disputed(all: &[Row], endpoint: &Endpoint) -> bool {
    rows::is_flagged(all, &network::NameserversAgree, endpoint, &[Status::Warn])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{
        AddressSource, AddressesFact, DnsFact, DnsOutcome, FactKey, SystemOutcome,
    };
    use hybridcheck_testkit::facts::{dns, dns_addresses, system_lookup};

    fn beside(fact: &DnsFact) -> Bench {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            let key = FactKey::dns(host, SocketAddr::from(([10, 0, 0, 54], 53)));
            bench = bench.fact(key, fact.clone());
        }
        bench
    }

    #[test]
    fn a_denial_beside_an_answer_is_one_cause_for_both_names() {
        let bench = beside(&dns(&DnsOutcome::NxDomain));
        let found = bench.diagnose(&NameserversDisagree);
        assert_eq!(found.len(), 1);
        assert_eq!(bench.causes(), ["nameservers-disagree"]);
        assert_eq!(
            found[0].command.as_deref(),
            Some("dig @10.0.0.53 login.mypurecloud.de A; dig @10.0.0.54 login.mypurecloud.de A")
        );
    }

    #[test]
    fn a_system_that_got_the_denial_is_the_same_cause() {
        let mut bench = beside(&dns(&DnsOutcome::NxDomain));
        for host in [bench.auth().host, bench.api().host] {
            let failed = SystemOutcome::Failed {
                error: "Name or service not known".into(),
            };
            bench = bench.fact(FactKey::system_lookup(&host), system_lookup(failed));
        }
        assert_eq!(bench.causes(), ["nameservers-disagree"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_sinkhole_that_answered_first_is_the_same_cause() {
        let zero = std::net::IpAddr::from([0, 0, 0, 0]);
        let mut bench = beside(&dns_addresses(vec![zero]));
        for host in [bench.auth().host, bench.api().host] {
            let named = AddressesFact {
                source: AddressSource::Dns,
                addresses: vec![zero],
            };
            bench = bench
                .fact(FactKey::addresses(&host), named)
                .blocked_behind(&FactKey::addresses(&host));
        }
        assert_eq!(bench.causes(), ["nameservers-disagree"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn other_addresses_of_the_internet_are_no_cause() {
        let other = dns_addresses(vec![std::net::IpAddr::from([198, 51, 100, 9])]);
        assert_eq!(beside(&other).causes(), Vec::<String>::new());
    }
}
