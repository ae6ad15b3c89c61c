//! The answers of every nameserver about a host, each in one word.

use std::net::{IpAddr, SocketAddr};

use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::{Endpoint, Host, Proof};
use hybridcheck_core::facts::{
    AddressSource, AddressesFact, Answer, DnsAnswer, DnsFact, DnsOutcome, FactKey, Trust,
};

use super::kind::Kind;

/// What a nameserver says about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Says {
    /// Addresses of hosts somewhere.
    Public,
    /// Addresses of this network only.
    Private,
    /// Addresses at which no service of the internet can be.
    Wrong,
    /// The name does not exist.
    Denies,
    /// The name exists and has no address.
    Empty,
    /// The answer was cut, and TCP brought nothing.
    Cut,
    /// SERVFAIL, REFUSED or another code.
    Refuses,
    /// Nothing that can be used: aliases without an end, or bytes that cannot be read.
    Unusable,
    /// Nothing.
    Silent,
}

/// A nameserver's answers about a host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) nameserver: SocketAddr,
    pub(crate) fact: &'a DnsFact,
    pub(crate) says: Says,
}

impl View<'_> {
    /// Both answers, as evidence.
    pub(crate) fn words(&self) -> String {
        format!(
            "A: {}; AAAA: {}",
            self.fact.a.outcome, self.fact.aaaa.outcome
        )
    }
}

/// What each nameserver says about a host; a gap only when none could be asked.
pub(crate) fn views<'a>(case: &Case<'a>, host: &Host) -> Answer<Vec<View<'a>>> {
    let mut views = Vec::new();
    let mut missing = None;
    for (nameserver, answer) in case.dns_of(host) {
        match answer {
            Ok(fact) => views.push(View {
                nameserver,
                fact,
                says: says(case, fact),
            }),
            Err(gap) => missing = missing.or(Some(gap)),
        }
    }
    match missing {
        Some(gap) if views.is_empty() => Err(gap),
        _ => Ok(views),
    }
}

fn says(case: &Case<'_>, fact: &DnsFact) -> Says {
    let kinds: Vec<Kind> = [&fact.a, &fact.aaaa]
        .into_iter()
        .flat_map(|answer| kinds_of(case, answer))
        .map(|(_, kind)| kind)
        .collect();
    if kinds.contains(&Kind::Host) {
        return Says::Public;
    }
    if kinds.iter().any(|kind| !kind.is_wrong()) {
        return Says::Private;
    }
    if !kinds.is_empty() {
        return Says::Wrong;
    }
    let outcomes = [&fact.a.outcome, &fact.aaaa.outcome];
    let has = |wanted: fn(&DnsOutcome) -> bool| outcomes.iter().any(|outcome| wanted(outcome));
    if has(|outcome| *outcome == DnsOutcome::NxDomain) {
        return Says::Denies;
    }
    // An empty AAAA is normal; without an answer about A it proves nothing about the name.
    match &fact.a.outcome {
        DnsOutcome::NoData => Says::Empty,
        DnsOutcome::CutShort { .. } => Says::Cut,
        DnsOutcome::ServFail | DnsOutcome::Refused | DnsOutcome::OtherCode { .. } => Says::Refuses,
        DnsOutcome::TimedOut { .. } | DnsOutcome::Unreachable
            if has(|outcome| matches!(outcome, DnsOutcome::CutShort { .. })) =>
        {
            Says::Cut
        }
        DnsOutcome::TimedOut { .. } | DnsOutcome::Unreachable => Says::Silent,
        _ => Says::Unusable,
    }
}

fn kinds_of(case: &Case<'_>, answer: &DnsAnswer) -> Vec<(IpAddr, Kind)> {
    let DnsOutcome::Addresses {
        addresses, cnames, ..
    } = &answer.outcome
    else {
        return Vec::new();
    };
    let is_stage = is_stage(case);
    let addresses = addresses.iter();
    addresses
        .map(|address| (*address, believed(is_stage, Kind::behind(cnames, *address))))
        .collect()
}

/// A nameserver on this host that the user named by hand may well name this host: a stage for a test.
fn is_stage(case: &Case<'_>) -> bool {
    case.facts().resolver(&FactKey::Resolver).is_ok_and(|fact| {
        fact.source == "--dns-server" && fact.nameservers.iter().all(|at| at.ip().is_loopback())
    })
}

fn believed(is_stage: bool, kind: Kind) -> Kind {
    match kind {
        Kind::Loopback if is_stage => Kind::Host,
        other => other,
    }
}

/// The addresses that a run uses for a host, each with what it is good for; an alias in any nameserver's answer that names the
/// address gives a sinkhole away.
pub(crate) fn kinds(case: &Case<'_>, host: &Host, found: &AddressesFact) -> Vec<(IpAddr, Kind)> {
    let said: Vec<(IpAddr, Kind)> = match found.source {
        AddressSource::Dns => {
            let asked = case.dns_of(host).into_iter();
            asked
                .filter_map(|(_, answer)| answer.ok())
                .flat_map(|fact| [&fact.a, &fact.aaaa])
                .flat_map(|answer| kinds_of(case, answer))
                .collect()
        }
        _ => Vec::new(),
    };
    let of = |address: &IpAddr| {
        let known = said.iter().find(|(of, _)| of == address);
        let kind = known.map_or_else(|| Kind::of(*address), |(_, kind)| *kind);
        (*address, kind)
    };
    found.addresses.iter().map(of).collect()
}

/// Whether the genuine service was met at the addresses of this run: whatever kind they are of, they are right. A chain that only
/// this host's own store trusts is no proof: it is what a sinkhole with a block page shows. Looking notes nothing.
pub(crate) fn is_proven(case: &Case<'_>, endpoint: &Endpoint) -> bool {
    if case.proof(endpoint) == Proof::GenuineAnswer {
        return true;
    }
    let key = FactKey::connection(endpoint).by(case.route(endpoint));
    case.facts().connection(&key).is_ok_and(|connection| {
        matches!(
            connection.trust,
            Trust::Amazon | Trust::Public | Trust::Given
        )
    })
}
