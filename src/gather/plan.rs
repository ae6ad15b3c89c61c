//! What a set of wanted facts brings with it, before and while gathering.

use std::collections::BTreeSet;

use hybridcheck_core::check::service_clients;
use hybridcheck_core::endpoint::{Endpoint, Route};
use hybridcheck_core::facts::{Answer, ClientRef, Effect, Fact, FactKey};
use hybridcheck_core::object::HybridObject;

use crate::config::Settings;

/// The wanted facts and everything they stand on. What is read from the organisation brings the tokens it may be read with.
pub fn closure(
    wanted: BTreeSet<FactKey>,
    objects: &[HybridObject],
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
        open.extend(key.stands_on(objects));
        open.extend(tokens(&key, objects, has_tool_client));
        all.insert(key);
    }
    all
}

fn tokens(key: &FactKey, objects: &[HybridObject], has_tool_client: bool) -> Vec<FactKey> {
    let (FactKey::Idps { object }
    | FactKey::Organization { object }
    | FactKey::PureengageIdp { object }
    | FactKey::Role { object, .. }) = key
    else {
        return Vec::new();
    };
    let services = objects
        .get(usize::from(object.0))
        .map(service_clients)
        .unwrap_or_default();
    let tool = has_tool_client.then_some(ClientRef::Tool { object: *object });
    let clients = tool.into_iter().chain(services);
    clients.map(|client| FactKey::Token { client }).collect()
}

/// The facts in an order in which each comes after what it stands on, with their effects: what `plan` prints.
pub fn planned(
    wanted: BTreeSet<FactKey>,
    objects: &[HybridObject],
    has_tool_client: bool,
) -> Vec<(FactKey, Effect)> {
    let mut open = closure(wanted, objects, has_tool_client);
    let mut ordered: Vec<(FactKey, Effect)> = Vec::new();
    while !open.is_empty() {
        let free: Vec<FactKey> = open
            .iter()
            .filter(|key| {
                let mut base = key.stands_on(objects);
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

/// The facts that a finished one asks for: one DNS answer per nameserver, one TCP fact per address, one TLS fact per connection.
pub(super) fn follow_ups(
    key: &FactKey,
    answer: &Answer<Fact>,
    wanted: &BTreeSet<FactKey>,
    settings: &Settings,
) -> Vec<FactKey> {
    match (key, answer) {
        (FactKey::Resolver, Ok(Fact::Resolver(resolver))) => {
            let hosts = wanted.iter().filter_map(|key| match key {
                FactKey::Addresses { host } => Some(host.clone()),
                _ => None,
            });
            hosts
                .filter(|host| super::ready::asks_dns(host, wanted, settings))
                .flat_map(|host| {
                    resolver
                        .nameservers
                        .iter()
                        .map(move |nameserver| FactKey::Dns {
                            host: host.clone(),
                            nameserver: *nameserver,
                        })
                })
                .collect()
        }
        (FactKey::Addresses { host }, Ok(Fact::Addresses(found))) => endpoints(wanted)
            .filter(|endpoint| endpoint.host == *host)
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
        _ => Vec::new(),
    }
}

/// The endpoints to which a connection is wanted.
pub(super) fn endpoints(wanted: &BTreeSet<FactKey>) -> impl Iterator<Item = &Endpoint> {
    wanted.iter().filter_map(|key| match key {
        FactKey::Connection { endpoint, .. } => Some(endpoint),
        _ => None,
    })
}
