//! Names are shown in every report, so what may hold a secret is no name: a mangled `password: abc=`, a cell that swallowed the next rows.

use hybridcheck_core::object::{HybridObject, Note};

/// Longer than any name of an option or section of this object.
const LENGTH_CAP: usize = 64;

/// Whether a text can be shown as the name of a section or option.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= LENGTH_CAP
        && !name.contains(char::is_control)
        && !hides_value(name)
}

/// Begins with the name of a secret option and goes on longer than a misspelling of it would.
fn hides_value(name: &str) -> bool {
    const SECRET: [&str; 4] = ["password", "pkey", "certificate", "client_id"];
    let lower = name.to_ascii_lowercase();
    let rest = SECRET.iter().find_map(|secret| lower.strip_prefix(secret));
    rest.is_some_and(|rest| {
        rest.trim().chars().count() > 3 || rest.trim().starts_with(|c: char| !c.is_alphanumeric())
    })
}

/// Takes sections and options out whose name may hold a value, and notes where they stood.
pub(super) fn keep_plain(object: &mut HybridObject) {
    let HybridObject {
        sections, notes, ..
    } = object;
    let mut keep = |name: &str, what: &str, place| {
        let is_plain = is_plain(name);
        if !is_plain {
            let text = format!(
                "a name of {what} is empty, too long, or may hold a value, and was skipped with all it holds"
            );
            notes.push(Note { text, place });
        }
        is_plain
    };
    sections.retain_mut(|section| {
        section
            .options
            .retain(|option| keep(&option.name, "an option", option.place.clone()));
        keep(&section.name, "a section", section.place.clone())
    });
}
