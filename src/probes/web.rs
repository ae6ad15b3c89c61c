//! What a host answers to a plain request: for hosts of which nothing more is known than their name.

use std::time::Duration;

use bytes::Bytes;
use hybridcheck_core::facts::HttpFact;

use super::link::{Ask, Link};

/// Asks for `/` on a verified connection, without any credential.
pub async fn read(link: &Link, phase: Duration) -> HttpFact {
    let ask = Ask {
        method: hyper::Method::GET,
        path: "/",
        accept: "*/*",
        headers: Vec::new(),
        body: Bytes::new(),
    };
    link.ask(ask, phase).await.fact
}
