//! The rows: grouped by object and family, one line for what is well, every detail for what is not.

use hybridcheck_core::facts::Gap;
use hybridcheck_core::finding::Status;
use hybridcheck_core::object::Place;
use hybridcheck_core::report::Style;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_core::run::{ObjectSummary, Run};
use hybridcheck_core::text::listed;
use unicode_width::UnicodeWidthStr;

use crate::canvas::{Canvas, Tone};
use crate::words::{self, CAP, FIX_CAP};

/// The widest short status, `✓ pass`. The one long status pushes its own subject, so that nothing else pays for it.
const COLUMN: usize = 6;

/// Subject and details begin here.
const INDENT: usize = COLUMN + 4;

/// More places or pieces of evidence than this are counted, not listed.
const LISTED: usize = 8;

/// Writes every row that the style lets through.
pub(super) fn write(page: &mut Canvas, run: &Run, style: Style) {
    let from = lowest(style);
    // What `--offline` leaves out is told once, by reason, further down.
    let is_left_out = |row: &&Row| row.gap() == Some(&Gap::Offline) && style.verbosity < 1;
    let left_out = run.rows.iter().filter(is_left_out).count();
    let shown: Vec<&Row> = run
        .rows
        .iter()
        .filter(|row| row.status() >= from && !is_left_out(row))
        .collect();
    let has_ids = style.verbosity >= 1;
    for (number, object) in run.objects.iter().enumerate() {
        let own: Vec<&Row> = shown
            .iter()
            .filter(|row| row.object == object.id)
            .copied()
            .collect();
        if style.verbosity >= 0 || (run.objects.len() > 1 && !own.is_empty()) {
            object_heading(page, run, number, object);
        }
        families(page, run, &own, has_ids);
    }
    let homeless: Vec<&Row> = shown
        .iter()
        .filter(|row| run.objects.iter().all(|object| object.id != row.object))
        .copied()
        .collect();
    families(page, run, &homeless, has_ids);
    if style.verbosity < 0 {
        return;
    }
    if shown.iter().any(|row| row.status() >= Status::Warn) {
        page.gap();
        let tip = format!("More about a check: {} explain CHECK", run.tool.name);
        let tip = page.clean(&tip, CAP);
        page.block("  ", 2, Tone::Faint, &tip);
    }
    if left_out > 0 {
        let text = format!(
            "{} not asked because of --offline not shown (-v).",
            words::count(left_out, "row")
        );
        page.gap();
        page.block("  ", 2, Tone::Faint, &text);
    }
    let hidden = run.rows.iter().filter(|row| row.status() < from).count();
    if hidden > 0 {
        let text = format!(
            "{} below `{}` not shown (--show-from).",
            words::count(hidden, "row"),
            from.label()
        );
        page.gap();
        page.block("  ", 2, Tone::Faint, &text);
    }
}

/// `-q` hides what asks nothing of anybody.
fn lowest(style: Style) -> Status {
    if style.verbosity < 0 {
        style.show_from.max(Status::Note)
    } else {
        style.show_from
    }
}

fn object_heading(page: &mut Canvas, run: &Run, number: usize, object: &ObjectSummary) {
    let title = page.clean(&object.title, 200);
    if run.objects.len() > 1 {
        let total = run.objects.len();
        page.banner(Tone::Strong, &format!("OBJECT {} of {total}", number + 1));
        page.block("", 2, Tone::Strong, &title);
    } else {
        page.heading(&title);
    }
    let mut parts = vec![
        page.clean(&object.place.to_string(), 200),
        object.form.label().to_owned(),
    ];
    if let Some(region) = &object.region {
        parts.push(format!("region {}", page.clean(region, 100)));
    }
    if object.serves.len() > 1 {
        let tenants = listed(object.serves.iter().take(LISTED));
        parts.push(format!("used by {}", page.clean(&tenants, 400)));
    }
    page.block("  ", 2, Tone::Faint, &parts.join(", "));
}

/// Families in the order in which their first row comes.
fn families(page: &mut Canvas, run: &Run, rows: &[&Row], has_ids: bool) {
    let mut names: Vec<&str> = Vec::new();
    for row in rows {
        let family = family(run, row);
        if !names.contains(&family) {
            names.push(family);
        }
    }
    for name in names {
        let heading = page.clean(name, 60);
        page.heading(&heading);
        for row in rows.iter().filter(|row| family(run, row) == name) {
            write_row(page, row, has_ids);
        }
    }
}

fn family<'r>(run: &'r Run, row: &'r Row) -> &'r str {
    let entry = run.catalogue.iter().find(|entry| entry.id == row.check);
    entry.map_or_else(
        || row.check.0.split('-').next().unwrap_or_default(),
        |entry| entry.family.as_str(),
    )
}

