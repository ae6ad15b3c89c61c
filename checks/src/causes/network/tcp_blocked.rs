//! Something on the way drops connections to Genesys Cloud in silence.

use std::net::IpAddr;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::rows;
use crate::evidence::tcp::{self, Shut};

page! {
    /// Connections to Genesys Cloud are dropped on the way.
    ///
    /// ## What it means
    ///
    /// No address of the endpoint answers: the SYNs leave this host and nothing comes back. On a network that resolves the name this is
    /// nearly always a firewall without a rule. Attempts with a limited number of hops show how far the packets get: they die at the
    /// last router that answers, or behind it. Answers that are dropped on their way back look the same.
    ///
    /// ## How to fix
    ///
    /// Give the network team the sentences of the diagnosis: source, host names, port and protocol, where the packets end, and what was
    /// tried when, so that they find it in their log. `hybridcheck firewall INPUT --missing` writes the rule in the firewall's own words.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v --connect-timeout 10 https://HOST/` and `traceroute -T -p 443 HOST` on Linux, `Test-NetConnection HOST -Port 443` in PowerShell.
    ///
    /// ## What we rely on
    ///
    /// Documented: only outbound TCP 443 is needed (Genesys Cloud help). Observed: a router that filters what it forwards still answers
    /// for the hop limit, one that filters before that does not. Where no router answers, the place cannot be told.
    pub(crate) struct TcpBlocked;
}

/// Where the packets of an endpoint end: the last router that answered, when one did, and whether hops were looked for at all.
type Place = Option<Option<(u8, IpAddr)>>;

impl Rule for TcpBlocked {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let groups = tcp::grouped(case, all, |endpoint, reasons| {
            let is_louder = |reason: &Shut| {
                matches!(
                    reason,
                    Shut::Rejected { .. }
                        | Shut::ResetOnTheWay { .. }
                        | Shut::Sometimes
                        | Shut::Here(_)
                )
            };
            let is_silent = reasons.contains(&Shut::Silent) || reasons.contains(&Shut::Other);
            let is_rejecting = || tcp::rejecting_at(case, endpoint).is_some();
            (is_silent && !reasons.iter().any(is_louder) && !is_rejecting())
                .then(|| place(case, endpoint))
        });
        groups.diagnosed(|place, members| {
            let endpoints = members.endpoints();
            let beside = tcp::beside(case, &endpoints);
            let rejecting = rejecting(case, &endpoints);
            let diagnosis = members.diagnosis(
                if rejecting.is_some() || (beside.open.is_empty() && !beside.dead.is_empty()) {
                    Certainty::Possible
                } else {
                    Certainty::Likely
                },
                sentence(&members.names(), place, &beside, rejecting),
                Owner::NetworkTeam,
                rows::firewall_request(case, &endpoints),
            );
            tcp::about(diagnosis, case, members)
        })
    }
}

fn place(case: &Case<'_>, endpoint: &Endpoint) -> Place {
    let tried = rows::tcp(case, endpoint).into_iter();
    let paths: Vec<_> = tried
        .filter_map(|(address, _)| tcp::path(case, endpoint, address))
        .collect();
    let furthest = paths.iter().filter_map(|path| path.last_router()).max();
    (!paths.is_empty()).then_some(furthest)
}

/// A device that rejects connections to other endpoints of the object.
fn rejecting(case: &Case<'_>, endpoints: &[&Endpoint]) -> Option<IpAddr> {
    let others = case.object.endpoints().into_iter();
    others
        .filter(|other| !endpoints.contains(&other))
        .flat_map(|other| tcp::reasons(case, &other))
        .find_map(|reason| match reason {
            Shut::Rejected { by, .. } => Some(by),
            _ => None,
        })
}

