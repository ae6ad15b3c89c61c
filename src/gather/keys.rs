//! Ranges of keys: what is wanted of one host or endpoint, found without walking through everything.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{FactKey, HelloVariant};

/// The first address in the order of keys.
const FIRST: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

fn from<'a>(
    wanted: &'a BTreeSet<FactKey>,
    first: FactKey,
    is_one: impl Fn(&FactKey) -> bool + 'a,
) -> impl Iterator<Item = &'a FactKey> {
    wanted.range(first..).take_while(move |key| is_one(key))
}

/// The keys of the same kind and endpoint, from the first on.
fn of_endpoint(wanted: &BTreeSet<FactKey>, first: FactKey) -> impl Iterator<Item = &FactKey> {
    wanted.range(first.clone()..).take_while(move |key| {
        std::mem::discriminant(*key) == std::mem::discriminant(&first)
            && endpoint_of(key) == endpoint_of(&first)
    })
}

fn endpoint_of(key: &FactKey) -> Option<&Endpoint> {
    match key {
        FactKey::Hello { endpoint, .. }
        | FactKey::Path { endpoint, .. }
        | FactKey::Tcp { endpoint, .. }
        | FactKey::Tls { endpoint, .. }
        | FactKey::Tunnel { endpoint, .. } => Some(endpoint),
        _ => None,
    }
}

fn lowest(host: &str) -> Endpoint {
    Endpoint {
        host: Host::of(host),
        port: 0,
    }
}

/// All connections.
pub(super) fn connections(wanted: &BTreeSet<FactKey>) -> impl Iterator<Item = &FactKey> {
    let first = FactKey::connection(lowest(""));
    from(wanted, first, |key| {
        matches!(key, FactKey::Connection { .. })
    })
}

/// The connections to endpoints of a host.
pub(super) fn connections_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    host: &'a Host,
) -> impl Iterator<Item = &'a FactKey> {
    let first = FactKey::connection(lowest(host.as_str()));
    from(
        wanted,
        first,
        move |key| matches!(key, FactKey::Connection { endpoint, .. } if endpoint.host == *host),
    )
}

/// The endpoints of a host that are only to be reached.
pub(super) fn reaches_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    host: &'a Host,
) -> impl Iterator<Item = &'a FactKey> {
    let first = FactKey::Reach {
        endpoint: lowest(host.as_str()),
    };
    from(
        wanted,
        first,
        move |key| matches!(key, FactKey::Reach { endpoint } if endpoint.host == *host),
    )
}

/// The questions to nameservers about a host.
pub(super) fn questions_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    host: &'a Host,
) -> impl Iterator<Item = &'a FactKey> {
    let first = FactKey::Dns {
        host: host.clone(),
        nameserver: SocketAddr::new(FIRST, 0),
    };
    from(
        wanted,
        first,
        move |key| matches!(key, FactKey::Dns { host: of, .. } if of == host),
    )
}

/// The direct TCP connections to an endpoint.
pub(super) fn tcp_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    endpoint: &Endpoint,
) -> impl Iterator<Item = &'a FactKey> {
    let first = FactKey::Tcp {
        endpoint: endpoint.clone(),
        address: FIRST,
        route: Route::Direct,
    };
    of_endpoint(wanted, first)
}

/// The paths to an endpoint that are looked at.
pub(super) fn paths_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    endpoint: &Endpoint,
) -> impl Iterator<Item = &'a FactKey> {
    let first = FactKey::Path {
        endpoint: endpoint.clone(),
        address: FIRST,
    };
    of_endpoint(wanted, first)
}

/// All paths that are looked at.
pub(super) fn paths(wanted: &BTreeSet<FactKey>) -> impl Iterator<Item = &FactKey> {
    let first = FactKey::Path {
        endpoint: lowest(""),
        address: FIRST,
    };
    from(wanted, first, |key| matches!(key, FactKey::Path { .. }))
}

/// The handshakes with an endpoint over a route.
pub(super) fn tls_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    endpoint: &'a Endpoint,
    route: &'a Route,
) -> impl Iterator<Item = &'a FactKey> {
    let first = FactKey::Tls {
        endpoint: endpoint.clone(),
        address: FIRST,
        route: Route::Direct,
    };
    of_endpoint(wanted, first)
        .filter(move |key| matches!(key, FactKey::Tls { route: of, .. } if of == route))
}

/// The other ClientHellos to an endpoint.
pub(super) fn hellos_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    endpoint: &Endpoint,
) -> impl Iterator<Item = &'a FactKey> {
    let first = FactKey::Hello {
        endpoint: endpoint.clone(),
        address: FIRST,
        route: Route::Direct,
        variant: HelloVariant::Large,
    };
    of_endpoint(wanted, first)
}

/// The tunnels to an endpoint over a route.
pub(super) fn tunnels_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    endpoint: &'a Endpoint,
    route: &'a Route,
) -> impl Iterator<Item = &'a FactKey> {
    let first = FactKey::Tunnel {
        endpoint: endpoint.clone(),
        address: FIRST,
        route: Route::Direct,
    };
    of_endpoint(wanted, first)
        .filter(move |key| matches!(key, FactKey::Tunnel { route: of, .. } if of == route))
}
