//! Canned facts behind an explicit proxy: the healthy facts over the proxy's route, with the direct way measured for comparison.

use std::net::IpAddr;

use hybridcheck_core::endpoint::{Endpoint, Host, Route, Routes};
use hybridcheck_core::facts::{
    AddressSource, AddressesFact, Fact, FactKey, Facts, HttpAnswer, Recorded, RoutingFact,
    TcpOutcome, TunnelFact, TunnelOutcome,
};
use hybridcheck_core::object::HybridObject;

use crate::facts::{attempt, dns_addresses, dns_key, tcp, took};

/// The canned proxy.
pub fn proxy() -> Endpoint {
    Endpoint {
        host: Host::of("proxy.acme.example"),
        port: 8080,
    }
}

/// Its only address.
pub fn address() -> IpAddr {
    IpAddr::from([10, 0, 0, 80])
}

/// The route through it.
pub fn route() -> Route {
    Route::Proxy(proxy())
}

/// Key of the connection to it.
pub fn proxy_tcp_key() -> FactKey {
    FactKey::tcp(proxy(), address())
}

/// Key of its answer for an endpoint.
pub fn tunnel_key(endpoint: &Endpoint) -> FactKey {
    FactKey::tunnel(endpoint, address()).by(route())
}

/// How the route was chosen.
pub fn routing() -> RoutingFact {
    RoutingFact {
        route: route(),
        why: "through proxy proxy.acme.example:8080, because --proxy is set".into(),
        others: vec![Route::Direct],
        oddities: Vec::new(),
        readings: Vec::new(),
        conflicts: Vec::new(),
        unspoken: None,
    }
}

/// No proxy is known.
pub fn direct() -> RoutingFact {
    RoutingFact {
        route: Route::Direct,
        why: "direct, because no proxy is set".into(),
        others: Vec::new(),
        ..routing()
    }
}

/// A proxy's answer to CONNECT, without a login.
pub fn tunnel(outcome: TunnelOutcome) -> TunnelFact {
    TunnelFact {
        asked: "login.mypurecloud.de:443".into(),
        attempts: vec![attempt(outcome.ending())],
        outcome,
        login_sent: false,
    }
}

/// A refusal with a status and headers.
pub fn refused(status: u16, headers: &[(&str, &str)]) -> TunnelOutcome {
    let headers = headers.iter();
    TunnelOutcome::Refused {
        answer: HttpAnswer {
            status,
            reason: None,
            headers: headers
                .map(|(name, value)| ((*name).to_owned(), (*value).into()))
                .collect(),
            excerpt: String::new().into(),
            truncated: false,
            clock: None,
        },
    }
}

/// The same facts with requests going through the proxy.
pub fn behind(facts: &Facts, object: &HybridObject) -> Facts {
    let endpoints: Vec<Endpoint> = [object.auth_endpoint(), object.api_endpoint()]
        .into_iter()
        .flatten()
        .collect();
    let over = |key: &FactKey| {
        let mut key = key.clone();
        if let FactKey::ApiProbe { route: of, .. }
        | FactKey::Connection { route: of, .. }
        | FactKey::Discovery { route: of, .. } = &mut key
        {
            *of = route();
        }
        key
    };
    let mut all = Facts::default();
    let mut add = |key: FactKey, fact: Fact, stands_on: Vec<FactKey>| {
        all.record(key, Ok(fact), stands_on, took(20));
    };
    let known = |key: FactKey| key.stands_on(&[], &Routes::default());
    let host = proxy().host;
    add(
        dns_key(&host),
        dns_addresses(vec![address()]).into(),
        vec![FactKey::Resolver],
    );
    let addresses = AddressesFact {
        source: AddressSource::Dns,
        addresses: vec![address()],
    };
    add(
        FactKey::addresses(&host),
        addresses.into(),
        vec![dns_key(&host), FactKey::Resolver],
    );
    let open = tcp(address(), proxy().port, TcpOutcome::Connected);
    add(proxy_tcp_key(), open.into(), known(proxy_tcp_key()));
    for endpoint in &endpoints {
        let key = FactKey::routing(endpoint);
        add(key, routing().into(), Vec::new());
        let key = tunnel_key(endpoint);
        add(key.clone(), tunnel(TunnelOutcome::Open).into(), known(key));
        let direct = FactKey::tls(endpoint, crate::facts::addresses_of(&endpoint.host)[0]);
        let key = FactKey::tls(endpoint, address()).by(route());
        if let Ok(fact) = facts.get(&direct) {
            add(key.clone(), fact.clone(), vec![tunnel_key(endpoint)]);
        }
        for (direct, base) in [
            (FactKey::connection(endpoint.clone()), key),
            (
                FactKey::discovery(endpoint),
                over(&FactKey::connection(endpoint.clone())),
            ),
            (
                FactKey::api_probe(endpoint),
                over(&FactKey::connection(endpoint.clone())),
            ),
        ] {
            let fact = match facts.get(&direct) {
                Ok(Fact::Connection(fact)) => {
                    let mut fact = fact.clone();
                    fact.address = address();
                    fact.into()
                }
                Ok(fact) => fact.clone(),
                Err(_) => continue,
            };
            add(over(&direct), fact, vec![base]);
        }
    }
    for entry in facts.entries() {
        if matches!(entry.key, FactKey::ApiProbe { .. }) {
            continue;
        }
        let is_comparison = matches!(entry.key, FactKey::Discovery { .. });
        let stands_on = entry.stands_on.iter();
        let stands_on = stands_on
            .map(|key| {
                if is_comparison {
                    key.clone()
                } else {
                    over(key)
                }
            })
            .collect();
        if let Recorded::Fact(fact) = &entry.outcome {
            all.record(entry.key.clone(), Ok(fact.clone()), stands_on, entry.took);
        }
    }
    all
}