fn sentence(names: &str, place: Place, beside: &tcp::Beside, rejecting: Option<IpAddr>) -> String {
    let end = match place {
        Some(Some((hop, router))) => format!(
            "SYNs to {names} die at or behind hop {hop} ({router}), or their answers die on the way back"
        ),
        Some(None) => format!(
            "SYNs to {names} leave this host and nothing comes back; no router on the way says anything, so where they die cannot be told"
        ),
        None => format!("connections to {names} are dropped in silence, on every address"),
    };
    if let Some(device) = rejecting {
        return format!(
            "{end}; a rule of its own, or the work of {device}, which rejects the other connections: devices limit how often they say so, and are silent in between"
        );
    }
    if !beside.open.is_empty() {
        return format!(
            "{end}; {} {} from this host, so the way is there and a rule for this destination is missing",
            listed(&beside.open),
            if beside.open.len() == 1 {
                "answers"
            } else {
                "answer"
            }
        );
    }
    if !beside.dead.is_empty() {
        return format!(
            "{end}; {} {} silent too: either nothing leaves this network to the internet directly (a proxy may be needed), or the rules for all of them are missing; \
             --control HOST with a host that is surely allowed tells which",
            listed(&beside.dead),
            if beside.dead.len() == 1 { "is" } else { "are" }
        );
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::network::address_partly_unreachable::AddressPartlyUnreachable;
    use crate::causes::network::tcp_refused::TcpRefused;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{FactKey, Hop, HopAnswer, PathFact, TcpOutcome};
    use hybridcheck_testkit::facts::{addresses_of, tcp, took};

    fn silence() -> TcpOutcome {
        TcpOutcome::TimedOut { waited: took(5000) }
    }

    fn shut(mut bench: Bench, endpoint: &Endpoint, outcome: &TcpOutcome) -> Bench {
        for address in addresses_of(&endpoint.host) {
            let key = FactKey::tcp(endpoint, address);
            bench = bench
                .fact(key.clone(), tcp(address, 443, outcome.clone()))
                .blocked_behind(&key);
        }
        bench
    }

    fn ending_at(bench: Bench, endpoint: &Endpoint, last: [u8; 4]) -> Bench {
        let address = addresses_of(&endpoint.host)[0];
        let path = PathFact {
            remote: (address, 443).into(),
            hops: vec![Hop {
                limit: 3,
                answer: HopAnswer::TimeExceeded { from: last.into() },
                took: None,
            }],
            other_port: None,
            waited: took(2700),
        };
        let key = FactKey::path(endpoint, address);
        bench.fact(key, path)
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
            "login.mypurecloud.de port 443 and api.mypurecloud.de port 443",
            "2026-11-23T12:00:00Z from 10.0.0.5:51000 to 192.0.2.10:443: no answer within 5.0 s",
        ] {
            assert!(found[0].fix.contains(part), "{}", found[0].fix);
        }
        assert_eq!(bench.causes(), ["tcp-blocked"]);
        assert_eq!(bench.failures(), ["network-connects", "network-connects"]);
    }

    #[test]
    fn the_last_router_and_the_open_neighbour_are_named() {
        let bench = Bench::healthy();
        let api = bench.api();
        let bench = ending_at(shut(bench, &api, &silence()), &api, [10, 20, 0, 1]);
        let found = bench.diagnose(&TcpBlocked);
        assert_eq!(found.len(), 1);
        for part in [
            "at or behind hop 3 (10.20.0.1)",
            "login.mypurecloud.de:443 answers",
        ] {
            assert!(found[0].sentence.contains(part), "{}", found[0].sentence);
        }
    }

    #[test]
    fn two_places_are_two_causes() {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        let bench = shut(shut(bench, &auth, &silence()), &api, &silence());
        let bench = ending_at(
            ending_at(bench, &auth, [10, 20, 0, 1]),
            &api,
            [10, 30, 0, 1],
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
        let bench = bench.fact(FactKey::tcp(&auth, address), tcp(address, 443, silence()));
        assert!(bench.diagnose(&TcpBlocked).is_empty());
        assert_eq!(bench.diagnose(&AddressPartlyUnreachable).len(), 1);
    }
}
