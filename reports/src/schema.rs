//! The JSON schema of the run document, generated from its types.

use hybridcheck_core::run::Run;

/// The JSON schema of what the format `json` writes, ending in a line break.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Run);
    format!("{:#}\n", schema.as_value())
}
