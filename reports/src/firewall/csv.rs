//! CSV as RFC 4180 has it, for tickets and spreadsheets.

use hybridcheck_core::access::{Access, AccessList};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::listed;

use super::Dialect;
use super::words::{EXEMPTION, NAMES, NOTHING, PREREQUISITES, made_by, seen};

/// One row per rule, exemption, prerequisite and note; every field quoted, lines ending as RFC 4180 wants.
pub(super) struct Csv;

const HEADER: [&str; 14] = [
    "kind",
    "source",
    "destination",
    "protocol",
    "port",
    "direction",
    "action",
    "purpose",
    "needed_by",
    "basis",
    "owner",
    "expiry",
    "note",
    "written_by",
];
const KIND: usize = 0;
const NOTE: usize = 12;
const LONGEST_CELL: usize = 1000;

impl Dialect for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "a table for tickets and spreadsheets (RFC 4180)"
    }

    fn render(&self, list: &AccessList) -> String {
        let mut out = String::new();
        line(&mut out, HEADER.map(str::to_owned));
        let source = listed(&list.sources);
        let rules = list.widened();
        for rule in &rules {
            line(&mut out, rule_row(list, rule, &source));
        }
        for name in list.exempt() {
            let mut row = empty(list, "tls-inspection-exemption");
            row[1].clone_from(&source);
            row[2] = name.to_string();
            row[6] = "do not inspect".into();
            row[9] = "recommended by hybridcheck".into();
            row[NOTE] = EXEMPTION.into();
            line(&mut out, row);
        }
        if !list.only_missing {
            for [what, service, needed_by, basis] in PREREQUISITES {
                let mut row = empty(list, "prerequisite");
                row[2] = what.into();
                row[7] = service.into();
                row[8] = needed_by.into();
                row[9] = basis.into();
                line(&mut out, row);
            }
        }
        let nothing = rules.is_empty().then(|| NOTHING.to_owned());
        let subjects = list
            .subjects
            .iter()
            .map(|subject| format!("For: {subject}"));
        for note in nothing
            .into_iter()
            .chain(subjects)
            .chain(list.notes.iter().cloned())
        {
            let mut row = empty(list, "note");
            row[NOTE] = note;
            line(&mut out, row);
        }
        out
    }
}

fn empty(list: &AccessList, kind: &str) -> [String; HEADER.len()] {
    let mut row: [String; HEADER.len()] = std::array::from_fn(|_| String::new());
    row[KIND] = kind.into();
    row[HEADER.len() - 1] = made_by(list);
    row
}

fn rule_row(list: &AccessList, rule: &Access, source: &str) -> [String; HEADER.len()] {
    let mut note = vec![NAMES.to_owned()];
    note.extend(seen(rule));
    let mut row = empty(list, "rule");
    source.clone_into(&mut row[1]);
    row[2] = rule.destination.to_string();
    row[3] = "TCP".into();
    row[4] = rule.port.to_string();
    row[5] = "outbound".into();
    row[6] = "allow".into();
    row[7] = rule.purpose();
    row[8] = rule.needed_by();
    row[9] = rule.mark().to_string();
    row[NOTE] = note.join(" | ");
    row
}

fn line<const N: usize>(out: &mut String, cells: [String; N]) {
    out.push_str(&cells.map(|cell| quoted(&cell)).join(","));
    out.push_str("\r\n");
}

/// A cell in quotes; a spreadsheet reads what begins like a formula as text.
fn quoted(text: &str) -> String {
    let text = Outside::of(text).shown(LONGEST_CELL).to_string();
    let guard = if text.trim_start().starts_with(['=', '+', '-', '@']) {
        "'"
    } else {
        ""
    };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
