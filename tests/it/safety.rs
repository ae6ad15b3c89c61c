//! A client secret goes only where it may: each refusal beside a control that shows the same server would have been sent it.

use std::path::Path;

use crate::support::{Authority, Finished, Logged, json_answer, object_file, run};

const KNOWN: &str = "login.mypurecloud.de";
const UNKNOWN: &str = "login.unknown.example";

/// Runs `check` against one server that stands for every host of the object.
fn check(folder: &Path, scheme: &str, host: &str, server: &Logged, flags: &[&str]) -> Finished {
    let api = host.replacen("login.", "api.", 1);
    let object = object_file(
        folder,
        &format!("{scheme}://{host}/oauth/token"),
        &format!("{scheme}://{api}/api/"),
    );
    let mut arguments: Vec<String> = vec!["check".into(), object.display().to_string()];
    arguments.extend(["--connect-to".into(), format!("::{}", server.address)]);
    arguments.extend([
        "--timeout".into(),
        "8s".into(),
        "--format".into(),
        "json".into(),
    ]);
    arguments.extend(flags.iter().map(ToString::to_string));
    run(arguments)
}

fn was_sent_a_secret(server: &Logged) -> bool {
    server
        .heard()
        .to_lowercase()
        .contains("authorization: basic")
}

fn plain_server(authority: &Authority) -> Logged {
    let names = [KNOWN, "api.mypurecloud.de", UNKNOWN, "api.unknown.example"];
    Logged::start(authority, &names, json_answer("404 Not Found", "", "{}"))
}

#[test]
fn an_unknown_host_gets_no_secret_unless_its_region_is_added() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let ca = authority.file(folder.path()).display().to_string();
    let server = plain_server(&authority);
    let finished = check(folder.path(), "https", UNKNOWN, &server, &["--cacert", &ca]);
    assert!(
        server.heard().contains("GET "),
        "the host was reached: {finished:?}"
    );
    assert!(!was_sent_a_secret(&server));
    assert!(
        finished.stdout.contains("--add-region"),
        "{}",
        finished.stdout
    );

    let control = plain_server(&authority);
    check(
        folder.path(),
        "https",
        UNKNOWN,
        &control,
        &["--cacert", &ca, "--add-region", "unknown.example"],
    );
    assert!(was_sent_a_secret(&control));
}

#[test]
fn http_gets_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let ca = authority.file(folder.path()).display().to_string();
    let server = plain_server(&authority);
    check(folder.path(), "http", KNOWN, &server, &["--cacert", &ca]);
    assert!(server.heard().contains("GET "), "the host was reached");
    assert!(!was_sent_a_secret(&server));

    let control = plain_server(&authority);
    check(folder.path(), "https", KNOWN, &control, &["--cacert", &ca]);
    assert!(was_sent_a_secret(&control));
}

#[test]
fn an_untrusted_chain_gets_no_request_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = plain_server(&Authority::new());
    let other = Authority::new().file(folder.path()).display().to_string();
    let run = check(
        folder.path(),
        "https",
        KNOWN,
        &server,
        &["--cacert", &other],
    )
    .json();
    assert_eq!(server.heard(), "");
    assert_eq!(run.verdict.exit_status(), 1);
}

#[test]
fn an_inspected_chain_gets_no_secret_unless_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let ca = authority.file(folder.path());
    for (flags, sent) in [(&[][..], false), (&["--trust-inspection"][..], true)] {
        let server = plain_server(&authority);
        let object = object_file(
            folder.path(),
            &format!("https://{KNOWN}/oauth/token"),
            "https://api.mypurecloud.de/api/",
        );
        // The host's own store, as rustls-native-certs reads it, holds the inspecting company's root.
        let output = crate::support::hybridcheck()
            .env("SSL_CERT_FILE", &ca)
            .args([
                "check",
                &object.display().to_string(),
                "--connect-to",
                &format!("::{}", server.address),
            ])
            .args(flags)
            .output()
            .expect("the binary runs");
        assert!(server.heard().contains("GET "), "the host was reached");
        assert_eq!(
            was_sent_a_secret(&server),
            sent,
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let ca = authority.file(folder.path()).display().to_string();
    let thief = plain_server(&authority);
    let location = format!(
        "location: https://{KNOWN}:{}/oauth/token\r\n",
        thief.address.port()
    );
    let names = [KNOWN, "api.mypurecloud.de"];
    let server = Logged::start(
        &authority,
        &names,
        json_answer("307 Temporary Redirect", &location, ""),
    );
    check(folder.path(), "https", KNOWN, &server, &["--cacert", &ca]);
    assert!(was_sent_a_secret(&server), "the known host is asked");
    assert_eq!(thief.heard(), "");
}
