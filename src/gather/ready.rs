//! Readiness: whether a fact can be gathered now, must wait, or is already known to be missing.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{
    AddressSource, AddressesFact, Answer, ClientRef, ConnectionFact, Fact, FactKey, Gap,
    HelloVariant, PrivateKeyOutcome, ReachFact, RereadFact, TcpOutcome, TokenFact, Trust,
    TunnelOutcome,
};
use hybridcheck_core::object::{HybridObject, ObjectId};
use hybridcheck_core::secret::Secret;

use super::Gathering;
use super::gate::{api_gate, auth_gate, client_id, credentials, usable_addresses};
use super::keys;
use crate::config::Settings;
use crate::probes::trust::carries_secrets;

/// What can be done about a fact now.
pub(super) enum Readiness {
    /// It is known without asking, or known to be missing; with what it stood on.
    Known(Answer<Box<Fact>>, Vec<FactKey>),
    /// Ask.
    Start(Job),
    /// Something it stands on is still open.
    Wait,
}

/// A request to a probe, with everything it needs.
pub(super) enum Job {
    Api {
        endpoint: Endpoint,
        route: Route,
        addresses: Vec<SocketAddr>,
        stands_on: Vec<FactKey>,
    },
    /// Over the verified connection of an endpoint; the key says what.
    OverLink {
        endpoint: Endpoint,
        address: IpAddr,
        route: Route,
        stands_on: Vec<FactKey>,
    },
    Dns {
        host: Host,
        nameserver: SocketAddr,
    },
    Hello {
        remote: SocketAddr,
        host: Host,
        variant: HelloVariant,
        base: FactKey,
    },
    HostsFile {
        host: Host,
    },
    Material {
        object: Box<HybridObject>,
    },
    Organization {
        endpoint: Endpoint,
        route: Route,
        addresses: Vec<SocketAddr>,
        reader: ClientRef,
        /// The client that is asked about, when it is one.
        client_id: Option<String>,
        stands_on: Vec<FactKey>,
    },
    Path {
        remote: SocketAddr,
        base: FactKey,
    },
    Resolver,
    /// A login with a signed assertion, as the person that the settings name.
    SamlLogin {
        object: Box<HybridObject>,
        endpoint: Endpoint,
        address: IpAddr,
        route: Route,
        client_id: String,
        secret: Secret,
        stands_on: Vec<FactKey>,
    },
    /// The token of another section that names the same client.
    SharedToken {
        first: ClientRef,
        fact: Box<TokenFact>,
        stands_on: Vec<FactKey>,
    },
    SystemLookup {
        host: Host,
    },
    Tcp {
        remote: SocketAddr,
        base: FactKey,
    },
    Tls {
        remote: SocketAddr,
        base: FactKey,
    },
    Tunnel {
        remote: SocketAddr,
        endpoint: Endpoint,
        proxy: Endpoint,
        base: FactKey,
    },
    Token {
        endpoint: Endpoint,
        address: IpAddr,
        route: Route,
        client_id: String,
        secret: Secret,
        stands_on: Vec<FactKey>,
    },
}

pub(super) fn missing(gap: Gap, stands_on: Vec<FactKey>) -> Readiness {
    Readiness::Known(Err(gap), stands_on)
}

pub(super) fn blocked(by: FactKey) -> Readiness {
    missing(Gap::blocked(by.clone()), vec![by])
}

