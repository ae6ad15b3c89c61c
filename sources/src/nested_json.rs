//! Plain nested JSON, `{section: {option: value}}`: what own scripts write, and Web Services with optimised configuration.

use hybridcheck_core::object::Form;

use super::document::Document;
use super::error::SourceError;
use super::harvest::Harvest;
use super::{Source, annex_name, nested, opening};

/// The reader of nested JSON; it takes every JSON text that no other reader took, so that a broken one is reported as JSON.
pub(super) struct NestedJson;

impl Source for NestedJson {
    fn recognises(&self, document: &Document) -> bool {
        opening::is_json(&document.text)
    }

    fn read(&self, document: &Document) -> Result<Harvest, SourceError> {
        let mut harvest = Harvest::default();
        match document.json() {
            Some(Ok(root)) => nested::find(document, root, Form::NestedJson, &mut harvest),
            Some(Err(fault)) => return Err(document.malformed(Form::NestedJson, fault)),
            None => {}
        }
        harvest.objects.iter_mut().for_each(annex_name::add_to);
        Ok(harvest)
    }
}
