//! `permissions`, the baseline it prints, and what a run without a permission says: through the real binary.

use std::collections::BTreeSet;

use hybridcheck_core::facts::Gap;
use hybridcheck_core::finding::Status;
use hybridcheck_core::row::Row;
use hybridcheck_core::run::Run;
use hybridcheck_sandbox::{self as sandbox, Sandbox};
use serde_json::Value;

use crate::support::{Finished, hybridcheck, run};

const ROLE: [&str; 3] = [
    "authorization:role:view",
    "oauth:client:view",
    "sso:provider:view",
];

/// What `permissions -o json` prints.
fn printed() -> Value {
    let finished = run(["permissions", "-o", "json"]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    serde_json::from_str(&finished.stdout).expect("JSON")
}

fn texts(value: &Value) -> Vec<&str> {
    let all = value.as_array().expect("a list").iter();
    all.map(|text| text.as_str().expect("a text")).collect()
}

/// A check of a sandbox, with the tool's own client or without.
fn checked(fault: &str, has_tool_client: bool, more: &[&str]) -> Run {
    let fault = sandbox::fault(fault).expect("a fault");
    let sandbox = Sandbox::start(Some(fault)).expect("a sandbox");
    let (id, secret) = sandbox.tool_client();
    let mut command = hybridcheck();
    command.arg("check").args(sandbox.check_arguments());
    command.args(["--format", "json"]).args(more);
    if has_tool_client {
        command
            .args(["--client-id", id])
            .env("HYBRIDCHECK_CLIENT_SECRET", secret);
    }
    Finished::of(&command.output().expect("the binary runs")).json()
}

/// Rows that a permission closed off.
fn denied(document: &Run) -> Vec<&Row> {
    let rows = document.rows.iter();
    rows.filter(|row| matches!(row.gap(), Some(Gap::Denied { .. })))
        .collect()
}

#[test]
fn the_role_is_printed_with_its_words_its_steps_and_what_stays_unchecked() {
    let finished = run(["permissions"]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    // Where lines are broken is no matter.
    let words: Vec<&str> = finished.stdout.split_whitespace().collect();
    let text = words.join(" ");
    for expected in [
        "authorization:role:view (Authorization > Role > View)",
        "GET /api/v2/identityproviders/pureengage",
        "roles-permissions",
        "Admin > Integrations > OAuth",
        "Client Credentials",
        "five minutes",
        "authorization:readonly (documented)",
        "GET /api/v2/authorization/subjects/me",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    for word in [":edit", ":add", ":delete", ":*"] {
        assert!(!finished.stdout.contains(word), "{word}");
    }
}

#[test]
fn the_same_is_printed_for_machines() {
    let printed = printed();
    let role = printed["role"].as_array().expect("a list").iter();
    let names: Vec<&str> = role
        .map(|right| right["permission"].as_str().expect("a name"))
        .collect();
    assert_eq!(names, ROLE);
    for right in printed["role"].as_array().expect("a list") {
        assert_eq!(right["certainty"], "documented");
        assert!(!texts(&right["unchecked_without"]).is_empty());
    }
    assert!(
        !printed["without_permission"]
            .as_array()
            .expect("a list")
            .is_empty()
    );
    assert!(!texts(&printed["steps"]).is_empty());
}

#[test]
fn the_tools_client_with_that_role_reads_everything_where_no_other_may() {
    let document = checked("permission-missing", true, &[]);
    let denied: Vec<String> = denied(&document)
        .iter()
        .map(|row| format!("{}: {:?}", row.check, row.gap()))
        .collect();
    assert_eq!(denied, Vec::<String>::new());
}

#[test]
fn without_a_permission_none_but_the_checks_named_are_open_and_each_row_names_it() {
    let printed = printed();
    for (fault, permission) in [
        ("nobody-reads-roles", ROLE[0]),
        ("nobody-reads-clients", ROLE[1]),
        ("nobody-reads-providers", ROLE[2]),
    ] {
        let rights = printed["role"].as_array().expect("a list").iter();
        let named: BTreeSet<&str> = rights
            .filter(|right| right["permission"] == permission)
            .flat_map(|right| texts(&right["unchecked_without"]))
            .collect();
        let document = checked(fault, true, &[]);
        let denied = denied(&document);
        assert!(!denied.is_empty(), "{fault}");
        for row in denied {
            assert!(
                named.contains(row.check.0.as_str()),
                "{fault}: {}",
                row.check
            );
            let said = row
                .gap()
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(said.contains(permission), "{said}");
            assert!(said.contains("hybridcheck permissions"), "{said}");
        }
        assert_eq!(document.causes, Vec::new(), "{fault}");
    }
}

#[test]
fn a_scope_that_is_missing_is_named_with_where_scopes_are_listed() {
    let document = checked("scope-of-roles", false, &[]);
    let mut rows = document.rows.iter();
    let row = rows
        .find(|row| row.check.0 == "roles-exist")
        .expect("a row");
    let said = row
        .gap()
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    assert!(said.contains("lacks `authorization`"), "{said}");
    assert!(said.contains("hybridcheck permissions"), "{said}");
}

#[test]
fn where_what_exists_cannot_be_read_both_explanations_are_told() {
    let document = checked("role-lacks-or-product", false, &[]);
    let cause = &document.causes[0];
    assert_eq!(cause.cause.0, "role-lacks-permissions");
    for words in [
        "add them to the role `AI Agent`",
        "ask Genesys to enable it",
    ] {
        assert!(cause.fix.contains(words), "{words}: {}", cause.fix);
    }
}

#[test]
fn a_product_that_is_not_enabled_never_leads_to_advice_to_add_its_permissions() {
    for fault in [
        "product-not-enabled",
        "product-never-enabled",
        "sessions-not-enabled",
    ] {
        let document = checked(fault, false, &[]);
        for cause in &document.causes {
            assert!(
                !cause.fix.contains("Add to the role"),
                "{fault}: {}",
                cause.fix
            );
        }
        let rows = document.rows.iter();
        for row in rows.filter(|row| row.check.0 == "roles-permissions") {
            assert!(
                !row.fix().contains("Add to the role"),
                "{fault}: {}",
                row.fix()
            );
        }
    }
}

#[test]
fn the_baseline_is_printed_and_taken_back() {
    let baseline = run(["permissions", "--baseline"]).stdout;
    assert!(baseline.starts_with("# "), "{baseline}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("baseline.tsv");
    std::fs::write(&path, &baseline).expect("a file");
    let path = path.to_str().expect("a path");
    let again = run(["permissions", "--baseline", "--permission-baseline", path]);
    assert_eq!(again.stdout, baseline);
}

#[test]
fn an_edited_baseline_is_judged_by_whatever_domain_it_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("baseline.tsv");
    let text = "supervisor\tanalytics:journeyAggregate:view\tdocumented\tour own rules\n";
    std::fs::write(&path, text).expect("a file");
    let argument = ["--permission-baseline", path.to_str().expect("a path")];
    let document = checked("role-wildcard", false, &argument);
    let causes: Vec<&str> = document
        .causes
        .iter()
        .map(|cause| cause.cause.0.as_str())
        .collect();
    assert_eq!(causes, ["role-lacks-permissions"]);
    assert!(
        document.causes[0]
            .fix
            .contains("analytics:journeyAggregate:view"),
        "{}",
        document.causes[0].fix
    );
    let statuses = document
        .rows
        .iter()
        .filter(|row| row.check.0 == "roles-permissions")
        .map(|row| (row.subject.to_string(), row.status()));
    let statuses: Vec<(String, Status)> = statuses.collect();
    assert!(
        statuses.contains(&(
            "general/default_agent_role_name".to_owned(),
            Status::NotApplicable
        )),
        "{statuses:?}"
    );
    assert!(
        document
            .invocation
            .settings
            .iter()
            .any(|told| told.starts_with("--permission-baseline "))
    );
}

#[test]
fn a_baseline_that_cannot_be_read_is_refused_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path.to_str().expect("a path").to_owned()
    };
    let line = b"# ours\nagent\tjourney:session:view\tinferred\tus\nagents\tjourney:a:view\tinferred\tus\n";
    for (path, expected) in [
        (write("line.tsv", line), "line 3: `agents` is no role"),
        (write("empty.tsv", b"# nothing\n"), "without any permission"),
        (write("binary.tsv", b"\xff\xfe\x00"), "not UTF-8"),
        (
            write("large.tsv", &vec![b'#'; 2 * 1024 * 1024]),
            "longer than",
        ),
        ("/nowhere/baseline.tsv".into(), "cannot read"),
    ] {
        let finished = run(["permissions", "--permission-baseline", &path]);
        assert_eq!(finished.status, 2, "{path}");
        assert!(finished.stderr.contains(expected), "{}", finished.stderr);
        let output = hybridcheck()
            .args(["check", "--offline", "object.cfg"])
            .env("HYBRIDCHECK_PERMISSION_BASELINE", &path)
            .output()
            .expect("the binary runs");
        let finished = Finished::of(&output);
        assert_eq!(finished.status, 2, "{path}");
        assert!(finished.stderr.contains(expected), "{}", finished.stderr);
    }
}
