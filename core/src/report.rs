//! Reports: pure views of the run document.

use crate::finding::Status;
use crate::run::Run;

/// How a report may look; decided once by the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Colour may be used, beside words and marks.
    pub color: bool,
    /// Columns available.
    pub width: u16,
    /// Characters outside ASCII may be used for frames and marks.
    pub unicode: bool,
    /// 0 is plain; each `-v` adds one, `-q` is -1.
    pub verbosity: i8,
    /// The lowest status shown.
    pub show_from: Status,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
            unicode: true,
            verbosity: 0,
            show_from: Status::Pass,
        }
    }
}

/// A format.
pub trait Report: Sync {
    /// The name for `--format` and `--report`.
    fn name(&self) -> &'static str;

    /// One line about it.
    fn about(&self) -> &'static str;

    /// The whole report, ending in a line break.
    fn render(&self, run: &Run, style: &Style) -> String;
}
