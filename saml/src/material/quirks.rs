//! What is odd about a value, and the blanks that make it so.

use std::collections::BTreeSet;

use hybridcheck_core::facts::Quirk;

/// What was odd on the way from a value to its bytes.
pub(super) type Quirks = BTreeSet<Quirk>;

/// Blanks, line breaks, and the characters that look like them.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}