fn write_row(page: &mut Canvas, row: &Row, has_ids: bool) {
    let title = page.clean(&row.title, 300);
    let found = page.clean(row.found(), CAP);
    let id = page.clean(&row.check.0, 80);
    let mut text = title;
    match (row.role, row.status()) {
        (Role::Consequence { cause }, status) if status != Status::Pass => {
            text = format!("{text} (follows from cause {})", cause.saturating_add(1));
            headline(page, row, Tone::Faint, &text);
        }
        (_, Status::Pass | Status::NotApplicable) => {
            if !found.is_empty() {
                text = format!("{text}: {found}");
            }
            if has_ids {
                text = format!("{text} [{id}]");
            }
            headline(page, row, Tone::Plain, &text);
        }
        _ => {
            if row.status() == Status::Gap && !row.required {
                text.push_str(" (not required)");
            }
            headline(page, row, Tone::Plain, &text);
            details(page, row, &id);
        }
    }
}

fn headline(page: &mut Canvas, row: &Row, tone: Tone, text: &str) {
    let status = words::status(page, row.status());
    let pad = " ".repeat(COLUMN.saturating_sub(status.width()) + 2);
    let subject = page.clean(&row.subject.to_string(), 160);
    // What follows from a cause, or asks nothing, steps back so that the rest stands out.
    let is_folded = tone == Tone::Faint;
    let mark = (
        if is_folded {
            Tone::Faint
        } else {
            words::tone(row.status())
        },
        status,
    );
    let subject_tone = match row.status() {
        Status::Pass | Status::NotApplicable => Tone::Plain,
        _ if is_folded => Tone::Faint,
        _ => Tone::Strong,
    };
    if page.is_narrow() {
        page.led(
            &[(Tone::Plain, "  "), mark, (Tone::Plain, "  ")],
            4,
            subject_tone,
            &subject,
        );
        page.block("    ", 4, tone, text);
        return;
    }
    let lead = [
        (Tone::Plain, "  "),
        mark,
        (Tone::Plain, pad.as_str()),
        (subject_tone, subject.as_str()),
        (Tone::Plain, "  "),
    ];
    page.led(&lead, INDENT, tone, text);
}

fn details(page: &mut Canvas, row: &Row, id: &str) {
    let indent = if page.is_narrow() { 4 } else { INDENT };
    let expected = page.clean(row.expected(), CAP);
    let found = page.clean(row.found(), CAP);
    page.field(indent, "expected", Tone::Plain, &expected);
    page.field(indent, "found", Tone::Plain, &found);
    if let Some(gap) = row.gap() {
        let because = page.clean(&gap.to_string(), CAP);
        page.field(indent, "because", Tone::Plain, &because);
    }
    let places = places(page, row.places());
    page.field(indent, "where", Tone::Plain, &places);
    let pieces: Vec<String> = row
        .evidence()
        .iter()
        .map(|piece| {
            let (label, value) = (page.clean(&piece.label, 80), page.clean(&piece.value, CAP));
            format!("{label}: {value}")
        })
        .collect();
    let evidence = some_of(pieces);
    page.field(indent, "evidence", Tone::Plain, &evidence);
    if let Role::Root { cause } = row.role {
        let text = format!(
            "shows cause {}; who has to act and how stands there, below",
            cause.saturating_add(1)
        );
        page.field(indent, "cause", Tone::Strong, &text);
    } else {
        let fix = fix(page, row);
        page.field(indent, "fix", Tone::Strong, &fix);
        let who = row
            .owner()
            .map(|owner| owner.to_string())
            .unwrap_or_default();
        page.field(indent, "who", Tone::Plain, &who);
    }
    page.field(indent, "check", Tone::Faint, id);
}

/// The row's own words, else what would close its gap; for required rows that stands once for all, under what is missing.
fn fix(page: &Canvas, row: &Row) -> String {
    if row.fix().is_empty() {
        let gap = row.gap().filter(|_| !row.required);
        let remedy = gap.and_then(words::remedy);
        return page.clean(&remedy.unwrap_or_default(), CAP);
    }
    page.clean_lines(row.fix(), FIX_CAP)
}

fn places(page: &Canvas, places: &[Place]) -> String {
    some_of(
        places
            .iter()
            .map(|place| page.clean(&place.to_string(), 200))
            .collect(),
    )
}

/// The first few on lines of their own, and how many more there are.
fn some_of(mut lines: Vec<String>) -> String {
    let more = lines.len().saturating_sub(LISTED);
    lines.truncate(LISTED);
    if more > 0 {
        lines.push(format!("and {more} more (format json has them all)"));
    }
    lines.join("\n")
}
