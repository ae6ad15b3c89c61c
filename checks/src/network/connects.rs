//! Whether TCP connections to every address of an endpoint are accepted.

use std::net::IpAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, Ending, FactKey, Gap, TcpFact, TcpOutcome};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::subjects;
use crate::evidence::tcp::{self, Shut};

page! {
    /// TCP connections to every address of the endpoint are accepted.
    ///
    /// Every address that the name resolves to is tried. An accepted connection proves that something accepts it, not yet that it
    /// is Genesys Cloud: that is what the checks of family `tls` and `network-genuine-auth-service` judge.
    ///
    /// ## Why it matters
    ///
    /// The hosts have several addresses, and they change. A firewall that lets some through makes failures that come and go.
    ///
    /// ## How to fix
    ///
    /// Ask the network team for an outbound rule by name: this host to the endpoint's host, TCP, the endpoint's port.
    /// Rules by address break, because the addresses come from large pools and change without notice.
    ///
    /// ## What we rely on
    ///
    /// Documented: only outbound TCP 443 is needed, and server addresses change at any time (Genesys Cloud help, firewall questions).
    /// Observed: what Linux reports for a silent drop, a reject and a missing route; a reject often looks like a closed port.
    pub(crate) struct Connects;
}

impl Judge for Connects {
    type Subject = Endpoint;

    fn needs(&self, endpoint: &Endpoint, object: &HybridObject) -> Vec<FactKey> {
        subjects::reach_needs(endpoint, object)
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        if let Some(judgement) = subjects::is_proxied(case, endpoint) {
            return Ok(judgement);
        }
        let addresses = case.addresses(&FactKey::addresses(&endpoint.host))?;
        if addresses.addresses.iter().all(IpAddr::is_unspecified) {
            return Err(Gap::blocked(FactKey::addresses(&endpoint.host)));
        }
        let mut tried: Vec<Tried<'_>> = Vec::new();
        let mut missing = None;
        for (address, answer) in case.tcp_of(endpoint) {
            match answer {
                Ok(fact) => tried.push((address, fact)),
                Err(gap) => missing = missing.or(Some(gap)),
            }
        }
        if tried.is_empty() {
            // Addresses there are, but none was tried: -4 or -6 leaves none of them.
            return Err(missing.unwrap_or(Gap::NoMeans {
                what: "no address of the family that -4 or -6 leaves".into(),
            }));
        }
        let (open, shut): (Vec<Tried<'_>>, Vec<Tried<'_>>) = tried
            .iter()
            .copied()
            .partition(|(_, fact)| fact.outcome == TcpOutcome::Connected);
        let flaky: Vec<Tried<'_>> = open
            .iter()
            .copied()
            .filter(|(_, fact)| fact.is_flaky())
            .collect();
        let judgement = if open.is_empty() {
            let is_local = tcp::reasons(case, endpoint)
                .iter()
                .all(|reason| matches!(reason, Shut::Here(_) | Shut::NoRoute | Shut::NoNeighbour));
            let (what, owner) = if is_local {
                (
                    "look at this host's own firewall and routes",
                    Owner::HostAdmin,
                )
            } else {
                ("by name", Owner::NetworkTeam)
            };
            Judgement::fail(
                format!("a TCP connection to {endpoint}"),
                format!("no address accepts one: {}", each(&shut)),
                format!(
                    "Allow TCP {} outbound from this host to {}, {what}.",
                    endpoint.port, endpoint.host
                ),
                owner,
            )
        } else if shut.is_empty() && flaky.is_empty() {
            Judgement::pass(format!(
                "connected to {}",
                listed(tried.iter().map(|(address, _)| address))
            ))
        } else if flaky.is_empty() && is_missing_family(&open, &shut) {
            let family = if shut[0].0.is_ipv6() { "IPv6" } else { "IPv4" };
            Judgement::note(
                format!(
                    "connected to {}; this host has no {family}, which does no harm",
                    listed(open.iter().map(|(address, _)| address))
                ),
                "",
                Owner::HostAdmin,
            )
        } else if shut.is_empty() {
            Judgement::warn(
                "a connection at the first try",
                format!("connected, but not at once: {}", tries(&flaky)),
                "Look for packet loss or an overloaded firewall between this host and the internet.",
                Owner::NetworkTeam,
            )
        } else {
            let also = if flaky.is_empty() {
                String::new()
            } else {
                format!("; not at once: {}", tries(&flaky))
            };
            Judgement::warn(
                "a connection to every address",
                format!(
                    "{} of {} addresses cannot be reached: {}{also}",
                    shut.len(),
                    tried.len(),
                    each(&shut)
                ),
                format!(
                    "Allow TCP {} outbound to {} by name instead of by address; the addresses change.",
                    endpoint.port, endpoint.host
                ),
                Owner::NetworkTeam,
            )
        };
        Ok(with_attempts(judgement, &tried, case, endpoint))
    }
}

