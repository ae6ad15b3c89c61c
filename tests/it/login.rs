//! A login with an assertion through the real binary: only on request, ended afterwards, and never in any output.

use hybridcheck_core::facts::{FactKey, Gap, Recorded};
use hybridcheck_core::finding::Status;
use hybridcheck_core::run::Run;
use hybridcheck_sandbox::{self as sandbox, Sandbox};

use crate::support::{Authority, Logged, canaries, json_answer, run};

fn arguments(sandbox: &Sandbox, more: &[&str]) -> Vec<String> {
    let mut all = vec!["check".to_owned()];
    all.extend(sandbox.check_arguments());
    all.extend(more.iter().map(|&argument| argument.to_owned()));
    all
}

#[test]
fn without_the_flag_nobody_logs_in_and_the_reason_is_told() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let finished = run(arguments(&sandbox, &["--format", "json"]));
    let document = finished.json();
    let row = document.rows.iter().find(|row| row.check.0 == "saml-login");
    let row = row.expect("a row");
    assert_eq!(row.status(), Status::Gap);
    let said = row
        .gap()
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    assert!(said.contains("--saml-user"), "{said}");
    assert!(said.contains("may create a user"), "{said}");
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let others = document.rows.iter();
    let mut others = others.filter(|row| row.check.0.starts_with("saml-login-"));
    assert!(others.all(|row| row.status() == Status::NotApplicable));
    let mut unproven = document.coverage.unproven.iter();
    assert!(unproven.any(|line| line.contains("--saml-user EMAIL")));
    let asked: Vec<String> = sandbox.requests();
    assert!(
        !asked.iter().any(|line| line.contains("/users/me")),
        "{asked:#?}"
    );
    assert_eq!(sandbox.users(), [sandbox.user()]);
}

/// What rests on the login is left out with it.
#[test]
fn a_login_that_is_skipped_is_not_made() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let user = sandbox.user();
    let finished = run(arguments(
        &sandbox,
        &["--saml-user", user, "--skip", "saml-login"],
    ));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let asked = sandbox.requests();
    assert!(
        !asked.iter().any(|line| line.contains("/users/me")),
        "{asked:#?}"
    );
    let object = sandbox.object_file().display().to_string();
    let plan = run(["plan", &object, "--saml-user", user, "--skip", "saml-login"]);
    assert!(
        !plan.stdout.contains("may create a user"),
        "{}",
        plan.stdout
    );
}

#[test]
fn with_the_flag_the_user_logs_in_is_read_and_the_token_is_ended() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let user = ["--saml-user", sandbox.user(), "--format", "json"];
    let finished = run(arguments(&sandbox, &user));
    let document = finished.json();
    for check in ["saml-login", "saml-login-user", "saml-login-ended"] {
        let row = document.rows.iter().find(|row| row.check.0 == check);
        let row = row.expect("a row");
        assert_eq!(
            row.status(),
            Status::Pass,
            "{check}: {} {:?}",
            row.found(),
            row.gap()
        );
    }
    let lines = sandbox.requests();
    let at = |wanted: &str| lines.iter().position(|line| line.contains(wanted));
    let (read, ended) = (at("GET /api/v2/users/me"), at("DELETE /api/v2/tokens/me"));
    assert!(read.is_some() && read < ended, "{lines:#?}");
    let deletes = lines.iter().filter(|line| line.contains("DELETE")).count();
    assert_eq!(deletes, 1);
    // The service clients' tokens live on until they expire; the person's is gone.
    assert_eq!(sandbox.tokens_alive(), 1);
    assert_eq!(sandbox.users(), [sandbox.user()]);
}

#[test]
fn a_refused_assertion_is_tried_in_every_encoding_and_each_try_is_kept() {
    let fault = sandbox::fault("login-encoding-unknown");
    let sandbox = Sandbox::start(fault).expect("a sandbox");
    let document = run(arguments(&sandbox, &["--format", "json"])).json();
    let login = document
        .facts
        .iter()
        .find_map(|entry| match (&entry.key, &entry.outcome) {
            (FactKey::SamlLogin { .. }, Recorded::Fact(fact)) => Some(format!("{fact:?}")),
            _ => None,
        });
    let login = login.expect("a login");
    assert_eq!(login.matches("encoding:").count(), 4, "{login}");
}

#[test]
fn neither_assertion_nor_token_is_in_any_output() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let canaries = canaries(&sandbox);
    for format in hybridcheck_reports::reports() {
        let format = format.name();
        let more = ["--saml-user", sandbox.user(), "--format", format, "-vvv"];
        let finished = run(arguments(&sandbox, &more));
        for text in [&finished.stdout, &finished.stderr] {
            assert!(!canaries.are_in(text), "{format} holds a secret");
            // How every encoding of a Response and of an Assertion begins, and the signature's element.
            for beginning in ["PHNhbWxwOlJl", "PHNhbWw6QXNz", "SignatureValue"] {
                assert!(!text.contains(beginning), "{format}: {beginning}");
            }
        }
    }
}

