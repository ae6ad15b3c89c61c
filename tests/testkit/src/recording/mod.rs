//! Recordings: the object and the facts of a run, kept in `tests/scenarios` to be judged again by every later version.
//!
//! A recording holds what differs from another one, mostly from `healthy`, which is stored whole. Everything that only says when, on
//! which port and with which freshly made key it was gathered is written canonically, so that recording the same again changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context as _, ensure};
use hybridcheck_core::facts::Entry;
use hybridcheck_core::object::is_guid;
use hybridcheck_core::text;
use hybridcheck_core::time::Timestamp;
use serde_json::{Map, Value, json};

mod canon;
mod layout;
mod object;
mod patch;

pub(crate) use object::escaped;

use object::ObjectText;

use crate::canaries::Canaries;

/// The variable that asks for recording: the name of a scenario, `missing` or `all`.
pub const RECORD: &str = "HYBRIDCHECK_RECORD";

/// The scenario in which nothing is wrong.
pub const HEALTHY: &str = "healthy";

/// A scenario as it is judged.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What is wrong in it, in a sentence.
    pub about: String,
    /// The causes that must be named; none where another file says what must.
    pub causes: Option<Vec<String>>,
    /// The scenario of which its file says only what differs; none when it is stored whole.
    pub from: Option<String>,
    /// When it was gathered.
    pub as_of: Timestamp,
    /// The object, Config Server XML with every secret masked.
    pub object: String,
    /// What was gathered.
    pub facts: Vec<Entry>,
}

impl Recording {
    /// Makes a recording of what a run gathered for an object. What is secret is masked: everything that the readers of objects wrap,
    /// and the canaries.
    pub fn of(
        about: &str,
        object: &str,
        canaries: &[String],
        as_of: Timestamp,
        facts: &[Entry],
    ) -> anyhow::Result<Self> {
        let mut object = ObjectText::of(object)?;
        object.mask(canaries);
        let recorded = Self {
            about: about.to_owned(),
            causes: None,
            from: None,
            as_of: canon::moment()?,
            object: object.written(),
            facts: canon::canonical(facts, as_of)?,
        };
        // An id that stands where a secret should is no secret.
        let secrets = canaries.iter().filter(|canary| !is_guid(canary));
        let secrets = Canaries::of(secrets)?;
        let facts = serde_json::to_string(&recorded.facts)?;
        ensure!(
            !secrets.are_in(&recorded.object) && !secrets.are_in(&facts),
            "the recording would hold a secret"
        );
        Ok(recorded)
    }

    /// The options of the object that hold a secret which nothing masks: none in a scenario that is kept.
    pub fn unmasked(&self) -> anyhow::Result<Vec<String>> {
        Ok(ObjectText::of(&self.object)?.unmasked())
    }

    /// Writes it into its file.
    pub fn store(&self, name: &str, bases: &[&str]) -> anyhow::Result<()> {
        let text = self.text(name, bases)?;
        let file = file(name);
        std::fs::create_dir_all(file.parent().context("a folder")?)?;
        std::fs::write(file, text)?;
        if bases.is_empty() {
            std::fs::write(object_file(name), &self.object)?;
        }
        Ok(())
    }

    /// The text of its file: whole without a base, else what differs from the first one, or from the base from which less than half as
    /// much is to be said. A scenario that is there keeps its base and the causes that it expects.
    pub fn text(&self, name: &str, bases: &[&str]) -> anyhow::Result<String> {
        let known = Shelf::default().whole(name).ok();
        let causes = known.as_ref().map_or(&self.causes, |known| &known.causes);
        let kept = known.as_ref().and_then(|known| known.from.as_deref());
        let bases = kept.as_ref().map_or(bases, std::slice::from_ref);
        let mut text = self.written(causes.as_deref(), bases.first().copied())?;
        let mut enough = text.len() / 2;
        for base in bases.iter().skip(1) {
            let other = self.written(causes.as_deref(), Some(base))?;
            if other.len() < enough {
                enough = other.len();
                text = other;
            }
        }
        Ok(text)
    }

    fn written(&self, causes: Option<&[String]>, from: Option<&str>) -> anyhow::Result<String> {
        let mut file = json!({"about": self.about});
        if let Some(causes) = causes {
            file["causes"] = json!(causes);
        }
        let now = told(&self.facts)?;
        if let Some(from) = from {
            let base = Shelf::default().whole(from)?;
            file["from"] = json!(from);
            let object = ObjectText::of(&self.object)?.differences(&base.object)?;
            if !object.is_empty() {
                file["object"] = Value::Object(object);
            }
            let base = Value::Object(base.facts);
            if let Some(patch) = patch::between(&base, &Value::Object(now.clone())) {
                let mut made = base;
                patch::apply(&mut made, &patch);
                ensure!(
                    made == Value::Object(now),
                    "the differences do not give the facts back"
                );
                file["facts"] = patch;
            }
        } else {
            file["facts"] = Value::Object(now);
        }
        Ok(layout::written(&file))
    }
}

