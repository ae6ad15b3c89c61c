//! What a set of wanted facts brings with it, before and while gathering.

use std::collections::BTreeSet;
use std::net::IpAddr;

use hybridcheck_core::check::service_clients;
use hybridcheck_core::endpoint::{Endpoint, Host, Route, Routes};
use hybridcheck_core::facts::{
    AddressSource, Answer, ClientRef, Effect, Fact, FactKey, Facts, HelloVariant, TcpFact,
    TcpOutcome, TlsFact, TlsOutcome,
};
use hybridcheck_core::object::HybridObject;

use super::keys;
use crate::config::Settings;

/// The wanted facts and everything they stand on. What is read from the organisation brings the tokens it may be read with.
pub fn closure(
    wanted: BTreeSet<FactKey>,
    objects: &[HybridObject],
    routes: &Routes,
    has_tool_client: bool,
) -> BTreeSet<FactKey> {
    let mut all = BTreeSet::new();
    let mut open: Vec<FactKey> = wanted.into_iter().collect();
    while let Some(key) = open.pop() {
        if matches!(key, FactKey::Option { .. }) {
            continue;
        }
        if all.contains(&key) {
            continue;
        }
        open.extend(key.stands_on(objects, routes));
        open.extend(key.beside(routes));
        open.extend(tokens(&key, objects, has_tool_client));
        all.insert(key);
    }
    all
}

/// The wanted facts over the routes of the run, and those routes. Where connections are wanted, so are the controls given for comparison.
pub fn routed(
    wanted: BTreeSet<FactKey>,
    objects: &[HybridObject],
    settings: &Settings,
) -> (BTreeSet<FactKey>, Routes) {
    let routes = settings.routes(&wanted, objects);
    let mut wanted: BTreeSet<FactKey> = wanted.into_iter().map(|key| key.over(&routes)).collect();
    if keys::connections(&wanted).next().is_some() {
        let controls = settings.controls.iter().cloned();
        wanted.extend(controls.map(|endpoint| FactKey::Reach { endpoint }));
    }
    (wanted, routes)
}

fn tokens(key: &FactKey, objects: &[HybridObject], has_tool_client: bool) -> Vec<FactKey> {
    let Some(object) = key.of_organization() else {
        return Vec::new();
    };
    let services = objects
        .get(usize::from(object.0))
        .map(service_clients)
        .unwrap_or_default();
    let tool = has_tool_client.then_some(ClientRef::Tool { object });
    let clients = tool.into_iter().chain(services);
    clients.map(|client| FactKey::Token { client }).collect()
}

/// The facts in an order in which each comes after what it stands on, with their effects: what `plan` prints.
pub fn planned(
    wanted: BTreeSet<FactKey>,
    objects: &[HybridObject],
    routes: &Routes,
    has_tool_client: bool,
) -> Vec<(FactKey, Effect)> {
    let mut open = closure(wanted, objects, routes, has_tool_client);
    let mut ordered: Vec<(FactKey, Effect)> = Vec::new();
    while !open.is_empty() {
        let free: Vec<FactKey> = open
            .iter()
            .filter(|key| {
                let mut base = key.stands_on(objects, routes);
                base.extend(tokens(key, objects, has_tool_client));
                base.iter().all(|base| !open.contains(base))
            })
            .cloned()
            .collect();
        if free.is_empty() {
            break;
        }
        for key in free {
            open.remove(&key);
            let effect = key.effect();
            ordered.push((key, effect));
        }
    }
    ordered
}

/// The most paths that are looked at in a run: each takes dozens of sockets, and a few name the device as well as hundreds.
const MOST_PATHS: usize = 8;

