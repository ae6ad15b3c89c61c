//! Ranges of keys: what is wanted of one host or endpoint, found without walking through everything.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;

use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{FactKey, Whose};

fn lowest(host: &str) -> Endpoint {
    Endpoint {
        host: Host::of(host),
        port: 0,
    }
}

/// The connections from the first one to an endpoint on, in order of the key.
fn connections_from(
    wanted: &BTreeSet<FactKey>,
    first: Endpoint,
) -> impl Iterator<Item = (&Endpoint, &Route)> {
    let keys = wanted.range(FactKey::connection(first)..);
    keys.map_while(|key| {
        if let FactKey::Connection { endpoint, route } = key {
            Some((endpoint, route))
        } else {
            None
        }
    })
}

/// All connections.
pub(super) fn connections(wanted: &BTreeSet<FactKey>) -> impl Iterator<Item = (&Endpoint, &Route)> {
    connections_from(wanted, lowest(""))
}

/// The connections to endpoints of a host.
pub(super) fn connections_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    host: &Host,
) -> impl Iterator<Item = (&'a Endpoint, &'a Route)> {
    connections_from(wanted, lowest(host.as_str()))
        .take_while(move |(endpoint, _)| endpoint.host == *host)
}

/// The endpoints of a host that are only to be reached.
pub(super) fn reaches_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    host: &Host,
) -> impl Iterator<Item = &'a Endpoint> {
    let keys = wanted.range(FactKey::reach(lowest(host.as_str()))..);
    keys.map_while(move |key| {
        if let FactKey::Reach { endpoint } = key {
            (endpoint.host == *host).then_some(endpoint)
        } else {
            None
        }
    })
}

/// The questions to nameservers about a host.
pub(super) fn questions_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    host: &Host,
) -> impl Iterator<Item = &'a FactKey> {
    wanted.range(FactKey::of_any_nameserver(host))
}

/// The keys of a kind at every address over a route, each with its address.
fn at_addresses<'a>(
    wanted: &'a BTreeSet<FactKey>,
    route: &Route,
    keys: RangeInclusive<FactKey>,
) -> impl Iterator<Item = (IpAddr, &'a FactKey)> {
    wanted.range(keys).filter_map(move |key| {
        if let Whose::Address(_, address, over) = key.whose()
            && over == route
        {
            Some((address, key))
        } else {
            None
        }
    })
}

/// The direct TCP connections to an endpoint.
pub(super) fn tcp_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    endpoint: &Endpoint,
) -> impl Iterator<Item = (IpAddr, &'a FactKey)> {
    let keys = FactKey::at_any_address(|address| FactKey::tcp(endpoint, address));
    at_addresses(wanted, &Route::Direct, keys)
}

/// The addresses to which a path is looked at.
pub(super) fn paths(wanted: &BTreeSet<FactKey>) -> impl Iterator<Item = IpAddr> {
    let first = FactKey::path(lowest(""), Ipv4Addr::UNSPECIFIED);
    wanted.range(first..).map_while(address_of_path)
}

fn address_of_path(key: &FactKey) -> Option<IpAddr> {
    if let FactKey::Path { address, .. } = key {
        Some(*address)
    } else {
        None
    }
}

/// The handshakes with an endpoint over a route.
pub(super) fn tls_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    endpoint: &Endpoint,
    route: &Route,
) -> impl Iterator<Item = (IpAddr, &'a FactKey)> {
    let keys = FactKey::at_any_address(|address| FactKey::tls(endpoint, address).by(route));
    at_addresses(wanted, route, keys)
}

/// The tunnels to an endpoint over a route.
pub(super) fn tunnels_of<'a>(
    wanted: &'a BTreeSet<FactKey>,
    endpoint: &Endpoint,
    route: &Route,
) -> impl Iterator<Item = (IpAddr, &'a FactKey)> {
    let keys = FactKey::at_any_address(|address| FactKey::tunnel(endpoint, address).by(route));
    at_addresses(wanted, route, keys)
}
