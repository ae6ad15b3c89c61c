//! Words, streams and exit status of the command line.

use hybridcheck_core::run::Verdict;
use hybridcheck_sandbox::Sandbox;

use crate::support::{Finished, hybridcheck, object_file, run};

fn arguments(sandbox: &Sandbox, more: &[&str]) -> Vec<String> {
    let mut all = vec!["check".to_owned()];
    all.extend(more.iter().map(ToString::to_string));
    all.extend(sandbox.check_arguments());
    all
}

#[test]
fn usage_errors_are_exit_2_with_a_helpful_line() {
    for (words, expected) in [
        (&["check"][..], "<INPUT>"),
        (
            &["check", "x.cfg", "--only", "saml-certificate-expirry"],
            "did you mean saml-certificate-expiry",
        ),
        (
            &["check", "x.cfg", "--format", "tabel"],
            "a similar value exists: 'table'",
        ),
        (&["check", "x.cfg", "--as-of", "15.1.2027"], "YYYY-MM-DD"),
        (&["check", "x.cfg", "--timeout", "5"], "with its unit"),
        (&["check", "x.cfg", "--timeout", "5"], "--timeout"),
        (&["check", "x.cfg", "--report", "json"], "NAME=FILE"),
        (
            &["check", "x.cfg", "--report", "jsn=run.json"],
            "did you mean json",
        ),
        (
            &["check", "x.cfg", "--fail-on", "note"],
            "possible values: warn, fail",
        ),
        (
            &["check", "x.cfg", "--resolve", "a.example:443"],
            "HOST:PORT:ADDRESS",
        ),
        (&["check", "x.cfg", "--add-region", "x"], "euw9.pure.cloud"),
        (&["probe", "a.example:0"], "between 1 and 65535"),
        (
            &["demo", "--fault", "nxdomian"],
            "did you mean nxdomain? `hybridcheck demo --list-faults`",
        ),
        (&["check", "no-such-file.cfg"], "no-such-file.cfg"),
        (
            &["explain", "saml-certificate-expirry"],
            "did you mean saml-certificate-expiry",
        ),
        (&["check", "x.cfg", "--client-id", "not-a-guid"], "GUID"),
    ] {
        let finished = run(words);
        assert_eq!(finished.status, 2, "{words:?}");
        assert!(
            finished.stderr.contains(expected),
            "{words:?}: {}",
            finished.stderr
        );
        assert_eq!(finished.stdout, "", "{words:?}");
    }
}

/// A secret may stand where it does not belong.
#[test]
fn a_value_that_may_be_secret_is_not_repeated() {
    for words in [
        &["check", "x.cfg", "--client-id", "canary"][..],
        &["probe", "https://user:canary@host.example:x"],
        &[
            "idp",
            "--expected",
            "x.cfg",
            "--sso-target",
            "https://user:canary@host.example/",
        ],
    ] {
        let finished = run(words);
        assert_eq!(finished.status, 2, "{words:?}");
        assert!(
            finished.stderr.starts_with("error: ") && !finished.stderr.contains("canary"),
            "{}",
            finished.stderr
        );
    }
}

#[test]
fn what_a_terminal_would_obey_is_not_repeated() {
    let finished = run(["check", "x.cfg", "--timeout", "5\u{1b}[2J\u{7}\u{202e}"]);
    assert_eq!(finished.status, 2);
    let said = finished.stderr;
    assert!(said.contains("\\u{202e}' for '--timeout"), "{said}");
    assert!(
        !said.contains(|c: char| c.is_control() && c != '\n'),
        "{said}"
    );
}

#[test]
fn offline_asks_nothing_and_judges_for_the_day_named() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let ready = run(arguments(&sandbox, &["--offline", "--format", "json"]));
    assert_eq!(ready.status, 0, "{}", ready.stdout);
    assert!(sandbox.requests().is_empty(), "{:?}", sandbox.requests());
    let later = run(arguments(
        &sandbox,
        &["--offline", "--as-of", "2099-01-01", "--format", "json"],
    ));
    let document = later.json();
    assert_eq!((later.status, document.verdict), (1, Verdict::NotReady));
    let causes: Vec<&str> = document
        .causes
        .iter()
        .map(|cause| cause.cause.0.as_str())
        .collect();
    assert_eq!(causes, ["certificate-expired"]);
}

