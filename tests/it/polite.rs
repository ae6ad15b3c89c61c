//! Good manners through the real binary: few requests, not too fast, all counted, and each says who sends it.

use std::time::{Duration, Instant};

use hybridcheck_sandbox::{self as sandbox, Sandbox};

use crate::support::{Finished, run};

fn checked(sandbox: &Sandbox, words: &[&str]) -> Finished {
    let words = words.iter().map(|&word| word.to_owned());
    let words = std::iter::once("check".to_owned()).chain(words);
    run(words.chain(sandbox.check_arguments()))
}

fn sandbox(fault: Option<&str>) -> Sandbox {
    let fault = fault.map(|name| sandbox::fault(name).expect("a fault"));
    Sandbox::start(fault).expect("a sandbox")
}

#[test]
fn the_report_counts_every_request_with_its_pages_and_retries() {
    for fault in [
        None,
        Some("issuer-not-unique"),
        Some("rate-limit-passes"),
        Some("secret-quoted"),
    ] {
        let sandbox = sandbox(fault);
        let document = checked(&sandbox, &["--format", "json"]).json();
        let seen = sandbox.requests();
        assert_eq!(
            document.coverage.requests as usize,
            seen.len(),
            "{fault:?}: {seen:#?}"
        );
    }
}

#[test]
fn the_number_of_requests_is_printed_in_every_format() {
    let sandbox = sandbox(None);
    for (format, words) in [
        ("table", " requests sent to"),
        ("short", " requests"),
        ("json", "\"requests\": "),
    ] {
        let before = sandbox.requests().len();
        let finished = checked(&sandbox, &["--format", format]);
        let sent = sandbox.requests().len() - before;
        let told = match format {
            "json" => format!("{words}{sent}"),
            _ => format!("{sent}{words}"),
        };
        assert!(
            finished.stdout.contains(&told),
            "{format}: {told}\n{}",
            finished.stdout
        );
    }
}

#[test]
fn every_request_names_its_sender_and_version() {
    let agent = format!("hybridcheck/{}", env!("CARGO_PKG_VERSION"));
    for fault in [None, Some("proxy-only"), Some("secret-quoted")] {
        let sandbox = sandbox(fault);
        checked(&sandbox, &[]);
        let (agents, requests) = (sandbox.agents(), sandbox.requests());
        assert!(!agents.is_empty());
        for (said, request) in agents.iter().zip(&requests) {
            assert_eq!(said, &agent, "{fault:?}: {request}");
        }
    }
}

#[test]
fn a_client_of_several_sections_is_asked_for_one_token() {
    let sandbox = sandbox(Some("shared-client"));
    let document = checked(&sandbox, &["--format", "json"]).json();
    let requests = sandbox.requests();
    let tokens = requests.iter().filter(|line| line.starts_with("POST"));
    assert_eq!(tokens.count(), 1, "{requests:#?}");
    let issued = document
        .rows
        .iter()
        .filter(|row| row.check.0 == "oauth-token-issued" && row.found().starts_with("a token of"));
    assert_eq!(issued.count(), 2);
}

#[test]
fn a_pace_is_kept_and_the_usual_one_slows_no_ordinary_run() {
    let sandbox = sandbox(None);
    let started = Instant::now();
    checked(&sandbox, &[]);
    let usual = started.elapsed();
    let sent = sandbox.requests().len();
    assert!(
        sent < 25,
        "an ordinary run of {sent} requests waits for its turn"
    );
    let started = Instant::now();
    checked(&sandbox, &["--max-requests-per-second", "4"]);
    let least = Duration::from_millis(250) * u32::try_from(sent - 4).expect("few requests");
    assert!(
        started.elapsed() >= least,
        "{:?} after {usual:?}",
        started.elapsed()
    );
}

#[test]
fn a_pace_that_is_none_is_refused() {
    let sandbox = sandbox(None);
    let finished = checked(&sandbox, &["--max-requests-per-second", "0"]);
    assert_eq!(finished.status, 2);
    assert!(
        finished.stderr.contains("--max-requests-per-second"),
        "{}",
        finished.stderr
    );
}
