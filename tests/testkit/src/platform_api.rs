//! What the Platform API's definition says, from the excerpt in `tests/shapes`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

const EXCERPT: &str = include_str!("../../shapes/platform_api.tsv");

/// The excerpt.
#[derive(Debug, Default)]
pub struct PlatformApi {
    calls: BTreeMap<&'static str, Call>,
    members: BTreeMap<&'static str, BTreeMap<&'static str, Member>>,
}

/// A call, by method and path.
#[derive(Debug, Default)]
pub struct Call {
    /// The definition of the answer's body; none for an answer without one.
    pub answer: Option<&'static str>,
    /// Names of the parameters of path and query.
    pub parameters: Vec<&'static str>,
    /// Once scopes are enforced, one of these is needed; empty where the excerpt does not know.
    pub scopes: Vec<&'static str>,
    /// One of these is needed.
    pub permissions: Vec<&'static str>,
    /// Status and code of the errors that are defined.
    pub errors: Vec<(u16, &'static str)>,
}

#[derive(Debug)]
struct Member {
    kind: Kind,
    is_required: bool,
}

#[derive(Debug)]
enum Kind {
    Defined(&'static str),
    List(Box<Self>),
    Map(Box<Self>),
    /// The excerpt says no more of it.
    NotHere,
    Number,
    OneOf(Vec<&'static str>),
    Text,
    Truth,
    Whole,
}

impl Kind {
    fn parse(text: &'static str) -> Self {
        if let Some(inner) = text.strip_prefix("list of ") {
            return Self::List(Box::new(Self::parse(inner)));
        }
        if let Some(inner) = text.strip_prefix("map of ") {
            return Self::Map(Box::new(Self::parse(inner)));
        }
        if let Some(values) = text.strip_prefix("one of ") {
            return Self::OneOf(values.split('|').collect());
        }
        match text {
            "boolean" => Self::Truth,
            "integer" => Self::Whole,
            "number" => Self::Number,
            "string" => Self::Text,
            name if name.ends_with(" (not here)") => Self::NotHere,
            name => Self::Defined(name),
        }
    }
}

impl PlatformApi {
    /// Reads the excerpt.
    ///
    /// # Panics
    ///
    /// When a line is not in the form that `excerpt.py` writes.
    pub fn load() -> Self {
        let mut api = Self::default();
        for line in EXCERPT.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&'static str> = line.split('\t').collect();
            match columns[..] {
                ["call", call, answer] => {
                    let answer = (answer != "-").then_some(answer);
                    api.calls.entry(call).or_default().answer = answer;
                }
                ["parameter", call, name, _place, _kind] => {
                    api.calls.entry(call).or_default().parameters.push(name);
                }
                ["scope", call, scopes] => {
                    let known = &mut api.calls.entry(call).or_default().scopes;
                    known.extend(scopes.split(' '));
                }
                ["permission", call, "ANY", names] => {
                    let known = &mut api.calls.entry(call).or_default().permissions;
                    known.extend(names.split(' '));
                }
                ["error", call, status, code] => {
                    let status = status.parse().expect("a status");
                    let known = &mut api.calls.entry(call).or_default().errors;
                    known.push((status, code));
                }
                ["member", of, name, kind, required] => {
                    let member = Member {
                        kind: Kind::parse(kind),
                        is_required: required == "required",
                    };
                    api.members.entry(of).or_default().insert(name, member);
                }
                _ => panic!("not a line of the excerpt: {line}"),
            }
        }
        api
    }

    /// Every call, as the definition writes it.
    pub fn calls(&self) -> impl Iterator<Item = (&'static str, &Call)> {
        self.calls.iter().map(|(name, call)| (*name, call))
    }

    /// A call such as `GET /api/v2/oauth/clients/{clientId}`.
    pub fn call(&self, name: &str) -> Option<&Call> {
        self.calls.get(name)
    }

    /// Everything in which a body is not of a definition: members that it does not have or that it requires, other types, null.
    pub fn differences(&self, definition: &str, body: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.compare_object(definition, body, definition, &mut found);
        found
    }

    fn compare_object(&self, name: &str, body: &Value, path: &str, found: &mut Vec<String>) {
        let (Some(members), Some(object)) = (self.members.get(name), body.as_object()) else {
            found.push(format!("{path}: no object of a known definition"));
            return;
        };
        for (key, value) in object {
            let path = format!("{path}.{key}");
            match members.get(key.as_str()) {
                Some(member) => self.compare(&member.kind, value, &path, found),
                None => found.push(format!("{path}: not defined")),
            }
        }
        for (key, _) in members.iter().filter(|(_, member)| member.is_required) {
            if !object.contains_key(*key) {
                found.push(format!("{path}.{key}: required"));
            }
        }
    }

    fn compare(&self, kind: &Kind, value: &Value, path: &str, found: &mut Vec<String>) {
        let is_fit = match (kind, value) {
            (Kind::Defined(name), value) => {
                self.compare_object(name, value, path, found);
                true
            }
            (Kind::List(inner), Value::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    self.compare(inner, item, &format!("{path}[{at}]"), found);
                }
                true
            }
            (Kind::Map(inner), Value::Object(items)) => {
                for (key, item) in items {
                    self.compare(inner, item, &format!("{path}.{key}"), found);
                }
                true
            }
            (Kind::OneOf(values), Value::String(text)) => values.contains(&text.as_str()),
            (Kind::Text, Value::String(_)) | (Kind::Truth, Value::Bool(_)) => true,
            (Kind::Number, value) => value.is_number(),
            (Kind::Whole, value) => value.is_u64() || value.is_i64(),
            _ => false,
        };
        if !is_fit {
            found.push(format!("{path}: {value} is not {kind:?}"));
        }
    }

