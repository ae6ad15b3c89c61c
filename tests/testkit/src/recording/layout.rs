//! JSON as people read it: what fits into a line stands in one line, and what a thing is stands before what it holds.

use serde_json::{Map, Value};

/// The columns of a line.
const WIDTH: usize = 140;
/// Members that stand first, in this order; the others follow by name.
const FIRST: [&str; 9] = [
    "about", "from", "causes", "key", "class", "missing", "gap", "fact", "object",
];

/// A value in this layout, with a line break at its end.
pub(super) fn written(value: &Value) -> String {
    let mut text = String::new();
    write(value, 0, 0, &mut text);
    text.push('\n');
    text
}

fn write(value: &Value, depth: usize, before: usize, text: &mut String) {
    let line = in_a_line(value);
    if depth > 0 && before + line.chars().count() < WIDTH {
        text.push_str(&line);
        return;
    }
    let (open, close, members): (_, _, Vec<(String, &Value)>) = match value {
        Value::Object(members) if !members.is_empty() => {
            let named = |(name, value)| (format!("{}: ", in_quotes(name)), value);
            ('{', '}', sorted(members).into_iter().map(named).collect())
        }
        Value::Array(items) if !items.is_empty() => {
            let items = items.iter().map(|item| (String::new(), item));
            ('[', ']', items.collect())
        }
        _ => return text.push_str(&line),
    };
    text.push(open);
    for (index, (name, value)) in members.into_iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(depth + 1));
        text.push_str(&name);
        let before = 2 * (depth + 1) + name.chars().count();
        write(value, depth + 1, before, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(depth));
    text.push(close);
}

fn in_a_line(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let members = sorted(members).into_iter();
            let members =
                members.map(|(name, value)| format!("{}: {}", in_quotes(name), in_a_line(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(in_a_line).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => in_quotes(text),
        other => other.to_string(),
    }
}

fn in_quotes(text: &str) -> String {
    Value::from(text).to_string()
}

fn sorted(members: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let place = |name: &str| FIRST.iter().position(|first| *first == name);
    let mut members: Vec<(&str, &Value)> = members
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    members.sort_by_key(|(name, _)| (place(name).unwrap_or(FIRST.len()), *name));
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stands_in_one_line() {
        let long = "x".repeat(WIDTH);
        let value =
            serde_json::json!({"b": [1, {"z": 2, "key": "k"}], "a": [long, null], "causes": []});
        assert_eq!(
            written(&value),
            format!(
                "{{\n  \"causes\": [],\n  \"a\": [\n    \"{long}\",\n    null\n  ],\n  \"b\": [1, {{\"key\": \"k\", \"z\": 2}}]\n}}\n"
            )
        );
    }
}
