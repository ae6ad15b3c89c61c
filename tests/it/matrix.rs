//! The matrix: every check on every scenario, one snapshot each. A scenario is an object and the facts that were gathered for it, in the
//! sandbox or in the lab.
//!
//! `HYBRIDCHECK_RECORD=NAME|missing|all cargo test --test it matrix` records from the sandbox, and `--test lab` from the lab.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::LazyLock;

use hybridcheck_checks::engine::{self, Criteria, Judged};
use hybridcheck_core::cause::Diagnosis;
use hybridcheck_core::facts::{ClientRef, Entry, FactKey, Facts};
use hybridcheck_core::finding::{Evidence, Outcome, Status};
use hybridcheck_core::object::Configuration;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_sandbox::{self as sandbox, Fault, Sandbox};
use hybridcheck_sources::{self as sources, Input};
use hybridcheck_testkit::expectation::{self, Expected};
use hybridcheck_testkit::recording::{self, HEALTHY, Recording, Shelf};

use crate::support::run;

/// The names of all scenarios of the sandbox.
fn of_the_sandbox() -> BTreeSet<String> {
    let faults = sandbox::faults().iter().map(|fault| fault.name);
    faults.chain([HEALTHY]).map(str::to_owned).collect()
}

/// The names of all scenarios of the lab.
fn of_the_lab() -> BTreeSet<String> {
    let faults = expectation::fault_names().into_iter();
    faults.map(|name| format!("lab/{name}")).collect()
}

fn names() -> BTreeSet<String> {
    &recording::names("") | &recording::names("lab")
}

fn read(object: &str) -> Configuration {
    let input = Input {
        name: "object.xml".into(),
        bytes: object.as_bytes().to_vec(),
    };
    sources::read(&[input]).expect("an object")
}

/// Records one scenario of the sandbox.
fn record(name: &str) {
    let bases = sandbox::fault(name).map_or_else(Vec::new, bases);
    let stored = recorded(name).store(name, &bases);
    stored.unwrap_or_else(|error| panic!("{name}: {error:#}"));
}

/// What is recorded of a scenario of the sandbox.
fn recorded(name: &str) -> Recording {
    let fault = sandbox::fault(name);
    let sandbox = Sandbox::start(fault).expect("a sandbox");
    let mut words = vec!["check".to_owned(), "--format".into(), "json".into()];
    words.extend(sandbox.check_arguments());
    let document = run(words).json();
    let about = fault.map_or("nothing is wrong", |fault| fault.about);
    let mut recorded = Recording::of(
        about,
        sandbox.object_text(),
        &sandbox.canaries(),
        document.as_of,
        &document.facts,
    )
    .unwrap_or_else(|error| panic!("{name}: {error:#}"));
    let causes = fault.map_or(&[][..], |fault| fault.causes);
    recorded.causes = Some(causes.iter().map(ToString::to_string).collect());
    recorded
}

/// The scenarios from which one may be told: a fault also from variations in which nothing is wrong.
fn bases(fault: &Fault) -> Vec<&'static str> {
    let variations = sandbox::faults().iter().filter(|other| other.healthy);
    let variations = variations.map(|other| other.name);
    let usual = std::iter::once(HEALTHY);
    usual.chain(variations.filter(|_| !fault.healthy)).collect()
}

/// A scenario, and how it is judged.
struct Scenario {
    recorded: Recording,
    judged: Judged,
}

/// Every scenario; what is asked for is recorded before.
static SCENARIOS: LazyLock<BTreeMap<String, Scenario>> = LazyLock::new(|| {
    record_what_is_wanted();
    let names: Vec<String> = names().into_iter().collect();
    let half = names.len().div_ceil(2);
    std::thread::scope(|scope| {
        let parts = names.chunks(half.max(1));
        let parts: Vec<_> = parts.map(|part| scope.spawn(|| scenarios(part))).collect();
        let parts = parts.into_iter();
        parts
            .flat_map(|part| part.join().expect("every scenario is judged"))
            .collect()
    })
});

fn scenarios(names: &[String]) -> Vec<(String, Scenario)> {
    let mut shelf = Shelf::default();
    let scenario = |name: &String| {
        let recorded = shelf
            .load(name)
            .unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let judged = judged(&recorded);
        (name.clone(), Scenario { recorded, judged })
    };
    names.iter().map(scenario).collect()
}

fn judged(recorded: &Recording) -> Judged {
    let (checks, rules) = (hybridcheck_checks::checks(), hybridcheck_checks::rules());
    let criteria = Criteria {
        checks: &checks,
        rules: &rules,
        policy: &Policy::default(),
        regions: &Regions::default(),
        as_of: recorded.as_of,
        has_tool_client: recorded.facts.iter().any(is_of_the_tool),
    };
    let facts = Facts::recorded(recorded.facts.clone());
    engine::judge(&read(&recorded.object), &facts, &criteria)
}

