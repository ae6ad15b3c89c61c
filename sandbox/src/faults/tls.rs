//! Faults of TLS: who cuts it, what is served, and by which of several addresses.

use super::network::SHORT;
use super::{Fault, fine, one};
use crate::door::{Door, Second};
use crate::tls::Leaf;

pub(super) const FAULTS: &[Fault] = &[
    one(
        "tls",
        "tls-unknown-ca",
        &["tls-not-trusted"],
        "A device re-signs the certificates with an authority that is not trusted.",
        |s| {
            s.login.leaf = Leaf::Rogue;
            s.api.leaf = Leaf::Rogue;
        },
    ),
    one(
        "tls",
        "tls-expired",
        &["tls-certificate-expired"],
        "The API host's certificate has expired.",
        |s| {
            s.api.leaf = Leaf::Expired;
        },
    ),
    one(
        "tls",
        "tls-wrong-name",
        &["tls-name-mismatch"],
        "The API host shows a certificate for another name.",
        |s| {
            s.api.leaf = Leaf::OtherName;
        },
    ),
    one(
        "tls",
        "tls-not-tls",
        &["not-tls"],
        "The API host answers the handshake in plain HTTP.",
        |s| {
            s.api.door = Door::NotTls;
        },
    ),
    one(
        "tls",
        "tls-silent",
        &["listener-silent"],
        "The API host accepts the connection and never answers the handshake.",
        |s| {
            s.api.door = Door::Silent;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "tls",
        "tls-reset",
        &["tls-interrupted"],
        "The connection to the API host is reset in the handshake.",
        |s| {
            s.api.door = Door::Resets;
        },
    ),
    one(
        "tls",
        "sni-filtered",
        &["sni-filtered"],
        "A filter resets TLS to the API host by its name; other names pass at the same address.",
        |s| {
            s.api.door = Door::ResetsName;
        },
    ),
    one(
        "tls",
        "large-client-hello",
        &["large-client-hello-dropped"],
        "A device never answers a ClientHello that does not fit into one packet.",
        |s| {
            s.api.door = Door::DropsLarge;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "tls",
        "tls-no-intermediate",
        &["tls-chain-incomplete"],
        "The API host serves its certificate without the one of its issuer.",
        |s| {
            s.api.leaf = Leaf::NoIntermediate;
        },
    ),
    one(
        "tls",
        "tls-one-bad-node",
        &["tls-node-differs"],
        "One of the API host's two addresses serves an expired certificate.",
        |s| {
            s.second(Second::Serves(Leaf::Expired));
        },
    ),
    one(
        "tls",
        "revocation-blocked",
        &["revocation-blocked"],
        "The host at which the served certificates' revocation is asked refuses connections.",
        |s| {
            s.revocable(Door::Refuses);
        },
    ),
    fine(
        "revocation-reachable",
        "The served certificates say where their revocation is asked, and that host is reachable.",
        |s| {
            s.revocable(Door::Silent);
        },
    ),
];
