//! The option CSV of GAX: an `Action` column and one option a row. The names of the other columns are not documented, so they are
//! found by what they can be called, in any case and order.

use std::collections::BTreeMap;

use hybridcheck_core::object::{Form, ValueType};

use super::bounds::Draft;
use super::document::Document;
use super::error::SourceError;
use super::harvest::{self, Harvest, unknown_object};
use super::table::Sheet;
use super::{Source, annex_name, opening};

/// The reader of option CSV.
pub(super) struct OptionCsv;

const SECTION: [&str; 3] = ["section", "section name", "sectionname"];
const OPTION: [&str; 6] = [
    "option",
    "option name",
    "optionname",
    "key",
    "name",
    "property",
];
const VALUE: [&str; 3] = ["value", "option value", "optionvalue"];

fn sheet(document: &Document) -> Option<Sheet> {
    let has = |header: &[String], names: &[&str]| {
        names
            .iter()
            .any(|name| header.iter().any(|found| found == name))
    };
    Sheet::find(&document.text, |header| {
        [&["action"][..], &SECTION, &OPTION, &VALUE]
            .iter()
            .all(|names| has(header, names))
            && !has(header, &["username"])
    })
}

impl Source for OptionCsv {
    fn recognises(&self, document: &Document) -> bool {
        !opening::is_structured(&document.text) && sheet(document).is_some()
    }

    fn read(&self, document: &Document) -> Result<Harvest, SourceError> {
        let mut draft = Draft::of(unknown_object(document.place(1), Form::OptionCsv));
        let sheet = sheet(document).ok_or_else(|| missing_columns(document))?;
        let action = sheet.column(&["action"]);
        let [section, option, value] =
            [&SECTION[..], &OPTION, &VALUE].map(|names| sheet.column(names));
        let last = [section, option, value].into_iter().flatten().max();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for row in sheet.rows(document) {
            let mut note = |text: &str| {
                let note = || document.note(row.line, format!("row {} {text}", row.number));
                draft.note(note);
            };
            if row.cells.len() <= last.unwrap_or(0) {
                note("has fewer columns than the header and was skipped");
                continue;
            }
            if row.cells.len() > sheet.header.len() {
                note(
                    "has more columns than the header: a value that holds the delimiter must be quoted",
                );
            }
            if row.cell(action).trim().eq_ignore_ascii_case("delete") {
                note("deletes an option and was skipped");
                continue;
            }
            let (name, key) = (row.cell(section).trim(), row.cell(option).trim());
            if name.is_empty() || key.is_empty() {
                note("names no section or no option and was skipped");
                continue;
            }
            let place = document.place(row.line);
            // Rows of one section belong together even when others stand between them.
            let at = *known.entry(name.to_owned()).or_insert_with(|| {
                draft.section(name, place.clone());
                draft.last()
            });
            let text = row.cell(value).to_owned();
            let option = harvest::option(name, key, text, ValueType::Text, place);
            draft.option_of(at, option);
        }
        annex_name::add_to(&mut draft.object);
        let mut harvest = Harvest::default();
        harvest.offer(draft);
        Ok(harvest)
    }
}

fn missing_columns(document: &Document) -> SourceError {
    let fault = super::tree::Fault::at(
        1,
        "the columns of section, option and value are not all there",
    );
    document.malformed(Form::OptionCsv, &fault)
}
