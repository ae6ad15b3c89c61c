//! Config Server XML in both dialects: the import form (scalars as attributes) and the Platform SDK's (elements with a `value`).
//! Namespaces are ignored; a document type or an entity of its own is refused.

use std::collections::BTreeMap;

use hybridcheck_core::object::{Folder, Form, HybridObject, Known, Tenant};
use hybridcheck_core::outside::Outside;
use roxmltree::{Document as Tree, Error, Node, ParsingOptions};

use super::Source;
use super::bounds::{self, Draft};
use super::document::Document;
use super::error::SourceError;
use super::foreign::Foreign;
use super::harvest::{Harvest, stated_or_missing, unknown_object};
use super::tree::{DEPTH_LIMIT, Fault};
use super::{opening, xml_pairs};

/// The reader of Config Server XML.
pub(super) struct Xml;

/// More elements than any real export has; a hostile input must not take all memory.
const NODES_LIMIT: u32 = 4_000_000;

/// The object types by number, as Configuration Server counts them, in lower case.
const OBJECT_TYPES: [(&str, &str); 6] = [
    ("7", "tenant"),
    ("9", "application"),
    ("10", "host"),
    ("12", "script"),
    ("16", "transaction"),
    ("22", "folder"),
];

impl Source for Xml {
    fn recognises(&self, document: &Document) -> bool {
        opening::is_xml(&document.text)
    }

    fn read(&self, document: &Document) -> Result<Harvest, SourceError> {
        let options = ParsingOptions {
            allow_dtd: false,
            nodes_limit: NODES_LIMIT,
            ..ParsingOptions::default()
        };
        // A declaration must stand at the very start, and blanks before it are a common slip of copying.
        let text = document.text.trim_start();
        let blanks = document.text.len() - text.len();
        if let Some(element) = bounds::overloaded_element(text) {
            let line = document.line_at(blanks + element);
            let problem = "an element has more attributes than any of Configuration Server";
            return Err(document.malformed(Form::CfgDataXml, &Fault::at(line, problem)));
        }
        let tree = Tree::parse_with_options(text, options).map_err(|error| {
            document.malformed(Form::CfgDataXml, &fault(&error, document, blanks))
        })?;
        let reader = Reader { document, blanks };
        let harvest = reader.read(&tree);
        let is_audit = || {
            let mut elements = tree.descendants();
            elements.any(|node| node.tag_name().name() == "CfgAuditEntry")
        };
        if harvest.objects.is_empty() && is_audit() {
            return Err(SourceError::Foreign {
                path: document.input.clone(),
                found: Foreign::AuditXml,
            });
        }
        Ok(harvest)
    }
}

struct Reader<'d> {
    document: &'d Document,
    blanks: usize,
}

