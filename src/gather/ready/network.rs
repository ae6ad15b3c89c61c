//! Readiness of what is asked of the network, up to the verified connections.
#![deny(clippy::wildcard_enum_match_arm)]

use std::net::{IpAddr, SocketAddr};

use futures_util::FutureExt;
use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{
    AddressSource, AddressesFact, ConnectionFact, Fact, FactKey, Gap, HelloVariant, ReachFact,
    TcpOutcome, Trust, TunnelOutcome,
};

use crate::gather::Gathering;
use crate::gather::gate::usable_addresses;
use crate::gather::job::{Job, OverLink, Readiness, alone, blocked, missing};
use crate::gather::keys;
use crate::gather::plan::given;
use crate::probes::trust::carries_secrets;
use crate::probes::{self, api};

/// Why this system itself is not asked about a host: it is no name, or the user said where names or addresses come from.
pub(super) fn unasked(gathering: &Gathering<'_>, host: &Host) -> Option<Gap> {
    let what = if host.literal().is_some() {
        format!("{host} is an address, so nothing looks it up")
    } else {
        let flag = gathering.settings.names_given_by()?;
        format!("{flag} was given, so this host's own hosts file and look-up were not asked")
    };
    Some(Gap::NoMeans { what })
}

/// The hosts file decides, then the first nameserver that names an address; nobody waits for a dead one. Only when no nameserver
/// names an address does the system's own look-up decide: the way that nameservers answer waits for it never.
pub(super) fn addresses(gathering: &Gathering<'_>, host: &Host) -> Readiness {
    let found = |source, addresses, stands_on| {
        let fact = AddressesFact { source, addresses };
        Readiness::Known(Ok(Box::new(fact.into())), stands_on)
    };
    if let Some((source, addresses)) = given(host, &gathering.wanted, gathering.settings) {
        return found(source, addresses, Vec::new());
    }
    let hosts_file = FactKey::hosts_file(host);
    match gathering.facts.hosts_file(&hosts_file) {
        Err(_) if gathering.is_open(&hosts_file) => return Readiness::Wait,
        Ok(fact) if !fact.entries.is_empty() => {
            let mut addresses: Vec<IpAddr> = Vec::new();
            for entry in &fact.entries {
                if !addresses.contains(&entry.address) {
                    addresses.push(entry.address);
                }
            }
            return found(AddressSource::HostsFile, addresses, vec![hosts_file]);
        }
        _ => {}
    }
    match gathering.facts.get(&FactKey::Resolver) {
        Err(_) if gathering.is_open(&FactKey::Resolver) => return Readiness::Wait,
        Err(_) => return blocked(FactKey::Resolver),
        Ok(_) => {}
    }
    let asked: Vec<&FactKey> = keys::questions_of(&gathering.wanted, host).collect();
    for key in &asked {
        if let Ok(answer) = gathering.facts.dns(key) {
            let addresses = answer.addresses();
            if !addresses.is_empty() {
                return found(AddressSource::Dns, addresses, vec![(*key).clone()]);
            }
        }
    }
    if asked.iter().any(|key| gathering.is_open(key)) {
        return Readiness::Wait;
    }
    let look_up = FactKey::system_lookup(host);
    match gathering.facts.system_lookup(&look_up) {
        Err(_) if gathering.is_open(&look_up) => return Readiness::Wait,
        Ok(fact) if !fact.outcome.addresses().is_empty() => {
            let addresses = fact.outcome.addresses().to_vec();
            return found(AddressSource::System, addresses, vec![look_up]);
        }
        _ => {}
    }
    // Whom this host could not ask might have named one.
    let limited = own_limit(gathering, asked.iter().copied().chain([&look_up]));
    let mut stands_on: Vec<FactKey> = asked.into_iter().cloned().collect();
    stands_on.push(FactKey::Resolver);
    match limited {
        Some(gap) => missing(gap, stands_on),
        None => found(AddressSource::Dns, Vec::new(), stands_on),
    }
}

/// The limit of this host for which one of these facts is missing.
fn own_limit<'k>(
    gathering: &Gathering<'_>,
    keys: impl IntoIterator<Item = &'k FactKey>,
) -> Option<Gap> {
    keys.into_iter()
        .filter_map(|key| gathering.facts.get(key).err())
        .find(|gap| matches!(gap, Gap::OwnLimit { .. }))
}

pub(super) fn tls(
    gathering: &Gathering<'_>,
    endpoint: &Endpoint,
    address: IpAddr,
    route: &Route,
) -> Readiness {
    let base = FactKey::socket(endpoint, address, route);
    let remote = match route {
        Route::Direct => match gathering.facts.tcp(&base) {
            Ok(tcp) => (tcp.outcome == TcpOutcome::Connected).then_some(tcp.remote),
            Err(_) if gathering.is_open(&base) => return Readiness::Wait,
            Err(_) => None,
        },
        Route::Proxy(proxy) => match gathering.facts.tunnel(&base) {
            Ok(tunnel) => (tunnel.outcome == TunnelOutcome::Open)
                .then(|| SocketAddr::new(address, gathering.settings.target(proxy).port)),
            Err(_) if gathering.is_open(&base) => return Readiness::Wait,
            Err(_) => None,
        },
    };
    match remote {
        Some(remote) => Readiness::Start(Job::Tls {
            endpoint: endpoint.clone(),
            address,
            route: route.clone(),
            remote,
            base,
        }),
        None => blocked(base),
    }
}

