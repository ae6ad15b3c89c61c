//! YAML into the tree, from the parser's events: lines and duplicate names are kept, anchors and aliases are refused.

use hybridcheck_core::object::ValueType;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::lines::number;
use super::tree::{Content, DEPTH_LIMIT, Entry, Fault, Node};

/// A collection that is still open.
enum Open {
    List(u32, Vec<Node>),
    Map(u32, Vec<Entry>, Option<(String, u32)>),
}

/// Parses every document of a text; a fault names the line and holds nothing of the text.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, Fault> {
    let mut roots = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        // The parser's own message may quote the text.
        let (event, span) = event.map_err(|error| {
            Fault::at(
                number(error.marker().line()),
                "the YAML cannot be parsed from here on",
            )
        })?;
        let line = number(span.start.line());
        let closed = match event {
            Event::Alias(_) => return Err(Fault::at(line, "it uses an alias")),
            Event::SequenceStart(anchor, _) => {
                guard(anchor, open.len(), line)?;
                open.push(Open::List(line, Vec::new()));
                None
            }
            Event::MappingStart(anchor, _) => {
                guard(anchor, open.len(), line)?;
                open.push(Open::Map(line, Vec::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(close),
            Event::Scalar(text, style, anchor, tag) => {
                guard(anchor, open.len(), line)?;
                let value_type = value_type(&text, style, tag.as_deref());
                let text = text.into_owned();
                let content = Content::Scalar { text, value_type };
                Some(Node { line, content })
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => None,
        };
        if let Some(node) = closed {
            match open.last_mut() {
                Some(parent) => add(parent, node)?,
                None => roots.push(node),
            }
        }
    }
    Ok(roots)
}

fn guard(anchor: usize, depth: usize, line: u32) -> Result<(), Fault> {
    if anchor > 0 {
        return Err(Fault::at(line, "it uses an anchor"));
    }
    if depth > DEPTH_LIMIT {
        return Err(Fault::too_deep(line));
    }
    Ok(())
}

fn close(open: Open) -> Node {
    match open {
        Open::List(line, items) => Node {
            line,
            content: Content::List(items),
        },
        Open::Map(line, entries, _) => Node {
            line,
            content: Content::Map(entries),
        },
    }
}

/// Adds a finished node to the collection around it: an item, a name, or the value of the name before it.
fn add(parent: &mut Open, node: Node) -> Result<(), Fault> {
    match parent {
        Open::List(_, items) => items.push(node),
        Open::Map(_, entries, pending) => match pending.take() {
            Some((name, line)) => entries.push(Entry {
                name,
                line,
                value: node,
            }),
            None => match node.content {
                Content::Scalar { text, .. } => *pending = Some((text, node.line)),
                Content::List(_) | Content::Map(_) => {
                    return Err(Fault::at(node.line, "it has a name that is not a text"));
                }
            },
        },
    }
    Ok(())
}

/// How YAML's core schema types a scalar; the source text stays whatever the type.
fn value_type(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> ValueType {
    match tag {
        Some(tag) if tag.suffix.ends_with("binary") => return ValueType::Binary,
        Some(tag) if tag.suffix.ends_with("str") => return ValueType::Text,
        _ => {}
    }
    if style != ScalarStyle::Plain {
        return ValueType::Text;
    }
    let digits = text.trim_start_matches(['-', '+']);
    match text {
        "" | "~" | "null" | "Null" | "NULL" => ValueType::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => ValueType::Boolean,
        // `parse` alone would take the words `inf` and `nan`, which are text in YAML.
        _ if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && text.parse::<f64>().is_ok() =>
        {
            ValueType::Number
        }
        _ => ValueType::Text,
    }
}

#[cfg(test)]
mod tests {
    use ValueType::{Boolean, Null, Number, Text};

    use super::*;

    fn problem(text: &str) -> (Option<u32>, String) {
        let fault = parse(text).err().expect("this YAML must be refused");
        (fault.line, fault.problem)
    }

    #[test]
    fn anchors_and_aliases_are_refused() {
        assert_eq!(
            problem("a: b\nc: &x d\n"),
            (Some(2), "it uses an anchor".into())
        );
        assert_eq!(problem("a: &x\n  b: c\n").1, "it uses an anchor");
        assert!(parse("a: *x\n").is_err());
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow() {
        let flow = "[".repeat(200);
        assert!(parse(&flow).is_err());
        let block = "- ".repeat(5000);
        assert_eq!(problem(&block).1, Fault::too_deep(1).problem);
    }

    #[test]
    fn plain_scalars_are_typed_and_keep_their_text() {
        let roots = parse("[24, 024, true, null, \"24\", 1e3, nan, 1.2.3, !!str 5]").unwrap();
        let types: Vec<ValueType> = roots[0]
            .list()
            .unwrap()
            .iter()
            .map(|item| match &item.content {
                Content::Scalar { value_type, .. } => *value_type,
                Content::List(_) | Content::Map(_) => unreachable!("only scalars were written"),
            })
            .collect();
        let expected = [
            Number, Number, Boolean, Null, Text, Number, Text, Text, Text,
        ];
        assert_eq!(types, expected);
        assert_eq!(roots[0].list().unwrap()[1].text(), Some("024"));
    }
}
