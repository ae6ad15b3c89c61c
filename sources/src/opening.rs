//! What a text looks like by its first characters: XML, JSON, or the sections of an option file.

use super::lines;

/// The name in the brackets of a section line.
pub(super) fn section_name(line: &str) -> Option<&str> {
    let (name, rest) = line.trim().strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    let name = name.trim();
    // A JSON list on one line begins with a bracket too.
    let is_name = !name.is_empty() && !name.starts_with(['{', '[', '"']);
    (is_name && (rest.is_empty() || rest.starts_with(['#', ';']))).then_some(name)
}

/// XML by its first character.
pub(super) fn is_xml(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// JSON by its first characters; `[general]` is a section, not a list.
pub(super) fn is_json(text: &str) -> bool {
    let start = text.trim_start();
    match start.strip_prefix('[') {
        None => start.starts_with('{'),
        Some(_) => !opens_section(text),
    }
}

/// XML, JSON or an option file by the first characters.
pub(super) fn is_structured(text: &str) -> bool {
    opens_section(text) || is_xml(text) || is_json(text)
}

/// An option file by its first line that is no comment.
pub(super) fn opens_section(text: &str) -> bool {
    lines::first_significant(text).is_some_and(|line| section_name(line).is_some())
}
