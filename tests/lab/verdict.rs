//! Compares what the binary said with what a fault's file expects.

use hybridcheck_core::cause::Diagnosis;
use hybridcheck_core::finding::Status;
use hybridcheck_core::row::Role;
use hybridcheck_core::run::Run;

use crate::fault::Fault;
use crate::play::Seen;

/// Everything that is wrong with it; nothing when it is as expected.
pub(crate) fn compare(fault: &Fault, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    match &seen.run {
        Err(error) => wrong.push(error.clone()),
        Ok(run) => {
            named_first(fault, run, &mut wrong);
            others(fault, run, &mut wrong);
            words(fault, run, &mut wrong);
            rows(run, &mut wrong);
        }
    }
    if seen.status != Some(fault.status()) {
        let expected = fault.status();
        wrong.push(format!(
            "exit status {:?}, expected {expected}",
            seen.status
        ));
    }
    for (log, words) in &fault.expect.logged {
        let text = seen.logs.get(log).map_or("", String::as_str);
        for word in words {
            if !text.contains(word.as_str()) {
                wrong.push(format!("{log} does not say {word:?}"));
            }
        }
    }
    let took = seen.took.as_secs_f64();
    if took > fault.expect.within {
        wrong.push(format!(
            "took {took:.1} s, expected {:.1} s at most",
            fault.expect.within
        ));
    }
    wrong
}

fn named_first(fault: &Fault, run: &Run, wrong: &mut Vec<String>) {
    let Some(expected) = &fault.expect.first else {
        return;
    };
    match run.causes.first() {
        None => wrong.push(format!("no cause, expected {expected}")),
        Some(first) if first.cause.0 == *expected => {}
        Some(first) => wrong.push(format!(
            "named first: {}: {}",
            first.cause.0, first.sentence
        )),
    }
}

fn others(fault: &Fault, run: &Run, wrong: &mut Vec<String>) {
    let expect = &fault.expect;
    for also in &expect.also {
        if !run.causes.iter().any(|cause| cause.cause.0 == *also) {
            wrong.push(format!("not named: {also}"));
        }
    }
    for cause in &run.causes {
        let id = &cause.cause.0;
        let expected = expect
            .first
            .iter()
            .chain(&expect.also)
            .chain(&expect.allowed);
        if !expected.into_iter().any(|expected| expected == id) {
            wrong.push(format!("falsely accused: {id}: {}", cause.sentence));
        }
    }
}

fn words(fault: &Fault, run: &Run, wrong: &mut Vec<String>) {
    if let Some(first) = run.causes.first() {
        let text = everything_said(first);
        for word in &fault.expect.says {
            if !text.contains(&word.to_lowercase()) {
                wrong.push(format!("does not say {word:?}: {}", first.sentence));
            }
        }
    }
    for cause in &run.causes {
        let text = everything_said(cause);
        for word in &fault.expect.never {
            if text.contains(&word.to_lowercase()) {
                wrong.push(format!("says {word:?}: {}", cause.sentence));
            }
        }
    }
}

/// A failing row outside a cause is a consequence that nobody recognised, or a false accusation.
fn rows(run: &Run, wrong: &mut Vec<String>) {
    for row in &run.rows {
        if row.status() == Status::Fail && row.role == Role::Independent {
            let subject = serde_json::to_string(&row.subject).unwrap_or_default();
            wrong.push(format!(
                "fails for itself: {} {subject}: {}",
                row.check.0,
                row.found()
            ));
        }
    }
}

fn everything_said(cause: &Diagnosis) -> String {
    let evidence = cause.evidence.iter();
    let evidence: Vec<String> = evidence
        .map(|piece| format!("{}: {}", piece.label, piece.value))
        .collect();
    let command = cause.command.as_deref().unwrap_or_default();
    format!(
        "{}\n{}\n{}\n{command}",
        cause.sentence,
        cause.fix,
        evidence.join("\n")
    )
    .to_lowercase()
}
