//! `idp --expected` through the real binary: the body, what is said beside it, how it ends, and what it never prints.

use std::path::Path;
use std::process::Stdio;

use hybridcheck_saml::material::certificates_in;
use hybridcheck_sandbox::{self as sandbox, Sandbox};
use hybridcheck_testkit::openssl;
use serde_json::{Value, json};

use crate::support::{Finished, SECRET, canaries, hybridcheck, run};

const ISSUER: &str = "https://idp.acme.example/pureengage";
const TARGET: &str = "https://www.acme.example/";

/// An object file with this certificate.
fn object(folder: &Path, certificate: &str, issuer: &str) -> String {
    let text = format!(
        "[general]\norganization_sname=acme-sample\norganization_id=00000000-1111-4222-8333-444444444444\n\
         base_auth_url=https://login.mypurecloud.de/oauth/token\nbase_service_url=https://api.mypurecloud.de/api/\n\n\
         [saml]\nissuer={issuer}\ncertificate={certificate}\npkey=FAKE\npassword={SECRET}\nexpire_time=24\n\n\
         [ewt]\nclient_id=22222222-aaaa-4bbb-8ccc-222222222222\npassword={SECRET}2\n"
    );
    let path = folder.join("object.cfg");
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

fn option(pem: &str) -> String {
    openssl::base64_line(pem.as_bytes()).expect("base64")
}

fn body(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}\n{}\n{}", finished.stdout, finished.stderr))
}

/// Asks the sandbox with the tool's own client.
fn online(fault: Option<&str>, extra: &[&str]) -> (Finished, Sandbox) {
    let fault = fault.map(|name| sandbox::fault(name).expect(name));
    let sandbox = Sandbox::start(fault).expect("a sandbox");
    let (id, secret) = sandbox.tool_client();
    let mut command = hybridcheck();
    command
        .env("HYBRIDCHECK_CLIENT_SECRET", secret)
        .args(["idp", "--expected", "--client-id", id])
        .args(extra)
        .args(sandbox.check_arguments());
    let finished = Finished::of(&command.output().expect("the binary runs"));
    let canaries = canaries(&sandbox);
    assert!(!canaries.are_in(&finished.stdout) && !canaries.are_in(&finished.stderr));
    (finished, sandbox)
}

#[test]
fn standard_output_is_the_body_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = openssl::pair().expect("a pair");
    let file = object(folder.path(), &option(&pair.certificate), ISSUER);
    let finished = run(["idp", "--expected", &file, "--sso-target", TARGET]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let der = openssl::certificate_der(&pair.certificate).expect("DER");
    let expected = json!({
        "name": "PureEngage",
        "autoProvisionUsers": true,
        "certificate": openssl::base64_line(&der).expect("base64"),
        "issuerURI": ISSUER,
        "ssoTargetURI": TARGET,
        "disabled": false,
    });
    assert_eq!(body(&finished), expected);
    for said in [
        "PUT https://api.mypurecloud.de/api/v2/identityproviders/pureengage",
        "(the documented form), decoded once",
        "byte for byte",
        "no client of hybridcheck's own was given",
        "the body takes the place of the provider that is there",
    ] {
        assert!(
            finished.stderr.contains(said),
            "{said}: {}",
            finished.stderr
        );
    }
    assert!(!finished.stderr.contains(SECRET));
}

#[test]
fn the_certificate_of_the_body_is_the_options_own_to_the_real_openssl() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = openssl::pair().expect("a pair");
    let file = object(folder.path(), &option(&pair.certificate), ISSUER);
    let finished = run(["idp", "--expected", &file, "--sso-target", TARGET]);
    let body = body(&finished);
    let text = body["certificate"].as_str().expect("a certificate");
    let pem = format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n");
    let print = ["x509", "-noout", "-fingerprint", "-sha256"];
    let fingerprint = |pem: &str| openssl::run(&print, pem).expect("openssl reads it");
    assert_eq!(fingerprint(&pem), fingerprint(&pair.certificate));
    assert_eq!(certificates_in(text).0.len(), 1);
}

#[test]
fn people_read_it_member_by_member() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = openssl::pair().expect("a pair");
    let file = object(folder.path(), &option(&pair.certificate), ISSUER);
    let words = [
        "idp",
        "--expected",
        &file,
        "--sso-target",
        TARGET,
        "-o",
        "text",
    ];
    let finished = run(words);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let issuer = format!("issuerURI               {ISSUER}\n");
    assert!(finished.stdout.contains(&issuer), "{}", finished.stdout);
}

