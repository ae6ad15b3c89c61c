//! Rows of the database table `cfg_flex_prop`, saved as CSV: a section is a row, its options are the rows that name it as their
//! parent, and a long value comes in several numbered pieces.

use std::collections::{BTreeMap, BTreeSet};

use hybridcheck_core::object::{Form, HybridObject, Known, Note, Opt, ValueType};

use super::bounds::Draft;
use super::document::Document;
use super::error::SourceError;
use super::harvest::{self, Harvest, unknown_object};
use super::table::{Row, Sheet};
use super::tree::Fault;
use super::{Source, opening};

/// The reader of `cfg_flex_prop` rows.
pub(super) struct FlexPropCsv;

const TABLE: &str = "cfg_flex_prop";

/// The object type of a transaction. DBIDs repeat over types, so rows of other types are no rows of ours.
const TRANSACTION: &str = "16";

/// Missing pieces are listed up to this many: a hostile number must not make a long list.
const MISSING_CAP: usize = 100;

fn sheet(document: &Document) -> Option<Sheet> {
    Sheet::find(&document.text, |header| {
        ["prop_name", "prop_value"]
            .iter()
            .all(|name| header.iter().any(|found| found == name))
    })
}

/// All rows with one DBID: one property in pieces.
struct Property {
    row: u32,
    parent: String,
    name: String,
    pieces: Vec<Piece>,
}

struct Piece {
    part: Option<u32>,
    text: Option<String>,
}

#[derive(Default)]
struct Object {
    order: Vec<String>,
    properties: BTreeMap<String, Property>,
}

impl Source for FlexPropCsv {
    fn recognises(&self, document: &Document) -> bool {
        !opening::is_structured(&document.text) && sheet(document).is_some()
    }

    fn read(&self, document: &Document) -> Result<Harvest, SourceError> {
        let columns = Columns::find(document)?;
        let mut harvest = Harvest::default();
        let mut objects: BTreeMap<String, Object> = BTreeMap::new();
        for row in columns.sheet.rows(document) {
            let kind = row.cell(columns.object_type).trim();
            if row.cells.len() <= columns.last {
                harvest.notes.push(|| {
                    let text = format!(
                        "row {} has fewer columns than the header and was skipped; a value with a line break must be quoted",
                        row.number
                    );
                    document.note(row.line, text)
                });
            } else if columns.object_type.is_some() && kind != TRANSACTION {
                harvest.census.count("row of another object type");
            } else {
                let object = row.cell(columns.object_dbid).trim().to_owned();
                objects.entry(object).or_default().add(&columns, &row);
            }
        }
        for (dbid, rows) in &objects {
            harvest.offer(rows.read(document, dbid));
        }
        Ok(harvest)
    }
}

struct Columns {
    sheet: Sheet,
    dbid: usize,
    object_dbid: Option<usize>,
    object_type: Option<usize>,
    parent: usize,
    name: usize,
    value: usize,
    part: Option<usize>,
    last: usize,
}

impl Columns {
    fn find(document: &Document) -> Result<Self, SourceError> {
        let missing = |name: &str| {
            let fault = Fault::at(1, format!("the column {name} is missing"));
            document.malformed(Form::FlexPropCsv, &fault)
        };
        let sheet = sheet(document).ok_or_else(|| missing("prop_name"))?;
        let needed = |name: &'static str| sheet.column(&[name]).ok_or_else(|| missing(name));
        let (dbid, parent) = (needed("dbid")?, needed("parent_dbid")?);
        let (name, value) = (needed("prop_name")?, needed("prop_value")?);
        let object_type = sheet.column(&["object_type"]);
        let part = sheet.column(&["part"]);
        // A row that lost a delimiter has its value where the name should be: it must not be read at all.
        let needed = [dbid, parent, name, value].into_iter();
        let last = needed.chain(object_type).chain(part);
        Ok(Self {
            last: last.max().unwrap_or(0),
            dbid,
            object_dbid: sheet.column(&["object_dbid"]),
            object_type,
            parent,
            name,
            value,
            part,
            sheet,
        })
    }
}

impl Object {
    fn add(&mut self, columns: &Columns, row: &Row) {
        let cell = |column| row.cell(Some(column));
        let dbid = cell(columns.dbid).trim();
        let property = self.properties.entry(dbid.to_owned()).or_insert_with(|| {
            self.order.push(dbid.to_owned());
            Property {
                row: row.number,
                parent: cell(columns.parent).trim().to_owned(),
                name: cell(columns.name).trim().to_owned(),
                pieces: Vec::new(),
            }
        });
        let value = cell(columns.value);
        property.pieces.push(Piece {
            part: row.cell(columns.part).trim().parse().ok(),
            text: (!is_null(value)).then(|| value.to_owned()),
        });
    }