/// The facts that a finished one asks for: one DNS answer per nameserver, one TCP fact per address, one TLS fact per connection,
/// and a look at the path where a connection failed.
pub(super) fn follow_ups(
    key: &FactKey,
    answer: &Answer<Fact>,
    wanted: &BTreeSet<FactKey>,
    facts: &Facts,
    settings: &Settings,
) -> Vec<FactKey> {
    match (key, answer) {
        (FactKey::Resolver, Ok(Fact::Resolver(resolver))) => {
            let hosts = wanted.iter().filter_map(|key| match key {
                FactKey::Addresses { host } => Some(host),
                _ => None,
            });
            hosts
                .flat_map(|host| questions(host, &resolver.nameservers, wanted, settings))
                .collect()
        }
        (FactKey::Addresses { host }, Ok(Fact::Addresses(found))) => endpoints(wanted, host)
            .into_iter()
            .flat_map(|endpoint| {
                found
                    .addresses
                    .iter()
                    .filter(|address| settings.family.admits(**address))
                    .map(move |address| FactKey::Tcp {
                        endpoint: endpoint.clone(),
                        address: *address,
                        route: Route::Direct,
                    })
            })
            .collect(),
        (
            FactKey::Tcp {
                endpoint, address, ..
            },
            Ok(Fact::Tcp(tcp)),
        ) => {
            let path = is_path_wanted(endpoint, tcp, wanted, facts).then(|| FactKey::Path {
                endpoint: endpoint.clone(),
                address: *address,
            });
            let connection = FactKey::connection(endpoint.clone());
            let direct = wanted.contains(&connection).then(|| FactKey::Tls {
                endpoint: endpoint.clone(),
                address: *address,
                route: Route::Direct,
            });
            let through = through(endpoint, wanted).map(|to| FactKey::Tunnel {
                endpoint: to.clone(),
                address: *address,
                route: Route::Proxy(endpoint.clone()),
            });
            direct.into_iter().chain(through).chain(path).collect()
        }
        (
            FactKey::Tunnel {
                endpoint,
                address,
                route,
            },
            Ok(_),
        ) => vec![FactKey::Tls {
            endpoint: endpoint.clone(),
            address: *address,
            route: route.clone(),
        }],
        (
            FactKey::Tls {
                endpoint,
                address,
                route: Route::Direct,
            },
            Ok(Fact::Tls(tls)),
        ) => after_handshake(endpoint, *address, tls, wanted),
        _ => Vec::new(),
    }
}

/// What a direct handshake asks for: after the first trusted one of an endpoint, whether a large ClientHello passes too and whether
/// the revocation hosts of its chain are reachable; after one that was cut, what another ClientHello meets at the same address.
fn after_handshake(
    endpoint: &Endpoint,
    address: IpAddr,
    tls: &TlsFact,
    wanted: &BTreeSet<FactKey>,
) -> Vec<FactKey> {
    let hello = |variant| FactKey::Hello {
        endpoint: endpoint.clone(),
        address,
        route: Route::Direct,
        variant,
    };
    let is_large = |key: &FactKey| {
        matches!(
            key,
            FactKey::Hello {
                variant: HelloVariant::Large,
                ..
            }
        )
    };
    match &tls.outcome {
        TlsOutcome::Done if tls.is_trusted() => {
            if keys::hellos_of(wanted, endpoint).any(is_large) {
                return Vec::new();
            }
            let hosts = tls.revocation_endpoints().into_iter();
            hosts
                .map(|endpoint| FactKey::Reach { endpoint })
                .chain([hello(HelloVariant::Large)])
                .collect()
        }
        TlsOutcome::Reset | TlsOutcome::Closed => vec![hello(HelloVariant::NeutralName)],
        TlsOutcome::TimedOut { .. } => vec![
            hello(HelloVariant::NeutralName),
            // Its answer is a small alert: it passes where large packets do not.
            hello(HelloVariant::Legacy),
        ],
        TlsOutcome::Alert { alert }
            if ["ProtocolVersion", "HandshakeFailure"].contains(&alert.as_str()) =>
        {
            vec![hello(HelloVariant::Legacy)]
        }
        _ => Vec::new(),
    }
}