/// Reads recordings; those that others are told by are read once.
#[derive(Default)]
pub struct Shelf {
    bases: BTreeMap<String, Rc<Whole>>,
}

impl Shelf {
    /// Reads a recording by name.
    pub fn load(&mut self, name: &str) -> anyhow::Result<Recording> {
        let whole = self.whole(name)?;
        let keys = Keys::of(whole.facts.values().map(|fact| fact["key"].clone()));
        let facts = whole.facts.values().map(|fact| entry(fact, &keys));
        Ok(Recording {
            about: whole.about.clone(),
            causes: whole.causes.clone(),
            from: whole.from.clone(),
            as_of: canon::moment()?,
            object: whole.object.written(),
            facts: facts.collect::<anyhow::Result<_>>()?,
        })
    }

    fn base(&mut self, name: &str) -> anyhow::Result<Rc<Whole>> {
        if let Some(base) = self.bases.get(name) {
            return Ok(Rc::clone(base));
        }
        let base = Rc::new(self.whole(name)?);
        self.bases.insert(name.to_owned(), Rc::clone(&base));
        Ok(base)
    }

    fn whole(&mut self, name: &str) -> anyhow::Result<Whole> {
        let path = file(name);
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let mut read: Value =
            serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        let (object, mut facts) = match read["from"].as_str() {
            Some(from) => {
                let base = self.base(from)?;
                let object = match read["object"].as_object() {
                    Some(differences) => base.object.changed(differences)?,
                    None => base.object.clone(),
                };
                (object, base.facts.clone())
            }
            None => {
                let object = std::fs::read_to_string(object_file(name))?;
                (ObjectText::of(&object)?, Map::new())
            }
        };
        if let Value::Object(changes) = read["facts"].take() {
            patch::apply_members(&mut facts, &changes);
        }
        Ok(Whole {
            about: read["about"].as_str().unwrap_or_default().to_owned(),
            causes: serde_json::from_value(read["causes"].take())?,
            from: read["from"].as_str().map(str::to_owned),
            object,
            facts,
        })
    }
}

/// A scenario's file with everything in it that it has from others.
struct Whole {
    about: String,
    causes: Option<Vec<String>>,
    from: Option<String>,
    object: ObjectText,
    facts: Map<String, Value>,
}

/// The folder of the scenarios.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn file(name: &str) -> PathBuf {
    folder().join(format!("{name}.json"))
}

/// The object of a scenario that is stored whole.
fn object_file(name: &str) -> PathBuf {
    folder().join(format!("{name}.xml"))
}

/// The text of a scenario's file.
pub fn stored(name: &str) -> anyhow::Result<String> {
    Ok(std::fs::read_to_string(file(name))?)
}

/// The names of all scenarios in a folder of the scenarios, `""` for those of the sandbox and `lab` for those of the lab.
pub fn names(of: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder().join(of)).into_iter().flatten();
    entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = name.strip_suffix(".json")?;
            Some(Path::new(of).join(name).display().to_string())
        })
        .collect()
}

/// Facts by label, as they stand in a file.
fn told(facts: &[Entry]) -> anyhow::Result<Map<String, Value>> {
    let keys = facts.iter().map(|fact| serde_json::to_value(&fact.key));
    let keys = Keys::of(keys.collect::<Result<Vec<_>, _>>()?);
    let mut all = Map::new();
    for fact in facts {
        let mut value = serde_json::to_value(fact)?;
        let key = value["key"].take();
        keys.shorten(&mut value);
        let mut outcome = value["outcome"].take();
        let mut told = json!({"stands_on": value["stands_on"].take()});
        if outcome["missing"].is_null() {
            ensure!(
                outcome["fact"]["kind"] == key["fact"],
                "a fact is called as its key is: {key}"
            );
            told["fact"] = outcome["fact"]["value"].take();
        } else {
            told["missing"] = outcome["missing"].take();
        }
        let label = label(&key);
        told["key"] = key;
        without_nulls(&mut told);
        let back = entry(&told, &keys)?;
        ensure!(
            back == Entry {
                took: back.took,
                ..fact.clone()
            },
            "a fact is read as it was written: {label}"
        );
        ensure!(
            all.insert(label.clone(), told).is_none(),
            "two facts are called {label}"
        );
    }
    Ok(all)
}

/// A fact as it stands in a file; how long gathering it took is nothing that anybody judges.
fn entry(told: &Value, keys: &Keys) -> anyhow::Result<Entry> {
    let key = &told["key"];
    let outcome = if told["missing"].is_null() {
        json!({"fact": {"kind": key["fact"], "value": told["fact"]}})
    } else {
        json!({"missing": told["missing"]})
    };
    let mut entry =
        json!({"key": key, "outcome": outcome, "stands_on": told["stands_on"], "took": 0.0});
    keys.lengthen(&mut entry);
    Ok(serde_json::from_value(entry)?)
}

