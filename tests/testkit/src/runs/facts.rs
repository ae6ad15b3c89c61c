//! The facts behind the canned runs.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use hybridcheck_core::endpoint::{Endpoint, Host, Routes};
use hybridcheck_core::facts::{
    AddressSource, AddressesFact, Answer, Attempt, ClientRef, ConnectionFact, DiscoveryDocument,
    DiscoveryFact, DnsAnswer, DnsFact, DnsOutcome, Ending, Entry, Fact, FactKey, Facts, Gap,
    HttpAnswer, HttpFact, HttpOutcome, ResolverFact, TcpFact, TcpOutcome, TlsFact, TlsOutcome,
    TokenFact, TokenOutcome, Trust,
};
use hybridcheck_core::object::ObjectId;
use hybridcheck_core::secret::Shape;
use hybridcheck_core::time::{Timestamp, Took};

use super::{AUTH, endpoint};

/// An address of the auth host.
pub(super) fn address(number: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(3, 64, 10, number + 1))
}

/// A run that got everything it asked for.
pub(super) fn of_healthy() -> Vec<Entry> {
    let auth = endpoint(AUTH);
    let mut facts = names(&auth.host);
    for number in 0..2 {
        let (key, fact) = tcp(&auth, number, TcpOutcome::Connected);
        put(&mut facts, key, Ok(fact.into()), 12 + u64::from(number));
        put(&mut facts, tls_key(&auth, number), Ok(tls().into()), 31);
    }
    let link = ConnectionFact {
        address: address(0),
        trust: Trust::Amazon,
    };
    put(
        &mut facts,
        FactKey::connection(auth.clone()),
        Ok(link.into()),
        46,
    );
    put(&mut facts, discovery_key(&auth), Ok(discovery().into()), 58);
    let client = ClientRef::Service {
        object: ObjectId(0),
        section: "ewt".into(),
    };
    put(&mut facts, FactKey::token(client), Ok(token().into()), 142);
    facts.entries().cloned().collect()
}

/// A run that got no answer from the auth host.
pub(super) fn of_blocked() -> Vec<Entry> {
    let auth = endpoint(AUTH);
    let mut facts = names(&auth.host);
    let waited = Took(Duration::from_secs(5));
    for number in 0..2 {
        let (key, fact) = tcp(&auth, number, TcpOutcome::TimedOut { waited });
        put(&mut facts, key.clone(), Ok(fact.into()), 10_004);
        put(
            &mut facts,
            tls_key(&auth, number),
            Err(Gap::blocked(key)),
            0,
        );
    }
    let (key, _) = tcp(&auth, 0, TcpOutcome::Connected);
    put(
        &mut facts,
        FactKey::connection(auth),
        Err(Gap::blocked(key)),
        0,
    );
    facts.entries().cloned().collect()
}

fn put(facts: &mut Facts, key: FactKey, outcome: Answer<Fact>, millis: u64) {
    let on = key.stands_on(&[], &Routes::default());
    facts.record(key, outcome, on, Took(Duration::from_millis(millis)));
}

fn names(host: &Host) -> Facts {
    let mut facts = Facts::default();
    let nameserver = SocketAddr::from(([10, 0, 0, 53], 53));
    let addresses = vec![address(0), address(1)];
    let resolver = ResolverFact {
        source: "/etc/resolv.conf".into(),
        nameservers: vec![nameserver],
        search: Vec::new(),
        ndots: None,
        oddities: Vec::new(),
        problem: None,
    };
    put(&mut facts, FactKey::Resolver, Ok(resolver.into()), 0);
    let answer = |outcome| DnsAnswer {
        outcome,
        truncated: false,
        attempts: vec![attempt(Ending::Answered, 4)],
    };
    let dns = DnsFact {
        a: answer(DnsOutcome::Addresses {
            addresses: addresses.clone(),
            cnames: Vec::new(),
            ttl: 60,
        }),
        aaaa: answer(DnsOutcome::NoData),
    };
    let key = FactKey::dns(host, nameserver);
    put(&mut facts, key, Ok(dns.into()), 4);
    let chosen = AddressesFact {
        source: AddressSource::Dns,
        addresses,
    };
    let key = FactKey::addresses(host);
    put(&mut facts, key, Ok(chosen.into()), 5);
    facts
}

fn tcp(endpoint: &Endpoint, number: u8, outcome: TcpOutcome) -> (FactKey, TcpFact) {
    let key = FactKey::tcp(endpoint, address(number));
    let tries = if outcome == TcpOutcome::Connected {
        1
    } else {
        2
    };
    let fact = TcpFact {
        notices: Vec::new(),
        dropped_here: None,
        remote: SocketAddr::new(address(number), endpoint.port),
        attempts: vec![attempt(outcome.ending(), 12); tries],
        outcome,
    };
    (key, fact)
}

fn tls_key(endpoint: &Endpoint, number: u8) -> FactKey {
    FactKey::tls(endpoint, address(number))
}

fn tls() -> TlsFact {
    TlsFact {
        outcome: TlsOutcome::Done,
        trust: Some(Trust::Amazon),
        faults: Vec::new(),
        chain: Vec::new(),
        version: Some("TLSv1_3".into()),
        cipher: Some("TLS13_AES_128_GCM_SHA256".into()),
        group: Some("X25519".into()),
        alpn: Some("h2".into()),
        unacknowledged: None,
        attempts: vec![attempt(Ending::Done, 31)],
    }
}

fn discovery_key(endpoint: &Endpoint) -> FactKey {
    FactKey::discovery(endpoint)
}

fn discovery() -> DiscoveryFact {
    DiscoveryFact {
        http: http("GET https://login.mypurecloud.de/.well-known/oauth-authorization-server"),
        document: Some(DiscoveryDocument {
            issuer: "https://login.mypurecloud.de".into(),
            token_endpoint: Some("https://login.mypurecloud.de/oauth/token".into()),
            grant_types_supported: vec!["client_credentials".into()],
        }),
    }
}

fn token() -> TokenFact {
    TokenFact {
        client_id: Some("22222222-aaaa-4bbb-8ccc-222222222222".into()),
        secret: Shape::of("placeholder"),
        http: http("POST https://login.mypurecloud.de/oauth/token"),
        outcome: TokenOutcome::Issued {
            expires_in: Some(86_399),
        },
        trimmed: None,
    }
}

fn http(request: &str) -> HttpFact {
    HttpFact {
        request: request.into(),
        started: Timestamp::from_unix(1_795_435_201),
        took: Took(Duration::from_millis(57)),
        outcome: HttpOutcome::Answer(HttpAnswer {
            status: 200,
            reason: None,
            headers: vec![("content-type".into(), "application/json".into())],
            excerpt: "{}".into(),
            truncated: false,
            clock: None,
        }),
    }
}

fn attempt(outcome: Ending, millis: u64) -> Attempt {
    Attempt {
        started: Timestamp::from_unix(1_795_435_200),
        took: Took(Duration::from_millis(millis)),
        local: Some(SocketAddr::from(([10, 0, 0, 7], 40_001))),
        outcome,
    }
}
