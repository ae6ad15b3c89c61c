//! A device inspects TLS, and this host's own store trusts it: a warning of its own, no secret, and no other accusation.

use hybridcheck_core::facts::{FactKey, HttpOutcome, Trust};
use hybridcheck_core::finding::Status;
use hybridcheck_core::run::Run;
use hybridcheck_sandbox::{self as sandbox, Sandbox};

use crate::support::{Finished, hybridcheck};

/// Checks a sandbox whose authority is in the host's own store, and in no flag.
fn checked(sandbox: &Sandbox, flags: &[&str]) -> Run {
    let mut arguments = sandbox.check_arguments();
    let at = arguments
        .iter()
        .position(|word| word == "--cacert")
        .expect("the flag");
    arguments.drain(at..at + 2);
    let output = hybridcheck()
        .args(["check", "--format", "json"])
        .args(flags)
        .args(arguments)
        .env("SSL_CERT_FILE", sandbox.ca_file())
        .output()
        .expect("the binary runs");
    Finished::of(&output).json()
}

fn causes(run: &Run) -> Vec<&str> {
    let causes = run.causes.iter();
    causes.map(|cause| cause.cause.0.as_str()).collect()
}

#[test]
fn inspection_that_this_host_trusts_is_one_warning_and_takes_no_secret() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let run = checked(&sandbox, &[]);
    assert_eq!(causes(&run), ["tls-inspected"]);
    let failing: Vec<_> = run
        .rows
        .iter()
        .filter(|row| row.status() == Status::Fail)
        .map(|row| format!("{} {}: {}", row.check, row.subject, row.found()))
        .collect();
    assert_eq!(failing, Vec::<String>::new());
    let trusts: Vec<Trust> = run
        .facts
        .iter()
        .filter(|entry| matches!(entry.key, FactKey::Connection { .. }))
        .filter_map(|entry| match &entry.outcome {
            hybridcheck_core::facts::Recorded::Fact(hybridcheck_core::facts::Fact::Connection(
                fact,
            )) => Some(fact.trust),
            _ => None,
        })
        .collect();
    assert_eq!(trusts, [Trust::HostStore, Trust::HostStore]);
    assert!(
        sandbox
            .requests()
            .iter()
            .all(|line| line.starts_with("GET /")),
        "{:?}",
        sandbox.requests()
    );
}

#[test]
fn a_filter_that_inspects_is_named_by_its_page() {
    let sandbox = Sandbox::start(sandbox::fault("block-page")).expect("a sandbox");
    let run = checked(&sandbox, &[]);
    let mut named = causes(&run);
    named.sort_unstable();
    assert_eq!(named, ["block-page", "tls-inspected"]);
    let answered = run.facts.iter().any(|entry| match &entry.outcome {
        hybridcheck_core::facts::Recorded::Fact(hybridcheck_core::facts::Fact::ApiProbe(fact)) => {
            matches!(&fact.http.outcome, HttpOutcome::Answer(answer) if answer.status == 403)
        }
        _ => false,
    });
    assert!(answered);
}

#[test]
fn with_the_flag_the_secret_passes_and_the_warning_stays() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let run = checked(&sandbox, &["--trust-inspection"]);
    assert_eq!(causes(&run), ["tls-inspected"]);
    let requests = sandbox.requests();
    assert!(requests.contains(&"POST /oauth/token".to_owned()));
}
