//! Handshakes.

use std::net::IpAddr;

use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::facts::{
    ChainFault, Ending, FactKey, Facts, HelloFact, HelloOutcome, HelloVariant, ReachFact,
    ServedCertificate, TlsFact, TlsOutcome, Trust,
};
use hybridcheck_core::time::Timestamp;

use super::network::{addresses_of, attempt};
use super::world::{blocked_behind, with_fact};
use super::{now, took};

/// A finished handshake with a chain of this worth and these faults.
pub fn tls(host: &Host, trust: Trust, faults: Vec<ChainFault>) -> TlsFact {
    let issuer = match trust {
        Trust::Amazon => "CN=Amazon RSA 2048 M02, O=Amazon, C=US",
        Trust::Public => "CN=Example Public CA, O=Example",
        Trust::Given | Trust::HostStore | Trust::Nowhere => "CN=Acme Web Gateway CA, O=Acme",
    };
    let name = host.as_str().split_once('.').map_or("", |(_, rest)| rest);
    TlsFact {
        outcome: TlsOutcome::Done,
        trust: Some(trust),
        faults,
        chain: vec![ServedCertificate {
            subject: format!("CN=*.{name}").into(),
            issuer: issuer.into(),
            not_before: Timestamp::from_unix(now().unix() - 30 * 86_400),
            not_after: Timestamp::from_unix(now().unix() + 160 * 86_400),
            names: vec![format!("*.{name}").into()],
            sha256: "ab".repeat(32),
            revocation: Vec::new(),
            issuer_urls: Vec::new(),
        }],
        version: Some("TLSv1_3".into()),
        cipher: Some("TLS13_AES_128_GCM_SHA256".into()),
        group: Some("X25519".into()),
        alpn: Some("h2".into()),
        unacknowledged: None,
        attempts: vec![attempt(Ending::Done)],
    }
}

/// A handshake that did not finish; no chain was served.
pub fn tls_broken(outcome: TlsOutcome) -> TlsFact {
    TlsFact {
        attempts: vec![attempt(outcome.ending())],
        outcome,
        trust: None,
        faults: Vec::new(),
        chain: Vec::new(),
        version: None,
        cipher: None,
        group: None,
        alpn: None,
        unacknowledged: None,
    }
}

/// Ends every handshake with an endpoint so, with what follows from it.
#[must_use]
pub fn cut(mut facts: Facts, endpoint: &Endpoint, outcome: &TlsOutcome) -> Facts {
    for address in addresses_of(&endpoint.host) {
        let key = FactKey::tls(endpoint, address);
        facts = with_fact(facts, key.clone(), tls_broken(outcome.clone()));
        facts = blocked_behind(facts, &key);
    }
    facts
}

/// Lets every handshake with an endpoint stall, with so many bytes that were never acknowledged.
#[must_use]
pub fn stalled(mut facts: Facts, endpoint: &Endpoint, unacknowledged: Option<u32>) -> Facts {
    let waited = took(5000);
    facts = cut(facts, endpoint, &TlsOutcome::TimedOut { waited });
    for address in addresses_of(&endpoint.host) {
        let mut fact = tls_broken(TlsOutcome::TimedOut { waited });
        fact.unacknowledged = unacknowledged;
        facts = with_fact(facts, FactKey::tls(endpoint, address), fact);
    }
    facts
}

/// What another ClientHello met at every address of an endpoint.
#[must_use]
pub fn hello(
    mut facts: Facts,
    endpoint: &Endpoint,
    variant: HelloVariant,
    outcome: &HelloOutcome,
) -> Facts {
    for address in addresses_of(&endpoint.host) {
        let fact = HelloFact {
            outcome: outcome.clone(),
            size: 1780,
            unacknowledged: None,
            other_write_acknowledged: None,
            attempts: vec![attempt(outcome.ending())],
        };
        facts = with_fact(facts, FactKey::hello(endpoint, address, variant), fact);
    }
    facts
}

/// The same with so many bytes that were never acknowledged.
#[must_use]
pub fn hello_unacknowledged(
    mut facts: Facts,
    endpoint: &Endpoint,
    variant: HelloVariant,
    unacknowledged: Option<u32>,
) -> Facts {
    for address in addresses_of(&endpoint.host) {
        let key = FactKey::hello(endpoint, address, variant);
        if let Ok(fact) = facts.hello(&key).cloned() {
            let fact = HelloFact {
                unacknowledged,
                ..fact
            };
            facts = with_fact(facts, key, fact);
        }
    }
    facts
}

/// An alert, which proves that the ClientHello arrived.
pub fn hello_answered() -> HelloOutcome {
    HelloOutcome::Answered {
        version: None,
        alert: Some("ProtocolVersion".into()),
    }
}

/// Lets the chains of an endpoint name `crl.ca.example` for their revocation, which accepts connections or does not.
#[must_use]
pub fn revocable(mut facts: Facts, endpoint: &Endpoint, open: bool) -> Facts {
    for address in addresses_of(&endpoint.host) {
        let mut fact = tls(&endpoint.host, Trust::Amazon, Vec::new());
        fact.chain[0].revocation = vec!["http://crl.ca.example/ca.crl".into()];
        facts = with_fact(facts, FactKey::tls(endpoint, address), fact);
    }
    let address = IpAddr::from([192, 0, 2, 80]);
    let (accepting, silent) = if open {
        (vec![address], Vec::new())
    } else {
        (Vec::new(), vec![address])
    };
    let key = FactKey::reach(Endpoint {
        host: Host::of("crl.ca.example"),
        port: 80,
    });
    let fact = ReachFact {
        open: accepting,
        shut: silent,
    };
    with_fact(facts, key, fact)
}
