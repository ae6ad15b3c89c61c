//! The table that the lab prints: fault, expected, named, time.

use std::fmt::Write as _;
use std::time::Duration;

use crate::fault::Fault;

/// A fault that was played.
pub(crate) struct Line {
    pub(crate) fault: Fault,
    named: Vec<String>,
    took: Duration,
    pub(crate) wrong: Vec<String>,
}

impl Line {
    pub(crate) fn of(fault: Fault, named: Vec<String>, took: Duration, wrong: Vec<String>) -> Self {
        Self {
            fault,
            named,
            took,
            wrong,
        }
    }

    /// What is shown while the lab runs.
    pub(crate) fn short(&self) -> String {
        let word = if self.wrong.is_empty() { "ok" } else { "WRONG" };
        format!(
            "{word:<5} {:<32} {:>5.1} s",
            self.fault.name,
            self.took.as_secs_f64()
        )
    }

    fn expected(&self) -> String {
        let expect = &self.fault.expect;
        joined(expect.first.iter().chain(&expect.also))
    }
}

/// The table, and under it what was wrong.
pub(crate) fn table(lines: &[Line]) -> String {
    let expected = lines.iter().map(|line| line.expected().len());
    let expected = expected.max().unwrap_or(0).max(8);
    let mut text = format!(
        "\n{:<32} {:<expected$} {:<expected$} {:>7}\n",
        "fault", "expected", "named", "time"
    );
    for line in lines {
        let _ = writeln!(
            text,
            "{:<32} {:<expected$} {:<expected$} {:>5.1} s  {}",
            line.fault.name,
            line.expected(),
            joined(&line.named),
            line.took.as_secs_f64(),
            if line.wrong.is_empty() { "ok" } else { "WRONG" },
        );
    }
    for line in lines.iter().filter(|line| !line.wrong.is_empty()) {
        let _ = writeln!(text, "\n{}: {}", line.fault.name, line.fault.about);
        for wrong in &line.wrong {
            let _ = writeln!(text, "  - {wrong}");
        }
    }
    text
}

fn joined<'a>(ids: impl IntoIterator<Item = &'a String>) -> String {
    let ids: Vec<&str> = ids.into_iter().map(String::as_str).collect();
    if ids.is_empty() {
        "-".to_owned()
    } else {
        ids.join(", ")
    }
}