#[test]
fn without_a_target_the_body_is_marked_and_the_run_incomplete() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = openssl::pair().expect("a pair");
    let file = object(folder.path(), &option(&pair.certificate), ISSUER);
    let finished = run(["idp", "--expected", &file]);
    assert_eq!(finished.status, 3, "{}", finished.stderr);
    let target = body(&finished)["ssoTargetURI"].to_string();
    assert!(target.contains("REPLACE THIS"), "{target}");
    assert!(finished.stderr.contains("`invalid.target.url`"));
    let http = run([
        "idp",
        "--expected",
        &file,
        "--sso-target",
        "http://x.example/",
    ]);
    assert_eq!((http.status, http.stdout.as_str()), (2, ""));
    assert!(
        http.stderr.contains("`invalid.target.url`"),
        "{}",
        http.stderr
    );
}

#[test]
fn what_would_be_refused_is_said_in_the_services_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = openssl::pair().expect("a pair");
    let (good, key) = (option(&pair.certificate), option(&pair.key));
    let later: &[&str] = &["--as-of", "2126-01-01"];
    for (certificate, issuer, extra, code, prints) in [
        (good.as_str(), ISSUER, later, "certificate.expired", true),
        (&good, "", &[], "missing.issuer.uri", false),
        (
            "no certificate at all!",
            ISSUER,
            &[],
            "certificate.invalid.base64",
            false,
        ),
        (&key, ISSUER, &[], "certificate.unparseable", false),
    ] {
        let file = object(folder.path(), certificate, issuer);
        let words = ["idp", "--expected", &file, "--sso-target", TARGET];
        let finished = run(words.iter().chain(extra));
        assert_eq!(finished.status, 1, "{code}: {}", finished.stderr);
        let code = format!("`{code}`");
        assert!(
            finished.stderr.contains(&code),
            "{code}: {}",
            finished.stderr
        );
        assert_eq!(!finished.stdout.is_empty(), prints, "{code}");
        assert!(!finished.stdout.contains(&key) && !finished.stderr.contains(&key));
    }
}

#[test]
fn an_issuer_that_holds_a_secret_is_never_printed() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = openssl::pair().expect("a pair");
    let issuer = format!("https://idp.acme.example/{SECRET}");
    let file = object(folder.path(), &option(&pair.certificate), &issuer);
    let finished = run(["idp", "--expected", &file, "--sso-target", TARGET]);
    assert_eq!((finished.status, finished.stdout.as_str()), (1, ""));
    assert!(!finished.stderr.contains(SECRET), "{}", finished.stderr);
}

#[test]
fn it_needs_to_be_told_what_and_of_which_object() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = object(folder.path(), "FAKE", ISSUER);
    for words in [vec!["idp", &file], vec!["idp", "--expected"]] {
        assert_eq!(run(&words).status, 2, "{words:?}");
    }
}

