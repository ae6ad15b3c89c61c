//! mutagen, format RAW: the Platform SDK's XML turned into JSON. A list of one is collapsed, and texts that look like numbers,
//! booleans or null have changed their type; the source text is kept.

use hybridcheck_core::object::{Folder, Form, HybridObject, Opt, Tenant, ValueType};
use hybridcheck_core::outside::Outside;

use super::Source;
use super::bounds::Draft;
use super::document::Document;
use super::error::SourceError;
use super::harvest::{self, Harvest, stated_or_missing, unknown_object};
use super::mutagen_json::ENVELOPE;
use super::tree::{Content, Node};

/// The reader of mutagen RAW.
pub(super) struct MutagenRaw;

impl Source for MutagenRaw {
    fn recognises(&self, document: &Document) -> bool {
        matches!(document.json(), Some(Ok(root)) if root.get(ENVELOPE).is_some())
    }

    fn read(&self, document: &Document) -> Result<Harvest, SourceError> {
        let mut harvest = Harvest::default();
        let Some(Ok(root)) = document.json() else {
            return Ok(harvest);
        };
        for entry in root.map().unwrap_or_default() {
            let kind = match entry.name.as_str() {
                "CFGTransaction" => "CfgTransaction",
                "CFGScript" => "CfgScript",
                ENVELOPE => continue,
                other => {
                    for item in entry.value.items() {
                        harvest.census.count(&other.replacen("CFG", "Cfg", 1));
                        if other == "CFGTenant" {
                            harvest.tenants.extend(tenant(item, "DBID"));
                        }
                    }
                    continue;
                }
            };
            for item in entry.value.items() {
                let draft = object(document, item, kind);
                harvest
                    .tenants
                    .extend(draft.object.tenant.stated().cloned());
                harvest.offer(draft);
            }
        }
        Ok(harvest)
    }
}

fn object(document: &Document, node: &Node, kind: &str) -> Draft {
    let text = |name| stated_or_missing(node.text_of(name).map(Outside::from));
    let owner = Tenant {
        name: None,
        ..tenant(node, "tenantDBID").unwrap_or_default()
    };
    let folder = dbid(node, "folderDBID").map(|dbid| Folder {
        dbid: Some(dbid),
        ..Folder::default()
    });
    let mut draft = Draft::of(HybridObject {
        object_type: stated_or_missing(Some(kind.into())),
        transaction_type: text("type"),
        name: text("name"),
        alias: text("alias"),
        state: text("state"),
        tenant: stated_or_missing(owner.dbid.map(|_| owner)),
        folder: stated_or_missing(folder),
        dbid: stated_or_missing(dbid(node, "DBID")),
        ..unknown_object(document.place(node.line), Form::MutagenRaw)
    });
    let lists = node
        .get("userProperties")
        .and_then(|properties| properties.get("list_pair"));
    for list in lists.map(Node::items).unwrap_or_default() {
        if section(document, list, &mut draft).is_none() {
            draft.note(|| document.note(list.line, "a section has no key and was skipped"));
        }
    }
    draft
}

fn section(document: &Document, list: &Node, draft: &mut Draft) -> Option<()> {
    let (name, entries) = (list.text_of("key")?, list.map()?);
    draft.section(name, document.place(list.line));
    for entry in entries {
        let Some(kind) = entry
            .name
            .strip_suffix("_pair")
            .filter(|kind| *kind != "list")
        else {
            continue;
        };
        let pairs = entry.value.items().iter();
        pairs
            .filter_map(|pair| option(document, name, kind, pair))
            .for_each(|option| draft.option(option));
    }
    Some(())
}

fn option(document: &Document, section: &str, kind: &str, pair: &Node) -> Option<Opt> {
    let (text, value_type) = match pair.get("value").map(|value| &value.content) {
        None => (String::new(), ValueType::Null),
        Some(Content::Scalar { text, value_type }) => (text.clone(), *value_type),
        Some(Content::List(_) | Content::Map(_)) => return None,
    };
    let value_type = if kind.starts_with("bin") {
        ValueType::Binary
    } else {
        value_type
    };
    let name = pair.text_of("key")?;
    let place = document.place(pair.line);
    Some(harvest::option(section, name, text, value_type, place))
}

/// A DBID; 0 stands for none.
fn dbid(node: &Node, name: &str) -> Option<u32> {
    let dbid = node.text_of(name)?.parse().ok()?;
    (dbid > 0).then_some(dbid)
}

fn tenant(node: &Node, name: &str) -> Option<Tenant> {
    Some(Tenant {
        dbid: Some(dbid(node, name)?),
        name: node.text_of("name").map(Outside::from),
    })
}