/// Whether hybridcheck's own client took part in it.
fn is_of_the_tool(fact: &Entry) -> bool {
    matches!(
        &fact.key,
        FactKey::TokenInfo {
            client: ClientRef::Tool { .. }
        }
    )
}

/// A row as a snapshot shows it: its name, by check and subject, and its lines.
struct Told {
    name: String,
    text: String,
}

/// Every row: a line, and one for each member that is not empty where it does not pass.
fn told(rows: &[Row]) -> Vec<Told> {
    let told = |row: &Row| {
        let part = match row.role {
            Role::Independent => "",
            Role::Root { .. } => " [root]",
            Role::Consequence { .. } => " [consequence]",
        };
        let passes = row.status() == Status::Pass;
        let optional = if row.required || passes {
            ""
        } else {
            " [not required]"
        };
        let found = match row.gap() {
            Some(gap) => gap.to_string(),
            None if passes => String::new(),
            None => row.found().to_owned(),
        };
        let name = format!("{} {}", row.check, row.subject);
        let line = format!("{:<15}{name}{part}{optional} {found}", row.status().label());
        let mut text = line.trim_end().to_owned();
        if !passes {
            text += &member("expected", row.expected());
            let owner = row.owner().map(|owner| owner.to_string());
            text += &member(owner.as_deref().unwrap_or("fix"), row.fix());
            text += &member("evidence", &labels(row.evidence()));
        }
        Told { name, text }
    };
    rows.iter().map(told).collect()
}

/// A member in lines of its own; nothing where it is empty.
fn member(name: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    let value = value.replace('\n', "\n      ");
    format!("\n    {name}: {value}")
}

/// The labels of evidence, in their order.
fn labels(evidence: &[Evidence]) -> String {
    let labels: Vec<&str> = evidence.iter().map(|piece| piece.label.as_str()).collect();
    labels.join(", ")
}

/// A cause with all that it says.
fn cause(cause: &Diagnosis) -> String {
    let rerun: Vec<String> = cause.rerun.iter().map(ToString::to_string).collect();
    let mut text = format!(
        "CAUSE {} ({}): {}",
        cause.cause, cause.certainty, cause.sentence
    );
    text += &member(&cause.owner.to_string(), &cause.fix);
    text += &member("command", cause.command.as_deref().unwrap_or_default());
    text += &member("rerun", &rerun.join(", "));
    text += &member("evidence", &labels(&cause.evidence));
    text
}

/// How many rows there are of each status that is no pass.
fn counts(rows: &[&Row]) -> String {
    let mut counts: BTreeMap<std::cmp::Reverse<Status>, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(std::cmp::Reverse(row.status())).or_default() += 1;
    }
    let counts = counts.into_iter();
    let counts: Vec<String> = counts
        .map(|(status, count)| format!("{count} {}", status.0.label()))
        .collect();
    counts.join(", ")
}

