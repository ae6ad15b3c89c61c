//! A firewall drops or rejects connections to Genesys Cloud.

use std::collections::BTreeSet;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, TcpOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;

use crate::rows;

page! {
    /// Connections to Genesys Cloud are blocked on the way.
    ///
    /// ## What it means
    ///
    /// No address of the endpoint accepts a TCP connection: the packets are dropped in silence, or something answers that the host or
    /// network cannot be reached. On a network that resolves the name this is nearly always a firewall without a rule.
    ///
    /// ## How to fix
    ///
    /// Give the network team the sentences of the diagnosis: source, host names, port and protocol, and what was seen when, so that
    /// they find the packets in their log. When only the operating system denies it, the rule is on this host.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v --connect-timeout 10 https://HOST/` on Linux, `Test-NetConnection HOST -Port 443` in PowerShell.
    ///
    /// ## What we rely on
    ///
    /// Documented: only outbound TCP 443 is needed (Genesys Cloud help). Observed: what Linux reports for drops and rejects.
    pub(crate) struct TcpBlocked;
}

impl Rule for TcpBlocked {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shut = rows::failing(all, "network-connects");
        let groups = rows::grouped(shut, |endpoint| {
            let labels = outcomes(case, endpoint);
            let is_refused = labels.iter().all(|label| *label == "refused");
            let is_blocked = !labels.is_empty() && !is_refused;
            (is_blocked && !rows::is_port_at_fault(case, all, endpoint)).then_some(labels)
        });
        let of_group = |(labels, members): (BTreeSet<&str>, Vec<(&Endpoint, &Row)>)| {
            let endpoints: Vec<&Endpoint> = members.iter().map(|(endpoint, _)| *endpoint).collect();
            let names = rows::names(&members);
            let only = |label: &str| labels.iter().all(|found| *found == label);
            let (sentence, owner) = if only("denied") {
                (
                    format!("this host's own policy denies connections to {names}"),
                    Owner::HostAdmin,
                )
            } else if only("network_unreachable") {
                (
                    format!("this host has no route to {names}"),
                    Owner::HostAdmin,
                )
            } else if only("timed_out") {
                (
                    format!("connections to {names} are dropped in silence, on every address"),
                    Owner::NetworkTeam,
                )
            } else {
                (
                    format!("connections to {names} are blocked on the way, on every address"),
                    Owner::NetworkTeam,
                )
            };
            // Nobody but a policy on the way drops connections to every address of a service that others use all day.
            let certainty = if only("other") {
                Certainty::Possible
            } else {
                Certainty::Likely
            };
            let mut diagnosis = Diagnosis::new(
                certainty,
                sentence,
                owner,
                if only("network_unreachable") {
                    format!("Give this host a route to the internet (`ip route` shows those it has), or say which proxy it must use for {names}.")
                } else {
                    rows::firewall_request(case, &endpoints)
                },
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

/// The labels of all outcomes of an endpoint.
pub(super) fn outcomes(case: &Case<'_>, endpoint: &Endpoint) -> BTreeSet<&'static str> {
    let tried = rows::tcp(case, endpoint).into_iter();
    tried
        .map(|(_, fact)| fact.outcome.label())
        .filter(|label| *label != TcpOutcome::Connected.label())
        .collect()
}

/// The connections of endpoints that cannot be reached, and what every later request would use.
pub(super) fn broken(case: &Case<'_>, endpoints: &[&Endpoint]) -> Vec<FactKey> {
    let mut keys = Vec::new();
    for endpoint in endpoints {
        let tried = rows::tcp(case, endpoint).into_iter();
        keys.extend(tried.map(|(address, _)| rows::tcp_key(endpoint, address)));
        keys.push(FactKey::connection((*endpoint).clone()));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::{
        address_partly_unreachable::AddressPartlyUnreachable, tcp_refused::TcpRefused,
    };
    use crate::fact_testing::Bench;
    use hybridcheck_testkit::facts::{addresses_of, tcp, tcp_key, took};

    fn silence() -> TcpOutcome {
        TcpOutcome::TimedOut { waited: took(5000) }
    }

    fn shut(mut bench: Bench, endpoint: &Endpoint, outcome: &TcpOutcome) -> Bench {
        for address in addresses_of(&endpoint.host) {
            let key = tcp_key(endpoint, address);
            bench = bench
                .fact(key.clone(), tcp(address, 443, outcome.clone()))
                .blocked_behind(&key);
        }
        bench
    }

    #[test]
    fn both_hosts_dropped_in_silence_is_one_request_to_the_network_team() {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        let bench = shut(shut(bench, &auth, &silence()), &api, &silence());
        let found = bench.diagnose(&TcpBlocked);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].owner, Owner::NetworkTeam);
        for part in [
            "outbound TCP from this host (10.0.0.5) to login.mypurecloud.de port 443 and api.mypurecloud.de port 443",
            "2026-11-23T12:00:00Z from 10.0.0.5:51000 to 192.0.2.10:443: no answer within 5.0 s",
        ] {
            assert!(found[0].fix.contains(part), "{}", found[0].fix);
        }
        assert_eq!(bench.causes(), ["tcp-blocked"]);
        assert_eq!(bench.failures(), ["network-connects", "network-connects"]);
    }

    #[test]
    fn different_evidence_is_two_causes() {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        let bench = shut(
            shut(bench, &auth, &silence()),
            &api,
            &TcpOutcome::HostUnreachable,
        );
        assert_eq!(bench.diagnose(&TcpBlocked).len(), 2);
    }

    #[test]
    fn refused_is_not_dropped() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = shut(bench, &auth, &TcpOutcome::Refused);
        assert!(bench.diagnose(&TcpBlocked).is_empty());
        assert_eq!(bench.diagnose(&TcpRefused).len(), 1);
    }

    #[test]
    fn one_shut_address_of_two_is_not_blocked() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let address = addresses_of(&auth.host)[1];
        let bench = bench.fact(tcp_key(&auth, address), tcp(address, 443, silence()));
        assert!(bench.diagnose(&TcpBlocked).is_empty());
        assert_eq!(bench.diagnose(&AddressPartlyUnreachable).len(), 1);
    }

    #[test]
    fn a_local_policy_is_the_hosts_own() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = shut(bench, &auth, &TcpOutcome::Denied);
        assert_eq!(bench.diagnose(&TcpBlocked)[0].owner, Owner::HostAdmin);
    }
}