#[test]
fn only_brings_what_it_stands_on_and_nothing_else() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let finished = run(arguments(
        &sandbox,
        &["--only", "roles", "--format", "json"],
    ));
    assert_eq!(finished.status, 0, "{}", finished.stdout);
    let document = finished.json();
    assert!(
        document
            .rows
            .iter()
            .all(|row| row.check.0.starts_with("roles-"))
    );
    let requests = sandbox.requests();
    assert!(
        requests
            .iter()
            .any(|request| request.contains("/oauth/token")),
        "{requests:?}"
    );
    assert!(
        !requests
            .iter()
            .any(|request| request.contains("/identityproviders")),
        "{requests:?}"
    );
}

#[test]
fn standard_output_is_one_document_and_standard_error_is_quiet() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let finished = run(arguments(&sandbox, &["--format", "json"]));
    finished.json();
    assert_eq!(finished.stderr, "");
}

#[test]
fn reports_are_written_whole_and_a_missing_folder_is_told() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.json");
    let report = format!("json={}", path.display());
    assert_eq!(
        run(arguments(&sandbox, &["--offline", "--report", &report])).status,
        0
    );
    let text = std::fs::read_to_string(&path).expect("the report");
    serde_json::from_str::<hybridcheck_core::run::Run>(&text).expect("a run document");
    let beside: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .collect();
    assert_eq!(beside.len(), 1, "no temporary file is left: {beside:?}");

    let nowhere = format!("json={}", folder.path().join("no/such/run.json").display());
    let finished = run(arguments(&sandbox, &["--offline", "--report", &nowhere]));
    assert_eq!(finished.status, 2);
    assert!(
        finished.stderr.contains("cannot write"),
        "{}",
        finished.stderr
    );
}

#[test]
fn the_object_can_come_from_standard_input() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let file = std::fs::File::open(sandbox.object_file()).expect("the object");
    let output = hybridcheck()
        .args(["check", "--offline", "-", "--format", "json"])
        .stdin(file)
        .output();
    let finished = Finished::of(&output.expect("the binary runs"));
    assert_eq!(finished.status, 0, "{}", finished.stdout);
    assert_eq!(finished.json().objects[0].place.input, "-");
}

#[test]
fn flags_can_come_from_the_environment() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let output = hybridcheck()
        .env("HYBRIDCHECK_OFFLINE", "1")
        .env("HYBRIDCHECK_FORMAT", "short")
        .args(["check", &sandbox.object_file().display().to_string()])
        .output();
    let finished = Finished::of(&output.expect("the binary runs"));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(sandbox.requests().is_empty());
    assert!(finished.stdout.contains("READY"), "{}", finished.stdout);
    assert!(finished.stdout.lines().count() < 20, "{}", finished.stdout);
}

#[test]
fn a_variable_that_is_set_to_nothing_says_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let object = object_file(
        folder.path(),
        "https://login.mypurecloud.de/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    let told = |variables: &[&str]| {
        let mut command = hybridcheck();
        command
            .args(["check", "--offline", "-o", "short"])
            .arg(&object);
        command.envs(
            variables
                .iter()
                .map(|name| (format!("HYBRIDCHECK_{name}"), "")),
        );
        let finished = Finished::of(&command.output().expect("the binary runs"));
        (finished.status, finished.stdout, finished.stderr)
    };
    let variables = [
        "AS_OF",
        "CERTIFICATE_WARN",
        "DNS_SERVER",
        "FAIL_ON",
        "FORMAT",
        "OFFLINE",
        "ONLY",
        "PROXY",
        "REPORT",
        "SKIP",
        "TENANT",
        "TIMEOUT",
    ];
    let (status, stdout, stderr) = told(&[]);
    assert!(status != 2, "{stderr}");
    assert_eq!(told(&variables), (status, stdout, stderr));
}

