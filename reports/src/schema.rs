//! The JSON schema of the run document, generated from its types.

use hybridcheck_core::run::Run;

/// The JSON schema of what the format `json` writes, ending in a line break.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Run);
    let text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text + "\n"
}