/// What a scenario shows: its causes, and the rows that the scenario it was made from does not have word for word,
/// with what they say to whom.
fn shown(judged: &Judged, base: Option<(&str, &Judged)>) -> String {
    let mut text = String::new();
    for diagnosis in &judged.causes {
        let _ = writeln!(text, "{}", cause(diagnosis));
    }
    let usual = base.map_or_else(Vec::new, |(_, base)| told(&base.rows));
    let told = told(&judged.rows);
    let (mut others, mut shown) = (Vec::new(), Vec::new());
    for (row, told) in judged.rows.iter().zip(&told) {
        let is_usual = |usual: &Told| usual.name == told.name && usual.text == told.text;
        if !usual.iter().any(is_usual) {
            others.push(row);
            shown.push(told.text.as_str());
        }
    }
    let gone = usual
        .iter()
        .filter(|usual| !told.iter().any(|told| told.name == usual.name));
    let gone: Vec<String> = gone
        .map(|usual| format!("{:<15}{}", "gone", usual.name))
        .collect();
    let rest = base.map_or_else(String::new, |(name, _)| {
        format!("; every other row as in {name}")
    });
    let counts = counts(&others);
    let counts = if counts.is_empty() { "no row" } else { &counts };
    let _ = writeln!(text, "{counts}{rest}");
    for line in shown.into_iter().chain(gone.iter().map(String::as_str)) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Records what [`recording::RECORD`] asks for.
fn record_what_is_wanted() {
    let wanted = recording::to_record(&of_the_sandbox(), &of_the_lab());
    let mut wanted = wanted.unwrap_or_else(|error| panic!("{error}"));
    // The others say what differs from it, and from variations in which nothing is wrong.
    if wanted.remove(HEALTHY) {
        record(HEALTHY);
    }
    let is_variation = |name: &String| sandbox::fault(name).is_some_and(|fault| fault.healthy);
    let (variations, faults): (Vec<_>, Vec<_>) = wanted.into_iter().partition(is_variation);
    variations
        .iter()
        .chain(&faults)
        .for_each(|name| record(name));
}

#[test]
fn every_check_on_every_scenario() {
    let scenarios = &*SCENARIOS;
    let names: BTreeSet<String> = scenarios.keys().cloned().collect();
    let known = &of_the_sandbox() | &of_the_lab();
    let odd: Vec<String> = (&names ^ &known).into_iter().collect();
    assert!(
        odd.is_empty(),
        "to record with HYBRIDCHECK_RECORD=missing, or to remove when there is no such fault: {odd:?}"
    );
    let mut wrong = Vec::new();
    for (name, scenario) in scenarios {
        wrong.extend(unexpected(name, scenario));
        let base = scenario.recorded.from.as_deref();
        let base = base.map(|base| (base, &scenarios[base].judged));
        let text = shown(&scenario.judged, base);
        insta::assert_snapshot!(format!("scenario_{}", name.replace('/', "_")), text);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is not as the scenario's file, its fault in the sandbox or its fault in the lab expects.
fn unexpected(name: &str, Scenario { recorded, judged }: &Scenario) -> Vec<String> {
    let said = |wrong: String| format!("{name}: {wrong}");
    if let Some(fault) = name.strip_prefix("lab/") {
        let expected = Expected::load(fault).unwrap_or_else(|error| panic!("{error:#}"));
        let expect = &expected.expect;
        let mut wrong = expect.wrong(&judged.causes, &judged.rows);
        let verdict = engine::verdict(&judged.rows, Status::Fail, false);
        let status = i32::from(verdict.exit_status());
        if status != expect.status() {
            wrong.push(format!(
                "exit status {status}, expected {}",
                expect.status()
            ));
        }
        if recorded.about != expected.about {
            wrong.push("its fault is about something else by now: record it anew".into());
        }
        return wrong.into_iter().map(said).collect();
    }
    let mut wrong = Vec::new();
    let named: Vec<&str> = judged
        .causes
        .iter()
        .map(|cause| cause.cause.0.as_str())
        .collect();
    let expected = recorded.causes.as_deref().unwrap_or_default();
    if named != expected {
        wrong.push(format!("names {named:?}, expected {expected:?}"));
    }
    let fault = sandbox::fault(name);
    let promised = fault.map_or(&[][..], |fault| fault.causes);
    if named != promised {
        wrong.push(format!("names {named:?}, its fault promises {promised:?}"));
    }
    if fault.is_some_and(|fault| fault.about != recorded.about) {
        wrong.push("its fault is about something else by now: record it anew".into());
    }
    wrong.into_iter().map(said).collect()
}

#[test]
fn every_finding_says_what_to_do_and_who_does_it() {
    let of_scenarios = SCENARIOS.values();
    let rows = of_scenarios.flat_map(|scenario| scenario.judged.rows.clone());
    for row in rows.chain(crate::spoiled::rows()) {
        let about = format!("{} {}: {:?}", row.check, row.subject, row.judgement);
        match row.judgement.outcome {
            Outcome::Found {
                expected,
                found,
                fix,
                ..
            } => {
                let said = [expected, found, fix];
                assert!(said.iter().all(|words| !words.trim().is_empty()), "{about}");
            }
            // Where it is as it should be nothing has to be done.
            Outcome::Noted { found, .. } => assert!(!found.trim().is_empty(), "{about}"),
            Outcome::BesideThePoint { .. } | Outcome::Open { .. } | Outcome::Passed { .. } => {}
        }
    }
}

#[test]
fn every_cause_names_rows_that_show_it() {
    for (name, scenario) in &*SCENARIOS {
        for cause in &scenario.judged.causes {
            assert!(!cause.roots.is_empty(), "{name}: {}", cause.cause);
            assert!(!cause.fix.is_empty(), "{name}: {}", cause.cause);
        }
    }
}

#[test]
fn recording_an_unchanged_fault_leaves_its_file_unchanged() {
    let name = "one-address-refused";
    let bases = sandbox::fault(name).map_or_else(Vec::new, bases);
    let again = recorded(name).text(name, &bases).expect("a text");
    assert_eq!(again, recording::stored(name).expect("a file"));
}

#[test]
fn every_check_passes_somewhere_and_finds_something_somewhere() {
    let mut seen: BTreeMap<String, BTreeSet<Status>> = BTreeMap::new();
    for scenario in SCENARIOS.values() {
        for row in &scenario.judged.rows {
            let of_check = seen.entry(row.check.0.clone()).or_default();
            of_check.insert(row.status());
        }
    }
    for row in crate::spoiled::rows() {
        let of_check = seen.entry(row.check.0.clone()).or_default();
        of_check.insert(row.status());
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
