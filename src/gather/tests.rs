//! Gathering against the sandbox: what starts when, what carries what, what stands on what.

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use hybridcheck_core::endpoint::{Endpoint, Host, Routes};
use hybridcheck_core::facts::{
    AddressSource, ApiOutcome, ClientRef, DnsOutcome, FactKey, Gap, TokenOutcome,
};
use hybridcheck_core::object::{HybridObject, ObjectId};
use hybridcheck_core::secret::Secret;

use super::{Gathered, Unwatched, gather};
use crate::config::{ConnectTo, NameFiles, Settings, ToolClient};
use hybridcheck_sandbox::{self as sandbox, Sandbox};
use hybridcheck_sources as sources;

mod tls;

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
        .block_on(gather(wanted, objects, settings, &Unwatched, never))
}

fn endpoint(label: &str) -> Endpoint {
    Endpoint {
        host: Host::of(&format!("{label}.mypurecloud.de")),
        port: 443,
    }
}

fn organization() -> FactKey {
    FactKey::organization(ObjectId(0))
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
    let token = FactKey::token(ewt());
    assert!(facts.stands_on(&organization(), &token));
    for label in ["login", "api"] {
        assert!(facts.stands_on(&organization(), &FactKey::connection(endpoint(label))));
        let address = std::net::Ipv4Addr::LOCALHOST;
        let tcp = FactKey::tcp(endpoint(label), address);
        assert!(facts.stands_on(&organization(), &tcp));
    }
    assert!(!gathered.secrets.is_empty(), "the token at least");
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
    let names = FactKey::addresses(endpoint("api").host);
    let gathered = gathered(std::slice::from_ref(&names), &[], &settings);
    let found = gathered.facts.addresses(&names).expect("addresses");
    assert_eq!(found.addresses.len(), 1);
    let by = |nameserver| FactKey::dns(endpoint("api").host, nameserver);
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
fn a_failed_connection_asks_for_the_path_and_this_host_has_none() {
    let sandbox = Sandbox::start(sandbox::fault("tcp-refused")).expect("a sandbox");
    let objects = objects(&sandbox);
    let connection = FactKey::connection(endpoint("api"));
    let facts = gathered(&[connection], &objects, &settings(&sandbox)).facts;
    let path = FactKey::path(endpoint("api"), std::net::Ipv4Addr::LOCALHOST);
    let gap = facts.path(&path).expect_err("no path within this host");
    assert!(matches!(gap, Gap::NoMeans { .. }), "{gap}");
    assert!(facts.stands_on(&path, &path.stands_on(&objects, &Routes::default())[0]));
}

#[test]
fn a_control_is_reached_beside_the_connections_and_never_alone() {
    let sandbox = Sandbox::start(sandbox::fault("tcp-refused")).expect("a sandbox");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let control = Endpoint {
        host: Host::of("127.0.0.1"),
        port: address.port(),
    };
    let objects = objects(&sandbox);
    let mut settings = settings(&sandbox);
    settings.controls = vec![control.clone()];
    let reach = FactKey::reach(control);
    let connection = FactKey::connection(endpoint("api"));
    let facts = gathered(&[connection], &objects, &settings).facts;
    assert_eq!(facts.reach(&reach).expect("a fact").open, [address.ip()]);
    let offline = gathered(&[FactKey::Resolver], &objects, &settings).facts;
    assert!(!offline.holds(&reach));
}

#[test]
fn a_refused_token_blocks_what_needs_it() {
    let sandbox = Sandbox::start(sandbox::fault("wrong-secret")).expect("a sandbox");
    let objects = objects(&sandbox);
    let token = FactKey::token(ewt());
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
    let discovery = FactKey::discovery(endpoint("login"));
    let wanted = [discovery.clone(), FactKey::token(ewt())];
    let facts = gathered(&wanted, &objects, &settings(&sandbox)).facts;
    assert!(
        facts
            .discovery(&discovery)
            .expect("a fact")
            .document
            .is_some()
    );
    // The other one carries the large ClientHello.
    assert_eq!(sandbox.connections(), 2);
}

#[test]
fn the_measured_connection_carries_discovery_and_token() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let objects = objects(&sandbox);
    let discovery = FactKey::discovery(endpoint("login"));
    let wanted = [discovery, FactKey::token(ewt())];
    gathered(&wanted, &objects, &settings(&sandbox));
    // The other one carries the large ClientHello.
    assert_eq!(sandbox.connections(), 2);
}

/// A host with its own view of names: its hosts file, and a nameserver at which nobody listens. Nothing leaves the host: every
/// look-up knows `localhost`.
fn own_view(hosts: &str) -> (tempfile::TempDir, Settings) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path
    };
    let files = NameFiles {
        hosts: write("hosts", hosts),
        resolv_conf: Some(write("resolv.conf", "nameserver 127.0.0.9\n")),
    };
    let settings = Settings {
        phase: Duration::from_secs(5),
        files,
        ..Settings::default()
    };
    (folder, settings)
}

