//! The sandbox through the real binary: every fault gives its cause and no other, the healthy one gives none.

use std::collections::BTreeSet;

use hybridcheck_core::facts::Gap;
use hybridcheck_core::finding::Status;
use hybridcheck_core::row::Role;
use hybridcheck_core::run::Verdict;
use hybridcheck_sandbox as sandbox;

use crate::support::run;

#[test]
fn the_healthy_sandbox_is_ready_without_a_cause() {
    let finished = run(["demo", "--format", "json"]);
    let document = finished.json();
    let open: Vec<_> = document
        .rows
        .iter()
        // A login that nobody asked for stays a gap that no run requires.
        .filter(|row| {
            row.status() >= Status::Gap && !matches!(row.gap(), Some(Gap::NotAskedFor { .. }))
        })
        .map(|row| {
            (
                row.check.to_string(),
                row.subject.to_string(),
                row.found().to_owned(),
            )
        })
        .collect();
    assert!(open.is_empty(), "{open:#?}");
    assert!(document.causes.is_empty(), "{:#?}", document.causes);
    assert_eq!((document.verdict, finished.status), (Verdict::Ready, 0));
}

#[test]
fn every_fault_gives_its_cause_and_no_other() {
    let mut wrong = Vec::new();
    for fault in sandbox::faults() {
        let finished = run(["demo", "--fault", fault.name, "--format", "json"]);
        let document = finished.json();
        let named: BTreeSet<&str> = document
            .causes
            .iter()
            .map(|cause| cause.cause.0.as_str())
            .collect();
        let expected: BTreeSet<&str> = fault.causes.iter().copied().collect();
        if named != expected {
            let rows: Vec<String> = document
                .rows
                .iter()
                .filter(|row| row.status() >= Status::Gap)
                .map(|row| {
                    format!(
                        "{:?} {} {}: {}",
                        row.status(),
                        row.check,
                        row.subject,
                        row.found()
                    )
                })
                .collect();
            wrong.push(format!(
                "{}: expected {expected:?}, named {named:?}\n    {}",
                fault.name,
                rows.join("\n    ")
            ));
        }
        let is_unasked = |gap: Option<&Gap>| matches!(gap, Some(Gap::NotAskedFor { .. }));
        let has = |wanted: Status| {
            document.rows.iter().any(|row| {
                row.status() == wanted
                    && (row.required || wanted == Status::Fail)
                    && !is_unasked(row.gap())
            })
        };
        let expected_status = if has(Status::Fail) {
            1
        } else if has(Status::Gap) {
            3
        } else {
            0
        };
        if finished.status != expected_status {
            wrong.push(format!("{}: exit status {}", fault.name, finished.status));
        }
        // A failing row stands for itself only when it is no part of any cause: none may be left over.
        let left: Vec<String> = document
            .rows
            .iter()
            .filter(|row| row.status() == Status::Fail && row.role == Role::Independent)
            .map(|row| format!("{} {}: {}", row.check, row.subject, row.found()))
            .collect();
        if !left.is_empty() {
            wrong.push(format!(
                "{}: failures outside the cause: {left:#?}",
                fault.name
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_faults_in_every_area() {
    let areas: BTreeSet<&str> = sandbox::faults().iter().map(|fault| fault.area).collect();
    for area in [
        "object",
        "dns",
        "tcp",
        "tls",
        "http",
        "proxy",
        "oauth",
        "organisation",
        "idp",
    ] {
        assert!(areas.contains(area), "{area}: {areas:?}");
    }
    assert!(sandbox::faults().len() >= 20);
}

#[test]
fn faults_are_listed_and_an_unknown_one_is_named() {
    let listed = run(["demo", "--list-faults"]);
    for fault in sandbox::faults() {
        assert!(listed.stdout.contains(fault.name), "{}", fault.name);
    }
    let unknown = run(["demo", "--fault", "nxdomian"]);
    assert_eq!(unknown.status, 2);
    assert!(
        unknown.stderr.contains("did you mean nxdomain"),
        "{}",
        unknown.stderr
    );
}
