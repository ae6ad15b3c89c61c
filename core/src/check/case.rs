//! What a judgement may look at.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::endpoint::{Endpoint, Host, Proof, Route};
use crate::facts::with_kinds;
#[cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "every kind of fact has an accessor here, made from the table of kinds"
    )
)]
use crate::facts::*;
use crate::names::OrgId;
use crate::object::{HybridObject, Opt, Organizations, SAML_AUTH, Stranger};
use crate::outside::Outside;
use crate::policy::Policy;
use crate::region::Regions;
use crate::time::Timestamp;

/// Everything a judgement may look at: an object, the facts, the thresholds, and the day to judge for.
pub struct Case<'a> {
    /// The object judged.
    pub object: &'a HybridObject,
    /// All objects of the run.
    pub objects: &'a [HybridObject],
    /// Objects with our name and another transaction type.
    pub strangers: &'a [Stranger],
    /// Thresholds.
    pub policy: &'a Policy,
    /// The region table.
    pub regions: &'a Regions,
    /// The moment to judge for.
    pub as_of: Timestamp,
    /// The tool's own client takes part in this run.
    pub has_tool_client: bool,
    /// Which of the objects name which organisation, where that was found once for all of them.
    pub organizations: Option<&'a Organizations<'a>>,
    facts: &'a Facts,
    used: RefCell<BTreeSet<FactKey>>,
}

