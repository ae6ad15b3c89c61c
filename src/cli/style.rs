//! Colour, width and characters: decided once from flags, environment and terminal.

use std::env::var;
use std::io::IsTerminal;

use clap::ValueEnum;
use hybridcheck_core::finding::Status;
use hybridcheck_core::report::Style;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless the environment says otherwise.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The width where there is no terminal to ask.
const DEFAULT_WIDTH: u16 = 100;

/// The style for standard output.
pub(super) fn of_stdout(color: Color, ascii: bool, verbosity: i8, show_from: Status) -> Style {
    let terminal = std::io::stdout().is_terminal();
    Style {
        color: is_colored(color, terminal),
        width: width(terminal),
        unicode: !ascii && speaks_unicode(),
        verbosity,
        show_from,
    }
}

/// The style for a file: no colour, a fixed width.
pub(super) fn of_file(style: Style) -> Style {
    Style {
        color: false,
        width: DEFAULT_WIDTH,
        unicode: true,
        ..style
    }
}

/// Whether standard error can show live progress.
pub(super) fn shows_progress() -> bool {
    std::io::stderr().is_terminal() && var("TERM").as_deref() != Ok("dumb")
}

fn is_set(name: &str) -> bool {
    var(name).is_ok_and(|value| !value.is_empty() && value != "0")
}

/// The flag decides; then NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR=0 and TERM=dumb; then whether there is a terminal.
fn is_colored(color: Color, terminal: bool) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if var("NO_COLOR").is_ok_and(|value| !value.is_empty()) => false,
        Color::Auto if is_set("FORCE_COLOR") || is_set("CLICOLOR_FORCE") => true,
        Color::Auto if var("CLICOLOR").as_deref() == Ok("0") => false,
        Color::Auto => terminal && var("TERM").as_deref() != Ok("dumb"),
    }
}

fn width(terminal: bool) -> u16 {
    let columns = var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let measured = || terminal_size::terminal_size().map(|(width, _)| width.0);
    columns
        .or_else(|| terminal.then(measured).flatten())
        .unwrap_or(DEFAULT_WIDTH)
        .clamp(40, 200)
}

/// The first of the locale variables that is set decides; Windows consoles without a modern terminal get ASCII.
fn speaks_unicode() -> bool {
    if cfg!(windows) {
        return var("WT_SESSION").is_ok();
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| var(name).ok())
        .find(|value| !value.is_empty());
    locale.is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    })
}
