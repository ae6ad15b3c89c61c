//! What was proven, what was not, and what readers noticed.

use std::collections::BTreeMap;

use comfy_table::{ContentArrangement, Table as Grid, presets};
use hybridcheck_core::facts::Gap;
use hybridcheck_core::row::Row;
use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_core::text::listed;

use crate::canvas::{Canvas, Tone};
use crate::words::{self, CAP};

/// What readers noticed about the input, and objects that only look like ours.
pub(super) fn notes(page: &mut Canvas, run: &Run) {
    let own = run.objects.iter().flat_map(|object| &object.notes);
    let mut lines: Vec<String> = run
        .notes
        .iter()
        .chain(own)
        .map(|note| {
            let (text, place) = (page.clean(&note.text, CAP), note.place.to_string());
            format!("{text} ({})", page.clean(&place, 200))
        })
        .collect();
    lines.extend(run.strangers.iter().map(|stranger| {
        let (kind, place) = (
            page.clean(&stranger.kind.shown(80).to_string(), usize::MAX),
            stranger.place.to_string(),
        );
        let tenant = stranger.tenant.as_ref();
        let of = tenant.map_or_else(String::new, |tenant| {
            format!(" of {}", page.clean(&tenant.to_string(), 80))
        });
        let place = page.clean(&place, 200);
        format!("Not judged: an object with this name{of} whose type is {kind}, not list ({place})")
    }));
    bullets(page, "NOTES ON THE INPUT", &lines);
}

/// How far each endpoint was proven.
pub(super) fn proofs(page: &mut Canvas, run: &Run) {
    if run.coverage.endpoints.is_empty() {
        return;
    }
    page.heading("PROVEN FROM THIS HOST");
    let mut grid = new_grid(page);
    for proven in &run.coverage.endpoints {
        let endpoint = page.clean(&proven.endpoint.to_string(), 160);
        let (route, proof) = (proven.route.to_string(), proven.proof.to_string());
        if page.is_narrow() {
            page.block("  ", 4, Tone::Plain, &format!("{endpoint} ({route})"));
            page.block("    ", 4, Tone::Plain, &proof);
        } else {
            grid.add_row([endpoint, route, proof]);
        }
    }
    page.grid(&grid);
    let requests = usize::try_from(run.coverage.requests).unwrap_or(usize::MAX);
    if requests > 0 {
        let sent = words::count(requests, "request");
        page.block(
            "  ",
            2,
            Tone::Faint,
            &format!("{sent} sent to Genesys Cloud hosts."),
        );
    }
}

/// What no run of this kind proves.
pub(super) fn unproven(page: &mut Canvas, run: &Run) {
    let lines: Vec<String> = run
        .coverage
        .unproven
        .iter()
        .map(|sentence| page.clean(sentence, 300))
        .collect();
    bullets(page, "NOT PROVEN BY THIS RUN", &lines);
}

/// What was required and could not be checked, for another reason than a cause: once per reason, with what would help.
pub(super) fn missing(page: &mut Canvas, run: &Run) {
    let mut reasons: BTreeMap<&Gap, Vec<&Row>> = BTreeMap::new();
    for row in words::missing(run) {
        if let Some(gap) = row.gap() {
            reasons.entry(gap).or_default().push(row);
        }
    }
    if reasons.is_empty() {
        return;
    }
    if matches!(run.verdict, Verdict::Incomplete | Verdict::Interrupted) {
        page.banner(Tone::Doubt, "WHAT IS MISSING");
    } else {
        page.heading("WHAT IS MISSING");
    }
    for (gap, rows) in reasons {
        let because = page.clean(&gap.to_string(), CAP);
        page.led(&[(Tone::Doubt, "? ")], 2, Tone::Strong, &because);
        let mut checks: Vec<String> = Vec::new();
        for row in rows {
            let check = match super::object_of(run, row.object) {
                Some(title) => format!("{} ({title})", row.check),
                None => row.check.to_string(),
            };
            if !checks.contains(&check) {
                checks.push(check);
            }
        }
        let kept = page.clean(&listed(checks), CAP);
        page.field(2, "open", Tone::Plain, &kept);
        let remedy = words::remedy(gap).unwrap_or_default();
        let remedy = page.clean(&remedy, CAP);
        page.field(2, "fix", Tone::Plain, &remedy);
    }
}

/// A table without frames, as wide as the page allows.
pub(super) fn new_grid(page: &Canvas) -> Grid {
    let mut grid = Grid::new();
    let width = u16::try_from(page.width().saturating_sub(1)).unwrap_or(u16::MAX);
    grid.load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width);
    grid
}

fn bullets(page: &mut Canvas, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    page.heading(heading);
    let lead = page.either("  • ", "  - ");
    for line in lines {
        page.block(lead, 4, Tone::Plain, line);
    }
}
