//! The vocabulary of facts: their keys, what each stands on, and what gathering it does to the world.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::HelloVariant;
use crate::endpoint::{Endpoint, Host, Route, Routes};
use crate::object::{HybridObject, ObjectId, SAML_AUTH};

/// An OAuth client: the one of a service section, or the tool's own.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClientRef {
    /// The client of a section of an object.
    Service {
        /// The object.
        object: ObjectId,
        /// The section.
        section: String,
    },
    /// A person who logged in with the client of `[saml_auth]`.
    Person {
        /// The object.
        object: ObjectId,
    },
    /// hybridcheck's own read-only client, used at the object's organisation.
    Tool {
        /// The object.
        object: ObjectId,
    },
}

impl ClientRef {
    /// The object this client belongs to.
    pub fn object(&self) -> ObjectId {
        match self {
            Self::Person { object } | Self::Service { object, .. } | Self::Tool { object } => {
                *object
            }
        }
    }
}

impl fmt::Display for ClientRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service { section, .. } => {
                write!(f, "the client of [{}]", crate::text::visible(section, 60))
            }
            Self::Person { .. } => f.write_str("the person who logged in"),
            Self::Tool { .. } => f.write_str("the tool's own client"),
        }
    }
}

/// The identity of a fact.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum FactKey {
    /// The addresses used for a host, and who said so.
    Addresses {
        /// The host.
        host: Host,
    },
    /// An API call without a token, on the API host.
    ApiProbe {
        /// The API endpoint.
        endpoint: Endpoint,
        /// The route.
        route: Route,
    },
    /// The decoded `saml/certificate`.
    Certificate {
        /// The object.
        object: ObjectId,
    },
    /// A client of a section as the organisation keeps it.
    ClientRecord {
        /// The client.
        client: ClientRef,
    },
    /// The verified connection to an endpoint that later requests use.
    Connection {
        /// The endpoint.
        endpoint: Endpoint,
        /// The route.
        route: Route,
    },
    /// The OAuth discovery document of an auth host (RFC 8414).
    Discovery {
        /// The auth endpoint.
        endpoint: Endpoint,
        /// The route.
        route: Route,
    },
    /// One nameserver's answers for a host, A and AAAA apart.
    Dns {
        /// The host.
        host: Host,
        /// The nameserver asked.
        nameserver: SocketAddr,
    },
    /// What a client may do, asked with its own token.
    Grants {
        /// The client.
        client: ClientRef,
    },
    /// Another ClientHello at an address.
    Hello {
        /// The endpoint.
        endpoint: Endpoint,
        /// The address.
        address: IpAddr,
        /// The route.
        route: Route,
        /// Which ClientHello.
        variant: HelloVariant,
    },
    /// What the hosts file says of a host.
    HostsFile {
        /// The host.
        host: Host,
    },
    /// All identity providers of the organisation.
    Idps {
        /// The object.
        object: ObjectId,
    },
    /// The person that a token is for.
    Me {
        /// The object.
        object: ObjectId,
    },
    /// An option of the object itself: given, never gathered; causes name it as what is broken.
    Option {
        /// The object.
        object: ObjectId,
        /// The section.
        section: String,
        /// The option.
        option: String,
    },
    /// The organisation, as the API describes it.
    Organization {
        /// The object.
        object: ObjectId,
    },
    /// How far packets get on the way to an address; gathered after a connection failed.
    Path {
        /// The endpoint.
        endpoint: Endpoint,
        /// The address.
        address: IpAddr,
    },
    /// The permissions of a domain that exist in the organisation.
    Permissions {
        /// The object.
        object: ObjectId,
        /// The domain, such as `journey`.
        domain: String,
    },
    /// The decoded and, if possible, decrypted `saml/pkey`.
    PrivateKey {
        /// The object.
        object: ObjectId,
    },
    /// The products enabled in the organisation.
    Products {
        /// The object.
        object: ObjectId,
    },
    /// The `PureEngage` identity provider.
    PureengageIdp {
        /// The object.
        object: ObjectId,
    },
    /// Whether any address of an endpoint accepts TCP.
    Reach {
        /// The endpoint.
        endpoint: Endpoint,
    },
    /// The second look at the object's source after something was refused.
    Reread {
        /// The object.
        object: ObjectId,
    },
    /// The nameservers of this host.
    Resolver,
    /// The roles of the organisation.
    Roles {
        /// The object.
        object: ObjectId,
    },
    /// How the route to an endpoint was chosen.
    Routing {
        /// The endpoint.
        endpoint: Endpoint,
    },
    /// A login with a signed assertion, as a person.
    SamlLogin {
        /// The object.
        object: ObjectId,
    },
    /// The system's own look-up of a host.
    SystemLookup {
        /// The host.
        host: Host,
    },
    /// A TCP connection to one address.
    Tcp {
        /// The endpoint.
        endpoint: Endpoint,
        /// The address.
        address: IpAddr,
        /// The route.
        route: Route,
    },
    /// A TLS handshake with one address; on a route through a proxy, the proxy's address.
    Tls {
        /// The endpoint.
        endpoint: Endpoint,
        /// The address.
        address: IpAddr,
        /// The route.
        route: Route,
    },
    /// A client-credentials token.
    Token {
        /// The client.
        client: ClientRef,
    },
    /// The end of a token, when all that was to be read with it is read.
    TokenEnd {
        /// The client.
        client: ClientRef,
    },
    /// What the API says about a token and its client.
    TokenInfo {
        /// The client.
        client: ClientRef,
    },
    /// A proxy's answer to CONNECT, at one address of the proxy.
    Tunnel {
        /// The endpoint asked for.
        endpoint: Endpoint,
        /// The proxy's address.
        address: IpAddr,
        /// The route.
        route: Route,
    },
    /// What a host answers to a plain request for `/`.
    Web {
        /// The endpoint.
        endpoint: Endpoint,
        /// The route.
        route: Route,
    },
}

