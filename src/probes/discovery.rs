//! The discovery document: what the genuine auth host answers without a login (RFC 8414).

use std::time::Duration;

use bytes::Bytes;
use hybridcheck_core::facts::{DiscoveryDocument, DiscoveryFact};
use hybridcheck_core::outside::Outside;

use super::link::{Ask, Link};

/// Reads the document.
pub async fn read(link: &Link, phase: Duration) -> DiscoveryFact {
    let ask = Ask {
        method: hyper::Method::GET,
        path: "/.well-known/oauth-authorization-server",
        accept: "application/json",
        headers: Vec::new(),
        body: Bytes::new(),
    };
    let exchange = link.ask(ask, phase).await;
    let is_ok = exchange
        .fact
        .outcome
        .answer()
        .is_some_and(|answer| answer.status == 200 && !answer.truncated);
    let document = is_ok.then(|| parse(&exchange.body)).flatten();
    DiscoveryFact {
        http: exchange.fact,
        document,
    }
}

pub(super) fn parse(body: &[u8]) -> Option<DiscoveryDocument> {
    let mut document: DiscoveryDocument = serde_json::from_slice(body).ok()?;
    document.issuer = Outside::kept(document.issuer.raw(), 300);
    document.token_endpoint = document
        .token_endpoint
        .map(|text| Outside::kept(text.raw(), 300));
    document.grant_types_supported.truncate(20);
    for grant in &mut document.grant_types_supported {
        *grant = Outside::kept(grant.raw(), 100);
    }
    Some(document)
}
