//! What nested JSON, nested YAML and mutagen have in common: `{section: {option: value}}`, as maps or as lists of one-key maps.

use hybridcheck_core::object::{Form, HybridObject, Opt, Tenant, ValueType};
use hybridcheck_core::outside::Outside;

use super::bounds::Draft;
use super::document::Document;
use super::harvest::{self, Harvest, is_our_name, stated_or_not_in_form, unknown_object};
use super::tree::{Content, Entry, Node};

/// Finds every object in a tree and offers it: a map with `userProperties`, or sections by themselves.
pub(super) fn find(document: &Document, root: &Node, form: Form, harvest: &mut Harvest) {
    let mut waiting: Vec<(Option<&str>, &Node)> = vec![(None, root)];
    while let Some((name, node)) = waiting.pop() {
        if let Some(properties) = node.get("userProperties") {
            let mut draft = Draft::of(attributes(document, node, form));
            sections(document, properties, &mut draft);
            harvest.offer(draft);
        } else if looks_like_sections(node) {
            let mut object = unknown_object(document.place(node.line), form);
            object.name =
                stated_or_not_in_form(name.filter(|name| is_our_name(name)).map(Into::into));
            let mut draft = Draft::of(object);
            sections(document, node, &mut draft);
            harvest.offer(draft);
        } else {
            let inside: Vec<(Option<&str>, &Node)> = match &node.content {
                Content::List(items) => items.iter().map(|item| (None, item)).collect(),
                Content::Map(entries) => entries
                    .iter()
                    .map(|entry| (Some(entry.name.as_str()), &entry.value))
                    .collect(),
                Content::Scalar { .. } => Vec::new(),
            };
            // The last one pushed is the first one taken: this keeps the order of the input.
            waiting.extend(inside.into_iter().rev());
        }
    }
}

/// An object with the attributes that stand beside its sections; what is not there, this form may not carry.
pub(super) fn attributes(document: &Document, node: &Node, form: Form) -> HybridObject {
    let text = |name: &str| stated_or_not_in_form(node.text_of(name).map(Outside::from));
    let dbid = ["DBID", "dbid"].iter().find_map(|name| node.text_of(name));
    let tenant = node.text_of("tenant").map(|name| Tenant {
        dbid: None,
        name: Some(name.into()),
    });
    HybridObject {
        transaction_type: text("type"),
        name: text("name"),
        alias: text("alias"),
        tenant: stated_or_not_in_form(tenant),
        state: text("state"),
        dbid: stated_or_not_in_form(dbid.and_then(|dbid| dbid.parse().ok())),
        ..unknown_object(document.place(node.line), form)
    }
}

/// Reads the sections below a node.
pub(super) fn sections(document: &Document, node: &Node, draft: &mut Draft) {
    let Some(entries) = node.entries() else {
        if !is_null(node) {
            let text = "the properties of the object are neither a map nor a list of maps";
            draft.note(|| document.note(node.line, text));
        }
        return;
    };
    for entry in entries {
        let options = entry.value.entries();
        if options.is_none() && !is_null(&entry.value) {
            let text = "a value stands outside any section and was skipped";
            draft.note(|| document.note(entry.line, text));
            continue;
        }
        draft.section(&entry.name, document.place(entry.line));
        for found in options.into_iter().flatten() {
            if let Some(option) = option(document, &entry.name, found, draft) {
                draft.option(option);
            }
        }
    }
}

fn option(document: &Document, section: &str, entry: &Entry, draft: &mut Draft) -> Option<Opt> {
    let place = document.place(entry.line);
    let (text, value_type) = match &entry.value.content {
        Content::Scalar { value_type, .. } if *value_type == ValueType::Null => {
            (String::new(), ValueType::Null)
        }
        Content::Scalar { text, value_type } => (text.clone(), *value_type),
        Content::List(items) => match lines_of(items) {
            // mutagen writes binary data as a list of one base64 text.
            Some(lines) if lines.len() == 1 => (lines.concat(), ValueType::Binary),
            Some(lines) if !lines.is_empty() => {
                let text = "an option holds a list of texts, which were joined with line breaks";
                draft.note(|| document.note(entry.line, text));
                (lines.join("\n"), ValueType::Text)
            }
            _ => return skipped(document, entry, draft),
        },
        Content::Map(_) => return skipped(document, entry, draft),
    };
    Some(harvest::option(
        section,
        &entry.name,
        text,
        value_type,
        place,
    ))
}

fn skipped(document: &Document, entry: &Entry, draft: &mut Draft) -> Option<Opt> {
    let text = "an option holds a list or a map instead of a value and was skipped";
    draft.note(|| document.note(entry.line, text));
    None
}

fn lines_of(items: &[Node]) -> Option<Vec<&str>> {
    items.iter().map(Node::text).collect()
}

fn is_null(node: &Node) -> bool {
    matches!(
        node.content,
        Content::Scalar {
            value_type: ValueType::Null,
            ..
        }
    )
}

/// A map (or list of one-key maps) with a section `general` or `saml`, or whose sections all look like OAuth clients.
fn looks_like_sections(node: &Node) -> bool {
    let Some(entries) = node.entries() else {
        return false;
    };
    let is_section = |entry: &&Entry| entry.value.entries().is_some();
    let is_known = |entry: &&Entry| {
        ["general", "saml", "saml_auth", "ewt"]
            .iter()
            .any(|name| name.eq_ignore_ascii_case(entry.name.trim()))
    };
    entries
        .iter()
        .any(|entry| is_known(entry) && is_section(entry))
}
