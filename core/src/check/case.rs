//! What a judgement may look at.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::endpoint::{Endpoint, Host, Proof, Route};
use crate::facts::{
    AddressesFact, Answer, ApiFact, ApiProbeFact, CertificateFact, CertificateInfo, ClientRecord,
    ClientRef, ConnectionFact, DiscoveryFact, DnsFact, FactKey, Facts, Gap, Grants, HelloFact,
    HostsFileFact, HttpFact, IdentityProvider, IdentityProviders, Organization, PathFact,
    Permissions, Person, PrivateKeyFact, PrivateKeyInfo, PrivateKeyOutcome, Products, ReachFact,
    RereadFact, ResolverFact, Roles, RoutingFact, SamlLoginFact, SystemLookupFact, TcpFact,
    TcpOutcome, TlsFact, TokenEndFact, TokenFact, TokenInfo, TunnelFact, TunnelOutcome,
    usable_option,
};
use crate::object::{HybridObject, Opt, SAML_AUTH, Stranger};
use crate::policy::Policy;
use crate::region::Regions;
use crate::time::Timestamp;

/// The first and the last address in the order of keys.
const FIRST_ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);
const LAST_ADDRESS: IpAddr = IpAddr::V6(std::net::Ipv6Addr::from_bits(u128::MAX));

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
    facts: &'a Facts,
    used: RefCell<BTreeSet<FactKey>>,
}