impl FactKey {
    /// The facts this one stands on as far as they are known before gathering; addresses and nameservers are follow-ups.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each kind of fact, in the order of the vocabulary"
    )]
    pub fn stands_on(&self, objects: &[HybridObject], routes: &Routes) -> Vec<Self> {
        let object = |id: ObjectId| objects.get(usize::from(id.0));
        let url = |id: ObjectId, name: &str| Self::option(id, "general", name);
        let connection = |endpoint: Endpoint| Self::Connection {
            route: routes.of(&endpoint),
            endpoint,
        };
        match self {
            Self::HostsFile { .. }
            | Self::Option { .. }
            | Self::Reread { .. }
            | Self::Resolver
            | Self::Routing { .. }
            | Self::SystemLookup { .. } => Vec::new(),
            Self::Certificate { object } => vec![Self::option(*object, "saml", "certificate")],
            Self::PrivateKey { object } => {
                vec![
                    Self::option(*object, "saml", "pkey"),
                    Self::option(*object, "saml", "password"),
                ]
            }
            Self::Addresses { .. } | Self::Dns { .. } => vec![Self::Resolver],
            Self::Connection {
                endpoint: to,
                route: Route::Direct,
            }
            | Self::Connection {
                route: Route::Proxy(to),
                ..
            }
            | Self::Reach { endpoint: to }
            | Self::Tcp { endpoint: to, .. } => {
                vec![Self::Addresses {
                    host: to.host.clone(),
                }]
            }
            Self::Path { endpoint, address } => vec![Self::Tcp {
                endpoint: endpoint.clone(),
                address: *address,
                route: Route::Direct,
            }],
            Self::Tunnel { address, route, .. } => match route {
                Route::Direct => Vec::new(),
                Route::Proxy(proxy) => vec![Self::Tcp {
                    endpoint: proxy.clone(),
                    address: *address,
                    route: Route::Direct,
                }],
            },
            Self::Hello {
                endpoint,
                address,
                route,
                ..
            } => vec![Self::socket(endpoint, *address, route)],
            Self::Tls {
                endpoint,
                address,
                route,
            } => {
                vec![Self::socket(endpoint, *address, route)]
            }
            Self::Discovery { endpoint, route }
            | Self::ApiProbe { endpoint, route }
            | Self::Web { endpoint, route } => {
                vec![Self::Connection {
                    endpoint: endpoint.clone(),
                    route: route.clone(),
                }]
            }
            Self::Token { client } => {
                let id = client.object();
                let mut on = vec![url(id, "base_auth_url")];
                if let ClientRef::Service { section, .. } = client {
                    on.push(Self::option(id, section, "client_id"));
                    on.push(Self::option(id, section, "password"));
                }
                on.extend(
                    object(id)
                        .and_then(HybridObject::auth_endpoint)
                        .map(connection),
                );
                on
            }
            Self::SamlLogin { object: id } => {
                let mut on = vec![
                    url(*id, "base_auth_url"),
                    url(*id, "organization_sname"),
                    Self::option(*id, SAML_AUTH, "client_id"),
                    Self::option(*id, SAML_AUTH, "password"),
                    Self::option(*id, "saml", "issuer"),
                    Self::Certificate { object: *id },
                    Self::PrivateKey { object: *id },
                ];
                on.extend(
                    object(*id)
                        .and_then(HybridObject::auth_endpoint)
                        .map(connection),
                );
                on
            }
            Self::TokenInfo { client } | Self::Grants { client } | Self::TokenEnd { client } => {
                let id = client.object();
                let mut on = vec![Self::token_of(client), url(id, "base_service_url")];
                on.extend(
                    object(id)
                        .and_then(HybridObject::api_endpoint)
                        .map(connection),
                );
                on
            }
            Self::Me { object: id } => {
                let mut on = vec![
                    Self::SamlLogin { object: *id },
                    url(*id, "base_service_url"),
                ];
                on.extend(
                    object(*id)
                        .and_then(HybridObject::api_endpoint)
                        .map(connection),
                );
                on
            }
            Self::ClientRecord { client } => {
                let id = client.object();
                let mut on = vec![url(id, "base_service_url")];
                if let ClientRef::Service { section, .. } = client {
                    on.push(Self::option(id, section, "client_id"));
                }
                on.extend(
                    object(id)
                        .and_then(HybridObject::api_endpoint)
                        .map(connection),
                );
                on
            }
            Self::Idps { object: id }
            | Self::Organization { object: id }
            | Self::Permissions { object: id, .. }
            | Self::Products { object: id }
            | Self::PureengageIdp { object: id }
            | Self::Roles { object: id } => {
                let mut on = vec![url(*id, "base_service_url")];
                on.extend(
                    object(*id)
                        .and_then(HybridObject::api_endpoint)
                        .map(connection),
                );
                on
            }
        }
    }

    /// The key of the fact that brings a client's token.
    pub fn token_of(client: &ClientRef) -> Self {
        match client {
            ClientRef::Person { object } => Self::SamlLogin { object: *object },
            client => Self::Token {
                client: client.clone(),
            },
        }
    }

    /// The object whose organisation a fact is read from, when it is read with any client that may.
    pub fn of_organization(&self) -> Option<ObjectId> {
        match self {
            Self::Idps { object }
            | Self::Organization { object }
            | Self::Permissions { object, .. }
            | Self::Products { object }
            | Self::PureengageIdp { object }
            | Self::Roles { object } => Some(*object),
            Self::ClientRecord { client } => Some(client.object()),
            _ => None,
        }
    }

    /// The object of a fact that the token endpoint or the API answers for.
    pub fn of_cloud(&self) -> Option<ObjectId> {
        match self {
            Self::Grants { client }
            | Self::Token { client }
            | Self::TokenEnd { client }
            | Self::TokenInfo { client } => Some(client.object()),
            Self::Me { object } | Self::SamlLogin { object } => Some(*object),
            other => other.of_organization(),
        }
    }

    /// The key of an option.
    pub fn option(object: ObjectId, section: &str, option: &str) -> Self {
        Self::Option {
            object,
            section: section.to_owned(),
            option: option.to_owned(),
        }
    }

    /// The key of what a handshake at an address stands on: the connection itself, or the proxy's tunnel.
    pub fn socket(endpoint: &Endpoint, address: IpAddr, route: &Route) -> Self {
        let (endpoint, route) = (endpoint.clone(), route.clone());
        match route {
            Route::Direct => Self::Tcp {
                endpoint,
                address,
                route,
            },
            Route::Proxy(_) => Self::Tunnel {
                endpoint,
                address,
                route,
            },
        }
    }

    /// The same question over the route of the run: checks ask for an endpoint's facts without knowing it.
    #[must_use]
    pub fn over(mut self, routes: &Routes) -> Self {
        if let Self::ApiProbe { endpoint, route }
        | Self::Connection { endpoint, route }
        | Self::Discovery { endpoint, route }
        | Self::Web { endpoint, route } = &mut self
        {
            *route = routes.of(endpoint);
        }
        self
    }

    /// The key of the direct connection to an endpoint.
    pub fn connection(endpoint: Endpoint) -> Self {
        Self::Connection {
            endpoint,
            route: Route::Direct,
        }
    }
}

