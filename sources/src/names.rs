//! Names are shown in every report, so what may hold a secret is no name: a mangled `password: abc=`, a cell that swallowed the next rows.

use hybridcheck_core::object::{
    GENERAL_OPTIONS, Note, Place, SAML_OPTIONS, SERVICE_OPTIONS, Section,
};
use hybridcheck_core::text::nearest;

use super::bounds::Remarks;

/// Longer than any name of an option or section of this object.
const LENGTH_CAP: usize = 64;

/// Whether a text can be shown as the name of a section or option.
pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name.chars().count() <= LENGTH_CAP
        && !name.contains(|c: char| c.is_control() || matches!(c, ',' | ';' | '|' | '"'))
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

/// Whether a name that follows a secret line by line may be the rest of it: a secret that was wrapped, and holds `=`.
pub(super) fn may_be_rest_of_secret(name: &str) -> bool {
    let documented = GENERAL_OPTIONS
        .into_iter()
        .chain(SAML_OPTIONS)
        .chain(SERVICE_OPTIONS);
    let is_word = name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    !is_word && nearest(name, documented).is_empty()
}

/// Takes sections and options out whose name may hold a value, and notes where they stood.
pub(super) fn keep_plain(sections: &mut Vec<Section>, remarks: &mut Remarks) {
    let mut keep = |name: &str, what: &str, place: &Place| {
        let is_plain = is_plain(name);
        if !is_plain {
            remarks.push(|| Note {
                text: format!(
                    "a name of {what} is empty, too long, or may hold a value, and was skipped with all it holds"
                ),
                place: place.clone(),
            });
        }
        is_plain
    };
    sections.retain_mut(|section| {
        section
            .options
            .retain(|option| keep(option.name.raw(), "an option", &option.place));
        keep(section.name.raw(), "a section", &section.place)
    });
}
