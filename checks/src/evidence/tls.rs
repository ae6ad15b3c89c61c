//! How the handshakes of an endpoint went, as several causes look at them: cut in which way, and by what kind of device.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hybridcheck_core::cause::Diagnosis;
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{
    FactKey, HelloFact, HelloOutcome, HelloVariant, TlsFact, TlsOutcome, Trust,
};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::listed;

use crate::evidence::members::Endpoints;
use crate::evidence::rows;

/// Why no handshake with an endpoint finishes, as far as the facts tell; each endpoint has one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// Another name passes at the same address.
    ByName,
    /// The peer takes the ClientHello, and only small packets come back.
    LargeLost,
    /// The peer does not speak TLS.
    NotTls,
    /// None of the others.
    Otherwise,
    /// The peer takes what is sent and says nothing, to no ClientHello.
    Silent,
    /// The peer speaks versions that nobody should speak any more.
    TooOld,
}

/// Why no handshake with an endpoint finishes; none when one does, or when there was none.
pub(crate) fn cut(case: &Case<'_>, endpoint: &Endpoint) -> Option<Cut> {
    let tried = rows::tls(case, endpoint);
    if tried.is_empty()
        || tried
            .iter()
            .any(|(_, fact)| fact.outcome == TlsOutcome::Done)
    {
        return None;
    }
    let all = |is_one: fn(&TlsFact) -> bool| tried.iter().all(|(_, fact)| is_one(fact));
    let answered = |variant| !answers(case, endpoint, variant).is_empty();
    Some(if all(|fact| fact.outcome == TlsOutcome::NotTls) {
        Cut::NotTls
    } else if old_version(case, endpoint).is_some() {
        Cut::TooOld
    } else if all(is_ended) && answered(HelloVariant::NeutralName) {
        Cut::ByName
    } else if all(is_stalled) && answered(HelloVariant::Legacy) {
        Cut::LargeLost
    } else if all(is_stalled) && all(|fact| fact.unacknowledged.is_none_or(|left| left == 0)) {
        Cut::Silent
    } else {
        Cut::Otherwise
    })
}

/// Some addresses finish a trusted handshake, and others do not.
pub(crate) fn differ(case: &Case<'_>, endpoint: &Endpoint) -> bool {
    let tried = rows::tls(case, endpoint);
    let trusted = tried.iter().filter(|(_, fact)| fact.is_trusted()).count();
    trusted > 0 && trusted < tried.len()
}

/// What another ClientHello met, at every address of an endpoint where it was sent.
pub(crate) fn hellos<'a>(
    case: &Case<'a>,
    endpoint: &Endpoint,
    variant: HelloVariant,
) -> Vec<(IpAddr, &'a HelloFact)> {
    let tried = rows::tls(case, endpoint).into_iter();
    tried
        .filter_map(|(address, _)| {
            let key = FactKey::hello(endpoint, address, variant);
            Some((address, case.facts().hello(&key).ok()?))
        })
        .collect()
}

/// A large ClientHello that was lost or cut where the usual one passes: where, and what it met.
pub(crate) fn large_hello_lost<'a>(
    case: &Case<'a>,
    endpoint: &Endpoint,
) -> Option<(IpAddr, &'a HelloFact)> {
    let finished = |address: &IpAddr| {
        rows::tls(case, endpoint)
            .iter()
            .any(|(of, fact)| of == address && fact.outcome == TlsOutcome::Done)
    };
    hellos(case, endpoint, HelloVariant::Large)
        .into_iter()
        .find(|(address, fact)| finished(address) && is_lost(fact))
}

/// Whether a ClientHello was lost or cut; no connection, and an answer that is an alert, are something else.
pub(crate) fn is_lost(fact: &HelloFact) -> bool {
    matches!(
        fact.outcome,
        HelloOutcome::Closed | HelloOutcome::Reset | HelloOutcome::TimedOut { .. }
    )
}

/// The old version that the peer speaks and no newer one, with the alert that the usual ClientHello met.
pub(crate) fn old_version(case: &Case<'_>, endpoint: &Endpoint) -> Option<(Outside, Outside)> {
    let old = answers(case, endpoint, HelloVariant::Legacy)
        .into_iter()
        .find_map(|fact| match &fact.outcome {
            HelloOutcome::Answered {
                version: Some(version),
                ..
            } if ["TLSv1_0", "TLSv1_1", "SSLv3"].contains(&version.raw()) => Some(version.clone()),
            _ => None,
        })?;
    let alert = rows::tls(case, endpoint)
        .iter()
        .find_map(|(_, fact)| match &fact.outcome {
            TlsOutcome::Alert { alert } => Some(alert.clone()),
            _ => None,
        })?;
    Some((old, alert))
}

