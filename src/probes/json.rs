//! JSON answers as typed values; what does not fit is named by its member, and never quoted: it may be a secret.

use hybridcheck_core::outside::Outside;
use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::error::Category;

/// Why a body is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Odd {
    /// It has no byte.
    Empty,
    /// It ends before the JSON does.
    Ends,
    /// It is something else than JSON.
    NotJson {
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
    },
    /// A member is not as documented.
    Member {
        /// The way to it, such as `entities[3].disabled`; empty for the whole.
        path: String,
        /// What was expected and found.
        problem: String,
    },
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the body is empty"),
            Self::Ends => f.write_str("the body ends in the middle of its JSON"),
            Self::NotJson { line, column } => {
                write!(f, "the body is not JSON (line {line}, column {column})")
            }
            Self::Member { path, problem } if path.is_empty() => {
                write!(f, "the answer as a whole {problem}")
            }
            Self::Member { path, problem } => write!(f, "member `{path}` {problem}"),
        }
    }
}

/// Reads a body.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Odd> {
    if body.trim_ascii().is_empty() {
        return Err(Odd::Empty);
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        odd(&path, error.inner())
    })?;
    reader.end().map_err(|error| odd(".", &error))?;
    Ok(value)
}

/// A member that has to be there and is not.
pub fn missing(path: &str) -> Odd {
    Odd::Member {
        path: path.to_owned(),
        problem: "is missing or null".into(),
    }
}

fn odd(path: &str, error: &serde_json::Error) -> Odd {
    match error.classify() {
        Category::Eof => Odd::Ends,
        Category::Io | Category::Syntax => Odd::NotJson {
            line: error.line(),
            column: error.column(),
        },
        Category::Data => {
            let path = if path == "." { "" } else { path };
            let (member, problem) = described(&error.to_string());
            let path = match member {
                Some(name) if path.is_empty() => name,
                Some(name) => format!("{path}.{name}"),
                None => path.to_owned(),
            };
            Odd::Member {
                path: Outside::of(path.as_str()).shown(100).to_string(),
                problem,
            }
        }
    }
}

/// serde's words without the value that it quotes, and the member that they name.
fn described(words: &str) -> (Option<String>, String) {
    let quoted = || words.split('`').nth(1).map(str::to_owned);
    if words.starts_with("missing field ") {
        return (quoted(), "is missing".into());
    }
    if words.starts_with("duplicate field ") {
        return (quoted(), "stands there twice".into());
    }
    let problem = words
        .split_once(": ")
        .filter(|(kind, _)| matches!(*kind, "invalid type" | "invalid value"))
        .and_then(|(_, rest)| rest.split_once(", expected "))
        .map(|(found, expected)| match (wanted(expected), kind(found)) {
            (wanted @ WHOLE, "a number") => format!("should be {wanted}, and is another number"),
            (wanted, kind) => format!("should be {wanted}, and is {kind}"),
        });
    (
        None,
        problem.unwrap_or_else(|| "has another form than documented".into()),
    )
}

const WHOLE: &str = "a whole number";

fn kind(found: &str) -> &'static str {
    let word = found.split(['"', '`', ' ']).next().unwrap_or_default();
    match word {
        "string" => "a text",
        "integer" | "floating" => "a number",
        "boolean" => "true or false",
        "null" => "null",
        "map" => "an object",
        "sequence" => "a list",
        _ => "something else",
    }
}

fn wanted(expected: &str) -> &'static str {
    let known = [
        ("a string", "a text"),
        ("a boolean", "true or false"),
        ("a sequence", "a list"),
        ("a map", "an object"),
        ("struct", "an object"),
        ("u", WHOLE),
        ("i", WHOLE),
    ];
    let found = known.iter().find(|(start, _)| expected.starts_with(start));
    found.map_or("another type", |(_, meant)| meant)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use test_case::test_case;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only the reading of it matters")]
    struct Entity {
        id: String,
        disabled: Option<bool>,
        count: Option<u32>,
        names: Option<Vec<String>>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only the reading of it matters")]
    struct Listing {
        entities: Vec<Entity>,
    }

    #[test_case("", "the body is empty"; "nothing")]
    #[test_case(" \r\n", "the body is empty"; "blanks")]
    #[test_case("<html>", "the body is not JSON (line 1, column 1)"; "a page")]
    #[test_case(r#"{"entities":[{"id":"#, "the body ends in the middle of its JSON"; "cut")]
    #[test_case(r#"{"entities":[]} x"#, "the body is not JSON (line 1, column 17)"; "more behind it")]
    #[test_case("[]", "the answer as a whole has another form than documented"; "a list")]
    #[test_case("null", "the answer as a whole should be an object, and is null"; "null")]
    #[test_case("{}", "member `entities` is missing"; "nothing in it")]
    #[test_case(r#"{"entities":null}"#, "member `entities` should be a list, and is null"; "null for a list")]
    #[test_case(r#"{"entities":[{}]}"#, "member `entities[0].id` is missing"; "a member of an entity")]
    #[test_case(r#"{"entities":[{"id":"a"},{"id":7}]}"#, "member `entities[1].id` should be a text, and is a number"; "a number for a text")]
    #[test_case(r#"{"entities":[{"id":"a","disabled":"s3cret"}]}"#, "member `entities[0].disabled` should be true or false, and is a text"; "a text for a truth")]
    #[test_case(r#"{"entities":[{"id":"a","count":-1}]}"#, "member `entities[0].count` should be a whole number, and is another number"; "below zero")]
    #[test_case(r#"{"entities":[{"id":"a","names":{"b":1}}]}"#, "member `entities[0].names` should be a list, and is an object"; "an object for a list")]
    #[test_case(r#"{"entities":[{"id":"a","id":"b"}]}"#, "member `entities[0].id` stands there twice"; "twice")]
    fn what_does_not_fit_is_named(body: &str, said: &str) {
        let odd = read::<Listing>(body.as_bytes()).expect_err("does not fit");
        assert_eq!(odd.to_string(), said);
        assert!(!odd.to_string().contains("s3cret"));
    }

    #[test]
    fn members_that_nobody_asked_for_and_null_are_no_matter() {
        let body = r#"{"new":{"x":[1]},"entities":[{"id":"a","disabled":null,"later":true}]}"#;
        assert!(read::<Listing>(body.as_bytes()).is_ok());
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused() {
        let body = "[".repeat(1_000_000);
        assert!(read::<serde_json::Value>(body.as_bytes()).is_err());
    }
}
