//! Readiness: whether a fact can be gathered now, must wait, or is already known to be missing.

use std::net::SocketAddr;

use hybridcheck_core::facts::{ClientRef, FactKey, Gap, RereadFact};

use super::Gathering;
use super::job::{Job, Readiness, missing};

mod cloud;
mod network;

pub(super) use cloud::farewell;
pub(super) use network::is_inspected;

use cloud::{organization, saml_login, token, token_end, with_token};
use network::{
    addresses, api_probe, connection, hello, on_connection, path, reach, tls, tunnel, unasked,
};

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

impl Gathering<'_> {
    /// A fact that is wanted, but whose probe has not been started.
    pub(super) fn is_unstarted(&self, key: &FactKey) -> bool {
        self.waiting.contains(key)
    }
}