impl Reader<'_> {
    fn read(&self, tree: &Tree<'_>) -> Harvest {
        let mut harvest = Harvest::default();
        let mut tenants: BTreeMap<u32, Option<Outside>> = BTreeMap::new();
        let mut folders: BTreeMap<u32, FolderElement> = BTreeMap::new();
        let mut found = Vec::new();
        let mut waiting = vec![tree.root_element()];
        while let Some(node) = waiting.pop() {
            let kind = node.tag_name().name();
            if node.is_element() && kind == "CfgDelete" {
                let text = "objects under CfgDelete are to be deleted and were not read";
                let note = || self.document.note(self.line(node), text);
                harvest.notes.push(note);
                continue;
            }
            note_tenants(node, &mut tenants);
            if !is_object(node) {
                waiting.extend(node.children().rev().filter(Node::is_element));
                continue;
            }
            match kind {
                "CfgTenant" | "CfgProviderTenant" => {
                    if let Some(dbid) = dbid(node) {
                        tenants.insert(dbid, scalar(node, "name").map(Outside::from));
                    }
                }
                "CfgFolder" => {
                    if let Some(dbid) = dbid(node) {
                        folders.insert(dbid, FolderElement::of(node));
                    }
                }
                _ => {}
            }
            if is_ours_or_transaction(node) {
                found.push(node);
            } else {
                harvest.census.count(kind);
            }
            let inside = node.descendants().skip(1).filter(Node::is_element);
            inside.for_each(|inner| note_tenants(inner, &mut tenants));
        }
        for node in found {
            let object = self.object(node, &tenants, &folders);
            harvest.offer(object);
        }
        let tenants = tenants.into_iter();
        harvest.tenants = tenants.map(|(dbid, name)| tenant(dbid, name)).collect();
        harvest
    }

    fn object(
        &self,
        node: Node<'_, '_>,
        tenants: &BTreeMap<u32, Option<Outside>>,
        folders: &BTreeMap<u32, FolderElement>,
    ) -> Draft {
        let text = |name| stated_or_missing(scalar(node, name).map(Outside::from));
        let owner = tenant_of(node).map(|dbid| tenant(dbid, tenants.get(&dbid).cloned().flatten()));
        let folder = folder_of(node).map(|dbid| resolve(dbid, folders));
        let form = if attribute(node, "name").is_some() || attribute(node, "id").is_some() {
            Form::CfgDataXml
        } else {
            Form::SdkXml
        };
        let place = self.document.place(self.line(node));
        let mut draft = Draft::of(HybridObject {
            object_type: Known::Stated(node.tag_name().name().into()),
            transaction_type: text("type"),
            name: text("name"),
            alias: text("alias"),
            state: text("state"),
            tenant: stated_or_missing(owner),
            folder: stated_or_missing(folder),
            dbid: stated_or_missing(dbid(node)),
            ..unknown_object(place, form)
        });
        if node
            .ancestors()
            .any(|above| above.tag_name().name() == "CfgUpdate")
        {
            let text =
                "the object stands under CfgUpdate, which may hold only what is to be changed";
            draft.note(|| self.document.note(self.line(node), text));
        }
        xml_pairs::read(self.document, self.blanks, node, &mut draft);
        draft
    }

    fn line(&self, node: Node<'_, '_>) -> u32 {
        self.document.line_at(self.blanks + node.range().start)
    }
}

/// A folder element: what it holds, and what it lies in.
struct FolderElement {
    name: Outside,
    kind: Option<Outside>,
    parent: Option<u32>,
}

impl FolderElement {
    fn of(node: Node<'_, '_>) -> Self {
        let parent =
            folder_of(node).or_else(|| reference(scalar(node, "ownerID")?, &["CfgFolder"]));
        Self {
            name: scalar(node, "name").unwrap_or_default().into(),
            kind: scalar(node, "type").map(|kind| kind_of_folder(kind).into()),
            parent,
        }
    }
}

/// `16`, `CFGTransaction` and `transaction` are the same.
fn kind_of_folder(kind: &str) -> String {
    let kind = kind.trim().to_ascii_lowercase();
    let by_number = OBJECT_TYPES.iter().find(|(number, _)| *number == kind);
    match by_number {
        Some((_, word)) => (*word).to_owned(),
        None => kind.strip_prefix("cfg").unwrap_or(&kind).to_owned(),
    }
}

/// The folder with its path as far as the input holds its parents; a loop of parents ends it.
fn resolve(dbid: u32, folders: &BTreeMap<u32, FolderElement>) -> Folder {
    let mut path = Vec::new();
    let mut seen = Vec::new();
    let mut next = Some(dbid);
    while path.len() < DEPTH_LIMIT
        && let Some(folder) = next.filter(|dbid| !seen.contains(dbid)).and_then(|dbid| {
            seen.push(dbid);
            folders.get(&dbid)
        })
    {
        path.push(folder.name.clone());
        next = folder.parent;
    }
    path.reverse();
    Folder {
        dbid: Some(dbid),
        kind: folders.get(&dbid).and_then(|folder| folder.kind.clone()),
        path,
    }
}

/// An element of an object: `Cfg…` with a name, or a transaction even without one.
fn is_object(node: Node<'_, '_>) -> bool {
    const ENVELOPES: [&str; 4] = ["CfgData", "CfgCreate", "CfgUpdate", "CfgDelete"];
    let kind = node.tag_name().name();
    kind.starts_with("Cfg")
        && !ENVELOPES.contains(&kind)
        && (kind == "CfgTransaction" || scalar(node, "name").is_some())
}

/// A transaction, or a script that was made in its place because the documentation speaks of the Script folder.
fn is_ours_or_transaction(node: Node<'_, '_>) -> bool {
    let named = |name| scalar(node, name).is_some_and(super::harvest::is_our_name);
    node.tag_name().name() == "CfgTransaction" || named("name")
}

