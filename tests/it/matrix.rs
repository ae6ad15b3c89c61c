//! The matrix: every check on every scenario, one snapshot each. A scenario is an object and the facts that were gathered for it.
//!
//! `HYBRIDCHECK_RECORD=1 cargo test --test it matrix` records them anew from the sandbox, with every secret replaced.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::facts::{Entry, Facts};
use hybridcheck_core::finding::Status;
use hybridcheck_core::object::{Configuration, Value};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_core::time::Timestamp;
use hybridcheck_sandbox::{self as sandbox, Sandbox};
use hybridcheck_sources::{self as sources, Input};
use serde::{Deserialize, Serialize};

use crate::support::run;

#[derive(Serialize, Deserialize)]
struct Recorded {
    as_of: Timestamp,
    facts: Vec<Entry>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

fn names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .expect("the scenarios")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn read(bytes: Vec<u8>) -> Configuration {
    let input = Input {
        name: "object.xml".into(),
        bytes,
    };
    sources::read(&[input]).expect("an object")
}

/// Records one scenario; ports and times stay as they were on that day, so that judging it again is repeatable.
fn record(name: &str, fault: Option<&'static sandbox::Fault>) {
    let sandbox = Sandbox::start(fault).expect("a sandbox");
    let mut words = vec!["check".to_owned(), "--format".into(), "json".into()];
    words.extend(sandbox.check_arguments());
    let document = run(words).json();
    let mut text = sandbox.object_text().to_owned();
    for section in &read(text.clone().into_bytes()).objects[0].sections {
        for option in &section.options {
            if let Value::Secret(secret) = &option.value {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "it is replaced, so that no scenario holds it"
                )]
                let secret = secret.expose();
                if !secret.is_empty() {
                    text = text.replace(secret, &format!("FAKE-{}-{}", section.name, option.name));
                }
            }
        }
    }
    // What XML escapes around a secret hides it from the loop above.
    let mut canaries = sandbox.canaries();
    canaries.sort_by_key(|canary| std::cmp::Reverse(canary.len()));
    for canary in canaries.iter().filter(|canary| !canary.is_empty()) {
        text = text.replace(canary.as_str(), "FAKE-of-the-sandbox");
    }
    let scenario = folder().join(name);
    std::fs::create_dir_all(&scenario).expect("a folder");
    std::fs::write(scenario.join("object.xml"), text).expect("the object");
    let recorded = Recorded {
        as_of: document.as_of,
        facts: document.facts,
    };
    let json = serde_json::to_string_pretty(&recorded).expect("json");
    std::fs::write(scenario.join("facts.json"), json + "\n").expect("the facts");
}

fn judged(name: &str) -> (Vec<Row>, Vec<hybridcheck_core::cause::Diagnosis>) {
    let scenario = folder().join(name);
    let configuration = read(std::fs::read(scenario.join("object.xml")).expect("the object"));
    let json = std::fs::read_to_string(scenario.join("facts.json")).expect("the facts");
    let recorded: Recorded = serde_json::from_str(&json).expect("facts");
    let (checks, rules) = (hybridcheck_checks::checks(), hybridcheck_checks::rules());
    let criteria = Criteria {
        checks: &checks,
        rules: &rules,
        policy: &Policy::default(),
        regions: &Regions::default(),
        as_of: recorded.as_of,
        has_tool_client: false,
    };
    let judged = engine::judge(&configuration, &Facts::recorded(recorded.facts), &criteria);
    (judged.rows, judged.causes)
}

#[test]
fn every_check_on_every_scenario() {
    if std::env::var_os("HYBRIDCHECK_RECORD").is_some() {
        record("healthy", None);
        for fault in sandbox::faults() {
            record(fault.name, Some(fault));
        }
    }
    let names = names();
    let known: BTreeSet<&str> = sandbox::faults()
        .iter()
        .map(|fault| fault.name)
        .chain(["healthy"])
        .collect();
    assert_eq!(
        names.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        known,
        "record the scenarios anew"
    );
    for name in names {
        let (rows, causes) = judged(&name);
        let mut text = String::new();
        for cause in &causes {
            let _ = writeln!(
                text,
                "CAUSE {} ({}): {}",
                cause.cause, cause.certainty, cause.sentence
            );
        }
        for row in &rows {
            let part = match row.role {
                Role::Independent => "",
                Role::Root { .. } => " [root]",
                Role::Consequence { .. } => " [consequence]",
            };
            let found = match (row.gap(), row.status()) {
                (Some(gap), _) => gap.to_string(),
                (None, Status::Pass) => String::new(),
                (None, _) => row.found().to_owned(),
            };
            let _ = writeln!(
                text,
                "{:<15}{} {}{part} {found}",
                row.status().label(),
                row.check,
                row.subject
            );
        }
        insta::assert_snapshot!(format!("scenario_{name}"), text);
    }
}

#[test]
fn every_check_passes_somewhere_and_finds_something_somewhere() {
    let mut seen: BTreeMap<String, BTreeSet<Status>> = BTreeMap::new();
    for name in names() {
        for row in judged(&name).0 {
            seen.entry(row.check.0.clone())
                .or_default()
                .insert(row.status());
        }
    }
    for row in crate::spoiled::rows() {
        seen.entry(row.check.0.clone())
            .or_default()
            .insert(row.status());
    }
    let mut missing = Vec::new();
    for check in hybridcheck_checks::checks() {
        let id = check.id().0;
        let statuses = seen.get(&id).cloned().unwrap_or_default();
        if !statuses.contains(&Status::Pass) {
            missing.push(format!("{id} passes nowhere"));
        }
        if !statuses
            .iter()
            .any(|status| matches!(status, Status::Note | Status::Warn | Status::Fail))
        {
            missing.push(format!("{id} finds nothing anywhere"));
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
