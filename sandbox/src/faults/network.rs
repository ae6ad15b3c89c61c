//! Faults on the way: names and connections.

use super::{Fault, fine, one};
use crate::dns::NameAnswer;
use crate::door::{Door, Second};

/// Waits that are long for the loopback interface and short for a person.
pub(super) const SHORT: [&str; 4] = ["--connect-timeout", "1s", "--timeout", "3s"];

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
            s.second(Second::Refuses);
        },
    ),
];
