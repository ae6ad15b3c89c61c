//! Names, addresses and connections.

use std::net::{IpAddr, SocketAddr};

use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{
    Attempt, DnsAnswer, DnsFact, DnsOutcome, Ending, FactKey, HostsEntry, HostsFileFact,
    RoutingFact, SystemLookupFact, SystemOutcome, TcpFact, TcpOutcome,
};

use super::{now, took};

/// The one nameserver of the healthy host.
pub const NAMESERVER: &str = "10.0.0.53:53";

/// The address the healthy host sends from.
pub const LOCAL: &str = "10.0.0.5:51000";

/// The nameserver of the healthy host.
pub fn nameserver() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 53], 53))
}

/// The two addresses that a canned host has; different for every host.
pub fn addresses_of(host: &Host) -> Vec<IpAddr> {
    let last = if host.as_str().starts_with("login.") {
        10
    } else {
        20
    };
    vec![
        IpAddr::from([192, 0, 2, last]),
        IpAddr::from([192, 0, 2, last + 1]),
    ]
}

/// Key of one nameserver's answers for a host.
pub fn dns_key(host: &Host) -> FactKey {
    FactKey::dns(host, nameserver())
}

/// A route through the proxy of a canned network.
pub fn through_proxy() -> RoutingFact {
    let proxy = Endpoint {
        host: Host::of("proxy.acme.example"),
        port: 3128,
    };
    RoutingFact {
        route: Route::Proxy(proxy),
        why: "--proxy".into(),
        others: Vec::new(),
        oddities: Vec::new(),
        readings: Vec::new(),
        conflicts: Vec::new(),
        unspoken: None,
    }
}

/// A hosts file with these entries for a host, from line 7 on.
pub fn hosts_file(addresses: &[IpAddr]) -> HostsFileFact {
    let entries = (7..).zip(addresses);
    HostsFileFact {
        path: "/etc/hosts".into(),
        problem: None,
        entries: entries
            .map(|(line, address)| HostsEntry {
                line,
                address: *address,
            })
            .collect(),
        oddities: Vec::new(),
    }
}

/// What the system's own look-up answers.
pub fn system_lookup(outcome: SystemOutcome) -> SystemLookupFact {
    SystemLookupFact {
        outcome,
        took: took(2),
    }
}

/// One try at [`now`], with this ending.
pub fn attempt(outcome: Ending) -> Attempt {
    Attempt {
        started: now(),
        took: took(20),
        local: LOCAL.parse().ok(),
        outcome,
    }
}

/// An answer to one DNS question, at the first try.
pub fn dns_answer(outcome: DnsOutcome) -> DnsAnswer {
    let attempts = vec![attempt(outcome.ending())];
    DnsAnswer {
        outcome,
        truncated: false,
        attempts,
    }
}

/// The same answer to both questions.
pub fn dns(outcome: &DnsOutcome) -> DnsFact {
    DnsFact {
        a: dns_answer(outcome.clone()),
        aaaa: dns_answer(outcome.clone()),
    }
}

/// IPv4 addresses, and no IPv6.
pub fn dns_addresses(addresses: Vec<IpAddr>) -> DnsFact {
    DnsFact {
        a: dns_answer(DnsOutcome::Addresses {
            addresses,
            cnames: Vec::new(),
            ttl: 60,
        }),
        aaaa: dns_answer(DnsOutcome::NoData),
    }
}

/// A TCP connection with one try, which waited as long as the outcome says.
pub fn tcp(address: IpAddr, port: u16, outcome: TcpOutcome) -> TcpFact {
    let mut only = attempt(outcome.ending());
    if let TcpOutcome::TimedOut { waited } = &outcome {
        only.took = *waited;
    }
    TcpFact {
        notices: Vec::new(),
        dropped_here: None,
        remote: SocketAddr::new(address, port),
        attempts: vec![only],
        outcome,
    }
}