    /// A body with every member of a definition that the excerpt describes, each with a value of its own; lists and maps have one
    /// entry.
    pub fn sample(&self, definition: &str) -> Value {
        self.sample_object(definition, definition)
    }

    fn sample_object(&self, name: &str, path: &str) -> Value {
        let members = self.members.get(name).into_iter().flatten();
        let members = members.filter_map(|(key, member)| {
            let value = self.sample_of(&member.kind, &format!("{path}.{key}"))?;
            Some(((*key).to_owned(), value))
        });
        Value::Object(members.collect())
    }

    fn sample_of(&self, kind: &Kind, path: &str) -> Option<Value> {
        Some(match kind {
            // A definition within itself, such as the errors of an error, is left out.
            Kind::Defined(name) if path.split('.').next() == Some(name) => return None,
            Kind::Defined(name) => self.sample_object(name, path),
            Kind::List(inner) => Value::Array(vec![self.sample_of(inner, path)?]),
            Kind::Map(inner) => {
                let value = self.sample_of(inner, path)?;
                Value::Object(Map::from_iter([("key".to_owned(), value)]))
            }
            Kind::NotHere => return None,
            Kind::Number => Value::from(1.5),
            Kind::OneOf(values) => Value::from(*values.first()?),
            Kind::Text => Value::from(path),
            Kind::Truth => Value::from(true),
            Kind::Whole => Value::from(7),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sample_is_of_its_definition_and_one_change_is_noticed() {
        let api = PlatformApi::load();
        for (name, call) in api.calls() {
            let Some(answer) = call.answer else { continue };
            let sample = api.sample(answer);
            assert_eq!(api.differences(answer, &sample), [""; 0], "{name}");
        }
        let mut client = api.sample("OAuthClient");
        client["state"] = json!("asleep");
        client["secrets"] = json!([]);
        client["scope"] = Value::Null;
        client.as_object_mut().expect("an object").remove("name");
        let found = api.differences("OAuthClient", &client);
        assert_eq!(found.len(), 4, "{found:?}");
        for member in ["state", "secrets", "scope", "name"] {
            let of = format!("OAuthClient.{member}:");
            assert!(
                found.iter().any(|text| text.starts_with(&of)),
                "{member}: {found:?}"
            );
        }
    }
}
