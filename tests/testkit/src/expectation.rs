//! What the finished product must say about a fault of the lab, live and judged again from its recording.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use hybridcheck_core::cause::Diagnosis;
use hybridcheck_core::finding::Status;
use hybridcheck_core::row::{Role, Row};
use serde::Deserialize;

/// What the finished product says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The cause named first; none on a healthy network.
    pub first: Option<String>,
    /// Causes that must be named besides.
    #[serde(default)]
    pub also: Vec<String>,
    /// Causes that may be named besides; every other one is a false accusation.
    #[serde(default)]
    pub allowed: Vec<String>,
    /// Exit status; 1 with a cause and 0 without one unless given.
    status: Option<i32>,
    /// Words that the first cause must say.
    #[serde(default)]
    says: Vec<String>,
    /// Words that no cause may say.
    #[serde(default)]
    never: Vec<String>,
    /// Words that stand in a log of the far side afterwards: proof that a proxy was used.
    #[serde(default)]
    pub logged: BTreeMap<String, Vec<String>>,
    /// The longest it may take, in seconds.
    #[serde(default = "usual_limit")]
    pub within: f64,
}

fn usual_limit() -> f64 {
    15.0
}

/// What a recording needs of a fault's file.
#[derive(Debug, Deserialize)]
pub struct Expected {
    /// What is wrong, in a sentence.
    pub about: String,
    /// What the finished product says.
    pub expect: Expect,
}

impl Expected {
    /// Reads a fault of the lab by name.
    pub fn load(name: &str) -> anyhow::Result<Self> {
        let path = faults().join(format!("{name}.toml"));
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }
}

/// The folder of the lab's faults.
pub fn faults() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/faults")
}

/// The names of all faults of the lab.
pub fn fault_names() -> BTreeSet<String> {
    let entries = std::fs::read_dir(faults()).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            Some(name.strip_suffix(".toml")?.to_owned())
        })
        .collect()
}

impl Expect {
    /// The exit status of the finished product.
    pub fn status(&self) -> i32 {
        self.status.unwrap_or(i32::from(self.first.is_some()))
    }

    /// Everything that is wrong with causes and rows; nothing when they are as expected.
    pub fn wrong(&self, causes: &[Diagnosis], rows: &[Row]) -> Vec<String> {
        let mut wrong = Vec::new();
        self.named_first(causes, &mut wrong);
        self.others(causes, &mut wrong);
        self.words(causes, &mut wrong);
        failing_outside(rows, &mut wrong);
        wrong
    }

    fn named_first(&self, causes: &[Diagnosis], wrong: &mut Vec<String>) {
        let Some(expected) = &self.first else {
            return;
        };
        match causes.first() {
            None => wrong.push(format!("no cause, expected {expected}")),
            Some(first) if first.cause.0 == *expected => {}
            Some(first) => wrong.push(format!(
                "named first: {}: {}",
                first.cause.0, first.sentence
            )),
        }
    }

    fn others(&self, causes: &[Diagnosis], wrong: &mut Vec<String>) {
        for also in &self.also {
            if !causes.iter().any(|cause| cause.cause.0 == *also) {
                wrong.push(format!("not named: {also}"));
            }
        }
        for cause in causes {
            let id = &cause.cause.0;
            let expected = self.first.iter().chain(&self.also).chain(&self.allowed);
            if !expected.into_iter().any(|expected| expected == id) {
                wrong.push(format!("falsely accused: {id}: {}", cause.sentence));
            }
        }
    }

    fn words(&self, causes: &[Diagnosis], wrong: &mut Vec<String>) {
        if let Some(first) = causes.first() {
            let text = everything_said(first);
            for word in &self.says {
                if !text.contains(&word.to_lowercase()) {
                    wrong.push(format!("does not say {word:?}: {}", first.sentence));
                }
            }
        }
        for cause in causes {
            let text = everything_said(cause);
            for word in &self.never {
                if text.contains(&word.to_lowercase()) {
                    wrong.push(format!("says {word:?}: {}", cause.sentence));
                }
            }
        }
    }
}

/// A failing row outside a cause is a consequence that nobody recognised, or a false accusation.
fn failing_outside(rows: &[Row], wrong: &mut Vec<String>) {
    for row in rows {
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
