//! Whether the proxy accepts connections.

use std::net::IpAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, FactKey, Gap, TcpFact, TcpOutcome};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::{proxy, subjects};

page! {
    /// The proxy accepts TCP connections on every address.
    ///
    /// ## Why it matters
    ///
    /// With an explicit proxy the only connection that leaves this host goes to the proxy's port.
    ///
    /// ## How to fix
    ///
    /// Compare host and port with a host on which it works. Ask the network team for TCP from this host to the proxy's port.
    ///
    /// ## What we rely on
    ///
    /// Observed: what Linux reports for a closed port, a silent drop and a reject.
    pub(crate) struct Connects;
}

impl Judge for Connects {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        subjects::tls_endpoints(object)
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        subjects::connection_needs(endpoint)
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let proxy = match proxy::proxy_of(case, endpoint)? {
            Ok(proxy) => proxy,
            Err(not_applicable) => return Ok(not_applicable),
        };
        let mut tried: Vec<(IpAddr, &TcpFact)> = Vec::new();
        let mut missing = None;
        for (address, answer) in case.tcp_of(&proxy) {
            match answer {
                Ok(fact) => tried.push((address, fact)),
                Err(gap) => missing = missing.or(Some(gap)),
            }
        }
        if tried.is_empty() {
            case.addresses(&FactKey::addresses(&proxy.host))?;
            return Err(missing.unwrap_or(Gap::blocked(FactKey::addresses(&proxy.host))));
        }
        let is_open = |fact: &TcpFact| fact.outcome == TcpOutcome::Connected;
        let shut: Vec<String> = tried
            .iter()
            .filter(|(_, fact)| !is_open(fact))
            .map(|(address, fact)| format!("{address} {}", fact.outcome))
            .collect();
        let mut judgement = if shut.is_empty() {
            Judgement::pass(format!(
                "connected to proxy {proxy} at {}",
                listed(tried.iter().map(|(address, _)| address))
            ))
        } else {
            let found = format!("proxy {proxy}: {}", listed(&shut));
            let fix = format!(
                "Compare {proxy} with the proxy that works on other hosts; if it is right, allow TCP {} from this host to {}.",
                proxy.port, proxy.host
            );
            if shut.len() == tried.len() {
                Judgement::fail(
                    "a TCP connection to the proxy",
                    found,
                    fix,
                    Owner::NetworkTeam,
                )
            } else {
                Judgement::warn(
                    "a TCP connection to every address of the proxy",
                    found,
                    fix,
                    Owner::NetworkTeam,
                )
            }
        };
        for (_, fact) in &tried {
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
        }
        Ok(judgement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::tcp;
    use hybridcheck_testkit::proxied::{address, proxy, proxy_tcp_key};

    #[test]
    fn an_open_port_passes_and_without_a_proxy_it_does_not_apply() {
        assert_eq!(
            Bench::healthy().behind_proxy().status(&Connects),
            Status::Pass
        );
        assert_eq!(Bench::healthy().status(&Connects), Status::NotApplicable);
    }

    #[test]
    fn a_closed_port_fails() {
        let key = proxy_tcp_key();
        let bench = Bench::healthy()
            .behind_proxy()
            .fact(
                key.clone(),
                tcp(address(), proxy().port, TcpOutcome::Refused),
            )
            .blocked_behind(&key);
        let judgement = bench.judge_first(&Connects).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement.found().contains("ECONNREFUSED"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn an_unresolved_proxy_is_a_gap() {
        let key = FactKey::addresses(&proxy().host);
        let bench = Bench::healthy()
            .behind_proxy()
            .gap(key.clone(), Gap::blocked(FactKey::Resolver))
            .blocked_behind(&key);
        assert_eq!(bench.status(&Connects), Status::Gap);
    }
}
