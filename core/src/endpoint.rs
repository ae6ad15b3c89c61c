//! Hosts, endpoints and the routes to them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::outside::{Outside, Shown};

/// A name of the DNS has at most so many characters (RFC 1035 section 2.3.4).
const LONGEST_NAME: usize = 253;

/// A host name in lower case without a trailing dot, or an IP address literal.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct Host(Outside);

impl Host {
    /// Normalises a name: lower case, no trailing dot, no brackets round an IPv6 literal.
    pub fn of(name: &str) -> Self {
        let name = name
            .trim_start_matches('[')
            .trim_end_matches(']')
            .trim_end_matches('.');
        Self(name.to_ascii_lowercase().into())
    }

    /// The normalised text, to be compared, parsed or sent, never to be shown.
    pub fn as_str(&self) -> &str {
        self.0.raw()
    }

    /// The text as it may be shown, cut at a number of characters.
    pub fn shown(&self, cap: usize) -> Shown<'_> {
        self.0.shown(cap)
    }

    /// The address, when the host is a literal.
    pub fn literal(&self) -> Option<std::net::IpAddr> {
        self.0.raw().parse().ok()
    }
}

impl From<&Host> for Host {
    fn from(host: &Host) -> Self {
        host.clone()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Facts that somebody else saved may hold any text here; a name of the DNS is never longer.
        self.0.shown(LONGEST_NAME).fmt(f)
    }
}

/// A host and a TCP port.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Endpoint {
    /// The host.
    pub host: Host,
    /// The TCP port.
    pub port: u16,
}

impl From<&Endpoint> for Endpoint {
    fn from(endpoint: &Endpoint) -> Self {
        endpoint.clone()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.as_str().contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// How an endpoint is reached; part of every network fact's key.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Straight from this host.
    #[default]
    Direct,
    /// Through an explicit HTTP proxy, by CONNECT.
    Proxy(Endpoint),
}

impl From<&Route> for Route {
    fn from(route: &Route) -> Self {
        route.clone()
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct => f.write_str("direct"),
            Self::Proxy(proxy) => write!(f, "through proxy {proxy}"),
        }
    }
}

/// The routes of a run: which way the requests to each endpoint go, direct unless it says otherwise, and the ways measured for comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes(std::collections::BTreeMap<Endpoint, (Route, Vec<Route>)>);

impl Routes {
    /// Sets the route to an endpoint and the others.
    pub fn set(&mut self, endpoint: Endpoint, route: Route, others: Vec<Route>) {
        self.0.insert(endpoint, (route, others));
    }

    /// The route to an endpoint.
    pub fn of(&self, endpoint: &Endpoint) -> Route {
        let known = self.0.get(endpoint);
        known.map(|(route, _)| route.clone()).unwrap_or_default()
    }

    /// The other routes to an endpoint, measured for comparison.
    pub fn others(&self, endpoint: &Endpoint) -> &[Route] {
        self.0.get(endpoint).map_or(&[], |(_, others)| others)
    }
}

/// How far an endpoint has been proven, lowest first: reachability is never a bare yes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nothing is proven.
    Nothing,
    /// The name resolves.
    Resolves,
    /// A TCP connection was accepted (by whom is not known yet).
    Connects,
    /// TLS with a trusted chain for this name.
    TlsIdentity,
    /// The service's own answer.
    GenuineAnswer,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing proven",
            Self::Resolves => "resolves",
            Self::Connects => "connects",
            Self::TlsIdentity => "genuine TLS identity",
            Self::GenuineAnswer => "genuine answer of the service",
        })
    }
}
