//! Answers of the service that are not in the documented form: a gap that names the call and the member, nobody accused, in bounded memory.

use std::process::Command;

use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_sandbox::{self as sandbox, Sandbox};
use test_case::test_case;

use crate::support::{Authority, Logged, canaries, object_file, run};

/// Enough for a run, and far below what a body without end would fill.
const MEMORY_KIB: u32 = 1_000_000;

fn checked(fault: &str) -> (Sandbox, Run) {
    let known = sandbox::fault(fault).unwrap_or_else(|| panic!("no fault named {fault}"));
    let sandbox = Sandbox::start(Some(known)).expect("a sandbox");
    let mut arguments = vec!["check".to_owned(), "--format".into(), "json".into()];
    arguments.extend(sandbox.check_arguments());
    let finished = run(arguments);
    let holds_a_secret = canaries(&sandbox).are_in(&finished.stdout);
    assert!(!holds_a_secret, "{fault}: a secret in the report");
    (sandbox, finished.json())
}

const DOCUMENTED: &str = "but not in the documented form:";

#[test_case("answer-token-missing", "oauth-token-issued", "POST /oauth/token", "member `access_token` is missing"; "token without access_token")]
#[test_case("answer-token-null", "oauth-token-issued", "POST /oauth/token", "member `access_token` should be a text, and is null"; "access_token null")]
#[test_case("answer-token-number", "oauth-token-issued", "POST /oauth/token", "member `access_token` should be a text, and is a number"; "access_token a number")]
#[test_case("answer-token-with-line-break", "oauth-token-issued", "POST /oauth/token", "member `access_token` is empty, or holds what no header can carry"; "access_token with a line break")]
#[test_case("answer-token-type", "oauth-token-issued", "POST /oauth/token", "member `token_type` should be bearer"; "another token_type")]
#[test_case("answer-life-unreadable", "oauth-token-issued", "POST /oauth/token", "member `expires_in` should be a number of seconds"; "expires_in a list")]
#[test_case("answer-client-number", "oauth-client-active", "GET /api/v2/tokens/me", "member `OAuthClient` should be an object, and is a number"; "client a number")]
#[test_case("answer-organisation-list", "org-id-matches", "GET /api/v2/organizations/me", "the answer as a whole has another form"; "organisation a list")]
#[test_case("answer-organisation-page", "org-id-matches", "GET /api/v2/organizations/me", "the body is not JSON (line 1, column 1)"; "organisation a page")]
#[test_case("answer-organisation-cut", "org-id-matches", "GET /api/v2/organizations/me", "the body was broken off before its end"; "organisation cut")]
#[test_case("answer-provider-disabled-text", "idp-enabled", "GET /api/v2/identityproviders/pureengage", "member `disabled` should be true or false, and is a text"; "disabled a text")]
#[test_case("answer-provider-certificates-object", "idp-certificate-known", "GET /api/v2/identityproviders/pureengage", "member `certificates` should be a list, and is an object"; "certificates an object")]
#[test_case("answer-providers-missing", "idp-issuer-unique", "GET /api/v2/identityproviders", "member `entities` is missing or null"; "entities missing")]
#[test_case("answer-providers-null", "idp-issuer-unique", "GET /api/v2/identityproviders", "member `entities` is missing or null"; "entities null")]
#[test_case("answer-providers-endless", "idp-issuer-unique", "GET /api/v2/identityproviders", "the body is longer than 8 MiB"; "a body without end")]
#[test_case("answer-roles-one-number", "roles-exist", "GET /api/v2/authorization/roles", "member `entities[3]` should be an object, and is a number"; "role a number")]
#[test_case("answer-roles-name-object", "roles-exist", "GET /api/v2/authorization/roles", "member `entities[1].name` should be a text, and is an object"; "role name an object")]
#[test_case("answer-permissions-list", "roles-product", "GET /api/v2/authorization/permissions", "member `entities[0].permissionMap` should be an object, and is a list"; "permissions a list")]
fn a_gap_names_call_and_member(fault: &str, check: &str, call: &str, member: &str) {
    let (_sandbox, document) = checked(fault);
    let rows = document.rows.iter().filter(|row| row.check.0 == check);
    let told: Vec<String> = rows
        .filter_map(|row| Some(row.gap()?.to_string()))
        .collect();
    let parts = [call, DOCUMENTED, member, "correlation id"];
    assert!(
        told.iter()
            .any(|said| parts.iter().all(|part| said.contains(part))),
        "{parts:?}: {told:#?}"
    );
}

