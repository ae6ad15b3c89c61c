//! What was gathered: how long each phase took (`-v`), and every fact on a line (`-vv`).

use hybridcheck_core::facts::{Entry, Phase, Recorded};
use hybridcheck_core::run::Run;

use super::coverage::new_grid;
use crate::canvas::{Canvas, Tone};

/// Per phase: how many facts, the quickest, the slowest, and which that was.
pub(super) fn timings(page: &mut Canvas, run: &Run) {
    let mut grid = new_grid(page);
    grid.set_header(["phase", "facts", "quickest", "slowest", "which"]);
    let mut is_empty = true;
    for phase in Phase::ALL {
        let facts = || {
            run.facts
                .iter()
                .filter(|entry| entry.key.phase() == Some(phase) && is_there(entry))
        };
        let (Some(quickest), Some(slowest)) = (
            facts().min_by_key(|entry| entry.took),
            facts().max_by_key(|entry| entry.took),
        ) else {
            continue;
        };
        is_empty = false;
        grid.add_row([
            phase.to_string(),
            facts().count().to_string(),
            quickest.took.to_string(),
            slowest.took.to_string(),
            page.clean(&slowest.key.to_string(), 120),
        ]);
    }
    if !is_empty {
        page.heading("TIMINGS");
        page.grid(&grid);
    }
}

/// Every fact and every gap, one after the other.
pub(super) fn list(page: &mut Canvas, run: &Run) {
    if run.facts.is_empty() {
        return;
    }
    page.heading("FACTS");
    for entry in &run.facts {
        let (text, took) = match &entry.outcome {
            Recorded::Fact(fact) => (fact.seen(), format!(" [{}]", entry.took)),
            Recorded::Missing(gap) => (format!("missing: {gap}"), String::new()),
        };
        let key = page.clean(&entry.key.to_string(), 200);
        let text = page.clean(&text, 400);
        page.block("  ", 4, Tone::Plain, &format!("{key}: {text}{took}"));
    }
}

fn is_there(entry: &Entry) -> bool {
    matches!(entry.outcome, Recorded::Fact(_))
}
