//! What is asked of a probe, and whether it can be asked now.

use std::net::{IpAddr, SocketAddr};

use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{Answer, ClientRef, Fact, FactKey, Gap, HelloVariant, TokenFact};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::secret::Secret;

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
