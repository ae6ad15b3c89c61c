//! Secrets: wrapped once at the door, described by their shape, exposed only to the probes that must use them.

use std::fmt;

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::form::{is_guid, is_invisible_blank};

/// A value that must never be shown: it has no `Display`, no `PartialEq`, no `Serialize`, and a redacted `Debug`.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Wraps a text; from here on only its shape is visible.
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself. Fenced by clippy: only sources' door, probes and the redaction filter may call it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether two texts are the same; nothing else is told about them.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }

    /// What may be said about the text: its length and the blanks and quotes around it.
    pub fn shape(&self) -> Shape {
        Shape::of(self.0.expose_secret())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.shape())
    }
}

/// What may be told about a text without showing it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a list of independent observations, each shown on its own"
)]
pub struct Shape {
    /// Length in Unicode characters.
    pub characters: usize,
    /// Nothing but blanks and line breaks, or nothing at all.
    pub blank: bool,
    /// Begins with a blank, tab or line break.
    pub leading_blank: bool,
    /// Ends with a blank or tab.
    pub trailing_blank: bool,
    /// Ends with a line break.
    pub trailing_newline: bool,
    /// Holds a line break before its end.
    pub inner_newline: bool,
    /// A whole pair of plain quotes stands around the value.
    pub quoted: bool,
    /// Holds a non-breaking, zero-width or otherwise invisible blank (text copied from a document).
    pub invisible_blank: bool,
    /// Holds typographic quotes (text copied from a document or a mail).
    pub typographic_quote: bool,
    /// Holds characters outside ASCII.
    pub non_ascii: bool,
    /// Consists only of `*`, or of a phrase by which tools hide values.
    pub masked: bool,
    /// Has the form of a GUID, as ids have and secrets have not.
    #[serde(default)]
    pub guid: bool,
}

impl Shape {
    /// Observes a text.
    pub fn of(text: &str) -> Self {
        let trimmed = text.trim_end_matches(['\r', '\n']);
        // Most values are ASCII, and keys are long: what only other characters can be is then not looked for.
        let non_ascii = !text.is_ascii();
        Self {
            characters: if non_ascii {
                text.chars().count()
            } else {
                text.len()
            },
            blank: text
                .chars()
                .all(|c| c.is_whitespace() || is_invisible_blank(c)),
            leading_blank: text.starts_with([' ', '\t', '\r', '\n']),
            trailing_blank: trimmed.ends_with([' ', '\t']),
            trailing_newline: trimmed.len() != text.len(),
            inner_newline: trimmed.bytes().any(|byte| matches!(byte, b'\r' | b'\n')),
            quoted: is_quoted(text.trim()),
            invisible_blank: non_ascii && text.contains(is_invisible_blank),
            typographic_quote: non_ascii && text.contains(is_typographic_quote),
            non_ascii,
            masked: is_masked(text),
            guid: is_guid(text.trim()),
        }
    }

    /// Nothing but blanks, or nothing at all.
    pub fn is_blank(&self) -> bool {
        self.blank
    }

    /// The irregularities a person would want to remove, in words; empty when there is none.
    pub fn irregularities(&self) -> Vec<&'static str> {
        [
            (self.leading_blank, "leading blank"),
            (self.trailing_blank, "trailing blank"),
            (self.trailing_newline, "trailing newline"),
            (self.quoted, "quotes around the value"),
            (self.invisible_blank, "non-breaking or invisible blank"),
            (self.typographic_quote, "typographic quote"),
        ]
        .into_iter()
        .filter_map(|(present, name)| present.then_some(name))
        .collect()
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.masked {
            return write!(f, "hidden in this export ({} characters)", self.characters);
        }
        let plural = if self.characters == 1 { "" } else { "s" };
        write!(f, "{} character{plural}", self.characters)?;
        for irregularity in self.irregularities() {
            write!(f, ", {irregularity}")?;
        }
        if self.inner_newline {
            write!(f, ", several lines")?;
        }
        Ok(())
    }
}

fn is_quoted(text: &str) -> bool {
    ['"', '\'']
        .into_iter()
        .any(|quote| text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote))
}

fn is_typographic_quote(c: char) -> bool {
    matches!(
        c,
        '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2039}' | '\u{203a}'
    )
}

/// Only `*`, or a phrase that tools put in place of a hidden value (inferred; no export is documented to hide values).
fn is_masked(text: &str) -> bool {
    let text = text.trim();
    let stars = text.trim_start_matches('[').trim_end_matches(']');
    (!stars.is_empty() && stars.chars().all(|c| c == '*'))
        || text.eq_ignore_ascii_case("[output suppressed]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_shape_only() {
        let debug = format!("{:?}", Secret::new("hunter2\n"));
        assert_eq!(debug, "Secret(8 characters, trailing newline)");
    }

    #[test]
    fn secrets_are_compared_whole() {
        let secret = Secret::new("hunter2");
        assert!(secret.is_same(&Secret::new("hunter2")));
        assert!(!secret.is_same(&Secret::new("hunter2\n")));
    }

    #[test]
    fn irregularities_are_named() {
        let shape = Shape::of(" \u{201c}a\u{a0}b\u{201d}\t");
        assert_eq!(
            shape.irregularities(),
            [
                "leading blank",
                "trailing blank",
                "non-breaking or invisible blank",
                "typographic quote"
            ]
        );
    }

    #[test]
    fn the_form_of_an_id_is_seen() {
        assert!(Shape::of(" 22222222-aaaa-4bbb-8ccc-222222222222\n").guid);
        assert!(!Shape::of("22222222-aaaa-4bbb-8ccc-22222222222").guid);
    }

    #[test]
    fn blanks_alone_are_no_value() {
        for text in ["", " ", "\r\n", "\u{a0}\u{200b}"] {
            assert!(Shape::of(text).is_blank(), "{text:?}");
        }
        assert!(!Shape::of(" a ").is_blank());
    }

    #[test]
    fn masked_values_are_recognised() {
        for text in ["*", "********", "[***]", "[output suppressed]"] {
            assert!(Shape::of(text).masked, "{text}");
        }
        assert!(!Shape::of("***a").masked);
        assert!(!Shape::of("").masked);
    }
}
