//! What a text is by its form alone.

/// Whether a text is a GUID in its plain form: 8-4-4-4-12 hexadecimal digits.
pub fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.len() == 5
        && groups.iter().zip([8, 4, 4, 4, 12]).all(|(group, length)| {
            group.len() == length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
}

/// Whether a text looks like a generated secret: twenty characters or more without a blank, of both cases and digits.
pub(crate) fn looks_generated(text: &str) -> bool {
    let has = |kind: fn(char) -> bool| text.contains(kind);
    text.chars().count() >= 20
        && !has(char::is_whitespace)
        && has(char::is_uppercase)
        && has(char::is_lowercase)
        && has(|c| c.is_ascii_digit())
        && !is_guid(text)
}

/// Whether a text could state hours: a number, as people write one, with a unit at most.
pub(crate) fn is_hours(text: &str) -> bool {
    const UNITS: [&str; 12] = [
        "", "d", "day", "days", "h", "hour", "hours", "hr", "hrs", "min", "s", "sec",
    ];
    let text = crate::text::bare(text);
    let number = text.trim_end_matches(char::is_alphabetic);
    let unit = text.strip_prefix(number).unwrap_or_default();
    let unit = unit.to_ascii_lowercase();
    text.chars().count() <= 20
        && number.contains(|c: char| c.is_ascii_digit())
        && number
            .chars()
            .all(|c| c.is_ascii_digit() || " +-.,:".contains(c))
        && UNITS.contains(&unit.as_str())
}

/// Blanks that look like an ordinary one or like nothing, but are other characters.
pub(crate) fn is_invisible_blank(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{ad}' | '\u{2000}'
            ..='\u{200f}' | '\u{202f}' | '\u{205f}' | '\u{2060}' | '\u{3000}' | '\u{feff}'
    )
}
