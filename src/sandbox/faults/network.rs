//! Faults on the way: names and connections.

use super::{Fault, one};
use crate::sandbox::dns::NameAnswer;
use crate::sandbox::door::{Door, Second};

/// Waits that are long for the loopback interface and short for a person.
pub(super) const SHORT: [&str; 4] = ["--connect-timeout", "1s", "--timeout", "3s"];

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
        &["name-does-not-resolve"],
        "The nameserver fails (SERVFAIL).",
        |s| {
            s.name_answers(&["login", "api"], &NameAnswer::ServFail);
        },
    ),
    one(
        "dns",
        "dns-refused",
        &["name-does-not-resolve"],
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
