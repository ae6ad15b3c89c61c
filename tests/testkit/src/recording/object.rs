//! The object of a recording: Config Server XML as the sandbox writes it, one option a line; what differs in another; and its secrets masked.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use hybridcheck_core::object::{Value as OptionValue, is_guid};
use hybridcheck_core::text;
use serde_json::{Map, Value};

/// The member of a difference that says another transaction type than the healthy one's.
const TYPE: &str = "transaction type";

/// An object's text taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ObjectText {
    head: String,
    sections: Vec<(String, Vec<(String, String)>)>,
    tail: String,
}

impl ObjectText {
    /// Takes a text apart.
    pub(super) fn of(xml: &str) -> anyhow::Result<Self> {
        let mut object = Self {
            head: String::new(),
            sections: Vec::new(),
            tail: String::new(),
        };
        for line in xml.lines() {
            let word = line.trim_start();
            if let Some(section) = word.strip_prefix("<list_pair ") {
                let name = attribute(section, "key").context("a section without a name")?;
                object.sections.push((name, Vec::new()));
            } else if let Some(option) = word.strip_prefix("<str_pair ") {
                let name = attribute(option, "key").context("an option without a name")?;
                let value = attribute(option, "value").context("an option without a value")?;
                let (_, options) = object
                    .sections
                    .last_mut()
                    .context("an option before every section")?;
                options.push((name, value));
            } else if !word.starts_with("</list_pair>") {
                let part = if object.sections.is_empty() {
                    &mut object.head
                } else {
                    &mut object.tail
                };
                part.push_str(line);
                part.push('\n');
            }
        }
        ensure!(
            object.written() == xml,
            "the object is not written as the sandbox writes it"
        );
        Ok(object)
    }

    /// The text.
    pub(super) fn written(&self) -> String {
        let mut text = self.head.clone();
        for (section, options) in &self.sections {
            let section = escaped(section);
            let _ = writeln!(text, "{:16}<list_pair key=\"{section}\">", "");
            for (option, value) in options {
                let (option, value) = (escaped(option), escaped(value));
                let _ = writeln!(
                    text,
                    "{:20}<str_pair key=\"{option}\" value=\"{value}\"/>",
                    ""
                );
            }
            let _ = writeln!(text, "{:16}</list_pair>", "");
        }
        text.push_str(&self.tail);
        text
    }

    /// Every section, option and value.
    pub(super) fn options(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.sections.iter().flat_map(|(section, options)| {
            options
                .iter()
                .map(move |(option, value)| (section.as_str(), option.as_str(), value.as_str()))
        })
    }

    /// Replaces everything secret by `FAKE-section-option`, after the place where it stands first; the same secret stays the same
    /// everywhere, and blanks and quotes around it stay as they are, since checks judge them.
    pub(super) fn mask(&mut self, canaries: &[String]) {
        let mut secrets: Vec<(String, String)> = Vec::new();
        for (section, option, value) in self.options() {
            let is_shown = OptionValue::at_the_door(section, option, value.to_owned())
                .plain()
                .is_some();
            let secret = if is_material(option, value) {
                Some(value)
            } else if is_shown {
                let held = canaries.iter().map(String::as_str);
                held.filter(|canary| canary.len() > 8 && value.contains(canary))
                    .max_by_key(|canary| canary.len())
            } else {
                secret_of(section, option, value)
            };
            if let Some(secret) = secret {
                secrets.push((secret.to_owned(), mask(section, option)));
            }
        }
        for (_, options) in &mut self.sections {
            for (_, value) in options {
                let held = secrets
                    .iter()
                    .filter(|(secret, _)| value.contains(secret.as_str()));
                // Of two with the same length the first stays, of which the mask is named.
                if let Some((secret, mask)) = held.rev().max_by_key(|(secret, _)| secret.len()) {
                    *value = value.replace(secret, mask);
                }
            }
        }
    }

    /// The options whose value is secret and no mask.
    pub(super) fn unmasked(&self) -> Vec<String> {
        let masks: Vec<String> = self
            .options()
            .map(|(of, option, _)| mask(of, option))
            .collect();
        let is_unmasked = |section: &str, option: &str, value: &str| {
            let secret = secret_of(section, option, value);
            is_material(option, value)
                || secret.is_some_and(|secret| !masks.iter().any(|mask| mask == secret))
        };
        self.options()
            .filter(|(section, option, value)| is_unmasked(section, option, value))
            .map(|(section, option, _)| format!("{section}/{option}"))
            .collect()
    }

    /// What differs from another object, as members of sections; null is gone.
    pub(super) fn differences(&self, healthy: &Self) -> anyhow::Result<Map<String, Value>> {
        let mut all = Map::new();
        if let Some(kind) = self.transaction_type()
            && healthy.transaction_type() != Some(kind)
        {
            all.insert(TYPE.to_owned(), Value::from(kind));
        }
        for (section, _) in &healthy.sections {
            if !self.sections.iter().any(|(name, _)| name == section) {
                all.insert(section.clone(), Value::Null);
            }
        }
        for (section, options) in &self.sections {
            let mut changes = Map::new();
            let (_, usual) = healthy
                .sections
                .iter()
                .find(|(name, _)| name == section)
                .cloned()
                .unwrap_or_default();
            for (option, _) in &usual {
                if !options.iter().any(|(name, _)| name == option) {
                    changes.insert(option.clone(), Value::Null);
                }
            }
            for pair in options.iter().filter(|pair| !usual.contains(pair)) {
                changes.insert(pair.0.clone(), Value::from(pair.1.clone()));
            }
            if !changes.is_empty() {
                all.insert(section.clone(), Value::Object(changes));
            }
        }
        ensure!(
            healthy.changed(&all)? == *self,
            "the object's differences cannot be told by section and option"
        );
        Ok(all)
    }