/// Decides about one fact.
pub(super) fn readiness(gathering: &Gathering<'_>, key: &FactKey) -> Readiness {
    let objects = gathering.objects;
    match key {
        FactKey::Option { .. } => Readiness::Wait,
        FactKey::Resolver => Readiness::Start(Job::Resolver),
        FactKey::Certificate { object } | FactKey::PrivateKey { object } => {
            match objects.get(usize::from(object.0)) {
                Some(object) => Readiness::Start(Job::Material {
                    object: Box::new(object.clone()),
                }),
                None => missing(Gap::NotPlanned, Vec::new()),
            }
        }
        FactKey::Dns { host, nameserver } => Readiness::Start(Job::Dns {
            host: host.clone(),
            nameserver: *nameserver,
        }),
        FactKey::HostsFile { host } => match unasked(gathering, host) {
            Some(gap) => missing(gap, Vec::new()),
            None => Readiness::Start(Job::HostsFile { host: host.clone() }),
        },
        FactKey::SystemLookup { host } => match unasked(gathering, host) {
            Some(gap) => missing(gap, Vec::new()),
            None => Readiness::Start(Job::SystemLookup { host: host.clone() }),
        },
        FactKey::Addresses { host } => addresses(gathering, host),
        FactKey::Tcp {
            endpoint, address, ..
        } => Readiness::Start(Job::Tcp {
            remote: SocketAddr::new(*address, gathering.settings.target(endpoint).port),
            base: FactKey::Addresses {
                host: endpoint.host.clone(),
            },
        }),
        FactKey::Tls {
            endpoint,
            address,
            route,
        } => tls(gathering, endpoint, *address, route),
        FactKey::Connection { endpoint, route } => connection(gathering, endpoint, route),
        FactKey::ApiProbe { endpoint, route } => api_probe(gathering, endpoint, route),
        FactKey::Path { endpoint, address } => path(gathering, endpoint, *address),
        FactKey::Reach { endpoint } => reach(gathering, endpoint),
        FactKey::Routing { endpoint } => Readiness::Known(
            Ok(Box::new(gathering.settings.routing(endpoint).into())),
            Vec::new(),
        ),
        FactKey::Hello {
            endpoint,
            address,
            route,
            variant,
        } => hello(gathering, endpoint, *address, route, *variant),
        FactKey::Discovery { endpoint, route } | FactKey::Web { endpoint, route } => {
            on_connection(gathering, endpoint, route)
        }
        FactKey::Tunnel {
            endpoint,
            address,
            route,
        } => tunnel(gathering, endpoint, *address, route),
        FactKey::Token { client } => token(gathering, key, client),
        FactKey::Grants { client } | FactKey::TokenInfo { client } => {
            with_token(gathering, key, client)
        }
        FactKey::Me { object } => {
            with_token(gathering, key, &ClientRef::Person { object: *object })
        }
        FactKey::TokenEnd { client } => token_end(gathering, key, client),
        FactKey::SamlLogin { object } => saml_login(gathering, key, *object),
        // Until something is refused there is no reason for a second reading; whoever read the object records it then.
        FactKey::Reread { .. } => {
            Readiness::Known(Ok(Box::new(RereadFact::default().into())), Vec::new())
        }
        FactKey::ClientRecord { .. }
        | FactKey::Idps { .. }
        | FactKey::Organization { .. }
        | FactKey::Permissions { .. }
        | FactKey::Products { .. }
        | FactKey::PureengageIdp { .. }
        | FactKey::Roles { .. } => organization(gathering, key),
    }
}

/// Whether a host's addresses come from DNS: it is no literal, and no flag gives the addresses of all its endpoints.
pub(super) fn asks_dns(host: &Host, wanted: &BTreeSet<FactKey>, settings: &Settings) -> bool {
    given(host, wanted, settings).is_none()
}