/// Another ClientHello goes straight to the address; through a proxy it would need a tunnel of its own.
pub(super) fn hello(
    gathering: &Gathering<'_>,
    endpoint: &Endpoint,
    address: IpAddr,
    route: &Route,
    variant: HelloVariant,
) -> Readiness {
    let base = FactKey::socket(endpoint, address, route);
    match gathering.facts.tcp(&base) {
        Ok(tcp) if tcp.outcome == TcpOutcome::Connected => Readiness::Start(Job::Hello {
            remote: tcp.remote,
            host: endpoint.host.clone(),
            variant,
            base,
        }),
        Err(_) if gathering.is_open(&base) => Readiness::Wait,
        _ => blocked(base),
    }
}

/// What hybridcheck cannot speak to is a gap with its reason, never another route.
fn unspoken(gathering: &Gathering<'_>, route: &Route) -> Option<Gap> {
    let Route::Proxy(proxy) = route else {
        return None;
    };
    let why = gathering.settings.proxies.unspoken(proxy)?;
    Some(Gap::NoMeans { what: why.into() })
}

pub(super) fn tunnel(
    gathering: &Gathering<'_>,
    endpoint: &Endpoint,
    address: IpAddr,
    route: &Route,
) -> Readiness {
    let Route::Proxy(proxy) = route else {
        return missing(Gap::NotPlanned, Vec::new());
    };
    if let Some(gap) = unspoken(gathering, route) {
        return missing(gap, Vec::new());
    }
    let base = FactKey::tcp(proxy, address);
    match gathering.facts.tcp(&base) {
        Ok(tcp) if tcp.outcome == TcpOutcome::Connected => Readiness::Start(Job::Tunnel {
            remote: tcp.remote,
            endpoint: endpoint.clone(),
            proxy: proxy.clone(),
            base,
        }),
        Err(_) if gathering.is_open(&base) => Readiness::Wait,
        _ => blocked(base),
    }
}

/// The first address whose handshake is trusted decides, not the quickest: one whose handshake is still under way is waited for, one
/// that does not accept connections is not. When all have ended without one, the facts that got furthest are what blocks.
pub(super) fn connection(
    gathering: &Gathering<'_>,
    endpoint: &Endpoint,
    route: &Route,
) -> Readiness {
    if let Some(gap) = unspoken(gathering, route) {
        return missing(gap, Vec::new());
    }
    let first = match route {
        Route::Direct => endpoint,
        Route::Proxy(proxy) => proxy,
    };
    let names = FactKey::addresses(&first.host);
    match gathering.facts.addresses(&names) {
        Err(_) if gathering.is_open(&names) => return Readiness::Wait,
        Ok(found) if found.addresses.is_empty() => return blocked(names),
        Err(_) => return blocked(names),
        Ok(_) => {}
    }
    let mut open = false;
    let mut handshakes = Vec::new();
    for (address, key) in keys::tls_of(&gathering.wanted, endpoint, route) {
        open |= gathering.is_open(key);
        let Ok(tls) = gathering.facts.tls(key) else {
            continue;
        };
        handshakes.push(key.clone());
        if tls.is_trusted() && open {
            return Readiness::Wait;
        }
        if tls.is_trusted() {
            let fact = ConnectionFact {
                address,
                trust: tls.trust.unwrap_or(Trust::Nowhere),
            };
            return Readiness::Known(Ok(Box::new(fact.into())), vec![key.clone()]);
        }
    }
    let sockets: Vec<FactKey> = keys::tcp_of(&gathering.wanted, first)
        .map(|(_, key)| key.clone())
        .collect();
    let tunnels: Vec<FactKey> = keys::tunnels_of(&gathering.wanted, endpoint, route)
        .map(|(_, key)| key.clone())
        .collect();
    open |= sockets
        .iter()
        .chain(&tunnels)
        .any(|key| gathering.is_open(key));
    if open {
        return Readiness::Wait;
    }
    let all = sockets.iter().chain(&tunnels);
    let by_tls = keys::tls_of(&gathering.wanted, endpoint, route).map(|(_, key)| key);
    if let Some(gap) = own_limit(gathering, all.chain(by_tls)) {
        return missing(gap, sockets);
    }
    let answered = |keys: &Vec<FactKey>| keys.iter().any(|key| gathering.facts.get(key).is_ok());
    let furthest = [handshakes, tunnels, sockets]
        .into_iter()
        .find(answered)
        .unwrap_or_default();
    match furthest.first() {
        Some(first) => missing(Gap::blocked(first.clone()), furthest),
        // Every address is of a family that the user left out.
        None => blocked(names),
    }
}

