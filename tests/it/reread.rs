//! The usage contract through the real binary: the object is read once more after a refusal, and what rests on a change is tried once more.

use std::process::Stdio;

use hybridcheck_core::finding::Status;
use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_sandbox::{self as sandbox, Sandbox};

use crate::support::{Finished, canaries, hybridcheck, run};

fn sandbox(fault: &str) -> Sandbox {
    Sandbox::start(sandbox::fault(fault)).expect("a sandbox")
}

fn checked(sandbox: &Sandbox) -> Finished {
    let words = ["check", "--format", "json"].map(str::to_owned);
    run(words.into_iter().chain(sandbox.check_arguments()))
}

fn unchanged(document: &Run) -> (Status, &str) {
    let mut rows = document.rows.iter();
    let row = rows
        .find(|row| row.check.0 == "object-unchanged")
        .expect("a row");
    (row.status(), row.found())
}

fn tokens(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests();
    requests
        .iter()
        .filter(|line| line.starts_with("POST"))
        .count()
}

#[test]
fn a_secret_entered_during_the_run_is_read_and_accepted() {
    let sandbox = sandbox("secret-rotated-during-run");
    let finished = checked(&sandbox);
    let document = finished.json();
    assert_eq!(document.verdict, Verdict::Ready, "{:#?}", document.causes);
    let (status, found) = unchanged(&document);
    assert_eq!(status, Status::Warn);
    assert!(found.contains("ewt/password has another value"), "{found}");
    assert_eq!(tokens(&sandbox), 2, "one refused, one issued");
    assert_eq!(
        document.coverage.requests as usize,
        sandbox.requests().len()
    );
    let holds_a_secret = canaries(&sandbox).are_in(&finished.stdout);
    assert!(!holds_a_secret, "a secret in the report");
}

#[test]
fn a_second_refusal_is_the_end() {
    let sandbox = sandbox("secret-rotation-unfinished");
    let document = checked(&sandbox).json();
    assert_eq!(document.verdict, Verdict::NotReady);
    assert_eq!(tokens(&sandbox), 2);
    assert!(
        document.causes[0].sentence.contains("refused too"),
        "{:#?}",
        document.causes
    );
}

#[test]
fn an_object_that_stayed_is_asked_about_once() {
    let sandbox = sandbox("wrong-secret");
    let document = checked(&sandbox).json();
    let (status, found) = unchanged(&document);
    assert_eq!(status, Status::Pass);
    assert!(found.contains("read again after a refusal"), "{found}");
    assert_eq!(tokens(&sandbox), 1);
}

#[test]
fn standard_input_cannot_be_read_again_and_that_is_said() {
    let sandbox = sandbox("secret-rotated-during-run");
    let mut words = sandbox.check_arguments();
    words.pop();
    let mut command = hybridcheck();
    command
        .args(["check", "--format", "json"])
        .args(words)
        .arg("-");
    let file = std::fs::File::open(sandbox.object_file()).expect("the object");
    let output = command
        .stdin(Stdio::from(file))
        .output()
        .expect("the binary runs");
    let document = Finished::of(&output).json();
    let (status, found) = unchanged(&document);
    assert_eq!(status, Status::Note);
    assert!(
        found.contains("standard input can be read only once"),
        "{found}"
    );
    assert_eq!(tokens(&sandbox), 1);
}
