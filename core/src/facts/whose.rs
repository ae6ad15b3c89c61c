//! Whose a fact is, and in which phase of a run it is gathered.
#![deny(clippy::wildcard_enum_match_arm)]

use std::fmt;
use std::net::IpAddr;

use super::ClientRef;
use crate::endpoint::{Endpoint, Host, Route};
use crate::object::ObjectId;

/// Whose a fact is: who is asked, and on whose behalf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose<'a> {
    /// One address of an endpoint, over a route.
    Address(&'a Endpoint, IpAddr, &'a Route),
    /// A client of the organisation, which speaks for itself with its own credentials or token.
    Client(&'a ClientRef),
    /// An endpoint, over the route that a run takes to it.
    Endpoint(&'a Endpoint, &'a Route),
    /// A host, whoever knows it: this system, its nameservers or the way there.
    Host(&'a Host),
    /// This system itself.
    Machine,
    /// An object: nobody else is asked.
    Object(ObjectId),
    /// The organisation of an object, read with any client that may.
    Organization(ObjectId),
    /// The person who logs in with the client of an object's `[saml_auth]`.
    Person(ObjectId),
}

impl Whose<'_> {
    /// Whether only a login as a person brings it.
    pub fn is_person(&self) -> bool {
        match self {
            Self::Person(_) => true,
            Self::Client(client) => matches!(client, ClientRef::Person { .. }),
            Self::Address(..)
            | Self::Endpoint(..)
            | Self::Host(_)
            | Self::Machine
            | Self::Object(_)
            | Self::Organization(_) => false,
        }
    }
}

/// The phases that a connection goes through, as a report times them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Names.
    Dns,
    /// TCP connections.
    Tcp,
    /// Tunnels through a proxy.
    Proxy,
    /// TLS handshakes.
    Tls,
    /// The verified connection, from its start to its end.
    Connection,
    /// Requests.
    Http,
    /// What is decoded here.
    Local,
}

impl Phase {
    /// Every phase, in the order in which a connection goes through them.
    pub const ALL: [Self; 7] = [
        Self::Dns,
        Self::Tcp,
        Self::Proxy,
        Self::Tls,
        Self::Connection,
        Self::Http,
        Self::Local,
    ];
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Connection => "connection",
            Self::Http => "http",
            Self::Local => "local",
        })
    }
}