/// The facts of a recording by label: where one speaks of another, its label stands after an `@`.
struct Keys(BTreeMap<String, Value>);

impl Keys {
    fn of(keys: impl IntoIterator<Item = Value>) -> Self {
        Self(keys.into_iter().map(|key| (label(&key), key)).collect())
    }

    fn shorten(&self, value: &mut Value) {
        if value["fact"].is_string() {
            let label = label(value);
            if self.0.get(&label) == Some(value) || option(&label).as_ref() == Some(value) {
                *value = Value::from(format!("@{label}"));
                return;
            }
        }
        match value {
            Value::Object(members) => members.values_mut().for_each(|value| self.shorten(value)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.shorten(item)),
            _ => {}
        }
    }

    fn lengthen(&self, value: &mut Value) {
        match value {
            Value::Object(members) => members.values_mut().for_each(|value| self.lengthen(value)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.lengthen(item)),
            Value::String(text) => {
                if let Some(label) = text.strip_prefix('@')
                    && let Some(key) = self.0.get(label).cloned().or_else(|| option(label))
                {
                    *value = key;
                }
            }
            _ => {}
        }
    }
}

/// The key of an option of the first object, by label.
fn option(label: &str) -> Option<Value> {
    let mut words = label.strip_prefix("option ")?.split(' ');
    let (section, option) = (words.next()?, words.next()?);
    words
        .next()
        .is_none()
        .then(|| json!({"fact": "option", "object": 0, "section": section, "option": option}))
}

/// What a fact is called: its kind and what its key says besides.
fn label(key: &Value) -> String {
    let mut words = vec![key["fact"].as_str().unwrap_or_default().to_owned()];
    for name in ["client", "host", "endpoint", "nameserver", "address"] {
        match &key[name] {
            Value::Null => {}
            place if place["host"].is_string() => words.push(place_of(place)),
            client if client["service"].is_object() => {
                words.push(word(&client["service"]["section"]));
            }
            client @ Value::Object(_) => {
                words.extend(client.as_object().into_iter().flat_map(Map::keys).cloned());
            }
            value => words.push(word(value)),
        }
    }
    for name in ["section", "option", "domain", "variant"] {
        if !key[name].is_null() {
            words.push(word(&key[name]));
        }
    }
    if key["route"]["proxy"].is_object() {
        words.push(format!("via {}", place_of(&key["route"]["proxy"])));
    }
    words.join(" ")
}

fn place_of(endpoint: &Value) -> String {
    format!("{}:{}", word(&endpoint["host"]), endpoint["port"])
}

fn word(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// What is null is left out: it is read as it was.
fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// Which of `own` the variable [`RECORD`] asks to record; a name that is neither of `own` nor of `others` is an error.
pub fn to_record(
    own: &BTreeSet<String>,
    others: &BTreeSet<String>,
) -> anyhow::Result<BTreeSet<String>> {
    let wish = std::env::var(RECORD).unwrap_or_default();
    chosen(&wish, own, others, |name| file(name).exists())
}

fn chosen(
    wish: &str,
    own: &BTreeSet<String>,
    others: &BTreeSet<String>,
    is_there: impl Fn(&str) -> bool,
) -> anyhow::Result<BTreeSet<String>> {
    match wish {
        "" => Ok(BTreeSet::new()),
        "all" => Ok(own.clone()),
        "missing" => Ok(own.iter().filter(|name| !is_there(name)).cloned().collect()),
        name if own.contains(name) => Ok(BTreeSet::from([name.to_owned()])),
        name if others.contains(name) => Ok(BTreeSet::new()),
        unknown => {
            let known = own.iter().chain(others).map(String::as_str);
            let near = text::nearest(unknown, known);
            let meant = if near.is_empty() {
                String::new()
            } else {
                format!("; did you mean {}?", near.join(", "))
            };
            anyhow::bail!("{RECORD}: no scenario is called {unknown}{meant} Or: missing, all")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_the_new_ones_or_all_are_recorded() {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let (own, others) = (set(&["healthy", "tcp-refused"]), set(&["lab/two-faults"]));
        let chosen = |wish| chosen(wish, &own, &others, |name| name == "healthy");
        assert_eq!(chosen("").expect("none"), BTreeSet::new());
        assert_eq!(chosen("all").expect("all"), own);
        assert_eq!(chosen("missing").expect("new"), set(&["tcp-refused"]));
        assert_eq!(chosen("healthy").expect("one"), set(&["healthy"]));
        assert_eq!(
            chosen("lab/two-faults").expect("another's"),
            BTreeSet::new()
        );
        let error = chosen("tcp-refuse").expect_err("unknown").to_string();
        assert!(error.contains("did you mean tcp-refused?"), "{error}");
    }
}
