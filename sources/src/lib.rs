//! Sources: bytes in, `Configuration` out. One file per form in which Engage gives the object, found by content alone.
//!
//! A value is wrapped the moment it is read; no error, note or debug text of this room ever holds one.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]

mod annex_name;
mod bounds;
mod document;
mod encoding;
mod error;
mod flex_prop_csv;
mod foreign;
mod foreign_text;
mod harvest;
mod input;
mod json;
mod key_value_json;
mod lines;
mod mutagen_json;
mod mutagen_raw;
mod names;
mod nested;
mod nested_json;
mod nested_yaml;
mod opening;
mod option_csv;
mod option_file;
mod pem_lines;
mod read;
mod table;
mod tenants;
#[cfg(test)]
mod tests;
mod tree;
mod xml;
mod xml_pairs;
mod yaml;

pub use error::SourceError;
pub use foreign::Foreign;
pub use input::{Input, SIZE_CAP, load};
pub use read::read;

use hybridcheck_core::object::Configuration;

/// Where objects were read from, should they have to be read once more: files today, whatever can be asked twice tomorrow.
pub trait Origin {
    /// Reads once more, in the same way as the first time.
    ///
    /// # Errors
    ///
    /// Why that is not possible, in words.
    fn again(&self) -> Result<Configuration, String>;
}

use document::Document;
use harvest::Harvest;

/// One form in which the object can be given.
trait Source: Sync {
    /// Whether the content has this form; the name of the input never decides.
    fn recognises(&self, document: &Document) -> bool;

    /// Reads what is there.
    fn read(&self, document: &Document) -> Result<Harvest, SourceError>;
}

/// Every form, most specific first: the first one that recognises the content reads it.
const SOURCES: [&dyn Source; 9] = [
    &xml::Xml,
    &option_file::OptionFile,
    &mutagen_json::MutagenJson,
    &mutagen_raw::MutagenRaw,
    &key_value_json::KeyValueJson,
    &nested_json::NestedJson,
    &flex_prop_csv::FlexPropCsv,
    &option_csv::OptionCsv,
    &nested_yaml::NestedYaml,
];