fn localhost() -> Host {
    Host::of("localhost")
}

#[test]
fn the_hosts_file_decides_and_nameservers_are_asked_all_the_same() {
    let (_folder, settings) = own_view("127.0.0.7 localhost\n");
    let names = FactKey::addresses(localhost());
    let facts = gathered(std::slice::from_ref(&names), &[], &settings).facts;
    let found = facts.addresses(&names).expect("addresses");
    assert_eq!(found.source, AddressSource::HostsFile);
    assert_eq!(found.addresses, [std::net::IpAddr::from([127, 0, 0, 7])]);
    let hosts_file = FactKey::hosts_file(localhost());
    assert!(facts.stands_on(&names, &hosts_file));
    let asked = FactKey::dns(
        localhost(),
        "127.0.0.9:53".parse::<SocketAddr>().expect("an address"),
    );
    assert!(facts.dns(&asked).is_ok());
}

#[test]
fn the_systems_look_up_decides_when_no_nameserver_names_an_address() {
    let (_folder, settings) = own_view("");
    let names = FactKey::addresses(localhost());
    let facts = gathered(std::slice::from_ref(&names), &[], &settings).facts;
    let found = facts.addresses(&names).expect("addresses");
    assert_eq!(found.source, AddressSource::System);
    let look_up = FactKey::system_lookup(localhost());
    assert!(facts.stands_on(&names, &look_up));
    assert!(facts.system_lookup(&look_up).is_ok());
}

#[test]
fn this_hosts_own_view_is_not_asked_when_the_user_names_nameservers() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let names = FactKey::addresses(endpoint("api").host);
    let facts = gathered(std::slice::from_ref(&names), &[], &settings(&sandbox)).facts;
    for key in [
        FactKey::hosts_file(endpoint("api").host),
        FactKey::system_lookup(endpoint("api").host),
    ] {
        let gap = facts.get(&key).expect_err("a gap");
        assert!(
            gap.to_string().starts_with("--dns-server was given"),
            "{gap}"
        );
    }
    let found = facts.addresses(&names).expect("addresses");
    assert_eq!(found.source, AddressSource::Dns);
}

/// What the tool's own client sees of another organisation is asked of the object's own clients, once one of them is known to be right.
#[test]
fn what_a_client_of_another_organisation_sees_is_asked_of_the_objects_own() {
    for (fault, is_tool) in [
        ("tool-client-elsewhere", false),
        ("scope-of-tool-client", true),
    ] {
        let sandbox = Sandbox::start(sandbox::fault(fault)).expect("a sandbox");
        let objects = objects(&sandbox);
        let (id, secret) = sandbox.tool_client();
        let mut settings = settings(&sandbox);
        settings.tool_client = Some(ToolClient {
            id: id.into(),
            secret: Secret::new(secret),
            source: "a test".into(),
        });
        let object = ObjectId(0);
        let tool = ClientRef::Tool { object };
        let service = ClientRef::Service {
            object,
            section: "ewt".into(),
        };
        let infos = [&tool, &service].map(FactKey::token_info);
        let organization = FactKey::organization(object);
        let keys = [&infos[..], &[organization.clone(), FactKey::roles(object)]].concat();
        let gathered = gathered(&keys, &objects, &settings);
        let fact = gathered.facts.organization(&organization).expect("a fact");
        assert_eq!(
            fact.reader,
            if is_tool { tool } else { service.clone() },
            "{fault}"
        );
        // A scope that the tool's client lacks is another reason to ask the next one.
        let roles = gathered.facts.roles(&FactKey::Roles { object });
        assert_eq!(roles.expect("a fact").reader, service, "{fault}");
    }
}

#[test]
fn sections_that_share_a_client_share_its_token() {
    let sandbox = Sandbox::start(sandbox::fault("shared-client")).expect("a sandbox");
    let objects = objects(&sandbox);
    let keys: Vec<FactKey> = ["ewt", "pacing"]
        .map(|section| {
            FactKey::token_info(ClientRef::Service {
                object: ObjectId(0),
                section: section.into(),
            })
        })
        .into();
    let gathered = gathered(&keys, &objects, &settings(&sandbox));
    for key in &keys {
        let fact = gathered.facts.token_info(key).expect("a fact");
        assert!(matches!(fact.outcome, ApiOutcome::Found(_)), "{key}");
        let own = FactKey::option(ObjectId(0), "pacing", "password");
        let is_pacing = key.to_string().contains("pacing");
        assert_eq!(gathered.facts.stands_on(key, &own), is_pacing, "{key}");
    }
    assert_eq!(
        gathered.requests, 3,
        "one token, and one call for each section"
    );
}
