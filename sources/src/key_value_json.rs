//! The key/type/value lists of Web Services: `{"key": section, "type": "kvlist", "value": [{"key": option, "type": "str", "value": …}]}`.

use hybridcheck_core::object::{Form, Opt, ValueType};
use hybridcheck_core::outside::Outside;

use super::bounds::Draft;
use super::document::Document;
use super::error::SourceError;
use super::harvest::{self, Harvest, stated_or_missing, unknown_object};
use super::tree::{Content, Node};
use super::{Source, annex_name, nested};

/// The reader of key/type/value JSON.
pub(super) struct KeyValueJson;

impl Source for KeyValueJson {
    fn recognises(&self, document: &Document) -> bool {
        matches!(document.json(), Some(Ok(root)) if root.walk().into_iter().any(is_kvlist))
    }

    fn read(&self, document: &Document) -> Result<Harvest, SourceError> {
        let mut harvest = Harvest::default();
        let Some(Ok(root)) = document.json() else {
            return Ok(harvest);
        };
        let mut waiting = vec![root];
        while let Some(node) = waiting.pop() {
            if let Some(properties) = node.get("userProperties") {
                let mut object = nested::attributes(document, node, Form::KeyValueJson);
                let text = |name| stated_or_missing(node.text_of(name).map(Outside::from));
                object.name = text("name");
                object.alias = text("alias");
                let mut draft = Draft::of(object);
                sections(document, properties, &mut draft);
                harvest.offer(draft);
                continue;
            }
            match &node.content {
                // The list by itself: an answer that someone cut out.
                Content::List(items) if items.iter().any(is_kvlist) => {
                    let place = document.place(node.line);
                    let mut draft = Draft::of(unknown_object(place, Form::KeyValueJson));
                    sections(document, node, &mut draft);
                    harvest.offer(draft);
                }
                Content::List(items) => waiting.extend(items.iter().rev()),
                Content::Map(entries) => {
                    waiting.extend(entries.iter().rev().map(|entry| &entry.value));
                }
                Content::Scalar { .. } => {}
            }
        }
        for object in &mut harvest.objects {
            annex_name::add_to(object);
        }
        Ok(harvest)
    }
}

fn is_kvlist(node: &Node) -> bool {
    node.get("key").is_some()
        && node
            .text_of("type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("kvlist"))
}

fn sections(document: &Document, properties: &Node, draft: &mut Draft) {
    // Optimised answers mix with plain ones when two were joined by hand.
    if properties.map().is_some_and(|_| !is_kvlist(properties)) {
        nested::sections(document, properties, draft);
        return;
    }
    for item in properties.items() {
        let (true, Some(name)) = (is_kvlist(item), item.text_of("key")) else {
            let text = "a value stands outside any section and was skipped";
            draft.note(|| document.note(item.line, text));
            continue;
        };
        draft.section(name, document.place(item.line));
        for pair in item.get("value").map(Node::items).unwrap_or_default() {
            match option(document, name, pair) {
                Some(option) => draft.option(option),
                None => draft.note(|| {
                    document.note(
                        pair.line,
                        "an option has no key, or holds a list instead of a value, and was skipped",
                    )
                }),
            }
        }
    }
}

fn option(document: &Document, section: &str, pair: &Node) -> Option<Opt> {
    let name = pair.text_of("key")?;
    let declared = pair.text_of("type").map(str::to_ascii_lowercase);
    let (text, value_type) = match pair.get("value").map(|value| &value.content) {
        None => (String::new(), ValueType::Null),
        Some(Content::Scalar { text, value_type }) => (text.clone(), *value_type),
        Some(Content::List(_) | Content::Map(_)) => return None,
    };
    let value_type = match declared.as_deref() {
        _ if value_type == ValueType::Null => ValueType::Null,
        Some("int" | "integer" | "long") => ValueType::Number,
        Some("bin" | "binary") => ValueType::Binary,
        _ => value_type,
    };
    let place = document.place(pair.line);
    Some(harvest::option(section, name, text, value_type, place))
}
