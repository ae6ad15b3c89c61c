//! Canaries: no secret of any run comes out anywhere, whatever the format, the verbosity or the fault.

use hybridcheck_sandbox::{self as sandbox, Sandbox};
use hybridcheck_testkit::canaries::Canaries;
use hybridcheck_testkit::recording::{self, Shelf};

use crate::support::{Finished, PASSWORD, SECRET, canaries, hybridcheck, object_file, run};

fn assert_clean(finished: &Finished, canaries: &Canaries, what: &str) {
    for (stream, text) in [("stdout", &finished.stdout), ("stderr", &finished.stderr)] {
        assert!(!canaries.are_in(text), "{what}: {stream} holds a secret");
    }
}

fn looked_for<S: AsRef<str>>(secrets: impl IntoIterator<Item = S>) -> Canaries {
    Canaries::of(secrets).expect("canaries")
}

#[test]
fn no_output_of_any_fault_holds_a_secret() {
    for fault in std::iter::once(None).chain(sandbox::faults().iter().map(Some)) {
        let sandbox = Sandbox::start(fault).expect("a sandbox");
        assert!(
            sandbox.canaries().len() > 5,
            "the sandbox knows its secrets"
        );
        let canaries = canaries(&sandbox);
        let name = fault.map_or("healthy", |fault| fault.name);
        let folder = tempfile::tempdir().expect("a folder");
        for format in hybridcheck_reports::reports() {
            let format = format.name();
            let file = folder.path().join(format);
            let mut arguments = vec![
                "check".to_owned(),
                "-vvv".into(),
                "--format".into(),
                format.into(),
            ];
            arguments.push("--report".into());
            arguments.push(format!("{format}={}", file.display()));
            arguments.extend(sandbox.check_arguments());
            let finished = run(&arguments);
            assert!(finished.status != 2, "{name}: {}", finished.stderr);
            assert_clean(&finished, &canaries, &format!("{name} {format}"));
            let written = std::fs::read_to_string(&file).expect("a report file");
            assert!(
                !canaries.are_in(&written),
                "{name} {format}: the report file holds a secret"
            );
        }
        let mut arguments = vec!["plan".to_owned()];
        arguments.extend(sandbox.check_arguments());
        assert_clean(&run(&arguments), &canaries, &format!("{name} plan"));
        let mut arguments = vec!["firewall".to_owned(), "--missing".into()];
        arguments.extend(sandbox.check_arguments());
        assert_clean(
            &run(&arguments),
            &canaries,
            &format!("{name} firewall --missing"),
        );
    }
}

#[test]
fn no_error_message_holds_a_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = object_file(
        folder.path(),
        "https://login.mypurecloud.de/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    let text = std::fs::read_to_string(good).expect("the file");
    let broken = [
        text.replace(
            "[ewt]",
            "junk line password=FAKE-canary-secret-0123456789abcdefghijk9\n[ewt",
        ),
        text.replace(['[', ']'], ""),
        format!("{{\"general\": {{\"password\": \"{SECRET}\""),
        format!("<CfgData><CfgTransaction name=\"{SECRET}\"><a></b></CfgTransaction></CfgData>"),
        format!("general:\n  password: {SECRET}\n bad: [\n"),
        format!(
            "dbid,object_dbid,object_type,parent_dbid,prop_name,prop_value\n1,900,16,0,\"{SECRET}"
        ),
    ];
    for (index, text) in broken.iter().enumerate() {
        let path = folder.path().join(format!("broken-{index}"));
        std::fs::write(&path, text).expect("a file");
        let finished = run(["check", "--offline", "-vvv", &path.display().to_string()]);
        assert_clean(
            &finished,
            &looked_for([SECRET, PASSWORD]),
            &format!("broken-{index}"),
        );
    }
}

#[test]
fn the_tools_own_secret_is_told_by_its_source_only() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let (id, secret) = sandbox.tool_client();
    let mut arguments = vec![
        "check".to_owned(),
        "-vv".into(),
        "--client-id".into(),
        id.to_owned(),
        "--format".into(),
        "json".into(),
    ];
    arguments.extend(sandbox.check_arguments());
    let output = hybridcheck()
        .env("HYBRIDCHECK_CLIENT_SECRET", secret)
        .args(arguments)
        .output();
    let finished = Finished::of(&output.expect("the binary runs"));
    let document = finished.json();
    assert_eq!(
        document.invocation.client_secret_source.as_deref(),
        Some("HYBRIDCHECK_CLIENT_SECRET")
    );
    assert_eq!(finished.status, 0, "{}", finished.stdout);
    assert_clean(&finished, &looked_for([secret]), "tool client");
    let reader = serde_json::to_string(&document.facts).expect("json");
    assert!(
        reader.contains("\"tool\""),
        "the organisation was read with the tool's own client"
    );
}

#[test]
fn no_scenario_holds_a_secret() {
    // How every password begins that the sandbox makes for a key.
    let passwords = looked_for(["S&mple<"]);
    let mut shelf = Shelf::default();
    let names = &recording::names("") | &recording::names("lab");
    assert!(!names.is_empty());
    for name in names {
        let recorded = shelf
            .load(&name)
            .unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let unmasked = recorded.unmasked().expect("an object");
        assert!(unmasked.is_empty(), "{name}: {unmasked:?}");
        let facts = serde_json::to_string(&recorded.facts).expect("json");
        for text in [&recorded.object, &facts] {
            assert!(!passwords.are_in(text), "{name} holds a password");
            assert!(!text.contains("PRIVATE KEY"), "{name} holds a key");
        }
    }
}