/// A path is looked at once for each family and kind of failure of an endpoint that carries requests, as long as packets left this host
/// and no device has named itself: routers limit their messages, and those that a search takes are missing elsewhere.
fn is_path_wanted(
    endpoint: &Endpoint,
    tcp: &TcpFact,
    wanted: &BTreeSet<FactKey>,
    facts: &Facts,
) -> bool {
    let carries_requests = keys::connections(wanted).any(|key| {
        matches!(key, FactKey::Connection { endpoint: to, route: Route::Direct }
            | FactKey::Connection { route: Route::Proxy(to), .. } if to == endpoint)
    });
    let is_known = || {
        keys::paths_of(wanted, endpoint).any(|key| match key {
            FactKey::Path { address, .. } => {
                facts.tcp(&tcp_key(endpoint, *address)).is_ok_and(|other| {
                    address.is_ipv6() == tcp.remote.is_ipv6()
                        && other.outcome.ending() == tcp.outcome.ending()
                })
            }
            _ => false,
        })
    };
    tcp.outcome != TcpOutcome::Connected
        && tcp.has_left()
        && tcp.foreign_notice().is_none()
        && carries_requests
        && keys::paths(wanted).count() < MOST_PATHS
        && !is_known()
}

/// The key of a direct connection to an address.
pub(super) fn tcp_key(endpoint: &Endpoint, address: IpAddr) -> FactKey {
    FactKey::Tcp {
        endpoint: endpoint.clone(),
        address,
        route: Route::Direct,
    }
}

/// Whether a host's addresses come from DNS: it is no literal, and no flag gives the addresses of all its endpoints.
pub(super) fn asks_dns(host: &Host, wanted: &BTreeSet<FactKey>, settings: &Settings) -> bool {
    given(host, wanted, settings).is_none()
}

/// Addresses that need no look-up.
pub(super) fn given(
    host: &Host,
    wanted: &BTreeSet<FactKey>,
    settings: &Settings,
) -> Option<(AddressSource, Vec<IpAddr>)> {
    if let Some(address) = host.literal() {
        return Some((AddressSource::Literal, vec![address]));
    }
    for endpoint in endpoints(wanted, host) {
        if let Some(addresses) = settings.given_addresses(&endpoint) {
            return Some((AddressSource::Resolve, addresses.to_vec()));
        }
        let target = settings.target(&endpoint);
        if target.host != *host
            && let Some(address) = target.host.literal()
        {
            return Some((AddressSource::ConnectTo, vec![address]));
        }
    }
    None
}

/// One question per nameserver about a host, when its addresses come from DNS.
pub(super) fn questions(
    host: &Host,
    nameservers: &[std::net::SocketAddr],
    wanted: &BTreeSet<FactKey>,
    settings: &Settings,
) -> Vec<FactKey> {
    if !asks_dns(host, wanted, settings) {
        return Vec::new();
    }
    let nameservers = nameservers.iter();
    nameservers
        .map(|nameserver| FactKey::Dns {
            host: host.clone(),
            nameserver: *nameserver,
        })
        .collect()
}

/// The endpoints of a host to which TCP connections are wanted: for themselves, to be reached, or as a proxy.
pub(super) fn endpoints(wanted: &BTreeSet<FactKey>, host: &Host) -> Vec<Endpoint> {
    let mut all: BTreeSet<Endpoint> = BTreeSet::new();
    for key in keys::connections_of(wanted, host).chain(keys::reaches_of(wanted, host)) {
        if let FactKey::Connection {
            endpoint,
            route: Route::Direct,
        }
        | FactKey::Reach { endpoint } = key
        {
            all.insert(endpoint.clone());
        }
    }
    for key in keys::connections(wanted) {
        if let FactKey::Connection {
            route: Route::Proxy(proxy),
            ..
        } = key
            && proxy.host == *host
        {
            all.insert(proxy.clone());
        }
    }
    all.into_iter().collect()
}

/// The endpoints that are reached through a proxy.
fn through<'a>(
    proxy: &'a Endpoint,
    wanted: &'a BTreeSet<FactKey>,
) -> impl Iterator<Item = &'a Endpoint> {
    keys::connections(wanted).filter_map(move |key| match key {
        FactKey::Connection {
            endpoint,
            route: Route::Proxy(of),
        } if of == proxy => Some(endpoint),
        _ => None,
    })
}
