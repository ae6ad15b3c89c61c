//! Text that a network, a file or an API gave: raw for comparison and for what is sent back, escaped and capped wherever it is shown.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// The most characters of a text that are shown where its place sets no other limit.
pub(crate) const CAP: usize = 400;

/// A text from outside, owned or (as `Outside<&str>`) borrowed.
///
/// It is no `str` on purpose: putting it into a sentence escapes and caps it, and the raw text has to be asked for by name.
/// A serializer is told its name, so that the texts of others are told from our own in whatever holds both.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Outside<T = String>(T);

/// A text from outside on its way into a sentence: control, bidirectional and invisible characters become `\u{…}`, and it is cut
/// at its cap.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    text: &'a str,
    cap: usize,
}

impl Outside {
    /// Keeps the beginning of a text, and marks the cut: a hostile peer fills no memory.
    pub fn kept(text: &str, cap: usize) -> Self {
        let mut ends = text.char_indices().map(|(at, _)| at);
        let cut = ends.nth(cap).and_then(|end| text.get(..end));
        Self(cut.map_or_else(|| text.to_owned(), |cut| format!("{cut}…")))
    }

    /// Keeps the beginning of a text as it is shown: for a page, of which nothing is sent back and whose lines are no lines of ours.
    pub fn escaped(text: &str, cap: usize) -> Self {
        Self(escaped(text, cap))
    }

    /// The text itself, to be compared, parsed or sent back, never to be shown.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// The text as it may be shown, cut at a number of characters.
    pub fn shown(&self, cap: usize) -> Shown<'_> {
        Shown { text: &self.0, cap }
    }

    /// The same text, borrowed.
    pub fn view(&self) -> Outside<&str> {
        Outside(&self.0)
    }
}

impl<'a> Outside<&'a str> {
    /// The text itself, to be compared, parsed or sent back, never to be shown.
    pub fn raw(self) -> &'a str {
        self.0
    }

    /// The text as it may be shown, cut at a number of characters.
    pub fn shown(self, cap: usize) -> Shown<'a> {
        Shown { text: self.0, cap }
    }

    /// The text without the blanks around it.
    #[must_use]
    pub fn trim(self) -> Self {
        Self(self.0.trim())
    }

    /// The same text, owned.
    pub fn to_owned(self) -> Outside {
        Outside(self.0.to_owned())
    }
}

impl<T> Outside<T> {
    /// Marks a text as one from outside.
    pub const fn of(text: T) -> Self {
        Self(text)
    }
}

impl<T: AsRef<str>> Outside<T> {
    /// Nothing at all.
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_empty()
    }

    /// The same text, upper and lower case of ASCII letters aside.
    pub fn eq_ignore_ascii_case(&self, other: impl AsRef<str>) -> bool {
        self.0.as_ref().eq_ignore_ascii_case(other.as_ref())
    }

    /// The same text as another one from outside, upper and lower case of ASCII letters aside.
    pub fn is_like<U: AsRef<str>>(&self, other: &Outside<U>) -> bool {
        self.eq_ignore_ascii_case(&other.0)
    }
}

impl<T: AsRef<str>> fmt::Display for Outside<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_ref();
        Shown { text, cap: CAP }.fmt(f)
    }
}

impl<T: AsRef<str>> fmt::Debug for Outside<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&escaped(self.text, self.cap))
    }
}

impl From<Shown<'_>> for String {
    fn from(shown: Shown<'_>) -> Self {
        escaped(shown.text, shown.cap)
    }
}

impl From<String> for Outside {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Outside {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<T: AsRef<str>> PartialEq<str> for Outside<T> {
    fn eq(&self, other: &str) -> bool {
        self.0.as_ref() == other
    }
}

impl<T: AsRef<str>> PartialEq<&str> for Outside<T> {
    fn eq(&self, other: &&str) -> bool {
        self.0.as_ref() == *other
    }
}

/// In a document it is a text like any other.
impl JsonSchema for Outside {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}

fn escaped(text: &str, cap: usize) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == cap {
            out.push('…');
            break;
        }
        if is_hostile(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

fn is_hostile(c: char) -> bool {
    c.is_control()
        || crate::form::is_invisible_blank(c)
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}' | '\u{fff9}'..='\u{fffb}' | '\u{61c}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_become_visible() {
        let text = Outside::of("a\x1b[31m\u{202e}b\u{a0}");
        assert_eq!(text.to_string(), "a\\u{1b}[31m\\u{202e}b\\u{a0}");
        assert_eq!(format!("{text:?}"), format!("\"{text}\""));
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(Outside::of("abcdef").shown(3).to_string(), "abc…");
        assert_eq!(Outside::of("abc").shown(3).to_string(), "abc");
        let long = "x".repeat(CAP + 1);
        assert_eq!(Outside::of(long).to_string().chars().count(), CAP + 1);
    }

    #[test]
    fn what_is_kept_is_raw_and_marked_where_it_is_cut() {
        assert_eq!(Outside::kept("a\u{202e}c", 2), "a\u{202e}…");
        assert_eq!(Outside::kept("abc", 3), "abc");
    }

    #[test]
    fn a_column_is_as_wide_as_what_is_shown() {
        assert_eq!(
            format!("{:<9}|", Outside::of("a\u{7}").shown(9)),
            "a\\u{7}   |"
        );
    }

    #[test]
    fn a_document_holds_the_raw_text() {
        let text = Outside::of("a\u{202e}b");
        let json = serde_json::to_string(&text).expect("json");
        let back: Outside = serde_json::from_str(&json).expect("a text");
        assert_eq!(back, "a\u{202e}b");
        let schema = schemars::schema_for!(Option<Outside>);
        assert_eq!(schema, schemars::schema_for!(Option<String>));
    }
}
