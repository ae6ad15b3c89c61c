//! `list_pair` and `str_pair`: the sections and options below an object in Config Server XML, the same in both dialects.

use hybridcheck_core::object::ValueType;
use roxmltree::Node;

use super::bounds::Draft;
use super::document::Document;
use super::harvest;

/// Reads the sections of an object; `blanks` is what was cut off before parsing.
pub(super) fn read(document: &Document, blanks: usize, node: Node<'_, '_>, draft: &mut Draft) {
    let line = |node: Node<'_, '_>| document.line_at(blanks + node.range().start);
    let named = |name: &str| {
        let mut children = node.children();
        children.find(|child| child.tag_name().name().eq_ignore_ascii_case(name))
    };
    let Some(properties) = named("userProperties").or_else(|| named("options")) else {
        return;
    };
    for list in properties.children().filter(Node::is_element) {
        let name = list.attribute("key");
        let (true, Some(name)) = (list.tag_name().name() == "list_pair", name) else {
            let text =
                "a pair stands outside any section, or a section has no key, and was skipped";
            draft.note(|| document.note(line(list), text));
            continue;
        };
        draft.section(name, document.place(line(list)));
        for pair in list.children().filter(Node::is_element) {
            let kind = pair.tag_name().name();
            let key = pair.attribute("key");
            let (true, Some(key)) = (kind.ends_with("_pair") && kind != "list_pair", key) else {
                let text = "a section holds something that is no option and was skipped";
                draft.note(|| document.note(line(pair), text));
                continue;
            };
            let text = pair.attribute("value").or_else(|| pair.text());
            let value_type = match kind {
                _ if text.is_none() => ValueType::Null,
                "int_pair" => ValueType::Number,
                _ if kind.starts_with("bin") => ValueType::Binary,
                _ => ValueType::Text,
            };
            let place = document.place(line(pair));
            let text = text.unwrap_or_default().to_owned();
            draft.option(harvest::option(name, key, text, value_type, place));
        }
    }
}
