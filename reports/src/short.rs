//! What one pastes into a chat or a ticket: the verdict, the causes and who must act, in a few lines.

use hybridcheck_core::finding::{Owner, Status};
use hybridcheck_core::report::{Report, Style};
use hybridcheck_core::run::Run;

use crate::canvas::Canvas;
use crate::words::{self, FIX_CAP};

/// Causes, failures and missing things that are named; more are counted.
const NAMED: usize = 3;

/// The longest sentence shown.
const CAP: usize = 300;

/// A few lines for a chat or a ticket; not wrapped, because what shows them wraps them.
#[derive(Clone, Copy, Debug)]
pub struct Short;

impl Report for Short {
    fn name(&self) -> &'static str {
        "short"
    }

    fn about(&self) -> &'static str {
        "The verdict, the causes and who must act, in a few lines to paste into a chat"
    }

    fn render(&self, run: &Run, style: &Style) -> String {
        let page = Canvas::new(*style);
        let mut lines = vec![page.clean(&words::verdict(run), CAP)];
        for (index, cause) in run.causes.iter().enumerate().take(NAMED) {
            let object =
                crate::table::object_of(run, cause.object).map(|title| format!(", {title}"));
            let object = page.clean(&object.unwrap_or_default(), 200);
            lines.push(format!(
                "Cause {} ({}{object}): {} Who: {}.",
                index + 1,
                cause.certainty,
                sentence(&page.clean(&cause.sentence, CAP)),
                cause.owner
            ));
            lines.push(format!("  Fix: {}", page.clean(&cause.fix, FIX_CAP)));
        }
        more(&mut lines, run.causes.len(), "causes");
        failures(&mut lines, &page, run);
        missing(&mut lines, &page, run);
        lines.push(page.clean(&about(run), CAP));
        lines.join("\n") + "\n"
    }
}

fn failures(lines: &mut Vec<String>, page: &Canvas, run: &Run) {
    let rows = words::blocking(run);
    for row in rows.iter().take(NAMED) {
        let verb = match row.status() {
            Status::Fail => "Fails",
            Status::Warn => "Warns",
            _ => "Open",
        };
        lines.push(format!(
            "{verb}: {}: {}{}",
            page.clean(&row.subject.to_string(), CAP),
            sentence(&page.clean(&words::said(row), CAP)),
            who(row.owner())
        ));
    }
    more(lines, rows.len(), "like these");
}

fn missing(lines: &mut Vec<String>, page: &Canvas, run: &Run) {
    if run.count(Status::Fail) > 0 {
        return;
    }
    let mut reasons: Vec<String> = Vec::new();
    for row in words::missing(run) {
        let reason = row.gap().map(ToString::to_string);
        reasons.extend(reason.filter(|reason| !reasons.contains(reason)));
    }
    for reason in reasons.iter().take(NAMED) {
        lines.push(format!("Missing: {}", sentence(&page.clean(reason, CAP))));
    }
    more(lines, reasons.len(), "missing");
}

fn more(lines: &mut Vec<String>, number: usize, what: &str) {
    if let Some(rest) = number.checked_sub(NAMED).filter(|rest| *rest > 0) {
        lines.push(format!("And {rest} more {what}."));
    }
}

fn about(run: &Run) -> String {
    let what: Vec<&str> = run
        .objects
        .iter()
        .map(|object| object.title.as_str())
        .collect();
    let what = if what.is_empty() {
        run.invocation.inputs.join(", ")
    } else {
        what.join(", ")
    };
    let requests = usize::try_from(run.coverage.requests).unwrap_or(usize::MAX);
    let sent = if requests > 0 {
        format!(", {}", words::count(requests, "request"))
    } else {
        String::new()
    };
    format!("{what}; {}{sent}", words::basis(run))
}

fn who(owner: Option<Owner>) -> String {
    owner.map_or_else(String::new, |owner| format!(" Who: {owner}."))
}

/// Ends with a full stop.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}