/// Makes the accessors of facts. What belongs to an object is read of the object judged and needs no key.
macro_rules! accessors {
    () => {};
    (
        $name:ident(object: $object:ty $(, $of:ident: $type:ty)*) $(#[$doc:meta])* -> $fact:ty;
        $($rest:tt)*
    ) => {
        $(#[$doc])*
        pub fn $name(&self $(, $of: impl Into<$type>)*) -> Answer<&'a $fact> {
            self.look(FactKey::$name(self.object.id $(, $of)*), Facts::$name)
        }
        accessors! { $($rest)* }
    };
    (
        $name:ident($($of:ident: $type:ty),*) $(#[$doc:meta])* -> $fact:ty;
        $($rest:tt)*
    ) => {
        $(#[$doc])*
        pub fn $name(&self, key: &FactKey) -> Answer<&'a $fact> {
            self.look(key.clone(), Facts::$name)
        }
        accessors! { $($rest)* }
    };
    // Given, never gathered.
    ($name:ident($($of:ident: $type:ty),*); $($rest:tt)*) => {
        accessors! { $($rest)* }
    };
}

impl<'a> Case<'a> {
    with_kinds!(accessors);

    /// Looks a fact up over the route of the run, and notes it.
    fn look<T>(
        &self,
        key: FactKey,
        of: impl FnOnce(&'a Facts, &FactKey) -> Answer<&'a T>,
    ) -> Answer<&'a T> {
        let key = self.asked(key);
        let answer = of(self.facts, &key);
        self.used.borrow_mut().insert(key);
        answer
    }
}

impl<'a> Case<'a> {
    /// A case over facts, as of a moment.
    pub fn new(
        object: &'a HybridObject,
        objects: &'a [HybridObject],
        strangers: &'a [Stranger],
        facts: &'a Facts,
        policy: &'a Policy,
        regions: &'a Regions,
        as_of: Timestamp,
    ) -> Self {
        let used = RefCell::default();
        Self {
            object,
            objects,
            strangers,
            policy,
            regions,
            as_of,
            has_tool_client: false,
            organizations: None,
            facts,
            used,
        }
    }

    /// The objects that name an organisation, in their order.
    pub fn naming(&self, id: &OrgId) -> Vec<&'a HybridObject> {
        match self.organizations {
            Some(known) => known.naming(id).to_vec(),
            None => Organizations::of(self.objects).naming(id).to_vec(),
        }
    }

    /// Forgets and returns which facts and options were looked at; the engine calls it around each judgement.
    pub fn take_used(&self) -> Vec<FactKey> {
        std::mem::take(&mut *self.used.borrow_mut())
            .into_iter()
            .collect()
    }

    /// Notes that a judgement rests on a key.
    pub fn note(&self, key: &FactKey) {
        self.used.borrow_mut().insert(key.clone());
    }

    /// The facts themselves, for causes; looking through them notes nothing.
    pub fn facts(&self) -> &'a Facts {
        self.facts
    }

    /// An option of the object, noted as judged on.
    pub fn option(&self, section: &str, option: &str) -> Option<&'a Opt> {
        self.note(&FactKey::option(self.object.id, section, option));
        self.object.option(section, option)
    }

    /// An option that must be there with a visible value: hidden and missing ones are gaps, so that only the check of presence fails.
    pub fn visible(&self, section: &str, option: &str) -> Answer<&'a Opt> {
        self.note(&FactKey::option(self.object.id, section, option));
        usable_option(self.object, section, option)
    }

    /// The first certificate of the object. What does not decode is a gap here, so that only the check of decoding fails.
    pub fn decoded_certificate(&self) -> Answer<&'a CertificateInfo> {
        let fact = self.certificate()?;
        fact.certificate()
            .ok_or_else(|| Gap::blocked(FactKey::certificate(self.object.id)))
    }

    /// The private key of the object, opened or unprotected; any other outcome is a gap here.
    pub fn decoded_private_key(&self) -> Answer<&'a PrivateKeyInfo> {
        match &self.private_key()?.outcome {
            PrivateKeyOutcome::Decrypted { key, .. } | PrivateKeyOutcome::Unencrypted { key } => {
                Ok(key)
            }
            _ => Err(Gap::blocked(FactKey::private_key(self.object.id))),
        }
    }

    /// Every nameserver's answers for a host, in order of the key.
    pub fn dns_of(&self, host: &Host) -> Vec<(std::net::SocketAddr, Answer<&'a DnsFact>)> {
        let mut all = Vec::new();
        for entry in self.facts.between(FactKey::of_any_nameserver(host)) {
            if let FactKey::Dns { nameserver, .. } = &entry.key {
                all.push((*nameserver, self.dns(&entry.key)));
            }
        }
        all
    }

    /// The route that requests to an endpoint take in this run; looking notes nothing.
    pub fn route(&self, endpoint: &Endpoint) -> Route {
        self.facts
            .routing(&FactKey::routing(endpoint))
            .map(|fact| fact.route.clone())
            .unwrap_or_default()
    }

    /// The same question over the route of the run, where a check or cause named the direct one without knowing better.
    pub fn over(&self, key: FactKey) -> FactKey {
        if let FactKey::Tls {
            endpoint,
            route: Route::Direct,
            ..
        } = &key
        {
            let route = self.route(endpoint);
            return key.by(route);
        }
        self.asked(key)
    }

    /// A question to an endpoint over the route of the run: checks ask without knowing it. A handshake's address decides its route.
    fn asked(&self, key: FactKey) -> FactKey {
        match key.whose() {
            Whose::Endpoint(endpoint, Route::Direct) => {
                let route = self.route(endpoint);
                key.by(route)
            }
            Whose::Endpoint(_, Route::Proxy(_))
            | Whose::Address(..)
            | Whose::Client(_)
            | Whose::Host(_)
            | Whose::Machine
            | Whose::Object(_)
            | Whose::Organization(_)
            | Whose::Person(_) => key,
        }
    }

    /// The gap with what blocks it over the route of the run.
    pub fn gap_over(&self, gap: Gap) -> Gap {
        match gap {
            Gap::Blocked { by } => Gap::blocked(self.over(*by)),
            other => other,
        }
    }

    /// The direct TCP connections to every address of an endpoint.
    pub fn tcp_of(&self, endpoint: &Endpoint) -> Vec<(IpAddr, Answer<&'a TcpFact>)> {
        let at = |address| FactKey::tcp(endpoint, address);
        self.at_addresses(&Route::Direct, at, Facts::tcp)
    }

    /// The TLS handshakes with every address of an endpoint over the route of the run.
    pub fn tls_of(&self, endpoint: &Endpoint) -> Vec<(IpAddr, Answer<&'a TlsFact>)> {
        self.tls_over(endpoint, &self.route(endpoint))
    }

    /// The TLS handshakes with every address of an endpoint over one route.
    pub fn tls_over(
        &self,
        endpoint: &Endpoint,
        route: &Route,
    ) -> Vec<(IpAddr, Answer<&'a TlsFact>)> {
        let at = |address| FactKey::tls(endpoint, address);
        self.at_addresses(route, at, Facts::tls)
    }

    /// The answers to CONNECT for an endpoint, at every address of the proxy of the run's route.
    pub fn tunnels_of(&self, endpoint: &Endpoint) -> Vec<(IpAddr, Answer<&'a TunnelFact>)> {
        let at = |address| FactKey::tunnel(endpoint, address);
        self.at_addresses(&self.route(endpoint), at, Facts::tunnel)
    }

    /// The facts of a kind at every address over one route, in order of the key.
    fn at_addresses<T>(
        &self,
        route: &Route,
        at: impl Fn(IpAddr) -> FactKey,
        of: impl Fn(&'a Facts, &FactKey) -> Answer<&'a T>,
    ) -> Vec<(IpAddr, Answer<&'a T>)> {
        self.keys_at(route, at)
            .map(|(address, key)| (address, self.look(key.clone(), &of)))
            .collect()
    }

    /// The keys of a kind at every address over one route; looking notes nothing.
    fn keys_at<'r>(
        &self,
        route: &'r Route,
        at: impl Fn(IpAddr) -> FactKey,
    ) -> impl Iterator<Item = (IpAddr, &'a FactKey)> {
        let keys = FactKey::at_any_address(|address| at(address).by(route));
        self.facts.between(keys).filter_map(move |entry| {
            if let Whose::Address(_, address, over) = entry.key.whose()
                && over == route
            {
                Some((address, &entry.key))
            } else {
                None
            }
        })
    }

    /// The clients of this object that are asked for a client-credentials token: every service section but `saml_auth`.
    pub fn service_clients(&self) -> Vec<ClientRef> {
        service_clients(self.object)
    }

    /// The highest level proven for an endpoint; looking notes nothing.
    pub fn proof(&self, endpoint: &Endpoint) -> Proof {
        self.proof_over(endpoint, &self.route(endpoint))
    }

    /// The highest level proven for an endpoint over one route; looking notes nothing.
    pub fn proof_over(&self, endpoint: &Endpoint, route: &Route) -> Proof {
        let facts = self.facts;
        let genuine = [
            facts
                .discovery(&FactKey::discovery(endpoint).by(route))
                .is_ok_and(is_genuine_discovery(endpoint)),
            facts
                .api_probe(&FactKey::api_probe(endpoint).by(route))
                .is_ok_and(|fact| fact.error.is_some()),
        ];
        if genuine.contains(&true) {
            return Proof::GenuineAnswer;
        }
        let mut handshakes = self.keys_at(route, |address| FactKey::tls(endpoint, address));
        if handshakes.any(|(_, key)| facts.tls(key).is_ok_and(TlsFact::is_trusted)) {
            return Proof::TlsIdentity;
        }
        let is_connected = |key: &FactKey| {
            let fact = facts.tcp(key);
            fact.is_ok_and(|fact| fact.outcome == TcpOutcome::Connected)
        };
        let is_open = |key: &FactKey| {
            let fact = facts.tunnel(key);
            fact.is_ok_and(|fact| fact.outcome == TunnelOutcome::Open)
        };
        let mut sockets = self.keys_at(route, |address| FactKey::tcp(endpoint, address));
        let mut tunnels = self.keys_at(route, |address| FactKey::tunnel(endpoint, address));
        if sockets.any(|(_, key)| is_connected(key)) || tunnels.any(|(_, key)| is_open(key)) {
            return Proof::Connects;
        }
        // Behind a proxy this host's own look-up proves nothing about the way.
        let addresses = facts.addresses(&FactKey::addresses(&endpoint.host));
        let is_named = addresses.is_ok_and(|fact| !fact.addresses.is_empty());
        if is_named && *route == Route::Direct {
            Proof::Resolves
        } else {
            Proof::Nothing
        }
    }
}

fn is_genuine_discovery(endpoint: &Endpoint) -> impl Fn(&DiscoveryFact) -> bool {
    let expected = format!("https://{}", endpoint.host);
    move |fact| {
        fact.document
            .as_ref()
            .is_some_and(|document| document.issuer.raw().trim_end_matches('/') == expected)
    }
}

/// The clients of an object that are asked for a client-credentials token: every service section but `saml_auth`.
pub fn service_clients(object: &HybridObject) -> Vec<ClientRef> {
    let sections = object.services().into_iter().filter(|section| {
        !section.eq_ignore_ascii_case(SAML_AUTH) && object.is_client(section.raw())
    });
    sections
        .map(|section| ClientRef::Service {
            object: object.id,
            section: section.clone(),
        })
        .collect()
}