type Tried<'a> = (IpAddr, &'a TcpFact);

/// Every shut address is of one family, for which this host has no route, and the other family is healthy.
fn is_missing_family(open: &[Tried<'_>], shut: &[Tried<'_>]) -> bool {
    let Some(family) = shut.first().map(|(address, _)| address.is_ipv6()) else {
        return false;
    };
    shut.iter().all(|(address, fact)| {
        address.is_ipv6() == family && fact.outcome == TcpOutcome::NetworkUnreachable
    }) && open.iter().all(|(address, _)| address.is_ipv6() != family)
}

fn each(tried: &[Tried<'_>]) -> String {
    listed(
        tried
            .iter()
            .map(|(address, fact)| format!("{address} {}", fact.outcome)),
    )
}

fn tries(tried: &[Tried<'_>]) -> String {
    listed(tried.iter().map(|(address, fact)| {
        let good = fact
            .attempts
            .iter()
            .filter(|attempt| attempt.outcome == Ending::Connected)
            .count();
        format!("{address} {good} of {} tries", fact.attempts.len())
    }))
}

fn with_attempts(
    mut judgement: Judgement,
    tried: &[Tried<'_>],
    case: &Case<'_>,
    endpoint: &Endpoint,
) -> Judgement {
    for (address, fact) in tried {
        for attempt in &fact.attempts {
            let from = attempt
                .local
                .map_or_else(String::new, |local| format!(" from {local}"));
            let said = format!(
                "{} after {}{from} at {}",
                attempt.outcome, attempt.took, attempt.started
            );
            judgement = judgement.evidence(&fact.remote.to_string(), said);
        }
        for notice in &fact.notices {
            judgement = judgement.evidence(&fact.remote.to_string(), notice);
        }
        if let Some(path) = tcp::path(case, endpoint, *address) {
            judgement = judgement.evidence(&format!("path to {address}"), listed(&path.hops));
        }
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{addresses_of, attempt, tcp, took};

    fn outcomes(first: TcpOutcome, second: TcpOutcome) -> Bench {
        let mut bench = Bench::healthy();
        let endpoint = bench.auth();
        for (address, outcome) in addresses_of(&endpoint.host)
            .into_iter()
            .zip([first, second])
        {
            bench = bench.fact(FactKey::tcp(&endpoint, address), tcp(address, 443, outcome));
        }
        bench
    }

    #[test]
    fn open_addresses_pass_and_are_named() {
        let judgement = Bench::healthy().judge_first(&Connects).expect("a verdict");
        assert_eq!(judgement.found(), "connected to 192.0.2.10 and 192.0.2.11");
    }

    #[test]
    fn no_open_address_fails() {
        let silence = TcpOutcome::TimedOut { waited: took(5000) };
        let judgement = outcomes(silence, TcpOutcome::Refused)
            .judge_first(&Connects)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement.found().contains(
                "192.0.2.10 no answer within 5.0 s (--connect-timeout changes it) and 192.0.2.11 refused (ECONNREFUSED)"
            )
        );
    }

    #[test]
    fn one_shut_address_warns_and_is_named() {
        let judgement = outcomes(TcpOutcome::Connected, TcpOutcome::Refused)
            .judge_first(&Connects)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(
            judgement
                .found()
                .starts_with("1 of 2 addresses cannot be reached: 192.0.2.11")
        );
    }

    #[test]
    fn a_second_try_warns() {
        let bench = Bench::healthy();
        let endpoint = bench.auth();
        let address = addresses_of(&endpoint.host)[0];
        let mut fact = tcp(address, 443, TcpOutcome::Connected);
        fact.attempts.insert(0, attempt(Ending::TimedOut));
        let judgement = bench
            .fact(FactKey::tcp(&endpoint, address), fact)
            .judge_first(&Connects)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().contains("192.0.2.10 1 of 2 tries"));
    }

    #[test]
    fn a_host_without_ipv6_is_only_a_note() {
        let bench = Bench::healthy();
        let endpoint = bench.auth();
        let address = "2001:db8::1".parse().expect("an address");
        let absent = tcp(address, 443, TcpOutcome::NetworkUnreachable);
        let bench = bench.fact(FactKey::tcp(&endpoint, address), absent);
        assert_eq!(bench.status(&Connects), Status::Note);
        let silent = tcp(address, 443, TcpOutcome::TimedOut { waited: took(5000) });
        assert_eq!(
            bench
                .fact(FactKey::tcp(&endpoint, address), silent)
                .status(&Connects),
            Status::Warn
        );
    }

    #[test]
    fn a_name_without_addresses_is_a_gap() {
        let bench = Bench::healthy();
        let key = FactKey::addresses(&bench.auth().host);
        let bench = bench
            .gap(key.clone(), Gap::Interrupted)
            .blocked_behind(&key);
        assert_eq!(bench.judge_first(&Connects), Err(Gap::Interrupted));
    }
}