impl fmt::Display for FactKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Addresses { host } => write!(f, "addresses of {host}"),
            Self::ApiProbe { endpoint, .. } => write!(f, "API call without a token at {endpoint}"),
            Self::Certificate { .. } => f.write_str("saml/certificate, decoded"),
            Self::ClientRecord { client } => {
                write!(f, "client as the organisation keeps it, {client}")
            }
            Self::Connection {
                endpoint,
                route: Route::Direct,
            } => write!(f, "verified connection to {endpoint}"),
            Self::Connection { endpoint, route } => {
                write!(f, "verified connection to {endpoint} {route}")
            }
            Self::Discovery { endpoint, .. } => write!(f, "discovery document of {endpoint}"),
            Self::Dns { host, nameserver } => write!(f, "DNS answer of {nameserver} for {host}"),
            Self::Grants { client } => write!(f, "roles and permissions, {client}"),
            Self::Hello {
                endpoint,
                address,
                variant,
                ..
            } => write!(f, "{variant} to {endpoint} at {address}"),
            Self::HostsFile { host } => write!(f, "hosts file on {host}"),
            Self::Idps { .. } => f.write_str("identity providers"),
            Self::Me { .. } => f.write_str("person who logged in"),
            Self::Option {
                section, option, ..
            } => {
                write!(f, "option {}/{option}", crate::text::visible(section, 60))
            }
            Self::Organization { .. } => f.write_str("organisation"),
            Self::Path { endpoint, address } => write!(f, "path to {endpoint} at {address}"),
            Self::Permissions { domain, .. } => write!(
                f,
                "permissions of domain {} in the organisation",
                crate::text::visible(domain, 40)
            ),
            Self::PrivateKey { .. } => f.write_str("saml/pkey, decrypted"),
            Self::Products { .. } => f.write_str("products of the organisation"),
            Self::PureengageIdp { .. } => f.write_str("PureEngage identity provider"),
            Self::Reach { endpoint } => write!(f, "TCP to any address of {endpoint}"),
            Self::Reread { .. } => f.write_str("second reading of the object"),
            Self::Resolver => f.write_str("nameservers of this host"),
            Self::Roles { .. } => f.write_str("roles of the organisation"),
            Self::Routing { endpoint } => write!(f, "route to {endpoint}"),
            Self::SamlLogin { .. } => f.write_str("login with a signed assertion"),
            Self::SystemLookup { host } => write!(f, "this system's look-up of {host}"),
            Self::Tcp {
                endpoint, address, ..
            } => write!(f, "TCP to {endpoint} at {address}"),
            Self::Tls {
                endpoint,
                address,
                route: Route::Direct,
            } => write!(f, "TLS with {endpoint} at {address}"),
            Self::Tls {
                endpoint, route, ..
            } => write!(f, "TLS with {endpoint} {route}"),
            Self::Token { client } => write!(f, "token, {client}"),
            Self::TokenEnd { client } => write!(f, "end of the token, {client}"),
            Self::TokenInfo { client } => write!(f, "token info, {client}"),
            Self::Tunnel {
                endpoint, route, ..
            } => write!(f, "tunnel to {endpoint} {route}"),
            Self::Web { endpoint, .. } => write!(f, "answer of https://{endpoint}/"),
        }
    }
}
