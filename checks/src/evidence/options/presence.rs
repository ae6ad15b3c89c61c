//! Whether an option is there and has a value.

use hybridcheck_core::check::{Case, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, Lookup};

use super::{OPTIONS_TAB, cleaning, spelling};

/// Judges presence; `meaning` says what the option holds and where its value is found.
///
/// An option that is there under another spelling is a gap: the check of spelling speaks about it.
pub(crate) fn judge(case: &Case<'_>, name: &OptionName, meaning: &str) -> Answer<Judgement> {
    let object = case.object;
    let OptionName { section, option } = name;
    case.note(&FactKey::option(object.id, section, option));
    let fix = format!("{OPTIONS_TAB}: set `{name}`, {meaning}, and save.");
    let absent = |found: String| {
        let fix = if object.form.is_selection() {
            format!(
                "{fix} (If GAX shows it there already, it was not selected when the file was exported: export all options again.)"
            )
        } else {
            fix.clone()
        };
        Judgement::fail(
            format!("`{name}` with a value"),
            found,
            fix,
            Owner::EngageAdmin,
        )
    };
    let lookup = object.lookup(section.raw(), option.raw());
    if lookup.found().is_none()
        && let Some(key) = misspelt(object, name)
    {
        case.note(&key);
        return Err(Gap::blocked(key));
    }
    match lookup {
        Lookup::Exact(found) | Lookup::OtherCase(found) => {
            let shape = found.value.shape();
            if shape.masked {
                return Err(Gap::hidden(section.raw(), option.raw()));
            }
            if shape.is_blank() {
                let found_text = format!("`{name}` is there, but its value is empty");
                return Ok(Judgement::fail(
                    format!("`{name}` with a value"),
                    found_text,
                    fix,
                    Owner::EngageAdmin,
                )
                .of(found));
            }
            let shown = match found.value.plain() {
                Some(text) => format!("`{}`", cleaning::without_tail(text).shown(200)),
                None => found.value.shown(),
            };
            Ok(Judgement::pass(shown).of(found))
        }
        Lookup::NoOption(within) => {
            Ok(absent(format!("section [{section}] has no option `{option}`")).at(&within.place))
        }
        Lookup::NoSection if object.form.is_selection() => Err(Gap::NotInForm {
            what: format!(
                "section [{section}]: an option export holds only the sections that were selected"
            ),
        }),
        Lookup::NoSection => {
            Ok(absent(format!("the object has no section [{section}]")).at(&object.place))
        }
    }
}

fn misspelt(object: &HybridObject, name: &OptionName) -> Option<FactKey> {
    let (within, written) = spelling::written_as(object, name.section.raw(), name.option.raw())?;
    Some(FactKey::option(object.id, &within.name, &written.name))
}