/// The ways in which handshakes ended, each once, without the flag that changes a wait.
pub(crate) fn ways(case: &Case<'_>, endpoint: &Endpoint) -> BTreeSet<String> {
    rows::tls(case, endpoint)
        .iter()
        .filter(|(_, fact)| fact.outcome != TlsOutcome::Done)
        .map(|(_, fact)| format!("{:#}", fact.outcome))
        .collect()
}

/// When and from where it was seen, so that the network team finds it in a log: `Seen: …`.
pub(crate) fn times(case: &Case<'_>, members: &Endpoints<'_>) -> String {
    let mut seen: Vec<String> = Vec::new();
    for endpoint in members.each() {
        for (address, fact) in rows::tls(case, endpoint) {
            for attempt in &fact.attempts {
                let from = attempt
                    .local
                    .map_or_else(String::new, |local| format!(" from {local}"));
                let port = endpoint.port;
                seen.push(format!(
                    "{}{from} to {address} port {port}/tcp",
                    attempt.started
                ));
            }
        }
    }
    seen.truncate(6);
    if seen.is_empty() {
        return String::new();
    }
    format!(" Seen: {}.", seen.join("; "))
}

/// A diagnosis about handshakes, with what is broken.
pub(crate) fn about(diagnosis: Diagnosis, case: &Case<'_>, members: &Endpoints<'_>) -> Diagnosis {
    diagnosis.breaks(broken(case, members))
}

/// Adds what other ClientHellos met at some endpoints, each under its label.
pub(crate) fn compared(
    mut diagnosis: Diagnosis,
    case: &Case<'_>,
    members: &Endpoints<'_>,
    hellos: &[(&str, HelloVariant)],
) -> Diagnosis {
    for endpoint in members.each() {
        for (label, variant) in hellos {
            if let Some(said) = said(case, endpoint, *variant) {
                diagnosis = diagnosis.evidence(label, said);
            }
        }
    }
    diagnosis
}

/// The handshakes of endpoints, and what every later request would use.
pub(crate) fn broken(case: &Case<'_>, members: &Endpoints<'_>) -> Vec<FactKey> {
    let mut keys = Vec::new();
    for endpoint in members.each() {
        let tried = rows::tls(case, endpoint).into_iter();
        keys.extend(tried.map(|(address, _)| FactKey::tls(endpoint, address)));
        keys.push(FactKey::connection(endpoint.clone()));
    }
    keys
}

/// How to see a served chain with openssl.
pub(crate) fn show(endpoint: &Endpoint) -> String {
    format!(
        "openssl s_client -connect {endpoint} -servername {} -showcerts </dev/null",
        endpoint.host
    )
}

/// What the other ClientHellos met, in a phrase for the evidence: `answered with alert …` and the like.
pub(crate) fn said(case: &Case<'_>, endpoint: &Endpoint, variant: HelloVariant) -> Option<String> {
    let met = hellos(case, endpoint, variant);
    let each = met.iter().map(|(address, fact)| {
        let left = match fact.unacknowledged {
            Some(left) => format!(", {left} of {} bytes not acknowledged", fact.size),
            None => String::new(),
        };
        let when = fact
            .attempts
            .last()
            .map_or_else(String::new, |attempt| format!(" at {}", attempt.started));
        format!("{address}: {:#}{left}{when}", fact.outcome)
    });
    (!met.is_empty()).then(|| listed(each))
}

/// Whether the chain of a handshake leads nowhere; its other faults are then part of that.
pub(crate) fn leads_nowhere(fact: &TlsFact) -> bool {
    use hybridcheck_core::facts::ChainFault;
    fact.trust == Some(Trust::Nowhere)
        && fact
            .faults
            .iter()
            .any(|fault| matches!(fault, ChainFault::UnknownIssuer | ChainFault::Other { .. }))
}

fn answers<'a>(case: &Case<'a>, endpoint: &Endpoint, variant: HelloVariant) -> Vec<&'a HelloFact> {
    let met = hellos(case, endpoint, variant).into_iter();
    met.map(|(_, fact)| fact)
        .filter(|fact| matches!(fact.outcome, HelloOutcome::Answered { .. }))
        .collect()
}

fn is_ended(fact: &TlsFact) -> bool {
    matches!(
        fact.outcome,
        TlsOutcome::Closed | TlsOutcome::Reset | TlsOutcome::TimedOut { .. }
    )
}

fn is_stalled(fact: &TlsFact) -> bool {
    matches!(fact.outcome, TlsOutcome::TimedOut { .. })
}
