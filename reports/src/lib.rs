//! Views of the run document: a run goes in, text comes out. One file per format; what they share stands in `words` and `canvas`.

use hybridcheck_core::report::Report;

mod canvas;
pub mod firewall;
mod json;
mod schema;
mod short;
mod table;
mod words;

#[cfg(test)]
mod tests;

pub use json::Json;
pub use schema::schema;
pub use short::Short;
pub use table::Table;

/// Every format, the default one first.
pub fn reports() -> Vec<&'static dyn Report> {
    vec![&Table, &Short, &Json]
}

/// The format of a name.
pub fn by_name(name: &str) -> Option<&'static dyn Report> {
    reports().into_iter().find(|report| report.name() == name)
}