#[test]
fn a_plan_says_what_a_login_may_do_before_anything_is_sent() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let object = sandbox.object_file().display().to_string();
    let silent = run(["plan".to_owned(), object.clone()]);
    assert!(
        !silent.stdout.contains("may create a user"),
        "{}",
        silent.stdout
    );
    let told = run(["plan", &object, "--saml-user", sandbox.user()]);
    assert!(told.stdout.contains("may create a user"), "{}", told.stdout);
    assert!(
        told.stdout.contains("may become a new user"),
        "{}",
        told.stdout
    );
    assert!(silent.stdout.contains("No user is created."));
    assert!(told.stdout.contains(", and one of the login"));
    // The token is ended when everything was read with it.
    let ended = "DELETE https://api.mypurecloud.de/api/v2/tokens/me";
    let (before, after) = told.stdout.split_once(ended).expect("the end of the token");
    assert!(before.contains("/api/v2/users/me"), "{}", told.stdout);
    assert!(!after.contains("GET https://"), "{}", told.stdout);
    let ending = told.stdout.lines().find(|line| line.contains(ended));
    let ending = ending.expect("the end of the token");
    assert!(ending.contains("ends its own token"), "{ending}");
    assert!(!ending.contains("reads"), "{ending}");
    assert!(sandbox.requests().is_empty());
}

/// A run that is over while the person is being read, against a service that answers DELETE so.
fn over_while_reading(ending: Option<&'static str>) -> (Run, String) {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let ca = authority.file(folder.path()).display().to_string();
    let names = ["login.mypurecloud.de", "api.mypurecloud.de"];
    let token = "FAKE-token-of-a-person-0123456789abcdef";
    let issued = format!("{{\"access_token\":\"{token}\",\"expires_in\":3600}}");
    let server = Logged::answering(&authority, &names, move |head| {
        if head.contains("POST /oauth/token") {
            Some(json_answer("200 OK", "", &issued))
        } else if head.contains("GET /api/v2/users/me") {
            None
        } else if head.contains("DELETE /api/v2/tokens/me") {
            ending.map(|status| json_answer(status, "", "{}"))
        } else {
            Some(json_answer("404 Not Found", "", "{}"))
        }
    });
    let object = sandbox.object_file().display().to_string();
    let connect = format!("::{}", server.address);
    let finished = run([
        "check",
        &object,
        "--cacert",
        &ca,
        "--connect-to",
        &connect,
        "--saml-user",
        sandbox.user(),
        "--only",
        "saml-login*",
        "--connect-timeout",
        "30s",
        "--timeout",
        "2s",
        "--format",
        "json",
    ]);
    for text in [&finished.stdout, &finished.stderr] {
        assert!(!text.contains(token));
    }
    (finished.json(), server.heard())
}

#[test]
fn a_run_that_is_over_early_ends_the_token_all_the_same() {
    let (document, heard) = over_while_reading(Some("200 OK"));
    assert_eq!(heard.matches("DELETE /api/v2/tokens/me").count(), 1);
    let of = |check: &str| document.rows.iter().find(|row| row.check.0 == check);
    assert_eq!(
        of("saml-login-ended").expect("a row").status(),
        Status::Pass
    );
    // Who kept silent until the run's time was nearly over is named.
    let unread = of("saml-login-user").expect("a row");
    let is_named =
        |gap: &Gap| matches!(gap, Gap::NotAnswered { what } if what.contains("/api/v2/users/me"));
    assert!(unread.gap().is_some_and(is_named), "{unread:?}");
}

#[test]
fn a_token_whose_end_nobody_confirms_is_told_with_its_life() {
    let (document, heard) = over_while_reading(None);
    assert_eq!(heard.matches("DELETE /api/v2/tokens/me").count(), 1);
    let mut rows = document.rows.iter();
    let row = rows.find(|row| row.check.0 == "saml-login-ended");
    let row = row.expect("a row");
    assert_eq!(row.status(), Status::Warn);
    assert!(
        row.found().contains("for at most 3600 s"),
        "{}",
        row.found()
    );
}

#[test]
fn an_address_that_is_none_is_refused_before_anything_is_asked() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let finished = run(arguments(&sandbox, &["--saml-user", "nobody"]));
    assert_eq!(finished.status, 2);
    assert!(finished.stderr.contains("nobody"), "{}", finished.stderr);
    assert!(sandbox.requests().is_empty());
}
