//! One decoded input: its text, its lines, and its JSON tree, which is parsed once however many readers ask for it.

use std::cell::OnceCell;

use hybridcheck_core::object::{At, Form, Note, Place};
use hybridcheck_core::outside::Outside;

use super::error::SourceError;
use super::input::Input;
use super::json;
use super::lines::Lines;
use super::tree::{Fault, Node};
use super::{encoding, opening};

/// A decoded input. It holds secrets and therefore has no `Debug`.
pub(super) struct Document {
    /// The input's name as the user gave it.
    pub(super) input: Outside,
    /// Its text.
    pub(super) text: String,
    /// What the decoding should say.
    pub(super) notes: Vec<Note>,
    lines: Lines,
    json: OnceCell<Result<Node, Fault>>,
}

impl Document {
    pub(super) fn decode(input: &Input) -> Result<Self, SourceError> {
        let decoded = encoding::decode(&input.bytes).map_err(|found| SourceError::Foreign {
            path: input.name.clone(),
            found,
        })?;
        let note = |text| Note {
            text,
            place: Place::whole(input.name.raw()),
        };
        Ok(Self {
            input: input.name.clone(),
            lines: Lines::of(&decoded.text),
            text: decoded.text,
            notes: decoded.notes.into_iter().map(note).collect(),
            json: OnceCell::new(),
        })
    }

    /// The line of a byte offset.
    pub(super) fn line_at(&self, offset: usize) -> u32 {
        self.lines.at(offset)
    }

    pub(super) fn place(&self, line: u32) -> Place {
        Place::line(self.input.raw(), line)
    }

    pub(super) fn row(&self, table: &str, row: u32) -> Place {
        Place {
            input: self.input.clone(),
            at: At::Row {
                table: table.to_owned(),
                row,
            },
        }
    }

    pub(super) fn note(&self, line: u32, text: impl Into<String>) -> Note {
        Note {
            text: text.into(),
            place: self.place(line),
        }
    }

    pub(super) fn malformed(&self, form: Form, fault: &Fault) -> SourceError {
        SourceError::Malformed {
            path: self.input.clone(),
            line: fault.line,
            form,
            problem: fault.problem.clone(),
        }
    }

    /// The JSON tree, when the text looks like JSON.
    pub(super) fn json(&self) -> Option<Result<&Node, &Fault>> {
        opening::is_json(&self.text).then(|| {
            self.json
                .get_or_init(|| json::parse(&self.text, &self.lines))
                .as_ref()
        })
    }
}
