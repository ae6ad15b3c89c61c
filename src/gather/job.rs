//! What is asked of a probe, and whether it can be asked now.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{Answer, ClientRef, Fact, FactKey, Gap, HelloVariant, TokenFact};
use hybridcheck_core::names::ClientId;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::secret::Secret;

use crate::probes::api::Api;
use crate::probes::link::Link;

/// What can be done about a fact now.
pub(super) enum Readiness {
    /// It is known without asking, or known to be missing; with what it stood on.
    Known(Answer<Box<Fact>>, Vec<FactKey>),
    /// Ask.
    Start(Job),
    /// Something it stands on is still open.
    Wait,
}

/// A call of the API with somebody's token.
pub(super) type Reading =
    Box<dyn for<'r> FnOnce(&'r Api, &'r ClientRef, &'r Secret) -> LocalBoxFuture<'r, Answer<Fact>>>;

/// A call of the API by a probe.
pub(super) fn reading<T>(
    read: impl AsyncFnOnce(&Api, &ClientRef, &Secret) -> Answer<T> + 'static,
) -> Reading
where
    Fact: From<T>,
{
    Box::new(move |api, reader, token| {
        Box::pin(async move { read(api, reader, token).await.map(Fact::from) })
    })
}

/// A request over a verified connection, without any credential.
pub(super) type OverLink = for<'l> fn(&'l Link, Duration) -> LocalBoxFuture<'l, Fact>;

/// A request to a probe, with everything it needs: a kind of way to ask, which several kinds of facts share.
pub(super) enum Job {
    /// A probe that needs nothing that others left.
    Alone {
        probe: LocalBoxFuture<'static, Answer<Fact>>,
        stands_on: Vec<FactKey>,
    },
    Api {
        endpoint: Endpoint,
        route: Route,
        addresses: Vec<SocketAddr>,
        stands_on: Vec<FactKey>,
    },
    /// Over the verified connection of an endpoint.
    OverLink {
        endpoint: Endpoint,
        address: IpAddr,
        route: Route,
        read: OverLink,
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
    /// With a client's token.
    Organization {
        endpoint: Endpoint,
        route: Route,
        addresses: Vec<SocketAddr>,
        reader: ClientRef,
        read: Reading,
        stands_on: Vec<FactKey>,
    },
    /// A login with a signed assertion, as the person that the settings name.
    SamlLogin {
        object: Box<HybridObject>,
        endpoint: Endpoint,
        address: IpAddr,
        route: Route,
        client_id: ClientId,
        secret: Secret,
        stands_on: Vec<FactKey>,
    },
    /// The token of another section that names the same client.
    SharedToken {
        client: ClientRef,
        first: ClientRef,
        fact: Box<TokenFact>,
        stands_on: Vec<FactKey>,
    },
    Tcp {
        remote: SocketAddr,
        base: FactKey,
    },
    Tls {
        endpoint: Endpoint,
        address: IpAddr,
        route: Route,
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
        client: ClientRef,
        endpoint: Endpoint,
        address: IpAddr,
        route: Route,
        client_id: ClientId,
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

pub(super) fn alone(
    probe: impl Future<Output = Answer<Fact>> + 'static,
    stands_on: Vec<FactKey>,
) -> Readiness {
    Readiness::Start(Job::Alone {
        probe: Box::pin(probe),
        stands_on,
    })
}