#[test]
fn nonsense_in_a_switch_of_the_environment_is_told() {
    let output = hybridcheck()
        .env("HYBRIDCHECK_OFFLINE", "maybe")
        .args(["check", "x.cfg"])
        .output();
    let finished = Finished::of(&output.expect("the binary runs"));
    assert_eq!(finished.status, 2);
    assert!(finished.stderr.contains("--offline"), "{}", finished.stderr);
}

#[test]
fn a_warning_fails_only_with_fail_on_warn() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let soon = ["--offline", "--certificate-warn", "9999d"];
    assert_eq!(run(arguments(&sandbox, &soon)).status, 0);
    assert_eq!(
        run(arguments(
            &sandbox,
            &[&soon[..], &["--fail-on", "warn"]].concat()
        ))
        .status,
        1
    );
}

#[test]
fn plan_names_hosts_and_effects_and_contacts_nobody() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let mut words = vec!["plan".to_owned()];
    words.extend(sandbox.check_arguments());
    let finished = run(&words);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    for expected in [
        "login.mypurecloud.de:443",
        "api.mypurecloud.de:443",
        "mints a token",
        "POST https://login.mypurecloud.de/oauth/token",
        "identityproviders/pureengage",
    ] {
        assert!(
            finished.stdout.contains(expected),
            "{expected}\n{}",
            finished.stdout
        );
    }
    assert!(
        !finished.stdout.contains("saml2-bearer"),
        "the SAML2-bearer client is not asked: {}",
        finished.stdout
    );
    assert!(sandbox.requests().is_empty());
}

#[test]
fn a_closed_pipe_is_success() {
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(format!(
            "{} list | head -n 1 >/dev/null; exit ${{PIPESTATUS:-0}}",
            env!("CARGO_BIN_EXE_hybridcheck")
        ))
        .output()
        .expect("a shell");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn every_check_and_cause_can_be_explained() {
    let listed = run(["list"]);
    let ids: Vec<&str> = listed
        .stdout
        .lines()
        .filter(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(ids.len() > 60, "{ids:?}");
    for id in ids {
        let page = run(["explain", id]);
        assert_eq!(page.status, 0, "{id}");
        assert!(page.stdout.contains("## How to fix"), "{id}");
    }
}

#[test]
fn unknown_tenants_are_told_which_there_are() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let finished = run(arguments(&sandbox, &["--offline", "--tenant", "Nowhere"]));
    assert_eq!(finished.status, 2);
    assert!(
        finished.stderr.contains("Environment"),
        "{}",
        finished.stderr
    );
    assert_eq!(
        run(arguments(
            &sandbox,
            &["--offline", "--tenant", "environment"]
        ))
        .status,
        0
    );
    let folder = tempfile::tempdir().expect("a folder");
    let nameless = object_file(
        folder.path(),
        "https://login.mypurecloud.de/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    let finished = run([
        "check",
        "--offline",
        "--tenant",
        "X",
        &nameless.display().to_string(),
    ]);
    assert!(
        finished.stderr.contains("names no tenant"),
        "{}",
        finished.stderr
    );
}

/// A cause is shown again by the command that is printed below it, as it is printed: judged for the same day, of the same tenant.
#[test]
fn the_command_that_is_printed_to_run_again_shows_the_cause_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let object = folder.path().join("object.xml");
    let sandbox = Sandbox::start(None).expect("a sandbox");
    std::fs::copy(sandbox.object_file(), &object).expect("a copy");
    let object = object.to_str().expect("a path");
    let first = run([
        "check",
        object,
        "--offline",
        "--as-of",
        "2500-01-01",
        "--color",
        "never",
    ]);
    assert_eq!(first.status, 1, "{}", first.stdout);
    let printed = first.stdout.lines().map(str::trim);
    let printed = printed.filter_map(|line| line.strip_prefix("hybridcheck check "));
    let printed: Vec<&str> = printed.collect();
    assert_eq!(printed.len(), 1, "{}", first.stdout);
    for command in printed {
        let words: Vec<&str> = std::iter::once("check").chain(command.split(' ')).collect();
        let again = run(&words);
        assert_eq!(again.status, 1, "{command}: {}", again.stdout);
        assert!(again.stdout.contains("Certificate") || again.stdout.contains("certificate"));
    }
}