/// Addresses that need no look-up.
fn given(
    host: &Host,
    wanted: &BTreeSet<FactKey>,
    settings: &Settings,
) -> Option<(AddressSource, Vec<IpAddr>)> {
    if let Some(address) = host.literal() {
        return Some((AddressSource::Literal, vec![address]));
    }
    for endpoint in super::plan::endpoints(wanted, host) {
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

/// Why this system itself is not asked about a host: it is no name, or the user said where names or addresses come from.
fn unasked(gathering: &Gathering<'_>, host: &Host) -> Option<Gap> {
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
fn addresses(gathering: &Gathering<'_>, host: &Host) -> Readiness {
    let found = |source, addresses, stands_on| {
        let fact = AddressesFact { source, addresses };
        Readiness::Known(Ok(Box::new(fact.into())), stands_on)
    };
    if let Some((source, addresses)) = given(host, &gathering.wanted, gathering.settings) {
        return found(source, addresses, Vec::new());
    }
    let hosts_file = FactKey::HostsFile { host: host.clone() };
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
    let look_up = FactKey::SystemLookup { host: host.clone() };
    match gathering.facts.system_lookup(&look_up) {
        Err(_) if gathering.is_open(&look_up) => return Readiness::Wait,
        Ok(fact) if !fact.outcome.addresses().is_empty() => {
            let addresses = fact.outcome.addresses().to_vec();
            return found(AddressSource::System, addresses, vec![look_up]);
        }
        _ => {}
    }
    let mut stands_on: Vec<FactKey> = asked.into_iter().cloned().collect();
    stands_on.push(FactKey::Resolver);
    found(AddressSource::Dns, Vec::new(), stands_on)
}

fn tls(
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
        Some(remote) => Readiness::Start(Job::Tls { remote, base }),
        None => blocked(base),
    }
}

/// Another ClientHello goes straight to the address; through a proxy it would need a tunnel of its own.
fn hello(
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

fn tunnel(
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
    let base = FactKey::Tcp {
        endpoint: proxy.clone(),
        address,
        route: Route::Direct,
    };
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

/// The first trusted handshake decides; when all have ended without one, the facts that got furthest are what blocks.
fn connection(gathering: &Gathering<'_>, endpoint: &Endpoint, route: &Route) -> Readiness {
    if let Some(gap) = unspoken(gathering, route) {
        return missing(gap, Vec::new());
    }
    let first = match route {
        Route::Direct => endpoint,
        Route::Proxy(proxy) => proxy,
    };
    let names = FactKey::Addresses {
        host: first.host.clone(),
    };
    match gathering.facts.addresses(&names) {
        Err(_) if gathering.is_open(&names) => return Readiness::Wait,
        Ok(found) if found.addresses.is_empty() => return blocked(names),
        Err(_) => return blocked(names),
        Ok(_) => {}
    }
    let mut open = false;
    let mut handshakes = Vec::new();
    for key in keys::tls_of(&gathering.wanted, endpoint, route) {
        open |= gathering.is_open(key);
        let (FactKey::Tls { address, .. }, Ok(tls)) = (key, gathering.facts.tls(key)) else {
            continue;
        };
        handshakes.push(key.clone());
        if tls.is_trusted() {
            let fact = ConnectionFact {
                address: *address,
                trust: tls.trust.unwrap_or(Trust::Nowhere),
            };
            return Readiness::Known(Ok(Box::new(fact.into())), vec![key.clone()]);
        }
    }
    let sockets: Vec<FactKey> = keys::tcp_of(&gathering.wanted, first).cloned().collect();
    let tunnels: Vec<FactKey> = keys::tunnels_of(&gathering.wanted, endpoint, route)
        .cloned()
        .collect();
    open |= sockets
        .iter()
        .chain(&tunnels)
        .any(|key| gathering.is_open(key));
    if open {
        return Readiness::Wait;
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
fn path(gathering: &Gathering<'_>, endpoint: &Endpoint, address: IpAddr) -> Readiness {
    let base = super::plan::tcp_key(endpoint, address);
    match gathering.facts.tcp(&base) {
        Ok(tcp) if tcp.remote.ip().is_loopback() => missing(
            Gap::NoMeans {
                what: format!("{address} is this host itself: there is no path to look at"),
            },
            vec![base],
        ),
        Ok(tcp) => Readiness::Start(Job::Path {
            remote: tcp.remote,
            base,
        }),
        Err(_) if gathering.is_open(&base) => Readiness::Wait,
        Err(_) => blocked(base),
    }
}

/// Known as soon as one address accepts, or when all have been tried.
fn reach(gathering: &Gathering<'_>, endpoint: &Endpoint) -> Readiness {
    let names = FactKey::Addresses {
        host: endpoint.host.clone(),
    };
    match gathering.facts.addresses(&names) {
        Err(_) if gathering.is_open(&names) => return Readiness::Wait,
        Ok(found) if !found.addresses.is_empty() => {}
        _ => return blocked(names),
    }
    let tried: Vec<FactKey> = keys::tcp_of(&gathering.wanted, endpoint).cloned().collect();
    let mut fact = ReachFact {
        open: Vec::new(),
        shut: Vec::new(),
    };
    for key in &tried {
        if let (FactKey::Tcp { address, .. }, Ok(tcp)) = (key, gathering.facts.tcp(key)) {
            if tcp.outcome == TcpOutcome::Connected {
                fact.open.push(*address);
            } else {
                fact.shut.push(*address);
            }
        }
    }
    if fact.open.is_empty() && tried.iter().any(|key| gathering.is_open(key)) {
        return Readiness::Wait;
    }
    if tried.is_empty() {
        return blocked(names);
    }
    Readiness::Known(Ok(Box::new(fact.into())), tried)
}

/// What is asked over the verified connection of an endpoint, as soon as there is one.
fn on_connection(gathering: &Gathering<'_>, endpoint: &Endpoint, route: &Route) -> Readiness {
    let base = FactKey::Connection {
        endpoint: endpoint.clone(),
        route: route.clone(),
    };
    match gathering.facts.connection(&base) {
        Ok(connection) => Readiness::Start(Job::OverLink {
            endpoint: endpoint.clone(),
            address: connection.address,
            route: route.clone(),
            stands_on: vec![base],
        }),
        Err(_) if gathering.is_open(&base) => Readiness::Wait,
        Err(_) => blocked(base),
    }
}

/// The verified connection may carry no token, so the API's own client, which would, refuses it.
pub(super) fn is_inspected(gathering: &Gathering<'_>, connection: &FactKey) -> bool {
    let allowed = gathering.settings.trust_inspection;
    let found = gathering.facts.connection(connection);
    found.is_ok_and(|connection| !carries_secrets(connection.trust, allowed))
}

/// Starts with the addresses, beside the measured handshake, so that the API's connection is warm when the first token arrives.
fn api_probe(gathering: &Gathering<'_>, endpoint: &Endpoint, route: &Route) -> Readiness {
    let first = match route {
        Route::Direct => endpoint,
        Route::Proxy(proxy) => proxy,
    };
    let names = FactKey::Addresses {
        host: first.host.clone(),
    };
    let base = FactKey::Connection {
        endpoint: endpoint.clone(),
        route: route.clone(),
    };
    if unspoken(gathering, route).is_some() {
        return blocked(base);
    }
    let key = FactKey::ApiProbe {
        endpoint: endpoint.clone(),
        route: route.clone(),
    };
    if is_inspected(gathering, &base) || gathering.asked_again.contains(&key) {
        return on_connection(gathering, endpoint, route);
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

fn token(gathering: &Gathering<'_>, key: &FactKey, client: &ClientRef) -> Readiness {
    let Some(object) = gathering.objects.get(usize::from(client.object().0)) else {
        return missing(Gap::NotPlanned, Vec::new());
    };
    let stands_on = key.stands_on(gathering.objects, &gathering.routes);
    let (client_id, secret) = match credentials(gathering, object, client) {
        Ok(pair) => pair,
        Err(gap) => return missing(gap, stands_on),
    };
    match auth_gate(gathering, object) {
        Ok((endpoint, _))
            if let Some(first) = same_client(gathering, key, &endpoint, (&client_id, &secret)) =>
        {
            shared_token(gathering, first, stands_on)
        }
        Ok((endpoint, address)) => Readiness::Start(Job::Token {
            route: gathering.routes.of(&endpoint),
            endpoint,
            address,
            client_id,
            secret,
            stands_on,
        }),
        Err(Gap::Blocked { by }) if gathering.is_open(&by) => Readiness::Wait,
        Err(gap) => missing(gap, stands_on),
    }
}

/// The first request for a token with the same id and secret at the same endpoint: a client is asked for one token in a run, however
/// many sections name it.
fn same_client<'g>(
    gathering: &'g Gathering<'_>,
    key: &FactKey,
    endpoint: &Endpoint,
    (id, secret): (&str, &Secret),
) -> Option<&'g ClientRef> {
    let before = gathering.wanted.range(..key).filter_map(|key| match key {
        FactKey::Token { client } => Some(client),
        _ => None,
    });
    before.into_iter().find(|client| {
        let object = gathering.objects.get(usize::from(client.object().0));
        object.is_some_and(|object| {
            object.auth_endpoint().as_ref() == Some(endpoint)
                && credentials(gathering, object, client)
                    .is_ok_and(|(other, own)| other == id && own.is_same(secret))
        })
    })
}

/// What the first request brought is the answer for all who share the client.
fn shared_token(
    gathering: &Gathering<'_>,
    first: &ClientRef,
    stands_on: Vec<FactKey>,
) -> Readiness {
    let key = FactKey::Token {
        client: first.clone(),
    };
    match gathering.facts.token(&key) {
        Ok(fact) => Readiness::Start(Job::SharedToken {
            first: first.clone(),
            fact: Box::new(fact.clone()),
            stands_on,
        }),
        Err(_) if gathering.is_open(&key) => Readiness::Wait,
        Err(gap) => missing(gap, stands_on),
    }
}

/// Whether a client's token is there, is coming, or will not come.
fn token_state(gathering: &Gathering<'_>, client: &ClientRef) -> Option<bool> {
    let key = FactKey::token_of(client);
    match gathering.facts.get(&key) {
        Ok(Fact::Token(fact)) => Some(fact.is_issued()),
        Ok(Fact::SamlLogin(fact)) => Some(fact.accepted().is_some()),
        Err(_) if gathering.is_open(&key) => None,
        _ => Some(false),
    }
}

/// Whether certificate or key can be signed with: what does not decode or open has checks and causes of its own.
fn is_usable(gathering: &Gathering<'_>, material: &FactKey) -> bool {
    match gathering.facts.get(material) {
        Ok(Fact::Certificate(fact)) => fact.certificate().is_some(),
        Ok(Fact::PrivateKey(fact)) => matches!(
            fact.outcome,
            PrivateKeyOutcome::Decrypted { .. } | PrivateKeyOutcome::Unencrypted { .. }
        ),
        _ => false,
    }
}

/// A login as a person happens on request only: it may leave a new user behind.
fn saml_login(gathering: &Gathering<'_>, key: &FactKey, object: ObjectId) -> Readiness {
    let stands_on = key.stands_on(gathering.objects, &gathering.routes);
    if gathering.settings.saml_login.is_none() {
        let reason = "a login with an assertion may create a user, and take a licence, where users are provisioned at their first login";
        return missing(
            Gap::NotAskedFor {
                reason: reason.into(),
                flag: "--saml-user EMAIL, with the address of an existing test user,".into(),
            },
            Vec::new(),
        );
    }
    let Some(object) = gathering.objects.get(usize::from(object.0)) else {
        return missing(Gap::NotPlanned, Vec::new());
    };
    let client = ClientRef::Person { object: object.id };
    let (client_id, secret) = match credentials(gathering, object, &client) {
        Ok(pair) => pair,
        Err(gap) => return missing(gap, stands_on),
    };
    let material = [
        FactKey::Certificate { object: object.id },
        FactKey::PrivateKey { object: object.id },
    ];
    for base in material {
        if gathering.is_open(&base) {
            return Readiness::Wait;
        }
        if !is_usable(gathering, &base) {
            return blocked(base);
        }
    }
    match auth_gate(gathering, object) {
        Ok((endpoint, address)) => Readiness::Start(Job::SamlLogin {
            object: Box::new(object.clone()),
            route: gathering.routes.of(&endpoint),
            endpoint,
            address,
            client_id,
            secret,
            stands_on,
        }),
        Err(Gap::Blocked { by }) if gathering.is_open(&by) => Readiness::Wait,
        Err(gap) => missing(gap, stands_on),
    }
}

/// A token is ended when everything that is read with it has been read.
fn token_end(gathering: &Gathering<'_>, key: &FactKey, client: &ClientRef) -> Readiness {
    let readings = [
        FactKey::Grants {
            client: client.clone(),
        },
        FactKey::Me {
            object: client.object(),
        },
        FactKey::TokenInfo {
            client: client.clone(),
        },
    ];
    if readings.iter().any(|key| gathering.is_open(key)) {
        return Readiness::Wait;
    }
    with_token(gathering, key, client)
}

/// The end of a token that is there, whatever was to be read with it, when the run is over.
pub(super) fn farewell(
    gathering: &Gathering<'_>,
    key: &FactKey,
    client: &ClientRef,
) -> Option<Job> {
    match with_token(gathering, key, client) {
        Readiness::Start(job) => Some(job),
        Readiness::Known(..) | Readiness::Wait => None,
    }
}

/// What is asked with the token of one certain client.
fn with_token(gathering: &Gathering<'_>, key: &FactKey, client: &ClientRef) -> Readiness {
    match token_state(gathering, client) {
        None => return Readiness::Wait,
        Some(false) => return blocked(FactKey::token_of(client)),
        Some(true) => {}
    }
    let stands_on = key.stands_on(gathering.objects, &gathering.routes);
    match api_gate(gathering, client.object(), &stands_on) {
        Ok((endpoint, addresses)) => Readiness::Start(Job::Organization {
            route: gathering.routes.of(&endpoint),
            endpoint,
            addresses,
            reader: client.clone(),
            client_id: None,
            stands_on,
        }),
        Err(readiness) => *readiness,
    }
}

/// An organisation's fact is read with the tool's own client when there is one, else with the first client that may.
fn organization(gathering: &Gathering<'_>, key: &FactKey) -> Readiness {
    let Some(object) = key.of_organization() else {
        return missing(Gap::NotPlanned, Vec::new());
    };
    let client_id = match client_asked_about(gathering, key) {
        Ok(client_id) => client_id,
        Err(gap) => return missing(gap, key.stands_on(gathering.objects, &gathering.routes)),
    };
    let candidates = readers(gathering, object);
    let tokens = |clients: &[ClientRef]| -> Vec<FactKey> {
        let keys = clients.iter().cloned();
        keys.map(|client| FactKey::Token { client }).collect()
    };
    let mut stands_on = key.stands_on(gathering.objects, &gathering.routes);
    let denied = gathering.denied.get(key);
    let mut pending = false;
    for candidate in &candidates {
        if denied.is_some_and(|(asked, _)| asked.contains(candidate)) {
            continue;
        }
        match token_state(gathering, candidate) {
            None => pending = true,
            Some(false) => {}
            Some(true) => {
                stands_on.extend(tokens(std::slice::from_ref(candidate)));
                return match api_gate(gathering, object, &stands_on) {
                    Ok((endpoint, addresses)) => Readiness::Start(Job::Organization {
                        route: gathering.routes.of(&endpoint),
                        endpoint,
                        addresses,
                        reader: candidate.clone(),
                        client_id,
                        stands_on,
                    }),
                    Err(readiness) => *readiness,
                };
            }
        }
        // The tool's own client was given to read the organisation: wait for it before asking with another.
        if pending && matches!(candidate, ClientRef::Tool { .. }) {
            return Readiness::Wait;
        }
    }
    if pending {
        return Readiness::Wait;
    }
    let all = tokens(&candidates);
    stands_on.extend(all.iter().cloned());
    match (denied, all.into_iter().next()) {
        (Some((_, gap)), _) => missing(gap.clone(), stands_on),
        (None, Some(first)) => missing(Gap::blocked(first), stands_on),
        (None, None) => missing(
            Gap::NoMeans {
                what: "no client could ask: the object has no client-credentials client, and none of the tool's own was given (--client-id)".into(),
            },
            stands_on,
        ),
    }
}

/// The id of the client that a question is about.
fn client_asked_about(gathering: &Gathering<'_>, key: &FactKey) -> Result<Option<String>, Gap> {
    let FactKey::ClientRecord { client } = key else {
        return Ok(None);
    };
    let object = gathering
        .objects
        .get(usize::from(client.object().0))
        .ok_or(Gap::NotPlanned)?;
    client_id(object, client).map(Some)
}

/// The clients that may be asked with, in order of preference: those whose token is part of this run.
fn readers(gathering: &Gathering<'_>, object: ObjectId) -> Vec<ClientRef> {
    let Some(object) = gathering.objects.get(usize::from(object.0)) else {
        return Vec::new();
    };
    let tool = gathering
        .settings
        .tool_client
        .iter()
        .map(|_| ClientRef::Tool { object: object.id });
    tool.chain(hybridcheck_core::check::service_clients(object))
        .collect()
}

impl Gathering<'_> {
    /// A fact that is wanted, but whose probe has not been started.
    pub(super) fn is_unstarted(&self, key: &FactKey) -> bool {
        self.waiting.contains(key)
    }
}
