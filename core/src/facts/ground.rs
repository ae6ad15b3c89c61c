//! What keys name by id or leave open, and a run settles: its objects, and the routes to its endpoints.
#![deny(clippy::wildcard_enum_match_arm)]

use super::{ClientRef, FactKey};
use crate::endpoint::{Endpoint, Host, Route, Routes};
use crate::object::{HybridObject, ObjectId, SAML_AUTH};

/// The objects and routes of a run, on which the table of kinds says what a fact stands on and what `plan` prints for it.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) objects: &'a [HybridObject],
    pub(super) routes: &'a Routes,
}

impl Ground<'_> {
    fn object(&self, id: ObjectId) -> Option<&HybridObject> {
        self.objects.get(usize::from(id.0))
    }

    fn connection(&self, endpoint: &Endpoint) -> FactKey {
        FactKey::connection(endpoint).by(self.routes.of(endpoint))
    }

    /// What a call of an object's API stands on.
    pub(super) fn api(&self, id: ObjectId) -> Vec<FactKey> {
        let endpoint = self.object(id).and_then(HybridObject::api_endpoint);
        let url = FactKey::option(id, "general", "base_service_url");
        let connection = endpoint.map(|endpoint| self.connection(&endpoint));
        [url].into_iter().chain(connection).collect()
    }

    /// What a call with a client's own token stands on.
    pub(super) fn with_token(&self, client: &ClientRef) -> Vec<FactKey> {
        let api = self.api(client.object());
        [FactKey::token_of(client)].into_iter().chain(api).collect()
    }

    /// What the record of a client stands on.
    pub(super) fn record(&self, client: &ClientRef) -> Vec<FactKey> {
        let mut on = self.api(client.object());
        if let ClientRef::Service { object, section } = client {
            on.insert(1, FactKey::option(*object, section, "client_id"));
        }
        on
    }

    /// What a request for a client's token stands on.
    pub(super) fn token(&self, client: &ClientRef) -> Vec<FactKey> {
        let id = client.object();
        let mut on = vec![FactKey::option(id, "general", "base_auth_url")];
        if let ClientRef::Service { section, .. } = client {
            on.push(FactKey::option(id, section, "client_id"));
            on.push(FactKey::option(id, section, "password"));
        }
        on.extend(self.auth(id));
        on
    }

    /// What a login with a signed assertion stands on.
    pub(super) fn login(&self, id: ObjectId) -> Vec<FactKey> {
        let mut on = vec![
            FactKey::option(id, "general", "base_auth_url"),
            FactKey::option(id, "general", "organization_sname"),
            FactKey::option(id, SAML_AUTH, "client_id"),
            FactKey::option(id, SAML_AUTH, "password"),
            FactKey::option(id, "saml", "issuer"),
            FactKey::certificate(id),
            FactKey::private_key(id),
        ];
        on.extend(self.auth(id));
        on
    }

    fn auth(&self, id: ObjectId) -> Option<FactKey> {
        let endpoint = self.object(id)?.auth_endpoint()?;
        Some(self.connection(&endpoint))
    }

    /// The call of the API that a fact is read with, at the host of an object.
    pub(super) fn call(&self, key: &FactKey, id: ObjectId) -> String {
        let endpoint = self.object(id).and_then(HybridObject::api_endpoint);
        let host = endpoint.map_or_else(|| "the API host".into(), |to| to.host.to_string());
        let call = key.api_call().and_then(|call| call.call.split_once(' '));
        let (method, path) = call.unwrap_or_default();
        format!("{method} https://{host}{path}")
    }

    /// A request to the token endpoint of an object's auth host.
    pub(super) fn token_request(&self, id: ObjectId) -> String {
        let endpoint = self.object(id).and_then(HybridObject::auth_endpoint);
        let host = endpoint.map_or_else(|| "the auth host".into(), |to| to.host.to_string());
        format!("POST https://{host}/oauth/token")
    }

    /// How a route to an endpoint is told: not at all where it is the only one.
    pub(super) fn way(&self, endpoint: &Endpoint, route: &Route) -> String {
        let own = self.routes.of(endpoint);
        if *route != own {
            format!(", {route}, for comparison")
        } else if own == Route::Direct {
            String::new()
        } else {
            format!(", {route}")
        }
    }

    /// What a connection does, in the words of what goes over the wire.
    pub(super) fn connecting(&self, endpoint: &Endpoint, route: &Route) -> String {
        match route {
            Route::Direct => format!(
                "connect to every address of {endpoint}, with a TLS handshake each{}; where one succeeds, a second connection with a large \
                 ClientHello and TCP to the revocation hosts (CRL, OCSP; port 80) named in the served chain; where one is cut, a connection \
                 each with a neutral server name (example.com) and with TLS 1.1, to the same address",
                self.way(endpoint, route)
            ),
            Route::Proxy(proxy) => format!(
                "ask every address of proxy {proxy} for a tunnel to {endpoint}, with a TLS handshake each{}",
                if self.routes.of(endpoint) == *route {
                    ""
                } else {
                    ", for comparison"
                }
            ),
        }
    }

    /// How the route to an endpoint was chosen, and the same connection over the other routes, where this is the run's own.
    pub(super) fn beside_connection(&self, endpoint: &Endpoint, route: &Route) -> Vec<FactKey> {
        if *route != self.routes.of(endpoint) {
            return Vec::new();
        }
        let others = self.over_others(&FactKey::connection(endpoint), endpoint, route);
        [FactKey::routing(endpoint)]
            .into_iter()
            .chain(others)
            .collect()
    }

    /// A question over the run's own route, asked over the others too.
    pub(super) fn over_others(
        &self,
        key: &FactKey,
        endpoint: &Endpoint,
        route: &Route,
    ) -> Vec<FactKey> {
        if *route != self.routes.of(endpoint) {
            return Vec::new();
        }
        let others = self.routes.others(endpoint).iter();
        others.map(|other| key.clone().by(other)).collect()
    }
}

/// The host that a route to an endpoint begins with.
pub(super) fn first<'a>(endpoint: &'a Endpoint, route: &'a Route) -> &'a Host {
    match route {
        Route::Direct => &endpoint.host,
        Route::Proxy(proxy) => &proxy.host,
    }
}

/// What a tunnel stands on: the connection to the proxy's address.
pub(super) fn to_proxy(address: std::net::IpAddr, route: &Route) -> Vec<FactKey> {
    match route {
        Route::Direct => Vec::new(),
        Route::Proxy(proxy) => vec![FactKey::tcp(proxy, address)],
    }
}