    /// The object with some differences.
    pub(super) fn changed(&self, differences: &Map<String, Value>) -> anyhow::Result<Self> {
        let mut object = self.clone();
        for (section, changes) in differences {
            if section == TYPE {
                let kind = changes.as_str().context("a transaction type is a text")?;
                let usual = self.transaction_type().context("no transaction type")?;
                object.head = object.head.replace(&transaction(usual), &transaction(kind));
                continue;
            }
            let Value::Object(changes) = changes else {
                object.sections.retain(|(name, _)| name != section);
                continue;
            };
            if !object.sections.iter().any(|(name, _)| name == section) {
                object.sections.push((section.clone(), Vec::new()));
            }
            for (name, options) in &mut object.sections {
                if name == section {
                    change(options, changes);
                }
            }
        }
        Ok(object)
    }

    fn transaction_type(&self) -> Option<&str> {
        let (_, rest) = self.head.split_once(ALIAS)?;
        rest.split('"').next()
    }
}

/// What stands before the transaction type.
const ALIAS: &str = "alias=\"hybrid_integration\" type=\"";

fn transaction(kind: &str) -> String {
    format!("{ALIAS}{kind}\"")
}

fn change(options: &mut Vec<(String, String)>, changes: &Map<String, Value>) {
    for (option, value) in changes {
        let found = options.iter().position(|(name, _)| name == option);
        match (value.as_str(), found) {
            (Some(value), Some(index)) => value.clone_into(&mut options[index].1),
            (Some(value), None) => options.push((option.clone(), value.to_owned())),
            (None, _) => options.retain(|(name, _)| name != option),
        }
    }
}

/// What stands for the secret of an option.
fn mask(section: &str, option: &str) -> String {
    format!("FAKE-{section}-{option}")
}

fn is_material(option: &str, value: &str) -> bool {
    matches!(option, "certificate" | "pkey") && value.len() > 64
}

/// The secret in a value, without what stands around it; none when there is nothing to hide.
fn secret_of<'a>(section: &str, option: &str, value: &'a str) -> Option<&'a str> {
    let wrapped = OptionValue::at_the_door(section, option, value.to_owned());
    let bare = text::bare(value);
    let is_harmless = wrapped.plain().is_some() || wrapped.shape().masked;
    (!is_harmless && !bare.is_empty() && !is_guid(bare)).then_some(bare)
}

const ENTITIES: [(&str, &str); 7] = [
    ("<", "&lt;"),
    (">", "&gt;"),
    ("\"", "&quot;"),
    ("\n", "&#10;"),
    ("\r", "&#13;"),
    ("\t", "&#9;"),
    // The last one to be read and the first one to be written.
    ("&", "&amp;"),
];

/// A text as it stands in an attribute of XML.
pub(crate) fn escaped(text: &str) -> String {
    ENTITIES
        .iter()
        .rev()
        .fold(text.to_owned(), |text, (plain, entity)| {
            text.replace(plain, entity)
        })
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let value = ENTITIES
        .iter()
        .fold(value.to_owned(), |value, (plain, entity)| {
            value.replace(entity, plain)
        });
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = concat!(
        "<CfgTransaction alias=\"hybrid_integration\" type=\"21\">\n",
        "                <list_pair key=\"saml\">\n",
        "                    <str_pair key=\"password\" value=\"&#9;S&amp;mple&lt;0123&gt;&amp;lt; \"/>\n",
        "                </list_pair>\n",
        "                <list_pair key=\"ewt\">\n",
        "                    <str_pair key=\"client_id\" value=\"22222222-aaaa-4bbb-8ccc-222222222222\"/>\n",
        "                    <str_pair key=\"password\" value=\"S&amp;mple&lt;0123&gt;&amp;lt;\"/>\n",
        "                </list_pair>\n",
        "</CfgTransaction>\n",
    );

    #[test]
    fn a_secret_is_masked_wherever_it_stands_and_its_blanks_stay() {
        let mut object = ObjectText::of(XML).expect("an object");
        assert_eq!(object.unmasked(), ["saml/password", "ewt/password"]);
        object.mask(&[]);
        assert_eq!(object.unmasked(), Vec::<String>::new());
        let values: Vec<&str> = object.options().map(|(_, _, value)| value).collect();
        assert_eq!(
            values,
            [
                "\tFAKE-saml-password ",
                "22222222-aaaa-4bbb-8ccc-222222222222",
                "FAKE-saml-password"
            ]
        );
    }

    #[test]
    fn differences_make_the_other_object() {
        let healthy = ObjectText::of(XML).expect("an object");
        let mut other = healthy.clone();
        other.head = other.head.replace("\"21\"", "\"1\"");
        other.sections.remove(0);
        other.sections[0].1[1].1 = "other".into();
        other.sections[0].1.remove(0);
        other
            .sections
            .push(("new".into(), vec![("a".into(), "b".into())]));
        let differences = other.differences(&healthy).expect("told");
        assert_eq!(
            Value::Object(differences),
            serde_json::json!({
                "transaction type": "1",
                "saml": null,
                "ewt": {"client_id": null, "password": "other"},
                "new": {"a": "b"},
            })
        );
    }
}
