//! Faults on the way: names, connections, TLS, and who answers.

use super::{Fault, fine, one};
use crate::sandbox::dns::NameAnswer;
use crate::sandbox::door::{Door, SECOND_ADDRESS};
use crate::sandbox::gateway::Answers;
use crate::sandbox::setup::OTHER_REGION;
use crate::sandbox::tls::{Leaf, Offer};

/// Waits that are long for the loopback interface and short for a person.
const SHORT: [&str; 4] = ["--connect-timeout", "1s", "--timeout", "3s"];

/// An address of this host at which no host of the sandbox listens.
const NOBODY: std::net::Ipv4Addr = std::net::Ipv4Addr::new(127, 0, 0, 66);

pub(super) const FAULTS: &[Fault] = &[
    one(
        "dns",
        "nxdomain",
        &["name-does-not-resolve"],
        "The nameserver says that the API host does not exist.",
        |s| {
            s.name_answers(&["api"], &NameAnswer::NxDomain);
        },
    ),
    one(
        "dns",
        "servfail",
        &["nameserver-refuses"],
        "The nameserver fails (SERVFAIL).",
        |s| {
            s.name_answers(&["login", "api"], &NameAnswer::ServFail);
        },
    ),
    one(
        "dns",
        "dns-refused",
        &["nameserver-refuses"],
        "The nameserver refuses to answer (REFUSED).",
        |s| {
            s.name_answers(&["login", "api"], &NameAnswer::Refused);
        },
    ),
    one(
        "dns",
        "dns-silent",
        &["name-does-not-resolve"],
        "The nameserver never answers.",
        |s| {
            s.name_answers(&["login", "api"], &NameAnswer::Silence);
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "dns",
        "dns-sinkhole",
        &["name-sinkholed"],
        "A DNS filter answers for both hosts with its sinkhole.",
        |s| {
            let sinkhole = NameAnswer::Alias("sinkhole.paloaltonetworks.com.", NOBODY);
            s.name_answers(&["login", "api"], &sinkhole);
        },
    ),
    one(
        "dns",
        "dns-truncated",
        &["dns-truncation"],
        "The nameserver cuts its answer about the API host, and says nothing over TCP.",
        |s| {
            s.name_answers(&["api"], &NameAnswer::Cut);
            s.arguments.extend(SHORT);
        },
    ),
    fine(
        "dns-over-tcp",
        "The nameserver cuts its answers, and gives them over TCP.",
        |s| {
            let long = NameAnswer::Long(vec![std::net::Ipv4Addr::LOCALHOST]);
            s.name_answers(&["login", "api"], &long);
        },
    ),
    one(
        "dns",
        "nameservers-disagree",
        &["nameservers-disagree"],
        "A second nameserver says that no host of Genesys Cloud exists.",
        |s| {
            s.second_zone = Some(s.zone.all(&NameAnswer::NxDomain));
        },
    ),
    one(
        "dns",
        "nameserver-dead",
        &["nameserver-silent"],
        "A second nameserver never answers.",
        |s| {
            s.second_zone = Some(s.zone.all(&NameAnswer::Silence));
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "tcp",
        "tcp-refused",
        &["tcp-refused"],
        "The API host refuses connections.",
        |s| {
            s.api.door = Door::Refuses;
        },
    ),
    one(
        "tcp",
        "tcp-black-hole",
        &["tcp-blocked"],
        "Connections to the API host are dropped without an answer.",
        |s| {
            s.api.door = Door::BlackHole;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "tcp",
        "one-address-refused",
        &["address-partly-unreachable"],
        "One of the API host's two addresses refuses connections.",
        |s| {
            s.api.second_address = true;
            let addresses = vec![std::net::Ipv4Addr::LOCALHOST, SECOND_ADDRESS];
            s.name_answers(&["api"], &NameAnswer::Addresses(addresses));
        },
    ),
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
        &["tls-interrupted"],
        "The API host answers the handshake in plain HTTP.",
        |s| {
            s.api.door = Door::NotTls;
        },
    ),
    one(
        "tls",
        "tls-silent",
        &["tls-interrupted"],
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
        "http",
        "block-page",
        &["not-the-genuine-service"],
        "A web filter answers for the API host with its block page.",
        |s| {
            s.api.answers = Answers::BlockPage;
        },
    ),
    one(
        "http",
        "captive-portal",
        &["not-the-genuine-service"],
        "A captive portal redirects every request to its login page.",
        |s| {
            s.login.answers = Answers::Portal;
            s.api.answers = Answers::Portal;
        },
    ),
    one(
        "http",
        "other-region-answers",
        &["region-mismatch"],
        "The auth host of Frankfurt is answered by Dublin.",
        |s| {
            s.login.region = OTHER_REGION;
        },
    ),
    one(
        "http",
        "http-stall",
        &["answer-never-completes"],
        "The API host takes requests and never answers them.",
        |s| {
            s.api.answers = Answers::Stall;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "http",
        "server-error",
        &["service-error"],
        "The API answers 503 to everything.",
        |s| {
            s.api.answers = Answers::Unavailable;
        },
    ),
    one(
        "http",
        "clock-skew",
        &["clock-skew"],
        "The service's clock is 90 seconds ahead of this host's.",
        |s| {
            s.login.skew = 90;
            s.api.skew = 90;
        },
    ),
    one(
        "http",
        "endless-headers",
        &["answer-never-completes"],
        "The API host answers with headers that never end.",
        |s| {
            s.api.answers = Answers::EndlessHeaders;
            s.api.offer = Offer::Http1;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "http",
        "huge-body",
        &["not-the-genuine-service"],
        "The auth host answers with gigabytes.",
        |s| {
            s.login.answers = Answers::HugeBody;
            s.arguments.extend(SHORT);
        },
    ),
    one(
        "http",
        "drip",
        &["answer-never-completes"],
        "The API host answers one byte a second.",
        |s| {
            s.api.answers = Answers::Drip;
            s.arguments.extend(SHORT);
        },
    ),
];
