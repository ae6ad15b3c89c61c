//! Strict JSON into the tree. The parser keeps lines and duplicate names, which serde readers lose.

use hybridcheck_core::object::ValueType;
use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::lines::Lines;
use super::tree::{Content, DEPTH_LIMIT, Entry, Fault, Node};

/// Parses a text; a fault names the line and holds nothing of the text.
pub(super) fn parse(text: &str, lines: &Lines) -> Result<Node, Fault> {
    if let Some(offset) = too_deep(text) {
        return Err(Fault::too_deep(lines.at(offset)));
    }
    let strict = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &strict)
        .map_err(|error| Fault::at(lines.at(error.range().start), problem(error.kind())))?;
    match parsed.value {
        Some(value) => Ok(node(lines, value)),
        None => Err(Fault {
            line: None,
            problem: "it holds no value".to_owned(),
        }),
    }
}

/// The place where the nesting passes the limit; checked first, because the parser recurses.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((offset, byte)) = bytes.next() {
        match byte {
            b'"' => {
                while let Some((_, inner)) = bytes.next() {
                    match inner {
                        b'"' => break,
                        b'\\' => {
                            bytes.next();
                        }
                        _ => {}
                    }
                }
            }
            b'[' | b'{' => {
                depth += 1;
                if depth > DEPTH_LIMIT {
                    return Some(offset);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn node(lines: &Lines, value: Value<'_>) -> Node {
    let line = lines.at(value.start());
    let scalar = |text: String, value_type| Content::Scalar { text, value_type };
    let content = match value {
        Value::StringLit(text) => scalar(text.value.into_owned(), ValueType::Text),
        Value::NumberLit(number) => scalar(number.value.to_owned(), ValueType::Number),
        Value::BooleanLit(boolean) => scalar(boolean.value.to_string(), ValueType::Boolean),
        Value::NullKeyword(_) => scalar(String::new(), ValueType::Null),
        Value::Array(array) => {
            let items = array.elements.into_iter();
            Content::List(items.map(|item| node(lines, item)).collect())
        }
        Value::Object(object) => {
            let entries = object.properties.into_iter().map(|property| Entry {
                line: lines.at(property.range.start),
                name: match property.name {
                    ObjectPropName::String(name) => name.value.into_owned(),
                    ObjectPropName::Word(name) => name.value.to_owned(),
                },
                value: node(lines, property.value),
            });
            Content::Map(entries.collect())
        }
    };
    Node { line, content }
}

/// The parser's words, except where they quote the input.
fn problem(kind: &ParseErrorKind) -> String {
    match kind {
        ParseErrorKind::String(_) => "a quoted text has no end or a wrong escape".to_owned(),
        other => other.to_string().to_lowercase(),
    }
}
