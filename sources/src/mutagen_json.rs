//! mutagen, formats JSON and `COMPACT_JSON`: nested JSON in an envelope, tenants by name, types as lower-case words.

use hybridcheck_core::object::{Folder, Form, HybridObject, Tenant};
use hybridcheck_core::outside::Outside;

use super::bounds::Draft;
use super::document::Document;
use super::error::SourceError;
use super::harvest::{Harvest, stated_or_missing};
use super::tree::Node;
use super::{Source, nested};

/// The reader of mutagen JSON.
pub(super) struct MutagenJson;

/// The member that every mutagen export begins with.
pub(super) const ENVELOPE: &str = "__metadata__";

impl Source for MutagenJson {
    fn recognises(&self, document: &Document) -> bool {
        let is_raw = |root: &Node| {
            let mut entries = root.map().into_iter().flatten();
            entries.any(|entry| entry.name.starts_with("CFG"))
        };
        matches!(document.json(), Some(Ok(root)) if root.get(ENVELOPE).is_some() && !is_raw(root))
    }

    fn read(&self, document: &Document) -> Result<Harvest, SourceError> {
        let mut harvest = Harvest::default();
        let Some(Ok(root)) = document.json() else {
            return Ok(harvest);
        };
        let format = root
            .get(ENVELOPE)
            .and_then(|envelope| envelope.text_of("formatName"));
        let is_compact = format == Some("COMPACT_JSON");
        for (member, kind) in [("transactions", "CfgTransaction"), ("scripts", "CfgScript")] {
            for node in root.get(member).and_then(Node::list).unwrap_or_default() {
                let mut draft = object(document, node, kind);
                if is_compact {
                    let text = "COMPACT_JSON leaves out empty values: an option that is missing here may be empty in the object";
                    draft.note(|| document.note(node.line, text));
                }
                harvest
                    .tenants
                    .extend(draft.object.tenant.stated().cloned());
                harvest.offer(draft);
            }
        }
        for entry in root.map().unwrap_or_default() {
            let items = entry.value.list().unwrap_or_default();
            if entry.name == "tenants" {
                let names = items.iter().filter_map(|tenant| tenant.text_of("name"));
                harvest.tenants.extend(names.map(tenant));
            }
            if !matches!(entry.name.as_str(), "transactions" | "scripts") {
                for _ in items {
                    harvest.census.count(&entry.name);
                }
            }
        }
        Ok(harvest)
    }
}

fn object(document: &Document, node: &Node, kind: &str) -> Draft {
    let text = |name| stated_or_missing(node.text_of(name).map(Outside::from));
    let mut draft = Draft::of(HybridObject {
        object_type: stated_or_missing(Some(kind.into())),
        transaction_type: text("type"),
        name: text("name"),
        alias: text("alias"),
        state: text("state"),
        tenant: stated_or_missing(node.text_of("tenant").map(tenant)),
        folder: stated_or_missing(node.get("folder").and_then(folder)),
        ..nested::attributes(document, node, Form::MutagenJson)
    });
    if let Some(properties) = node.get("userProperties") {
        nested::sections(document, properties, &mut draft);
    }
    draft
}

fn tenant(name: &str) -> Tenant {
    Tenant {
        dbid: None,
        name: Some(name.into()),
    }
}

fn folder(node: &Node) -> Option<Folder> {
    node.map()?;
    let path = node.get("path").map(Node::items).unwrap_or_default();
    Some(Folder {
        dbid: None,
        kind: node.text_of("type").map(Outside::from),
        path: path
            .iter()
            .filter_map(Node::text)
            .map(Outside::from)
            .collect(),
    })
}
