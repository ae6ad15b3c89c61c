//! What the length of a value that is no GUID hints at; the value itself is not shown.

use hybridcheck_core::secret::Shape;

/// The example in every message that expects a GUID.
pub(crate) const FORM: &str =
    "a GUID: 36 characters in the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

/// What a length close to a GUID's may mean.
pub(crate) fn hint(shape: &Shape) -> Option<&'static str> {
    match shape.characters {
        32 => Some("32 characters: possibly a GUID whose hyphens are missing"),
        35 => Some("35 characters: possibly a GUID of which one character was not copied"),
        36 => Some("36 characters, as a GUID has: possibly one character is wrong"),
        38 => Some("38 characters: possibly a GUID in braces or quotes"),
        _ => None,
    }
}

/// Irregularities that a trimmed reading does not heal; whether a GUID is inside a hidden value can then not be told.
pub(crate) fn is_wrapped(shape: &Shape) -> bool {
    shape.quoted || shape.invisible_blank || shape.typographic_quote || shape.inner_newline
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lengths_near_a_guid_hint_at_one() {
        let braces = Shape::of("{11111111-aaaa-4bbb-8ccc-111111111111}");
        assert!(hint(&braces).is_some_and(|text| text.contains("braces")));
        assert_eq!(hint(&Shape::of("acme")), None);
    }

    #[test]
    fn blanks_at_the_ends_are_healed_by_trimming() {
        assert!(!is_wrapped(&Shape::of(" a ")));
        assert!(is_wrapped(&Shape::of("\"a\"")));
    }
}
