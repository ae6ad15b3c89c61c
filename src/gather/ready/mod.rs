//! Readiness: whether a fact can be gathered now, must wait, or is already known to be missing.
#![deny(clippy::wildcard_enum_match_arm)]

use std::net::SocketAddr;

use futures_util::FutureExt;
use hybridcheck_core::facts::{Answer, ClientRef, Fact, FactKey, Gap, RereadFact};
use hybridcheck_core::object::{HybridObject, ObjectId};
use hybridcheck_core::secret::Secret;
use hybridcheck_saml::material;

use super::Gathering;
use super::job::{Job, Readiness, alone, missing, reading};
use crate::probes::api::Api;
use crate::probes::{discovery, dns, org, system, thread, web};

mod cloud;
mod network;

pub(super) use cloud::farewell;
pub(super) use network::is_inspected;

use cloud::{client_record, organization, saml_login, token, token_end, with_token};
use network::{
    addresses, api_probe, connection, hello, on_connection, path, reach, tls, tunnel, unasked,
};

/// Decides about one fact, and says how its kind is asked for.
pub(super) fn readiness(gathering: &Gathering<'_>, key: &FactKey) -> Readiness {
    let settings = gathering.settings;
    match key {
        FactKey::Addresses { host } => addresses(gathering, host),
        FactKey::ApiProbe { endpoint, route } => api_probe(gathering, endpoint, route),
        FactKey::Certificate { .. } | FactKey::PrivateKey { .. } => decode(gathering, key),
        FactKey::ClientRecord { client } => client_record(gathering, key, client),
        FactKey::Connection { endpoint, route } => connection(gathering, endpoint, route),
        FactKey::Discovery { endpoint, route } => {
            on_connection(gathering, endpoint, route, |link, phase| {
                discovery::read(link, phase).map(Fact::from).boxed_local()
            })
        }
        FactKey::Dns { host, nameserver } => Readiness::Start(Job::Dns {
            host: host.clone(),
            nameserver: *nameserver,
        }),
        FactKey::Grants { client } => with_token(gathering, key, client, reading(org::grants)),
        FactKey::Hello {
            endpoint,
            address,
            route,
            variant,
        } => hello(gathering, endpoint, *address, route, *variant),
        FactKey::HostsFile { host } => match unasked(gathering, host) {
            Some(gap) => missing(gap, Vec::new()),
            None => Readiness::Start(Job::HostsFile { host: host.clone() }),
        },
        FactKey::Idps { object } => organization(gathering, key, *object, reading(org::idps)),
        FactKey::Me { object } => {
            let person = ClientRef::Person { object: *object };
            with_token(gathering, key, &person, reading(org::me))
        }
        FactKey::Option { .. } => Readiness::Wait,
        FactKey::Organization { object } => {
            organization(gathering, key, *object, reading(org::organization))
        }
        FactKey::Path { endpoint, address } => path(gathering, endpoint, *address),
        FactKey::Permissions { object, domain } => {
            let domain = domain.clone();
            let read = async move |api: &Api, reader: &ClientRef, token: &Secret| {
                org::permissions(api, domain.raw(), reader, token).await
            };
            organization(gathering, key, *object, reading(read))
        }
        FactKey::Products { object } => {
            organization(gathering, key, *object, reading(org::products))
        }
        FactKey::PureengageIdp { object } => {
            organization(gathering, key, *object, reading(org::pureengage_idp))
        }
        FactKey::Reach { endpoint } => reach(gathering, endpoint),
        // Until something is refused there is no reason for a second reading; whoever read the object records it then.
        FactKey::Reread { .. } => {
            Readiness::Known(Ok(Box::new(RereadFact::default().into())), Vec::new())
        }
        FactKey::Resolver => {
            let given = settings.dns_servers.clone();
            let file = settings.files.resolv_conf.clone();
            let read = async move { Ok(dns::resolver(given, file.as_deref()).into()) };
            alone(read, Vec::new())
        }
        FactKey::Roles { object } => organization(gathering, key, *object, reading(org::roles)),
        FactKey::Routing { endpoint } => {
            Readiness::Known(Ok(Box::new(settings.routing(endpoint).into())), Vec::new())
        }
        FactKey::SamlLogin { object } => saml_login(gathering, key, *object),
        FactKey::SystemLookup { host } => match unasked(gathering, host) {
            Some(gap) => missing(gap, Vec::new()),
            None => {
                let (host, phase) = (host.clone(), settings.phase);
                let look_up = async move { system::look_up(&host, phase).await.map(Fact::from) };
                alone(look_up, Vec::new())
            }
        },
        FactKey::Tcp {
            endpoint, address, ..
        } => Readiness::Start(Job::Tcp {
            remote: SocketAddr::new(*address, settings.target(endpoint).port),
            base: FactKey::addresses(&endpoint.host),
        }),
        FactKey::Tls {
            endpoint,
            address,
            route,
        } => tls(gathering, endpoint, *address, route),
        FactKey::Token { client } => token(gathering, key, client),
        FactKey::TokenEnd { client } => token_end(gathering, key, client),
        FactKey::TokenInfo { client } => {
            with_token(gathering, key, client, reading(org::token_info))
        }
        FactKey::Tunnel {
            endpoint,
            address,
            route,
        } => tunnel(gathering, endpoint, *address, route),
        FactKey::Web { endpoint, route } => {
            on_connection(gathering, endpoint, route, |link, phase| {
                web::read(link, phase).map(Fact::from).boxed_local()
            })
        }
    }
}

/// How a fact is decoded from the object alone.
type Decode = fn(&HybridObject) -> Answer<Fact>;

/// How a fact is decoded, when it needs the object alone.
pub(super) fn decoded(key: &FactKey) -> Option<(ObjectId, Decode)> {
    if let FactKey::Certificate { object } = key {
        return Some((*object, material::certificate_of));
    }
    if let FactKey::PrivateKey { object } = key {
        return Some((*object, material::private_key_of));
    }
    None
}

fn decode(gathering: &Gathering<'_>, key: &FactKey) -> Readiness {
    let object = |id: ObjectId| gathering.objects.get(usize::from(id.0));
    let found = decoded(key).and_then(|(id, decode)| Some((object(id)?.clone(), decode)));
    let Some((object, decode)) = found else {
        return missing(Gap::NotPlanned, Vec::new());
    };
    let stands_on = key.stands_on(gathering.objects, &gathering.routes);
    // A key may ask for seconds of derivation: sockets must not wait for it.
    let decoding = async move { thread::run(move || decode(&object)).await? };
    alone(decoding, stands_on)
}

impl Gathering<'_> {
    /// A fact that is wanted, but whose probe has not been started.
    pub(super) fn is_unstarted(&self, key: &FactKey) -> bool {
        self.waiting.contains(key)
    }
}
