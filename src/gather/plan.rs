//! What a set of wanted facts brings with it, before and while gathering.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use hybridcheck_core::check::service_clients;
use hybridcheck_core::endpoint::{Endpoint, Host, Route, Routes};
use hybridcheck_core::facts::{
    AddressSource, Answer, ClientRef, Effect, Fact, FactKey, Facts, HelloVariant, TcpFact,
    TcpOutcome, TlsFact, TlsOutcome, Whose,
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
        wanted.extend(controls.map(FactKey::reach));
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
    clients.map(FactKey::token).collect()
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
/// and a look at the path where a connection failed. Any other fact asks for nothing.
pub(super) fn follow_ups(
    key: &FactKey,
    answer: &Answer<Fact>,
    wanted: &BTreeSet<FactKey>,
    facts: &Facts,
    settings: &Settings,
) -> Vec<FactKey> {
    let Ok(fact) = answer else {
        return Vec::new();
    };
    if let (FactKey::Resolver, Fact::Resolver(resolver)) = (key, fact) {
        return after_resolver(&resolver.nameservers, wanted, settings);
    }
    if let (FactKey::Addresses { host }, Fact::Addresses(found)) = (key, fact) {
        return after_addresses(host, &found.addresses, wanted, settings);
    }
    if let (FactKey::Connection { endpoint, route }, Fact::Connection(connection)) = (key, fact)
        && *route == Route::Direct
    {
        return after_connection(endpoint, connection.address, facts);
    }
    let Whose::Address(endpoint, address, route) = key.whose() else {
        return Vec::new();
    };
    if let Fact::Tcp(tcp) = fact {
        return after_connecting(endpoint, address, tcp, wanted, facts);
    }
    if let Fact::Tunnel(_) = fact {
        return vec![FactKey::tls(endpoint, address).by(route)];
    }
    if let Fact::Tls(tls) = fact
        && *route == Route::Direct
    {
        return after_handshake(endpoint, address, tls);
    }
    Vec::new()
}

/// One question per nameserver about every host whose addresses are wanted.
fn after_resolver(
    nameservers: &[SocketAddr],
    wanted: &BTreeSet<FactKey>,
    settings: &Settings,
) -> Vec<FactKey> {
    let mut asked = Vec::new();
    for key in wanted {
        if let FactKey::Addresses { host } = key {
            asked.extend(questions(host, nameservers, wanted, settings));
        }
    }
    asked
}

/// One connection to each address of every endpoint of a host.
fn after_addresses(
    host: &Host,
    found: &[IpAddr],
    wanted: &BTreeSet<FactKey>,
    settings: &Settings,
) -> Vec<FactKey> {
    let mut asked = Vec::new();
    for endpoint in endpoints(wanted, host) {
        let usable = found.iter().filter(|at| settings.family.admits(**at));
        asked.extend(usable.map(|address| FactKey::tcp(&endpoint, *address)));
    }
    asked
}

/// What a connection to an address carries: a handshake, the tunnels of those who are reached through it, or a look at its path.
fn after_connecting(
    endpoint: &Endpoint,
    address: IpAddr,
    tcp: &TcpFact,
    wanted: &BTreeSet<FactKey>,
    facts: &Facts,
) -> Vec<FactKey> {
    let mut asked = Vec::new();
    if wanted.contains(&FactKey::connection(endpoint)) {
        asked.push(FactKey::tls(endpoint, address));
    }
    let route = Route::Proxy(endpoint.clone());
    asked.extend(through(endpoint, wanted).map(|to| FactKey::tunnel(to, address).by(&route)));
    asked.extend(paths(endpoint, (address, tcp), wanted, facts));
    asked
}

/// What the direct connection of an endpoint asks for: whether a large ClientHello passes too, and whether the revocation hosts of its
/// chain are reachable.
fn after_connection(endpoint: &Endpoint, address: IpAddr, facts: &Facts) -> Vec<FactKey> {
    let tls = facts.tls(&FactKey::tls(endpoint, address));
    let hosts = tls.map_or_else(|_| Vec::new(), TlsFact::revocation_endpoints);
    let large = FactKey::hello(endpoint, address, HelloVariant::Large);
    hosts
        .into_iter()
        .map(FactKey::reach)
        .chain([large])
        .collect()
}

/// What a direct handshake asks for: after one that was cut, what another ClientHello meets at the same address.
fn after_handshake(endpoint: &Endpoint, address: IpAddr, tls: &TlsFact) -> Vec<FactKey> {
    let hello = |variant| FactKey::hello(endpoint, address, variant);
    match &tls.outcome {
        TlsOutcome::Reset | TlsOutcome::Closed => vec![hello(HelloVariant::NeutralName)],
        TlsOutcome::TimedOut { .. } => vec![
            hello(HelloVariant::NeutralName),
            // Its answer is a small alert: it passes where large packets do not.
            hello(HelloVariant::Legacy),
        ],
        TlsOutcome::Alert { alert }
            if ["ProtocolVersion", "HandshakeFailure"].contains(&alert.raw()) =>
        {
            vec![hello(HelloVariant::Legacy)]
        }
        TlsOutcome::Alert { .. }
        | TlsOutcome::BadSignature
        | TlsOutcome::Done
        | TlsOutcome::NotTls
        | TlsOutcome::Protocol { .. } => Vec::new(),
    }
}

/// A path is looked at once for each family and kind of failure of an endpoint that carries requests, as long as packets left this host
/// and no device has named itself: routers limit their messages, and those that a search takes are missing elsewhere. Which address
/// failed first is chance: all have ended before one is chosen, and it is the first of the list.
fn paths(
    endpoint: &Endpoint,
    (last, failed): (IpAddr, &TcpFact),
    wanted: &BTreeSet<FactKey>,
    facts: &Facts,
) -> Vec<FactKey> {
    let mut connections = keys::connections(wanted);
    let carries_requests = connections.any(|(to, route)| match route {
        Route::Direct => to == endpoint,
        Route::Proxy(proxy) => proxy == endpoint,
    });
    let is_open = |(address, key): (IpAddr, &FactKey)| address != last && !facts.holds(key);
    if !carries_requests || keys::tcp_of(wanted, endpoint).any(is_open) {
        return Vec::new();
    }
    let mut room = MOST_PATHS.saturating_sub(keys::paths(wanted).count());
    let mut known = Vec::new();
    let mut asked = Vec::new();
    for (address, key) in keys::tcp_of(wanted, endpoint) {
        let tcp = match facts.tcp(key) {
            _ if address == last => failed,
            Ok(tcp) => tcp,
            Err(_) => continue,
        };
        let kind = (address.is_ipv6(), tcp.outcome.ending());
        let is_searched = tcp.outcome != TcpOutcome::Connected
            && tcp.has_left()
            && tcp.foreign_notice().is_none()
            && !known.contains(&kind);
        if is_searched && room > 0 {
            room -= 1;
            known.push(kind);
            asked.push(FactKey::path(endpoint, address));
        }
    }
    asked
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
    nameservers: &[SocketAddr],
    wanted: &BTreeSet<FactKey>,
    settings: &Settings,
) -> Vec<FactKey> {
    if !asks_dns(host, wanted, settings) {
        return Vec::new();
    }
    let nameservers = nameservers.iter();
    nameservers
        .map(|nameserver| FactKey::dns(host, *nameserver))
        .collect()
}

/// The endpoints of a host to which TCP connections are wanted: for themselves, to be reached, or as a proxy.
pub(super) fn endpoints(wanted: &BTreeSet<FactKey>, host: &Host) -> Vec<Endpoint> {
    let mut all: BTreeSet<&Endpoint> = keys::reaches_of(wanted, host).collect();
    for (endpoint, route) in keys::connections_of(wanted, host) {
        if *route == Route::Direct {
            all.insert(endpoint);
        }
    }
    for (_, route) in keys::connections(wanted) {
        if let Route::Proxy(proxy) = route
            && proxy.host == *host
        {
            all.insert(proxy);
        }
    }
    all.into_iter().cloned().collect()
}

/// The endpoints that are reached through a proxy.
fn through<'a>(
    proxy: &'a Endpoint,
    wanted: &'a BTreeSet<FactKey>,
) -> impl Iterator<Item = &'a Endpoint> {
    keys::connections(wanted)
        .filter(move |(_, route)| matches!(route, Route::Proxy(of) if of == proxy))
        .map(|(endpoint, _)| endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_core::time::Took;
    use hybridcheck_testkit::facts::tcp;

    #[test]
    fn whichever_address_fails_first_the_path_is_looked_at_for_the_first_of_the_list() {
        let endpoint = Endpoint {
            host: Host::of("api.example"),
            port: 443,
        };
        let addresses: [IpAddr; 2] =
            ["192.0.2.1", "192.0.2.2"].map(|text| text.parse().expect("an address"));
        let keys = addresses.map(|address| FactKey::tcp(&endpoint, address));
        let mut wanted = BTreeSet::from(keys.clone());
        wanted.insert(FactKey::connection(&endpoint));
        let silent = |address| {
            tcp(
                address,
                443,
                TcpOutcome::TimedOut {
                    waited: Took::default(),
                },
            )
        };
        for order in [[0, 1], [1, 0]] {
            let [first, last] = order.map(|index| addresses[index]);
            let mut facts = Facts::default();
            let one = silent(first);
            assert_eq!(paths(&endpoint, (first, &one), &wanted, &facts), []);
            facts.record(
                FactKey::tcp(&endpoint, first),
                Ok(one.into()),
                Vec::new(),
                Took::default(),
            );
            assert_eq!(
                paths(&endpoint, (last, &silent(last)), &wanted, &facts),
                [FactKey::path(&endpoint, addresses[0])]
            );
        }
    }
}