macro_rules! accessors {
    ($($(#[$doc:meta])* $name:ident -> $type:ty;)*) => {
        impl<'a> Case<'a> {
            $($(#[$doc])*
            pub fn $name(&self, key: &FactKey) -> Answer<&'a $type> {
                self.note(key);
                self.facts.$name(key)
            })*
        }
    };
}

accessors! {
    /// The addresses used for a host.
    addresses -> AddressesFact;
    /// A client as the organisation keeps it.
    client_record -> ApiFact<ClientRecord>;
    /// One nameserver's answers.
    dns -> DnsFact;
    /// What a client may do.
    grants -> ApiFact<Grants>;
    /// Another ClientHello at an address.
    hello -> HelloFact;
    /// What the hosts file says of a host.
    hosts_file -> HostsFileFact;
    /// How far packets get on the way to an address.
    path -> PathFact;
    /// Whether any address of an endpoint accepts TCP.
    reach -> ReachFact;
    /// The nameservers.
    resolver -> ResolverFact;
    /// How the route to an endpoint was chosen.
    routing -> RoutingFact;
    /// The system's own look-up of a host.
    system_lookup -> SystemLookupFact;
    /// One TCP connection.
    tcp -> TcpFact;
    /// One TLS handshake.
    tls -> TlsFact;
    /// The end of a token.
    token_end -> TokenEndFact;
    /// A token request.
    token -> TokenFact;
    /// A token's info.
    token_info -> ApiFact<TokenInfo>;
    /// A proxy's answer to CONNECT.
    tunnel -> TunnelFact;
}

macro_rules! routed_accessors {
    ($($(#[$doc:meta])* $name:ident -> $type:ty;)*) => {
        impl<'a> Case<'a> {
            $($(#[$doc])*
            pub fn $name(&self, key: &FactKey) -> Answer<&'a $type> {
                let key = self.over(key.clone());
                self.note(&key);
                self.facts.$name(&key)
            })*
        }
    };
}

// Over the route of the run: checks ask without knowing it.
routed_accessors! {
    /// The API call without a token.
    api_probe -> ApiProbeFact;
    /// The verified connection.
    connection -> ConnectionFact;
    /// The discovery document.
    discovery -> DiscoveryFact;
    /// What a host answers to a plain request.
    web -> HttpFact;
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
            facts,
            used,
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

    /// The decoded certificate of the object.
    pub fn certificate(&self) -> Answer<&'a CertificateFact> {
        let key = FactKey::Certificate {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.certificate(&key)
    }

    /// The decrypted key of the object.
    pub fn private_key(&self) -> Answer<&'a PrivateKeyFact> {
        let key = FactKey::PrivateKey {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.private_key(&key)
    }

    /// The first certificate of the object. What does not decode is a gap here, so that only the check of decoding fails.
    pub fn decoded_certificate(&self) -> Answer<&'a CertificateInfo> {
        let fact = self.certificate()?;
        fact.certificate().ok_or_else(|| {
            Gap::blocked(FactKey::Certificate {
                object: self.object.id,
            })
        })
    }

    /// The private key of the object, opened or unprotected; any other outcome is a gap here.
    pub fn decoded_private_key(&self) -> Answer<&'a PrivateKeyInfo> {
        match &self.private_key()?.outcome {
            PrivateKeyOutcome::Decrypted { key, .. } | PrivateKeyOutcome::Unencrypted { key } => {
                Ok(key)
            }
            _ => Err(Gap::blocked(FactKey::PrivateKey {
                object: self.object.id,
            })),
        }
    }

    /// The organisation of the object.
    pub fn organization(&self) -> Answer<&'a ApiFact<Organization>> {
        let key = FactKey::Organization {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.organization(&key)
    }

    /// The `PureEngage` identity provider of the object's organisation.
    pub fn pureengage_idp(&self) -> Answer<&'a ApiFact<IdentityProvider>> {
        let key = FactKey::PureengageIdp {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.pureengage_idp(&key)
    }

    /// The permissions of a domain that exist in the object's organisation.
    pub fn permissions(&self, domain: &str) -> Answer<&'a ApiFact<Permissions>> {
        let key = FactKey::Permissions {
            object: self.object.id,
            domain: domain.to_owned(),
        };
        self.note(&key);
        self.facts.permissions(&key)
    }

    /// The products enabled in the object's organisation.
    pub fn products(&self) -> Answer<&'a ApiFact<Products>> {
        let key = FactKey::Products {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.products(&key)
    }

    /// The roles of the object's organisation.
    pub fn roles(&self) -> Answer<&'a ApiFact<Roles>> {
        let key = FactKey::Roles {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.roles(&key)
    }

    /// The login with a signed assertion.
    pub fn saml_login(&self) -> Answer<&'a SamlLoginFact> {
        let key = FactKey::SamlLogin {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.saml_login(&key)
    }

    /// The person who logged in.
    pub fn me(&self) -> Answer<&'a ApiFact<Person>> {
        let key = FactKey::Me {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.me(&key)
    }

    /// The second look at the object's source.
    pub fn reread(&self) -> Answer<&'a RereadFact> {
        let key = FactKey::Reread {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.reread(&key)
    }

    /// All identity providers of the object's organisation.
    pub fn idps(&self) -> Answer<&'a ApiFact<IdentityProviders>> {
        let key = FactKey::Idps {
            object: self.object.id,
        };
        self.note(&key);
        self.facts.idps(&key)
    }

    /// Every nameserver's answers for a host, in order of the key.
    pub fn dns_of(&self, host: &Host) -> Vec<(std::net::SocketAddr, Answer<&'a DnsFact>)> {
        let any = |address, port| FactKey::Dns {
            host: host.clone(),
            nameserver: std::net::SocketAddr::new(address, port),
        };
        let mut all = Vec::new();
        for entry in self
            .facts
            .between(&any(FIRST_ADDRESS, 0), &any(LAST_ADDRESS, u16::MAX))
        {
            if let FactKey::Dns { nameserver, .. } = &entry.key {
                all.push((*nameserver, self.dns(&entry.key)));
            }
        }
        all
    }

    /// The route that requests to an endpoint take in this run; looking notes nothing.
    pub fn route(&self, endpoint: &Endpoint) -> Route {
        let key = FactKey::Routing {
            endpoint: endpoint.clone(),
        };
        self.facts
            .routing(&key)
            .map(|fact| fact.route.clone())
            .unwrap_or_default()
    }

    /// The same question over the route of the run, where a check or cause named the direct one without knowing better.
    pub fn over(&self, mut key: FactKey) -> FactKey {
        if let FactKey::ApiProbe { endpoint, route }
        | FactKey::Connection { endpoint, route }
        | FactKey::Discovery { endpoint, route }
        | FactKey::Tls {
            endpoint, route, ..
        }
        | FactKey::Web { endpoint, route } = &mut key
            && *route == Route::Direct
        {
            *route = self.route(endpoint);
        }
        key
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
        let any = |address| FactKey::Tcp {
            endpoint: endpoint.clone(),
            address,
            route: Route::Direct,
        };
        let mut all = Vec::new();
        for entry in self.facts.between(&any(FIRST_ADDRESS), &any(LAST_ADDRESS)) {
            if let FactKey::Tcp { address, .. } = &entry.key {
                all.push((*address, self.tcp(&entry.key)));
            }
        }
        all
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
        let any = |address| FactKey::Tls {
            endpoint: endpoint.clone(),
            address,
            route: route.clone(),
        };
        let mut all = Vec::new();
        for entry in self.facts.between(&any(FIRST_ADDRESS), &any(LAST_ADDRESS)) {
            if let FactKey::Tls {
                address, route: of, ..
            } = &entry.key
                && of == route
            {
                all.push((*address, self.tls(&entry.key)));
            }
        }
        all
    }

    /// The answers to CONNECT for an endpoint, at every address of the proxy of the run's route.
    pub fn tunnels_of(&self, endpoint: &Endpoint) -> Vec<(IpAddr, Answer<&'a TunnelFact>)> {
        let route = self.route(endpoint);
        let any = |address| FactKey::Tunnel {
            endpoint: endpoint.clone(),
            address,
            route: route.clone(),
        };
        let mut all = Vec::new();
        for entry in self.facts.between(&any(FIRST_ADDRESS), &any(LAST_ADDRESS)) {
            if let FactKey::Tunnel {
                address, route: of, ..
            } = &entry.key
                && *of == route
            {
                all.push((*address, self.tunnel(&entry.key)));
            }
        }
        all
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
                .discovery(&FactKey::Discovery {
                    endpoint: endpoint.clone(),
                    route: route.clone(),
                })
                .is_ok_and(is_genuine_discovery(endpoint)),
            facts
                .api_probe(&FactKey::ApiProbe {
                    endpoint: endpoint.clone(),
                    route: route.clone(),
                })
                .is_ok_and(|fact| fact.error.is_some()),
        ];
        if genuine.contains(&true) {
            return Proof::GenuineAnswer;
        }
        let mut proof = Proof::Nothing;
        for entry in facts.entries() {
            let level = match &entry.key {
                // Behind a proxy this host's own look-up proves nothing about the way.
                FactKey::Addresses { host }
                    if *host == endpoint.host && *route == Route::Direct =>
                {
                    facts
                        .addresses(&entry.key)
                        .is_ok_and(|fact| !fact.addresses.is_empty())
                        .then_some(Proof::Resolves)
                }
                FactKey::Tcp { endpoint: of, .. } if of == endpoint && *route == Route::Direct => {
                    facts
                        .tcp(&entry.key)
                        .is_ok_and(|fact| fact.outcome == TcpOutcome::Connected)
                        .then_some(Proof::Connects)
                }
                FactKey::Tunnel {
                    endpoint: of,
                    route: over,
                    ..
                } if of == endpoint && over == route => facts
                    .tunnel(&entry.key)
                    .is_ok_and(|fact| fact.outcome == TunnelOutcome::Open)
                    .then_some(Proof::Connects),
                FactKey::Tls {
                    endpoint: of,
                    route: over,
                    ..
                } if of == endpoint && over == route => facts
                    .tls(&entry.key)
                    .is_ok_and(TlsFact::is_trusted)
                    .then_some(Proof::TlsIdentity),
                _ => None,
            };
            proof = proof.max(level.unwrap_or(Proof::Nothing));
        }
        proof
    }
}

fn is_genuine_discovery(endpoint: &Endpoint) -> impl Fn(&DiscoveryFact) -> bool {
    let expected = format!("https://{}", endpoint.host);
    move |fact| {
        fact.document
            .as_ref()
            .is_some_and(|document| document.issuer.trim_end_matches('/') == expected)
    }
}

/// The clients of an object that are asked for a client-credentials token: every service section but `saml_auth`.
pub fn service_clients(object: &HybridObject) -> Vec<ClientRef> {
    let sections = object
        .services()
        .into_iter()
        .filter(|section| !section.eq_ignore_ascii_case(SAML_AUTH) && object.is_client(section));
    sections
        .map(|section| ClientRef::Service {
            object: object.id,
            section: section.to_owned(),
        })
        .collect()
}