#[test_case("answer-client-missing", "oauth-client-active", "GET /api/v2/tokens/me does not state"; "client missing")]
#[test_case("answer-organisation-empty", "org-short-name-matches", "GET /api/v2/organizations/me does not state"; "organisation empty")]
#[test_case("answer-organisation-null-id", "org-id-matches", "GET /api/v2/organizations/me does not state"; "organisation without id")]
#[test_case("answer-provider-without-issuer", "idp-issuer-matches", "does not state an issuerURI"; "provider without issuer")]
#[test_case("answer-roles-empty-pages", "roles-exist", "the listing was cut off"; "pages promised that do not come")]
fn what_the_service_leaves_out_is_a_gap(fault: &str, check: &str, said: &str) {
    let (_sandbox, document) = checked(fault);
    let mut rows = document.rows.iter().filter(|row| row.check.0 == check);
    let row = rows.next().expect("a row");
    let told = row.gap().map(ToString::to_string);
    assert!(
        told.as_ref().is_some_and(|told| told.contains(said)),
        "{told:?}"
    );
}

#[test]
fn pages_without_end_are_left_soon_and_the_listing_is_not_called_whole() {
    for (fault, most) in [
        ("answer-providers-without-end", 2),
        ("answer-providers-fewer", 1),
    ] {
        let (sandbox, document) = checked(fault);
        let requests = sandbox.requests();
        let listing = "GET /api/v2/identityproviders";
        let pages: Vec<&String> = requests
            .iter()
            .filter(|line| line.split('?').next() == Some(listing))
            .collect();
        // The definition has no parameters for this listing: none is sent before a further page is promised.
        assert_eq!(pages[0], listing, "{fault}");
        assert_eq!(pages.len(), most, "{fault}: {requests:#?}");
        let mut rows = document.rows.iter();
        let row = rows.find(|row| row.check.0 == "idp-issuer-unique");
        let row = row.expect("a row");
        let told = row.gap().map(ToString::to_string);
        let is_told = told.as_ref().is_some_and(|told| told.contains("cut off"));
        assert!(is_told, "{fault}: {told:?}");
    }
}

#[test]
fn a_life_in_quotes_and_members_that_nobody_knows_are_no_matter() {
    for fault in ["answer-life-in-quotes", "answer-further-members"] {
        let (_sandbox, document) = checked(fault);
        assert_eq!(document.verdict, Verdict::Ready, "{fault}");
    }
}

/// A body that is longer than the answer says: what lies behind the stated end is not read, and no token comes of it.
#[test]
fn a_body_longer_than_its_stated_length_is_read_to_that_length_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let ca = authority.file(folder.path()).display().to_string();
    let names = ["login.mypurecloud.de", "api.mypurecloud.de"];
    let server = Logged::answering(&authority, &names, |head| {
        let is_token = head.starts_with("POST /oauth/token");
        let (body, length) = if is_token {
            let body = r#"{"access_token":"FAKE-token-0123456789","expires_in":60}"#;
            (body, body.len() - 20)
        } else {
            ("{}", 2)
        };
        let headers = "content-type: application/json\r\ninin-correlation-id: 0815";
        Some(format!(
            "HTTP/1.1 200 OK\r\n{headers}\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
    });
    let object = object_file(
        folder.path(),
        "https://login.mypurecloud.de/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    let finished = run([
        "check",
        &object.display().to_string(),
        "--cacert",
        &ca,
        "--connect-to",
        &format!("::{}", server.address),
        "--format",
        "json",
    ]);
    let document = finished.json();
    let mut rows = document.rows.iter();
    let row = rows.find(|row| row.check.0 == "oauth-token-issued" && row.gap().is_some());
    let told = row.and_then(|row| row.gap()).map(ToString::to_string);
    let is_told = told
        .as_ref()
        .is_some_and(|told| told.contains("ends in the middle of its JSON"));
    assert!(is_told, "{told:?}");
    assert!(
        !finished.stdout.contains("FAKE-token"),
        "{}",
        finished.stdout
    );
}

#[test]
fn a_body_without_end_takes_no_more_memory_than_its_limit() {
    let fault = sandbox::fault("answer-providers-endless");
    let sandbox = Sandbox::start(fault).expect("a sandbox");
    let output = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\""))
        .arg(env!("CARGO_BIN_EXE_hybridcheck"))
        .args(["check", "--format", "json"])
        .args(sandbox.check_arguments())
        .env("LANG", "C.UTF-8")
        .output()
        .expect("the binary runs");
    let run: Run = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{error}: {said}")
    });
    assert!(run.causes.is_empty(), "{:?}", run.causes);
}
