//! Tests of the room as a whole: every form of one object, every known trap, and hostile bytes.

mod bounds;
mod forms;
mod hostile;
mod traps;
mod traps_xml;

use hybridcheck_core::object::{Configuration, HybridObject, Value};

use super::{Input, SourceError, read};

/// Every fixture that holds the object, by its name.
const FORMS: [&str; 13] = [
    "multiline.cfg",
    "CfgTransaction_annex_412.cfg",
    "CfgTransaction_annex_412.csv",
    "cfgdata.xml",
    "confdata.xml",
    "cfg_flex_prop.csv",
    "web-services.json",
    "web-services-optimised.json",
    "nested.json",
    "simulator.yaml",
    "mapping.yaml",
    "mutagen.json",
    "mutagen-raw.json",
];

/// A fixture's bytes.
fn fixture(name: &str) -> Input {
    let path = format!(
        "{}/../tests/fixtures/forms/{name}",
        env!("CARGO_MANIFEST_DIR")
    );
    Input {
        name: name.into(),
        bytes: std::fs::read(path).unwrap(),
    }
}

fn input(name: &str, text: impl AsRef<[u8]>) -> Input {
    Input {
        name: name.into(),
        bytes: text.as_ref().to_vec(),
    }
}

fn configuration(name: &str, text: impl AsRef<[u8]>) -> Configuration {
    read(&[input(name, text)]).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The only object of a text.
fn object(name: &str, text: impl AsRef<[u8]>) -> HybridObject {
    let mut objects = configuration(name, text).objects;
    assert_eq!(objects.len(), 1, "{name} must hold one object");
    objects.remove(0)
}

fn refusal(name: &str, text: impl AsRef<[u8]>) -> SourceError {
    read(&[input(name, text)]).expect_err("this input must be refused")
}

/// The text of a value, secret or not.
#[expect(
    clippy::disallowed_methods,
    reason = "a test must see that the reader kept the secret whole"
)]
fn exposed(value: &Value) -> &str {
    match value {
        Value::Plain(text) => text.raw(),
        Value::Secret(secret) => secret.expose(),
    }
}

/// The text of an option.
fn value<'a>(object: &'a HybridObject, section: &str, option: &str) -> &'a str {
    let found = object.option(section, option);
    exposed(
        &found
            .unwrap_or_else(|| panic!("{section}/{option} is missing"))
            .value,
    )
}

/// The lines of the notes, and their texts.
fn notes(object: &HybridObject) -> Vec<&str> {
    object.notes.iter().map(|note| note.text.as_str()).collect()
}
