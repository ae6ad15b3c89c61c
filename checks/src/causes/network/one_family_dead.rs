//! One address family is dead beside a healthy one.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, TcpOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::evidence::tcp;
use crate::network;

page! {
    /// One address family does not reach Genesys Cloud, while the other does.
    ///
    /// ## What it means
    ///
    /// The name has IPv4 and IPv6 addresses, this host has routes for both, and all addresses of one family are shut while those of the
    /// other are open. Browsers hide that by trying both; Java and many services try one after the other and wait in vain first.
    ///
    /// ## How to fix
    ///
    /// Let the dead family through as well, or take it off this host.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -4 -v https://HOST/` beside `curl -6 -v https://HOST/`; in PowerShell `Test-NetConnection ADDRESS -Port 443` for one address of each.
    ///
    /// ## What we rely on
    ///
    /// Observed: what the sockets of each family met. Inferred: how programs choose between them.
    pub(crate) struct OneFamilyDead;
}

impl Rule for OneFamilyDead {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let flagged = rows::flagged(all, &network::Connects);
        let groups = members::grouped(flagged, |endpoint| dead_family(case, endpoint));
        groups.diagnosed(|is_v6, members| {
            let names = members.names();
            let (dead, alive) = if is_v6 {
                ("IPv6", "IPv4")
            } else {
                ("IPv4", "IPv6")
            };
            let mut keys = Vec::new();
            for endpoint in members.each() {
                let tried = rows::tcp(case, endpoint).into_iter();
                let shut = tried.filter(|(address, _)| address.is_ipv6() == is_v6);
                keys.extend(shut.map(|(address, _)| FactKey::tcp(endpoint, address)));
            }
            let ends = members.each().find_map(|endpoint| {
                let tried = rows::tcp(case, endpoint).into_iter();
                let shut = tried.filter(|(address, _)| address.is_ipv6() == is_v6);
                shut.filter_map(|(address, _)| tcp::path(case, endpoint, address))
                    .find_map(hybridcheck_core::facts::PathFact::last_router)
            });
            let place = ends.map_or_else(String::new, |(hop, router)| {
                format!("; its packets die at or behind hop {hop} ({router})")
            });
            members.diagnosis(
                Certainty::Certain,
                format!("{dead} does not reach {names}, while {alive} does{place}"),
                Owner::NetworkTeam,
                format!(
                    "Let {dead} through to {names} as well, or take {dead} off this host: programs that try it first wait in vain. {}",
                    rows::firewall_request(case, &members.endpoints())
                ),
            )
            .breaks(keys)
            .command(format!(
                "curl -{} -v --connect-timeout 10 https://{}/",
                if is_v6 { 6 } else { 4 },
                members.first()
            ))
        })
    }
}

/// The family of which every address is shut while every address of the other one is open; `true` is IPv6.
pub(crate) fn dead_family(case: &Case<'_>, endpoint: &Endpoint) -> Option<bool> {
    let tried = rows::tcp(case, endpoint);
    let is_open = |fact: &hybridcheck_core::facts::TcpFact| fact.outcome == TcpOutcome::Connected;
    [true, false].into_iter().find(|is_v6| {
        let mut of_family = tried
            .iter()
            .filter(|(address, _)| address.is_ipv6() == *is_v6);
        let mut of_other = tried
            .iter()
            .filter(|(address, _)| address.is_ipv6() != *is_v6);
        let has_both = of_family.clone().next().is_some() && of_other.clone().next().is_some();
        has_both
            && of_family.all(|(_, fact)| !is_open(fact))
            && of_other.all(|(_, fact)| is_open(fact))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::facts::{addresses_of, tcp, took};
    use std::net::IpAddr;

    fn with_v6(outcome: TcpOutcome) -> Bench {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let v6: IpAddr = "2001:db8::10".parse().expect("an address");
        bench.fact(FactKey::tcp(&auth, v6), tcp(v6, 443, outcome))
    }

    #[test]
    fn silent_ipv6_beside_open_ipv4_is_its_own_cause() {
        let bench = with_v6(TcpOutcome::TimedOut { waited: took(5000) });
        let found = bench.diagnose(&OneFamilyDead);
        assert_eq!(found.len(), 1);
        assert!(found[0].sentence.starts_with("IPv6 does not reach"));
        assert_eq!(bench.causes(), ["one-family-dead"]);
    }

    #[test]
    fn no_ipv6_at_all_is_no_cause() {
        let bench = with_v6(TcpOutcome::NetworkUnreachable);
        assert_eq!(bench.causes(), Vec::<String>::new());
    }

    #[test]
    fn one_shut_ipv4_address_is_no_dead_family() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let address = addresses_of(&auth.host)[0];
        let bench = bench.fact(
            FactKey::tcp(&auth, address),
            tcp(address, 443, TcpOutcome::Refused),
        );
        assert!(bench.diagnose(&OneFamilyDead).is_empty());
    }
}
