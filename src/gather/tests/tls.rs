//! What a handshake asks for: other ClientHellos, revocation hosts, and a plain request.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use hybridcheck_core::facts::{
    FactKey, Facts, HelloOutcome, HelloVariant, HttpOutcome, TlsOutcome,
};

use super::*;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn hello(label: &str, variant: HelloVariant) -> FactKey {
    FactKey::hello(endpoint(label), HOME, variant)
}

fn connected(fault: Option<&'static str>, phase: Duration) -> (Facts, Sandbox) {
    let fault = fault.and_then(sandbox::fault);
    let sandbox = Sandbox::start(fault).expect("a sandbox");
    let mut settings = settings(&sandbox);
    settings.phase = phase;
    let wanted = [FactKey::connection(endpoint("api"))];
    (gathered(&wanted, &[], &settings).facts, sandbox)
}

fn usual(facts: &Facts) -> TlsOutcome {
    let key = FactKey::tls(endpoint("api"), HOME);
    facts.tls(&key).expect("a handshake").outcome.clone()
}

#[test]
fn after_a_trusted_handshake_one_large_hello_is_sent_and_no_other() {
    let (facts, sandbox) = connected(None, Duration::from_secs(2));
    let large = facts.hello(&hello("api", HelloVariant::Large));
    let large = large.expect("a fact");
    assert!(matches!(large.outcome, HelloOutcome::Answered { .. }));
    assert!(large.size > 1500, "{}", large.size);
    for variant in [HelloVariant::NeutralName, HelloVariant::Legacy] {
        assert!(!facts.holds(&hello("api", variant)), "{variant}");
    }
    assert_eq!(sandbox.connections(), 2);
}

#[test]
fn a_large_hello_that_stalls_is_acknowledged_here_and_delays_no_connection() {
    let (facts, _sandbox) = connected(Some("large-client-hello"), Duration::from_millis(400));
    let large = facts.hello(&hello("api", HelloVariant::Large));
    let large = large.expect("a fact");
    assert!(matches!(large.outcome, HelloOutcome::TimedOut { .. }));
    if cfg!(target_os = "linux") {
        assert_eq!(large.unacknowledged, Some(0));
    }
    assert!(
        facts
            .connection(&FactKey::connection(endpoint("api")))
            .is_ok()
    );
}

#[test]
fn a_reset_by_name_is_followed_by_a_neutral_name_at_the_same_address() {
    let (facts, _sandbox) = connected(Some("sni-filtered"), Duration::from_secs(2));
    assert_eq!(usual(&facts), TlsOutcome::Reset);
    let neutral = facts.hello(&hello("api", HelloVariant::NeutralName));
    assert!(matches!(
        neutral.expect("a fact").outcome,
        HelloOutcome::Answered { .. }
    ));
    assert!(!facts.holds(&hello("api", HelloVariant::Large)));
}

#[test]
fn a_silent_listener_is_asked_with_two_other_hellos_side_by_side() {
    let begun = Instant::now();
    let phase = Duration::from_millis(700);
    let (facts, _sandbox) = connected(Some("tls-silent"), phase);
    for variant in [HelloVariant::NeutralName, HelloVariant::Legacy] {
        let met = facts.hello(&hello("api", variant)).expect("a fact");
        assert!(
            matches!(met.outcome, HelloOutcome::TimedOut { .. }),
            "{variant}"
        );
    }
    assert!(begun.elapsed() < 3 * phase, "{:?}", begun.elapsed());
}

#[test]
fn a_plain_port_is_asked_nothing_more() {
    let (facts, sandbox) = connected(Some("tls-not-tls"), Duration::from_secs(2));
    assert_eq!(usual(&facts), TlsOutcome::NotTls);
    assert_eq!(sandbox.connections(), 1);
}

#[test]
fn the_hosts_that_a_trusted_chain_names_are_reached_and_those_of_another_are_not() {
    let revocation = FactKey::reach(Endpoint {
        host: Host::of("crl.authority.example"),
        port: 80,
    });
    let sandbox = Sandbox::start(sandbox::fault("revocation-reachable")).expect("a sandbox");
    let wanted = [FactKey::connection(endpoint("api"))];
    let mut settings = settings(&sandbox);
    let port = sandbox.connect_to().iter().find_map(|rule| {
        rule.strip_prefix("crl.authority.example:80::")?
            .parse()
            .ok()
    });
    settings.connect_to.push(ConnectTo {
        from_host: Some(Host::of("crl.authority.example")),
        from_port: Some(80),
        to_host: None,
        to_port: port,
    });
    let facts = gathered(&wanted, &[], &settings).facts;
    assert_eq!(facts.reach(&revocation).expect("a fact").open, [HOME]);
    // The same chain, which nobody trusts.
    settings.roots = Some(Vec::new());
    let facts = gathered(&wanted, &[], &settings).facts;
    assert!(!facts.holds(&revocation));
}

#[test]
fn a_plain_request_goes_over_a_verified_connection_only() {
    let web = FactKey::web(endpoint("api"));
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let mut settings = settings(&sandbox);
    let facts = gathered(std::slice::from_ref(&web), &[], &settings).facts;
    let answer = facts.web(&web).expect("a fact");
    assert_eq!(
        answer.outcome.answer().map(|answer| answer.status),
        Some(404)
    );
    assert_eq!(sandbox.requests(), ["GET /"]);
    settings.roots = Some(Vec::new());
    let facts = gathered(std::slice::from_ref(&web), &[], &settings).facts;
    assert_eq!(
        facts.web(&web),
        Err(Gap::blocked(FactKey::connection(endpoint("api"))))
    );
    assert_eq!(sandbox.requests(), ["GET /"]);
}

#[test]
fn a_flood_of_headers_ends_early_and_leaves_no_answer() {
    let web = FactKey::web(endpoint("api"));
    let sandbox = Sandbox::start(sandbox::fault("endless-headers")).expect("a sandbox");
    let begun = Instant::now();
    let facts = gathered(std::slice::from_ref(&web), &[], &settings(&sandbox)).facts;
    let outcome = &facts.web(&web).expect("a fact").outcome;
    assert!(
        matches!(outcome, HttpOutcome::Protocol { .. } | HttpOutcome::Closed),
        "{outcome}"
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_page_is_kept_long_enough_to_be_recognised_with_its_reason() {
    let web = FactKey::web(endpoint("api"));
    let sandbox = Sandbox::start(sandbox::fault("block-page-reason")).expect("a sandbox");
    let facts = gathered(std::slice::from_ref(&web), &[], &settings(&sandbox)).facts;
    let answer = facts.web(&web).expect("a fact").outcome.answer();
    let answer = answer.expect("an answer");
    assert_eq!(answer.reason, Some("URLBlocked".into()));
    assert!(answer.excerpt.raw().contains("<title>Acme</title>"));
}
