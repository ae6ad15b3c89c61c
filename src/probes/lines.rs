//! Small files of the system, line by line, within bounds: what cannot be read, and which lines say nothing.

use hybridcheck_core::outside::Outside;
use std::io::Read;
use std::path::Path;

use super::limits;

/// A longer file is read to here: lists that block advertisements have some megabytes.
const LIMIT: u64 = 16 * 1024 * 1024;
/// More oddities than this are counted, not shown.
const SHOWN: usize = 12;

/// The lines of a file.
pub(super) struct Lines {
    text: String,
    is_cut: bool,
}

impl Lines {
    /// The lines of a text, whatever its bytes are.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self {
            text: String::from_utf8_lossy(bytes).into_owned(),
            is_cut: false,
        }
    }

    /// Each line with its number, from 1.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &str)> {
        (1..).zip(self.text.lines())
    }

    /// A collection for what is odd about these lines.
    pub(super) fn oddities(&self) -> Oddities {
        Oddities {
            found: Vec::new(),
            more: 0,
            is_cut: self.is_cut,
        }
    }
}

/// Lines that say nothing, each with its number and why.
pub(super) struct Oddities {
    found: Vec<String>,
    more: usize,
    is_cut: bool,
}

impl Oddities {
    /// Adds a line.
    pub(super) fn add(&mut self, number: u32, what: &str) {
        if self.found.len() < SHOWN {
            self.found
                .push(format!("line {number}: {}", Outside::of(what).shown(120)));
        } else {
            self.more += 1;
        }
    }

    /// What was found.
    pub(super) fn found(mut self) -> Vec<String> {
        if self.more > 0 {
            self.found.push(format!("and {} more lines", self.more));
        }
        if self.is_cut {
            self.found
                .push(format!("only its first {} MiB were read", LIMIT >> 20));
        }
        self.found
    }
}

/// Reads a file; what cannot be read is said in words that follow the file's name.
pub(super) fn read(path: &Path) -> Result<Lines, String> {
    let failed = |error: std::io::Error| {
        limits::met(&error);
        format!(
            "cannot be read: {}",
            Outside::of(error.to_string()).shown(160)
        )
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    let is_cut = bytes.len() as u64 > LIMIT;
    Ok(Lines {
        is_cut,
        ..Lines::of(&bytes)
    })
}
