//! The words that every report for people shares: statuses, counts, the verdict in one line, and what a gap asks for.

use std::cmp::Reverse;

use hybridcheck_core::facts::Gap;
use hybridcheck_core::finding::Status;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_core::run::{Run, Verdict};
pub(crate) use hybridcheck_core::text::count;

use crate::canvas::{Canvas, Tone};

/// The longest piece of text from a run that a report shows whole.
pub(crate) const CAP: usize = 1000;

/// How much of what is to be done, which nobody can act on in part.
pub(crate) const FIX_CAP: usize = 6 * CAP;

/// Mark and word of a status.
pub(crate) fn status(canvas: &Canvas, status: Status) -> &'static str {
    match status {
        Status::Pass => canvas.either("✓ pass", "ok"),
        Status::NotApplicable => canvas.either("– n/a", "n/a"),
        Status::Note => canvas.either("· note", "note"),
        Status::Gap => canvas.either("? not checked", "not checked"),
        Status::Warn => canvas.either("! warn", "warn"),
        Status::Fail => canvas.either("✗ FAIL", "FAIL"),
    }
}

/// The tone of a status.
pub(crate) fn tone(status: Status) -> Tone {
    match status {
        Status::Pass => Tone::Good,
        Status::NotApplicable => Tone::Faint,
        Status::Note => Tone::Plain,
        Status::Gap => Tone::Strong,
        Status::Warn => Tone::Doubt,
        Status::Fail => Tone::Bad,
    }
}

/// Rows with a status that no cause explains.
pub(crate) fn independent(run: &Run, status: Status) -> Vec<&Row> {
    run.with_status(status)
        .filter(|row| row.role == Role::Independent)
        .collect()
}

/// Rows that make the run fail and that no cause explains: failures, and what `--fail-on` adds to them.
pub(crate) fn blocking(run: &Run) -> Vec<&Row> {
    let from = match run.verdict {
        Verdict::NotReady => run.invocation.fail_on.unwrap_or(Status::Fail),
        _ => Status::Fail,
    };
    let from = from.clamp(Status::Note, Status::Fail);
    let mut rows: Vec<&Row> = run
        .rows
        .iter()
        .filter(|row| row.status() >= from && row.role == Role::Independent)
        .collect();
    rows.sort_by_key(|row| Reverse(row.status()));
    rows
}

/// What a row says in short: what was found, else why it was not checked, else its statement.
pub(crate) fn said(row: &Row) -> String {
    match row.gap() {
        Some(gap) => gap.to_string(),
        None if row.found().is_empty() => row.title.clone(),
        None => row.found().to_owned(),
    }
}

/// Required rows without a verdict that no cause explains: what makes a run incomplete.
pub(crate) fn missing(run: &Run) -> Vec<&Row> {
    let mut rows = independent(run, Status::Gap);
    rows.retain(|row| row.required);
    rows
}

/// The verdict with what it rests on, without versions.
pub(crate) fn verdict(run: &Run) -> String {
    let word = run.verdict;
    let passed = format!("{} passed", run.count(Status::Pass));
    let warnings = independent(run, Status::Warn).len();
    let gaps = run.count(Status::Gap);
    let warned = (warnings > 0).then(|| count(warnings, "warning"));
    let unchecked = (gaps > 0).then(|| format!("{gaps} not checked"));
    let causes = run.causes.len();
    let failures = independent(run, Status::Fail).len();
    let named = (causes > 0).then(|| count(causes, "cause"));
    let failed = (failures > 0).then(|| {
        let noun = if causes > 0 {
            "other failure"
        } else {
            "failure"
        };
        count(failures, noun)
    });
    let parts = match run.verdict {
        Verdict::Ready => {
            let asked = if run.invocation.offline {
                "not checked (--offline)"
            } else {
                "optional not checked"
            };
            let optional = (gaps > 0).then(|| format!("{gaps} {asked}"));
            let clean = if run.invocation.offline {
                Some("as far as the input alone can show".to_owned())
            } else {
                (run.count(Status::Warn) == 0 && causes == 0)
                    .then(|| "nothing stands in the way".to_owned())
            };
            // A warning that a cause explains is still a warning.
            let warnings = run.count(Status::Warn);
            let warned = (warnings > 0).then(|| count(warnings, "warning"));
            vec![clean, Some(passed), named, warned, optional]
        }
        Verdict::Incomplete => {
            let required = run
                .with_status(Status::Gap)
                .filter(|row| row.is_missed())
                .count();
            let open = format!(
                "but {} could not be made",
                count(required, "required check")
            );
            let nothing = (run.count(Status::Fail) == 0).then(|| "nothing failed".to_owned());
            vec![nothing, Some(open), named, warned, Some(passed)]
        }
        Verdict::Interrupted => vec![
            Some("the run ended early".to_owned()),
            named,
            failed,
            warned,
            unchecked,
            Some(passed),
        ],
        Verdict::NotReady => vec![named, failed, warned, unchecked],
    };
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{word}: {}", parts.join(", "))
}

/// For which moment, by which tool and tables.
pub(crate) fn basis(run: &Run) -> String {
    let partial = if is_partial(run) {
        "selected checks only, "
    } else {
        ""
    };
    format!(
        "{partial}as of {}, {} {}, regions of {}",
        run.as_of, run.tool.name, run.tool.version, run.tool.regions
    )
}

/// Not every check took part, so that the verdict says less than it seems to.
pub(crate) fn is_partial(run: &Run) -> bool {
    !(run.invocation.only.is_empty() && run.invocation.skip.is_empty())
}

/// What would close a gap, when something would.
pub(crate) fn remedy(gap: &Gap) -> Option<String> {
    let text = match gap {
        // What it waits for has a row of its own.
        Gap::Blocked { .. } | Gap::NoMeans { .. } | Gap::NotAnswered { .. } | Gap::NotAskedFor { .. } | Gap::OwnLimit { .. } | Gap::Refused { .. } => {
            return None;
        }
        Gap::Broken { .. } => "report it as a bug of hybridcheck; it says nothing about the integration".to_owned(),
        Gap::Denied { permissions, .. } => format!(
            "let the Genesys Cloud administrator grant {} to a role of one of them, or to a read-only client for hybridcheck (--client-id; `hybridcheck permissions` prints its role), and run again after five minutes: so long a change may take to act",
            permissions.join(" or ")
        ),
        Gap::Hidden { option } => format!("give an export that shows {option}, then run again"),
        Gap::Interrupted => "run again and let it finish".to_owned(),
        Gap::NotInForm { .. } => {
            "give the object in a form that carries it, such as Config Server XML, or look in the Configuration Layer"
                .to_owned()
        }
        Gap::NotPlanned => "run again with the checks that ask for it".to_owned(),
        Gap::NotRecorded => "gather the facts again with this version".to_owned(),
        Gap::Offline => "run again without --offline on the host that will use the integration".to_owned(),
        Gap::TimedOut { flag, .. } => format!("run again with a larger {flag}"),
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_follow_their_number() {
        assert_eq!(count(1, "cause"), "1 cause");
        assert_eq!(count(0, "cause"), "0 causes");
    }

    #[test]
    fn every_gap_that_a_person_can_close_says_how() {
        let denied = Gap::Denied {
            permissions: vec!["a:b:view".into(), "a:c:view".into()],
            call: "GET /x".into(),
        };
        assert!(
            remedy(&denied)
                .expect("a remedy")
                .contains("a:b:view or a:c:view")
        );
        assert!(
            remedy(&Gap::Offline)
                .expect("a remedy")
                .contains("--offline")
        );
    }
}
