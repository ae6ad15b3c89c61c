//! The run document itself, as JSON.

use std::fmt::Write as _;

use hybridcheck_core::report::{Report, Style};
use hybridcheck_core::run::Run;

/// The run document, for machines; the same bytes whatever the terminal is.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl Report for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "The whole run document, for machines"
    }

    fn render(&self, run: &Run, _style: &Style) -> String {
        let json =
            serde_json::to_string_pretty(run).expect("a run holds only types that JSON can carry");
        escaped(&json) + "\n"
    }
}

/// Escapes everything outside printable ASCII, which in JSON stands inside strings only: serde leaves DEL, C1 controls and
/// bidirectional marks as they are, and they must reach no terminal.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || (' '..='~').contains(&c) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("a String takes every text");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn escapes_are_read_back_as_the_same_text() {
        let text = "é\u{7f}\u{9b}\u{202e}漢😀\n";
        let json = escaped(&serde_json::to_string(text).expect("json"));
        assert!(json.is_ascii() && !json.contains('\u{7f}'), "{json}");
        let back: String = serde_json::from_str(&json).expect("text");
        assert_eq!(back, text);
    }
}
