//! Ctrl-C while a host keeps silent: a complete, valid report of what is known, and status 130.

use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_sandbox::{self as sandbox, Sandbox};
use hybridcheck_testkit::signal;

use crate::support::hybridcheck;

/// Runs a command against a host that keeps silent, and interrupts it once it is connected.
fn interrupted(words: &[&str]) -> Output {
    let sandbox = Sandbox::start(sandbox::fault("tls-silent")).expect("a sandbox");
    let child = hybridcheck()
        .args(words)
        .args(sandbox.check_arguments())
        .args(["--connect-timeout", "60s", "--timeout", "120s"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let child = child.expect("the binary starts");
    // The signal may come only after the handler is in place: the sandbox sees the connection by then.
    let patience = Instant::now() + Duration::from_secs(20);
    while sandbox.connections() == 0 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(signal::send("INT", child.id()).expect("a shell runs"));
    child.wait_with_output().expect("the binary ends")
}

#[test]
fn an_interrupted_run_still_reports() {
    let output = interrupted(&["check", "--format", "json"]);
    assert_eq!(output.status.code(), Some(130));
    let run: Run = serde_json::from_slice(&output.stdout).expect("a whole document");
    assert_eq!(run.verdict, Verdict::Interrupted);
    assert!(
        run.rows.iter().any(|row| row.check.0 == "network-connects"),
        "what was known is there"
    );
}

#[test]
fn an_interrupted_list_of_missing_rules_says_that_it_is_not_whole() {
    let output = interrupted(&["firewall", "--missing", "--format", "squid"]);
    assert_eq!(output.status.code(), Some(130));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("# Interrupted before"), "{text}");
}