/// Tenants that an element refers to in either dialect.
fn note_tenants(node: Node<'_, '_>, tenants: &mut BTreeMap<u32, Option<Outside>>) {
    if node.tag_name().name().ends_with("_pair") {
        return;
    }
    let references = node
        .attributes()
        .filter(|attribute| attribute.name() != "name")
        .filter_map(|attribute| reference(attribute.value(), &["CfgProviderTenant", "CfgTenant"]));
    let by_value = (node.tag_name().name() == "tenantDBID")
        .then(|| number(attribute(node, "value")?))
        .flatten();
    for dbid in references.chain(by_value) {
        tenants.entry(dbid).or_default();
    }
}

fn tenant_of(node: Node<'_, '_>) -> Option<u32> {
    ["tenantDBID", "tenantID", "ownerDBID"]
        .iter()
        .find_map(|name| {
            let text = scalar(node, name)?;
            reference(text, &["CfgProviderTenant", "CfgTenant"]).or_else(|| number(text))
        })
}

fn folder_of(node: Node<'_, '_>) -> Option<u32> {
    ["folderDBID", "folderID"].iter().find_map(|name| {
        let text = scalar(node, name)?;
        reference(text, &["CfgFolder"]).or_else(|| number(text))
    })
}

fn dbid(node: Node<'_, '_>) -> Option<u32> {
    scalar(node, "DBID")
        .and_then(number)
        .or_else(|| reference(attribute(node, "id")?, &[node.tag_name().name()]))
}

/// The number in `CfgTenant101`; 0 stands for none.
fn reference(text: &str, kinds: &[&str]) -> Option<u32> {
    kinds
        .iter()
        .find_map(|kind| number(text.trim().strip_prefix(kind)?))
}

fn number(text: &str) -> Option<u32> {
    let number = text.trim().parse().ok()?;
    (number > 0).then_some(number)
}

fn tenant(dbid: u32, name: Option<Outside>) -> Tenant {
    Tenant {
        dbid: Some(dbid),
        name,
    }
}

/// A scalar in either dialect, its name in any case.
fn scalar<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    attribute(node, name).or_else(|| {
        let child = node
            .children()
            .find(|child| child.tag_name().name().eq_ignore_ascii_case(name))?;
        attribute(child, "value").or_else(|| child.text())
    })
}

fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes()
        .find(|attribute| attribute.name().eq_ignore_ascii_case(name))
        .map(|attribute| attribute.value())
}

/// The parser's own message may quote the input, so it is put into our words.
fn fault(error: &Error, document: &Document, blanks: usize) -> Fault {
    let problem = match error {
        Error::DtdDetected => {
            return Fault {
                line: None,
                problem: "it has a document type declaration (<!DOCTYPE), which is refused"
                    .to_owned(),
            };
        }
        Error::UnknownEntityReference(..) | Error::MalformedEntityReference(_) => {
            "an & begins no known entity; in XML it must be written &amp;"
        }
        Error::InvalidAttributeValue(_) => "a value holds <, which in XML must be written &lt;",
        Error::DuplicatedAttribute(..) => "an element has the same attribute twice",
        Error::UnexpectedCloseTag(..) => "an element is closed by another one's end tag",
        Error::UnclosedRootNode | Error::UnexpectedEndOfStream => "it ends too early",
        Error::NoRootNode => "it has no element",
        Error::NonXmlChar(..) => "it holds a character that XML forbids",
        Error::UnknownNamespace(..) => "a prefix is used without its namespace",
        Error::NodesLimitReached
        | Error::AttributesLimitReached
        | Error::NamespacesLimitReached => {
            "it has more elements than an export of Configuration Server"
        }
        _ => "it is not well-formed",
    };
    // roxmltree counts lines by LF alone and from where parsing began.
    let before = document.text.get(..blanks).unwrap_or_default();
    let position = error.pos().row as usize + before.matches('\n').count();
    let is_known = error.pos().row > 1 || error.pos().col > 1;
    Fault {
        line: is_known.then(|| super::lines::number(position)),
        problem: problem.to_owned(),
    }
}
