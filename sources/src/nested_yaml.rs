//! Nested YAML, as the data file of the Agent API simulator has it (lists of one-key maps) or as people write it (maps).

use hybridcheck_core::object::Form;

use super::document::Document;
use super::error::SourceError;
use super::harvest::Harvest;
use super::{Source, annex_name, lines, nested, opening, yaml};

/// The reader of nested YAML.
pub(super) struct NestedYaml;

impl Source for NestedYaml {
    fn recognises(&self, document: &Document) -> bool {
        !opening::is_structured(&document.text)
            && lines::first_significant(&document.text).is_some_and(opens_yaml)
    }

    fn read(&self, document: &Document) -> Result<Harvest, SourceError> {
        let roots = yaml::parse(&document.text)
            .map_err(|fault| document.malformed(Form::NestedYaml, &fault))?;
        let mut harvest = Harvest::default();
        for root in &roots {
            nested::find(document, root, Form::NestedYaml, &mut harvest);
        }
        harvest.objects.iter_mut().for_each(annex_name::add_to);
        Ok(harvest)
    }
}

/// A document mark, a directive, a list item, or a name with a colon that ends the line or is followed by a blank.
fn opens_yaml(line: &str) -> bool {
    let line = line.trim();
    let is_mark = line == "---" || line.starts_with("--- ") || line.starts_with("%YAML");
    let is_item = line == "-" || line.starts_with("- ");
    let is_name = line.split_once(':').is_some_and(|(name, rest)| {
        !name.contains([' ', '=']) && (rest.is_empty() || rest.starts_with([' ', '\t']))
    });
    is_mark || is_item || is_name
}
