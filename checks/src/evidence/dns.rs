//! What the nameservers of this host answered about the endpoints of an object.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{Answer, DnsFact, DnsOutcome};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;

use crate::evidence::subjects;

/// What was asked of each nameserver, and what it answered.
pub(crate) type Asked<'a> = BTreeMap<SocketAddr, Vec<(Host, &'a DnsFact)>>;

/// The names of the object's endpoints.
pub(crate) fn hosts(object: &HybridObject) -> Vec<Host> {
    let mut hosts = Vec::new();
    for endpoint in subjects::endpoints(object) {
        if endpoint.host.literal().is_none() && !hosts.contains(&endpoint.host) {
            hosts.push(endpoint.host);
        }
    }
    hosts
}

/// The answers of each nameserver.
pub(crate) fn asked<'a>(case: &Case<'a>, hosts: &[Host]) -> Answer<Asked<'a>> {
    let mut asked = Asked::new();
    let mut missing = None;
    for host in hosts {
        for (nameserver, answer) in case.dns_of(host) {
            match answer {
                Ok(fact) => asked
                    .entry(nameserver)
                    .or_default()
                    .push((host.clone(), fact)),
                Err(gap) => missing = missing.or(Some(gap)),
            }
        }
    }
    match missing {
        Some(gap) if asked.is_empty() => Err(gap),
        _ => Ok(asked),
    }
}

/// The nameservers that left every question without an answer.
pub(crate) fn dead(asked: &Asked<'_>) -> Vec<SocketAddr> {
    let dead = asked
        .iter()
        .filter(|(_, answers)| answers.iter().all(|(_, fact)| is_silent(fact)));
    dead.map(|(nameserver, _)| *nameserver).collect()
}

/// The answers that were cut, and not to be had over TCP.
pub(crate) fn cut(asked: &Asked<'_>) -> Vec<(SocketAddr, Host, Outside)> {
    let mut cut = Vec::new();
    for (nameserver, answers) in asked {
        for (host, fact) in answers {
            let both = [&fact.a.outcome, &fact.aaaa.outcome];
            let over_tcp = both.into_iter().find_map(|outcome| match outcome {
                DnsOutcome::CutShort { over_tcp } => Some(over_tcp.clone()),
                _ => None,
            });
            cut.extend(over_tcp.map(|over_tcp| (*nameserver, host.clone(), over_tcp)));
        }
    }
    cut
}

fn silences(fact: &DnsFact) -> [bool; 2] {
    [&fact.a, &fact.aaaa].map(|answer| {
        matches!(
            answer.outcome,
            DnsOutcome::TimedOut { .. } | DnsOutcome::Unreachable
        )
    })
}

fn is_silent(fact: &DnsFact) -> bool {
    silences(fact) == [true, true]
}

/// Questions that a nameserver left without an answer although it, or another one, answered about the same name.
pub(crate) fn half_silent(asked: &Asked<'_>) -> Vec<String> {
    let is_answered = |host: &Host| {
        asked
            .values()
            .flatten()
            .any(|(of, fact)| of == host && !is_silent(fact))
    };
    let mut found = Vec::new();
    for (nameserver, answers) in asked {
        for (host, fact) in answers.iter().filter(|(host, _)| is_answered(host)) {
            for (family, _) in ["A", "AAAA"]
                .into_iter()
                .zip(silences(fact))
                .filter(|(_, silent)| *silent)
            {
                found.push(format!("{nameserver}, {family} of {host}"));
            }
        }
    }
    found
}