/// Asked after a connection failed. Within this host there are no hops to look for.
pub(super) fn path(gathering: &Gathering<'_>, endpoint: &Endpoint, address: IpAddr) -> Readiness {
    let base = FactKey::tcp(endpoint, address);
    match gathering.facts.tcp(&base) {
        Ok(tcp) if tcp.remote.ip().is_loopback() => missing(
            Gap::NoMeans {
                what: format!("{address} is this host itself: there is no path to look at"),
            },
            vec![base],
        ),
        Ok(tcp) => {
            let remote = tcp.remote;
            let look = async move { probes::path::probe(remote).await.map(Fact::from) };
            alone(look, vec![base])
        }
        Err(_) if gathering.is_open(&base) => Readiness::Wait,
        Err(_) => blocked(base),
    }
}

/// Known as soon as one address accepts, or when all have been tried.
pub(super) fn reach(gathering: &Gathering<'_>, endpoint: &Endpoint) -> Readiness {
    let names = FactKey::addresses(&endpoint.host);
    match gathering.facts.addresses(&names) {
        Err(_) if gathering.is_open(&names) => return Readiness::Wait,
        Ok(found) if !found.addresses.is_empty() => {}
        _ => return blocked(names),
    }
    let tried: Vec<(IpAddr, &FactKey)> = keys::tcp_of(&gathering.wanted, endpoint).collect();
    let mut fact = ReachFact {
        open: Vec::new(),
        shut: Vec::new(),
    };
    for (address, key) in &tried {
        if let Ok(tcp) = gathering.facts.tcp(key) {
            if tcp.outcome == TcpOutcome::Connected {
                fact.open.push(*address);
            } else {
                fact.shut.push(*address);
            }
        }
    }
    if fact.open.is_empty() && tried.iter().any(|(_, key)| gathering.is_open(key)) {
        return Readiness::Wait;
    }
    if tried.is_empty() {
        return blocked(names);
    }
    if fact.open.is_empty()
        && let Some(gap) = own_limit(gathering, tried.iter().map(|(_, key)| *key))
    {
        return missing(gap, vec![names]);
    }
    let tried = tried.into_iter().map(|(_, key)| key.clone()).collect();
    Readiness::Known(Ok(Box::new(fact.into())), tried)
}

/// What is asked over the verified connection of an endpoint, as soon as there is one.
pub(super) fn on_connection(
    gathering: &Gathering<'_>,
    endpoint: &Endpoint,
    route: &Route,
    read: OverLink,
) -> Readiness {
    let base = FactKey::connection(endpoint).by(route);
    match gathering.facts.connection(&base) {
        Ok(connection) => Readiness::Start(Job::OverLink {
            endpoint: endpoint.clone(),
            address: connection.address,
            route: route.clone(),
            read,
            stands_on: vec![base],
        }),
        Err(_) if gathering.is_open(&base) => Readiness::Wait,
        Err(_) => blocked(base),
    }
}

/// The verified connection may carry no token, so the API's own client, which would, refuses it.
pub(in crate::gather) fn is_inspected(gathering: &Gathering<'_>, connection: &FactKey) -> bool {
    let allowed = gathering.settings.trust_inspection;
    let found = gathering.facts.connection(connection);
    found.is_ok_and(|connection| !carries_secrets(connection.trust, allowed))
}

/// Starts with the addresses, beside the measured handshake, so that the API's connection is warm when the first token arrives.
pub(super) fn api_probe(
    gathering: &Gathering<'_>,
    endpoint: &Endpoint,
    route: &Route,
) -> Readiness {
    let first = match route {
        Route::Direct => endpoint,
        Route::Proxy(proxy) => proxy,
    };
    let names = FactKey::addresses(&first.host);
    let base = FactKey::connection(endpoint).by(route);
    if unspoken(gathering, route).is_some() {
        return blocked(base);
    }
    let key = FactKey::api_probe(endpoint).by(route);
    if is_inspected(gathering, &base) || gathering.asked_again.contains(&key) {
        return on_connection(gathering, endpoint, route, |link, phase| {
            api::probe_over(link, phase).map(Fact::from).boxed_local()
        });
    }
    match gathering.facts.addresses(&names) {
        Ok(_) => {
            let addresses = usable_addresses(gathering, endpoint, route);
            if addresses.is_empty() {
                return if gathering.is_open(&base) {
                    Readiness::Wait
                } else {
                    blocked(base)
                };
            }
            Readiness::Start(Job::Api {
                endpoint: endpoint.clone(),
                route: route.clone(),
                addresses,
                stands_on: vec![base],
            })
        }
        Err(_) if gathering.is_open(&names) => Readiness::Wait,
        Err(_) => blocked(base),
    }
}