    fn read(&self, document: &Document, dbid: &str) -> Draft {
        let first = self
            .order
            .first()
            .and_then(|dbid| self.properties.get(dbid));
        let place = document.row(TABLE, first.map_or(1, |first| first.row));
        let mut draft = Draft::of(HybridObject {
            object_type: Known::Stated("CfgTransaction".into()),
            dbid: harvest::stated_or_not_in_form(dbid.parse().ok()),
            ..unknown_object(place, Form::FlexPropCsv)
        });
        let mut children: BTreeMap<&str, Vec<&Property>> = BTreeMap::new();
        for child in &self.order {
            if let Some(property) = self.properties.get(child) {
                let parent = property.parent.as_str();
                children.entry(parent).or_default().push(property);
            }
        }
        let is_section = |dbid: &str| {
            self.properties.get(dbid).is_some_and(|property| {
                is_root(&property.parent)
                    || children.contains_key(dbid) && !self.has_parent(property)
            })
        };
        for dbid in self.order.iter().filter(|dbid| is_section(dbid)) {
            let Some(section) = self.properties.get(dbid) else {
                continue;
            };
            let own = children.get(dbid.as_str()).into_iter().flatten();
            draft.section(&section.name, document.row(TABLE, section.row));
            own.for_each(|child| draft.option(child.read(document, &section.name)));
        }
        for (dbid, property) in &self.properties {
            let text = if is_section(dbid) {
                None
            } else if !self.has_parent(property) {
                Some("belongs to a section whose row is not in this input, and was skipped")
            } else if !is_section(&property.parent) {
                Some("is nested deeper than an option of a section, and was skipped")
            } else {
                property.doubt()
            };
            if let Some(text) = text {
                draft.note(|| Note {
                    text: format!("row {} {text}", property.row),
                    place: document.row(TABLE, property.row),
                });
            }
        }
        draft
    }

    fn has_parent(&self, property: &Property) -> bool {
        !is_root(&property.parent) && self.properties.contains_key(&property.parent)
    }
}

impl Property {
    fn read(&self, document: &Document, section: &str) -> Opt {
        let mut pieces: Vec<&Piece> = self.pieces.iter().collect();
        // By number, not by text: piece 10 comes after piece 9. Pieces without a number keep their place at the end.
        pieces.sort_by_key(|piece| piece.part.unwrap_or(u32::MAX));
        let value_type = if pieces.iter().all(|piece| piece.text.is_none()) {
            ValueType::Null
        } else {
            ValueType::Text
        };
        let text = pieces.iter().filter_map(|piece| piece.text.as_deref());
        Opt {
            missing_pieces: self.missing_pieces(),
            ..harvest::option(
                section,
                &self.name,
                text.collect(),
                value_type,
                document.row(TABLE, self.row),
            )
        }
    }

    /// The numbers that are not there, from 1 (from 0 where a piece 0 is) to the highest.
    fn missing_pieces(&self) -> Vec<u32> {
        let parts: BTreeSet<u32> = self.pieces.iter().filter_map(|piece| piece.part).collect();
        let mut missing = Vec::new();
        let mut expected = 1;
        for part in parts {
            missing.extend((expected..part).take(MISSING_CAP - missing.len()));
            expected = part.saturating_add(1);
        }
        missing
    }

    fn doubt(&self) -> Option<&'static str> {
        let numbered: BTreeSet<Option<u32>> = self.pieces.iter().map(|piece| piece.part).collect();
        if self.pieces.len() == numbered.len() {
            None
        } else if numbered.contains(&None) {
            Some(
                "is the first of several pieces without a number; they were joined in the order of the rows",
            )
        } else {
            Some(
                "is the first of several pieces, some of which have the same number; they were joined in the order of the rows",
            )
        }
    }
}

fn is_root(parent: &str) -> bool {
    parent.is_empty() || parent == "0" || is_null(parent)
}

/// How query tools write NULL.
fn is_null(text: &str) -> bool {
    matches!(
        text.trim(),
        "NULL" | "(null)" | "[NULL]" | "<NULL>" | "<null>" | "(NULL)"
    )
}
