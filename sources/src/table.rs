//! CSV: the delimiter is found by the header it gives, line breaks inside quotes are kept, lines are counted like everywhere else.

use csv::{Position, ReaderBuilder, StringRecord};

use super::document::Document;
use super::lines::number;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A table whose header is known.
pub(super) struct Sheet {
    delimiter: u8,
    begin: usize,
    /// The names of the columns, trimmed and in lower case.
    pub(super) header: Vec<String>,
}

/// One row.
pub(super) struct Row {
    /// Counted from 1, the header being row 1.
    pub(super) number: u32,
    /// The line it begins on.
    pub(super) line: u32,
    /// Its cells.
    pub(super) cells: Vec<String>,
}

impl Sheet {
    /// The table whose header is as wanted, with whichever delimiter makes it so.
    pub(super) fn find(text: &str, wanted: impl Fn(&[String]) -> bool) -> Option<Self> {
        let begin = separator_line(text);
        DELIMITERS.iter().find_map(|delimiter| {
            let mut record = StringRecord::new();
            let mut reader = builder(*delimiter).from_reader(text.as_bytes().get(begin..)?);
            reader.read_record(&mut record).ok().filter(|read| *read)?;
            let header: Vec<String> = record
                .iter()
                .map(|name| name.trim().to_ascii_lowercase())
                .collect();
            wanted(&header).then_some(Self {
                delimiter: *delimiter,
                begin,
                header,
            })
        })
    }

    /// The column of the first of these names.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.header.iter().position(|found| found == name))
    }

    /// The rows below the header; the line of dashes that query tools draw is left out.
    pub(super) fn rows(&self, document: &Document) -> Vec<Row> {
        let text = document.text.as_bytes().get(self.begin..);
        let text = text.unwrap_or_default();
        let mut reader = builder(self.delimiter).from_reader(text);
        let mut record = StringRecord::new();
        let mut rows = Vec::new();
        let mut count = 0;
        while reader.read_record(&mut record).unwrap_or(false) {
            count += 1;
            let is_drawn = record
                .iter()
                .all(|cell| !cell.is_empty() && cell.trim().bytes().all(|byte| byte == b'-'));
            if count == 1 || is_drawn {
                continue;
            }
            let begin = record.position().map_or(0, Position::byte);
            let begin = self.begin + usize::try_from(begin).unwrap_or(0);
            rows.push(Row {
                number: number(count),
                line: document.line_at(skip_breaks(&document.text, begin)),
                cells: record.iter().map(ToOwned::to_owned).collect(),
            });
        }
        rows
    }
}

impl Row {
    /// A cell, empty when the row is too short.
    pub(super) fn cell(&self, column: Option<usize>) -> &str {
        column
            .and_then(|column| self.cells.get(column))
            .map_or("", String::as_str)
    }
}

/// Excel's first line `sep=;`, which is no header.
fn separator_line(text: &str) -> usize {
    let is_separator = text
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    if !is_separator {
        return 0;
    }
    let end = text.find(['\r', '\n']).unwrap_or(text.len());
    skip_breaks(text, end)
}

/// A record's position may stand on the line break before it.
fn skip_breaks(text: &str, begin: usize) -> usize {
    let bytes = text.as_bytes().get(begin..).unwrap_or_default();
    let breaks = bytes
        .iter()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    begin + breaks.count()
}

fn builder(delimiter: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter);
    builder
}