#[test]
fn what_is_there_now_is_compared_and_its_target_kept() {
    let (finished, sandbox) = online(None, &[]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(
        body(&finished)["ssoTargetURI"],
        "https://idp.acme.example/sso"
    );
    assert!(finished.stderr.contains("kept as the provider has it now"));
    for member in ["issuerURI", "disabled", "autoProvisionUsers", "certificate"] {
        let same = format!("pass: {member}: ");
        assert!(
            finished.stderr.contains(&same),
            "{member}: {}",
            finished.stderr
        );
    }
    let writes = sandbox.requests().into_iter();
    let writes: Vec<String> = writes
        .filter(|line| !line.starts_with("GET") && !line.contains("/oauth/token"))
        .collect();
    assert_eq!(writes, Vec::<String>::new());
}

#[test]
fn each_difference_is_named() {
    for (fault, status, said) in [
        (
            "idp-disabled",
            1,
            "fail: disabled: now true; expected false",
        ),
        (
            "auto-provisioning-off",
            1,
            "fail: autoProvisionUsers: now false; expected true",
        ),
        (
            "issuer-slash",
            1,
            "fail: issuerURI: now `https://idp.acme.example/pureengage/`",
        ),
        (
            "idp-certificate",
            1,
            "fail: certificate: the provider does not hold it",
        ),
        (
            "certificate-rotation",
            0,
            "note: certificates: the body keeps what the provider holds beside it",
        ),
        (
            "idp-certificate-undecodable",
            1,
            "warn: certificates: the body leaves out",
        ),
        ("idp-is-generic", 1, "`Generic SAML` has the issuer too"),
        ("idp-missing", 1, "the body makes it"),
        (
            "idp-other-name",
            0,
            "note: name: kept as the provider has it now: `Engage production`",
        ),
        (
            "idp-audience",
            0,
            "note: relyingPartyIdentifier: kept as the provider has it now: `urn:acme:genesys`",
        ),
        (
            "idp-certificate-base64-twice",
            0,
            "pass: certificate: the provider holds it",
        ),
    ] {
        let (finished, _) = online(
            Some(fault),
            &["--sso-target", "https://idp.acme.example/sso"],
        );
        assert!(
            finished.stderr.contains(said),
            "{fault}: {}",
            finished.stderr
        );
        assert_eq!(finished.status, status, "{fault}: {}", finished.stderr);
        assert_eq!(body(&finished)["issuerURI"], ISSUER, "{fault}");
    }
}

#[test]
fn the_body_keeps_what_others_sign_with_and_what_the_administrator_chose() {
    let kept = |fault: &str| {
        let (finished, sandbox) = online(Some(fault), &[]);
        (body(&finished), finished, sandbox)
    };
    let (renewed, finished, sandbox) = kept("idp-certificate");
    let certificates = renewed["certificates"].as_array().expect("a list");
    assert_eq!((certificates.len(), finished.status), (2, 1));
    assert!(renewed.get("certificate").is_none(), "{renewed}");
    let offline = hybridcheck()
        .args(["idp", "--expected", "--offline", "--sso-target", TARGET])
        .args(sandbox.check_arguments())
        .output();
    let offline = Finished::of(&offline.expect("the binary runs"));
    assert_eq!(certificates[0], body(&offline)["certificate"]);
    assert!(
        finished
            .stderr
            .contains("send the body; it adds the certificate beside the valid ones"),
        "{}",
        finished.stderr
    );
    let (rotating, finished, _) = kept("certificate-rotation");
    let count = rotating["certificates"].as_array().map(Vec::len);
    assert_eq!((count, finished.status), (Some(2), 0), "{rotating}");
    let (audience, finished, _) = kept("idp-audience");
    assert_eq!(audience["relyingPartyIdentifier"], "urn:acme:genesys");
    let format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
    assert_eq!(audience["nameIdentifierFormat"], format);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let (named, _, _) = kept("idp-other-name");
    assert_eq!(named["name"], "Engage production");
    let (healthy, finished, _) = kept("idp-disabled");
    assert!(healthy["certificate"].is_string(), "{healthy}");
    assert_eq!(finished.status, 1);
}

#[test]
fn what_the_command_line_changes_differs_too() {
    let (finished, _) = online(None, &["--sso-target", TARGET]);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    assert!(
        finished.stderr.contains(
            "fail: ssoTargetURI: now `https://idp.acme.example/sso`; expected `https://www.acme.example/`"
        ),
        "{}",
        finished.stderr
    );
}

#[test]
fn a_target_that_would_be_refused_is_not_kept() {
    let (finished, _) = online(Some("idp-target-http"), &[]);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    for words in [
        "invalid.target.url: The target URL must be a valid HTTPS URL.",
        "to do: mend first what is wrong with the body",
    ] {
        assert!(finished.stderr.contains(words), "{}", finished.stderr);
    }
    assert!(!finished.stderr.contains("to do: send the body"));
}

#[test]
fn the_same_object_in_two_files_is_called_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = include_str!("../fixtures/forms/cfgdata.xml");
    let (a, b) = (folder.path().join("a.xml"), folder.path().join("b.xml"));
    for path in [&a, &b] {
        std::fs::write(path, text).expect("a file");
    }
    let (a, b) = (a.display().to_string(), b.display().to_string());
    let finished = run(["idp", "--expected", &a, &b]);
    assert_eq!(finished.status, 2, "{}", finished.stderr);
    for word in ["stands in two files", &a, &b, "the file that counts"] {
        assert!(
            finished.stderr.contains(word),
            "{word}: {}",
            finished.stderr
        );
    }
    assert!(!finished.stderr.contains("--tenant"), "{}", finished.stderr);
    // One file is one object, however often it is named.
    let (alone, often) = (
        run(["idp", "--expected", &a]),
        run(["idp", "--expected", &a, &a]),
    );
    assert_eq!(often.status, alone.status);
    assert_eq!((often.stdout, often.stderr), (alone.stdout, alone.stderr));
}

#[test]
fn several_files_without_a_tenant_are_not_chosen_by_tenant() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = tempfile::tempdir().expect("a folder");
    let files = [&folder, &other].map(|folder| object(folder.path(), "FAKE", ISSUER));
    let finished = run(["idp", "--expected", &files[0], &files[1]]);
    assert_eq!(finished.status, 2);
    assert!(
        finished.stderr.contains("name no tenant to choose by"),
        "{}",
        finished.stderr
    );
}

#[test]
fn offline_asks_nothing() {
    let (finished, sandbox) = online(None, &["--offline", "--sso-target", TARGET]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("to do: run it without --offline"),
        "{}",
        finished.stderr
    );
    assert_eq!(sandbox.requests(), Vec::<String>::new());
}

#[test]
fn help_shows_how_to_send_it_without_a_secret_on_the_command_line() {
    let help = run(["idp", "--help"]).stdout;
    for words in [
        "> body.json\n",
        "-X PUT -H @header.txt",
        "--data @body.json",
        "never writes",
    ] {
        assert!(help.contains(words), "{words}: {help}");
    }
    assert!(!help.contains("$TOKEN") && !help.contains("| curl") && !help.contains("@-"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = openssl::pair().expect("a pair");
    let file = object(folder.path(), &option(&pair.certificate), ISSUER);
    let mut child = hybridcheck()
        .args(["idp", "--expected", &file, "--sso-target", TARGET])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
