//! Gathering against the sandbox: what starts when, what carries what, what stands on what.

use std::collections::BTreeSet;
use std::net::UdpSocket;
use std::time::Duration;

use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{ClientRef, DnsOutcome, FactKey, Gap, TokenOutcome};
use hybridcheck_core::object::{HybridObject, ObjectId};

use super::{Gathered, Observer, gather};
use crate::config::{ConnectTo, Settings};
use crate::sandbox::{self, Sandbox};
use crate::sources;

struct Nobody;

impl Observer for Nobody {
    fn started(&self, _: &FactKey) {}
    fn finished(&self, _: &FactKey) {}
}

fn settings(sandbox: &Sandbox) -> Settings {
    use rustls_pki_types::pem::PemObject;
    let roots = rustls_pki_types::CertificateDer::pem_slice_iter(sandbox.ca_pem().as_bytes());
    let connect_to = ["login", "api"].map(|label| {
        let host = format!("{label}.mypurecloud.de");
        ConnectTo {
            to_port: sandbox.port(&host),
            from_host: Some(Host::of(&host)),
            from_port: Some(443),
            to_host: None,
        }
    });
    Settings {
        phase: Duration::from_secs(2),
        dns_servers: vec![sandbox.dns_server()],
        roots: Some(roots.filter_map(Result::ok).collect()),
        connect_to: connect_to.into(),
        ..Settings::default()
    }
}

fn objects(sandbox: &Sandbox) -> Vec<HybridObject> {
    let input = sources::Input {
        name: "object.xml".into(),
        bytes: sandbox.object_text().as_bytes().to_vec(),
    };
    sources::read(&[input]).expect("the sample reads").objects
}

fn gathered(wanted: &[FactKey], objects: &[HybridObject], settings: &Settings) -> Gathered {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let wanted: BTreeSet<FactKey> = wanted.iter().cloned().collect();
    let never = std::future::pending();
    runtime
        .expect("a runtime")
        .block_on(gather(wanted, objects, settings, &Nobody, never))
}

fn endpoint(label: &str) -> Endpoint {
    Endpoint {
        host: Host::of(&format!("{label}.mypurecloud.de")),
        port: 443,
    }
}

fn organization() -> FactKey {
    FactKey::Organization {
        object: ObjectId(0),
    }
}

fn ewt() -> ClientRef {
    ClientRef::Service {
        object: ObjectId(0),
        section: "ewt".into(),
    }
}

#[test]
fn a_fact_brings_what_it_stands_on_and_says_so() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let objects = objects(&sandbox);
    let gathered = gathered(&[organization()], &objects, &settings(&sandbox));
    let facts = &gathered.facts;
    assert!(facts.organization(&organization()).is_ok());
    let token = FactKey::Token { client: ewt() };
    assert!(facts.stands_on(&organization(), &token));
    for label in ["login", "api"] {
        assert!(facts.stands_on(&organization(), &FactKey::connection(endpoint(label))));
        let address = "127.0.0.1".parse().expect("an address");
        let tcp = FactKey::Tcp {
            endpoint: endpoint(label),
            address,
            route: Route::Direct,
        };
        assert!(facts.stands_on(&organization(), &tcp));
    }
    assert_eq!(gathered.tokens.len(), 1);
    assert_eq!(gathered.requests, 2, "a token and the organisation");
}

#[test]
fn a_dead_nameserver_is_seen_and_nobody_stands_on_it() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let dead = silent.local_addr().expect("an address");
    let mut settings = settings(&sandbox);
    settings.dns_servers.insert(0, dead);
    settings.phase = Duration::from_millis(600);
    let names = FactKey::Addresses {
        host: endpoint("api").host,
    };
    let gathered = gathered(std::slice::from_ref(&names), &[], &settings);
    let found = gathered.facts.addresses(&names).expect("addresses");
    assert_eq!(found.addresses.len(), 1);
    let by = |nameserver| FactKey::Dns {
        host: endpoint("api").host,
        nameserver,
    };
    let answer = gathered.facts.dns(&by(dead)).expect("a fact");
    assert!(matches!(answer.a.outcome, DnsOutcome::TimedOut { .. }));
    assert_eq!(answer.a.attempts.len(), 2);
    assert!(!gathered.facts.stands_on(&names, &by(dead)));
    assert!(gathered.facts.stands_on(&names, &by(sandbox.dns_server())));
}

#[test]
fn the_overall_time_ends_everything_with_its_reason() {
    let sandbox = Sandbox::start(sandbox::fault("tls-silent")).expect("a sandbox");
    let mut settings = settings(&sandbox);
    settings.phase = Duration::from_secs(60);
    settings.overall = Duration::from_millis(300);
    let objects = objects(&sandbox);
    let facts = gathered(&[organization()], &objects, &settings).facts;
    let gap = facts.organization(&organization()).expect_err("a gap");
    assert!(matches!(gap, Gap::TimedOut { .. }), "{gap}");
    assert!(gap.to_string().contains("--timeout"));
}

#[test]
fn a_refused_token_blocks_what_needs_it() {
    let sandbox = Sandbox::start(sandbox::fault("wrong-secret")).expect("a sandbox");
    let objects = objects(&sandbox);
    let token = FactKey::Token { client: ewt() };
    let facts = gathered(&[organization()], &objects, &settings(&sandbox)).facts;
    let refused = facts.token(&token).expect("a fact");
    assert!(matches!(refused.outcome, TokenOutcome::Refused(_)));
    assert_eq!(
        facts.organization(&organization()).expect_err("a gap"),
        Gap::blocked(token)
    );
}

#[test]
fn over_http_1_the_answers_come_in_turn_on_the_same_connection() {
    let sandbox = Sandbox::start(sandbox::fault("http1-only")).expect("a sandbox");
    let objects = objects(&sandbox);
    let discovery = FactKey::Discovery {
        endpoint: endpoint("login"),
        route: Route::Direct,
    };
    let wanted = [discovery.clone(), FactKey::Token { client: ewt() }];
    let facts = gathered(&wanted, &objects, &settings(&sandbox)).facts;
    assert!(
        facts
            .discovery(&discovery)
            .expect("a fact")
            .document
            .is_some()
    );
    assert_eq!(sandbox.connections(), 1);
}

#[test]
fn the_measured_connection_carries_discovery_and_token() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let objects = objects(&sandbox);
    let discovery = FactKey::Discovery {
        endpoint: endpoint("login"),
        route: Route::Direct,
    };
    let wanted = [discovery, FactKey::Token { client: ewt() }];
    gathered(&wanted, &objects, &settings(&sandbox));
    assert_eq!(sandbox.connections(), 1);
}
