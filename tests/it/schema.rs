//! The JSON report against its generated schema.

use crate::support::run;

#[test]
fn reports_of_healthy_and_faulty_runs_follow_the_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(&hybridcheck_reports::schema()).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    for fault in [
        None,
        Some("tcp-refused"),
        Some("wrong-secret"),
        Some("permission-missing"),
        Some("block-page"),
        Some("tls-unknown-ca"),
    ] {
        let mut words = vec!["demo", "--format", "json"];
        words.extend(fault.iter().flat_map(|name| ["--fault", name]));
        let document: serde_json::Value = serde_json::from_str(&run(words).stdout).expect("json");
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path))
            .collect();
        assert!(errors.is_empty(), "{fault:?}: {errors:#?}");
        assert_eq!(document["schema"], 1);
    }
}
