//! `saml` through the real binary: what it shows, what it refuses, how it ends, and what it never prints.

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use base64ct::{Base64, Encoding as _};
use hybridcheck::probes::clock;
use hybridcheck_saml::{Encoding, Minted, Wish, mint};
use hybridcheck_sandbox::{self as sandbox, Sandbox};
use hybridcheck_sources as sources;
use hybridcheck_testkit::openssl;

use crate::support::{Finished, SECRET, canaries, hybridcheck, run};

const KEY_PASSWORD: &str = "FAKE-canary-key-password";
const USER: &str = "ann@acme.example";

/// An object file with a real pair.
struct Room {
    folder: tempfile::TempDir,
    object: PathBuf,
    pkey: String,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let pair = openssl::pair().expect("a pair");
        let line = |text: &str| openssl::base64_line(text.as_bytes()).expect("base64");
        let pkey = line(&openssl::protected(&pair.key, KEY_PASSWORD).expect("a key"));
        let text = format!(
            "[general]\norganization_sname=acme-sample\norganization_id=00000000-1111-4222-8333-444444444444\n\
             base_auth_url=https://login.mypurecloud.de/oauth/token\nbase_service_url=https://api.mypurecloud.de/api/\n\n\
             [saml]\nissuer=https://idp.acme.example/pureengage\ncertificate={}\npkey={pkey}\npassword={KEY_PASSWORD}\nexpire_time=24\n\n\
             [saml_auth]\nclient_id=11111111-aaaa-4bbb-8ccc-111111111111\npassword={SECRET}\n",
            line(&pair.certificate)
        );
        let object = folder.path().join("object.cfg");
        std::fs::write(&object, text).expect("a file");
        Self {
            folder,
            object,
            pkey,
        }
    }

    fn minted(&self) -> Minted {
        let input = sources::load(&[self.object.display().to_string()]).expect("the file");
        let configuration = sources::read(&input).expect("an object");
        let wish = Wish {
            email: USER.into(),
            ..Wish::default()
        };
        mint(&configuration.objects[0], &wish, clock::now()).expect("an assertion")
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path.display().to_string()
    }

    fn object(&self) -> &str {
        self.object.to_str().expect("a path")
    }
}

#[expect(clippy::disallowed_methods, reason = "the test captures the message")]
fn encoded(minted: &Minted, encoding: Encoding) -> String {
    minted.encoded(encoding).expose().to_owned()
}

#[test]
fn show_prints_the_assertion_and_nothing_that_logs_in() {
    let room = Room::new();
    for encoding in ["response-base64", "assertion-base64url"] {
        let shown = run([
            "saml",
            "--show",
            room.object(),
            "--saml-user",
            USER,
            "--saml-encoding",
            encoding,
        ]);
        assert_eq!(shown.status, 0, "{}", shown.stderr);
        assert!(shown.stdout.contains(USER) && shown.stdout.contains("OrganizationName"));
        assert!(shown.stdout.contains("<ds:SignatureValue>[not shown"));
        let is_response = shown.stdout.contains("<samlp:Response");
        assert_eq!(is_response, encoding.starts_with("response"));
        assert_clean(&room, None, &shown, encoding);
    }
    let arguments = [
        "saml",
        "--show",
        room.object(),
        "--saml-user",
        USER,
        "-o",
        "json",
    ];
    let json = run(arguments);
    let document: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(document["claims"]["email"], USER);
    assert_clean(&room, None, &json, "json");
}

#[test]
fn show_refuses_what_it_cannot_sign_and_names_it() {
    let room = Room::new();
    let text = std::fs::read_to_string(&room.object).expect("the object");
    let wrong = text.replace(KEY_PASSWORD, "FAKE-canary-wrong-one");
    let wrong = room.file("wrong.cfg", wrong.as_bytes());
    let forbidden = text.replace("acme-sample", "acme\u{2}sample");
    let forbidden = room.file("forbidden.cfg", forbidden.as_bytes());
    for (arguments, expected) in [
        (vec!["--show", room.object()], "--saml-user <EMAIL>"),
        (vec!["--show", "--saml-user", USER], "<INPUT>"),
        (vec![], "--show"),
        (
            vec!["--show", room.object(), "--saml-user", "ann"],
            "not an email address",
        ),
        (
            vec!["--show", &wrong, "--saml-user", USER],
            "saml/password does not open saml/pkey",
        ),
        (
            vec!["--show", &forbidden, "--saml-user", USER],
            "general/organization_sname holds the character U+0002",
        ),
    ] {
        let finished = run([&["saml"], arguments.as_slice()].concat());
        assert_eq!(finished.status, 2, "{arguments:?}: {}", finished.stdout);
        assert!(
            finished.stderr.contains(expected),
            "{expected}: {}",
            finished.stderr
        );
        assert_clean(&room, None, &finished, expected);
    }
}

#[test]
fn decode_explains_every_form_of_a_capture_against_the_object() {
    let room = Room::new();
    let minted = room.minted();
    let base64 = encoded(&minted, Encoding::ResponseBase64);
    let form = format!("SAMLResponse={}&RelayState=x", base64.replace('+', "%2B"));
    let url = encoded(&minted, Encoding::AssertionBase64url);
    let xml = Base64::decode_vec(&base64).expect("base64");
    for (name, bytes, is_response) in [
        ("base64", base64.as_bytes(), true),
        ("form", form.as_bytes(), true),
        ("base64url", url.as_bytes(), false),
        ("xml", &xml, true),
    ] {
        let file = room.file(name, bytes);
        let explained = run(["saml", "--decode", &file, room.object()]);
        assert_eq!(
            explained.status, 0,
            "{name}: {}{}",
            explained.stdout, explained.stderr
        );
        for expected in [
            "pass         the assertion is signed, digest and signature hold",
            "pass         every time fits",
            "pass         Issuer equals saml/issuer, byte for byte",
            "pass         it was signed with the key of saml/certificate",
            "attribute        OrganizationName = acme-sample",
        ] {
            assert!(
                explained.stdout.contains(expected),
                "{expected}: {}",
                explained.stdout
            );
        }
        assert_eq!(
            explained.stdout.contains("samlp:Response _"),
            is_response,
            "{name}"
        );
        assert_clean(&room, Some(&minted), &explained, name);
        let json = run(["saml", "--decode", &file, room.object(), "--format", "json"]);
        let document: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
        assert_eq!(document["verdict"], "ready");
        assert_clean(&room, Some(&minted), &json, name);
    }
}

#[test]
fn decode_ends_as_every_command_does() {
    let room = Room::new();
    let minted = room.minted();
    let base64 = encoded(&minted, Encoding::ResponseBase64);
    let xml = Base64::decode_vec(&base64).expect("base64");
    let xml = String::from_utf8(xml).expect("text");
    let forged = room.file(
        "forged",
        xml.replace(USER, "mallory@acme.example").as_bytes(),
    );
    let unknown = xml.replace("#rsa-sha256", "#ecdsa-sha256");
    let unknown = room.file("unknown", unknown.as_bytes());
    let good = room.file("good", base64.as_bytes());
    for (arguments, status, words) in [
        (vec![good.as_str()], 0, "Nothing is wrong"),
        (vec![&forged], 1, "FAIL"),
        (vec![&unknown], 3, "not verified, because"),
        (vec![&good, "--as-of", "2099-01-01"], 1, "had passed for"),
        (vec![&good, "--as-of", "2000-01-01"], 1, "in the future"),
    ] {
        let finished = run([&["saml", "--decode"], arguments.as_slice()].concat());
        assert_eq!(
            finished.status, status,
            "{arguments:?}: {}{}",
            finished.stdout, finished.stderr
        );
        assert!(
            finished.stdout.contains(words),
            "{words}: {}",
            finished.stdout
        );
        assert_clean(&room, Some(&minted), &finished, words);
    }
}

#[test]
fn decode_refuses_bad_input_with_an_error_and_reads_no_more_than_its_cap() {
    let room = Room::new();
    let large = {
        let path = room.folder.path().join("large");
        let file = std::fs::File::create(&path).expect("a file");
        file.set_len(100 << 20).expect("a sparse file");
        path.display().to_string()
    };
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\">]><x>&a;</x>";
    let cut = &encoded(&room.minted(), Encoding::ResponseBase64)[..1_001];
    for (path, expected) in [
        (room.file("empty", b""), "the capture is empty"),
        (
            room.file("words", b"Dear colleague,"),
            "neither XML nor base64",
        ),
        (room.file("html", b"<html>blocked</html>"), "HTML page"),
        (
            room.file("laughs", laughs.as_bytes()),
            "document type (DTD): refused",
        ),
        (room.file("cut", cut.as_bytes()), "ends too early"),
        (room.file("latin", b"<a>\xe4</a>"), "declares no encoding"),
        (room.file("other", b"<a/>"), "neither a samlp:Response nor"),
        (large, "only that much was read"),
        ("/nowhere/capture".into(), "cannot read /nowhere/capture"),
    ] {
        let output = std::process::Command::new("sh")
            .args(["-c", "ulimit -v 300000; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_hybridcheck"))
            .args(["saml", "--decode", &path])
            .output()
            .expect("the binary runs");
        let finished = Finished::of(&output);
        assert_eq!(finished.status, 2, "{path}: {}", finished.stdout);
        assert!(
            finished.stderr.contains(expected),
            "{expected}: {}",
            finished.stderr
        );
        assert!(
            path.starts_with("/nowhere") || finished.stderr.contains("help: "),
            "{}",
            finished.stderr
        );
        assert_eq!(finished.stdout, "");
    }
}

#[test]
fn standard_input_is_the_message_or_the_object_but_not_both() {
    let room = Room::new();
    let mut child = hybridcheck()
        .args(["saml", "--decode", "-", room.object()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let base64 = encoded(&room.minted(), Encoding::ResponseBase64);
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(base64.as_bytes()).expect("it reads");
    drop(stdin);
    let finished = Finished::of(&child.wait_with_output().expect("it ends"));
    assert_eq!(finished.status, 0, "{}", finished.stdout);
    let both = run(["saml", "--decode", "-", "-"]);
    assert_eq!(both.status, 2);
    assert!(both.stderr.contains("cannot be both"), "{}", both.stderr);
}

/// What the sandbox's own object would send.
fn minted_by(sandbox: &Sandbox) -> Minted {
    let configuration = sources::read(&[sources::Input {
        name: "object".into(),
        bytes: sandbox.object_text().as_bytes().to_vec(),
    }])
    .expect("an object");
    let wish = Wish {
        email: USER.into(),
        ..Wish::default()
    };
    mint(&configuration.objects[0], &wish, clock::now()).expect("an assertion")
}

/// Explains a message of the sandbox's own object with the tool's client.
fn explained_online(sandbox: &Sandbox, secret: &str, extra: &[&str]) -> Finished {
    let message = encoded(&minted_by(sandbox), Encoding::ResponseBase64);
    explained_of(sandbox, &message, None, secret, extra)
}

/// Explains a message with the tool's client, against the sandbox's object or another.
fn explained_of(
    sandbox: &Sandbox,
    message: &str,
    object: Option<&str>,
    secret: &str,
    extra: &[&str],
) -> Finished {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("capture");
    std::fs::write(&file, message).expect("a file");
    let mut words = vec![
        "saml".to_owned(),
        "--decode".into(),
        file.display().to_string(),
    ];
    words.extend(["--client-id".to_owned(), sandbox.tool_client().0.to_owned()]);
    words.extend(extra.iter().map(|word| (*word).to_owned()));
    words.extend(sandbox.check_arguments());
    if let Some(object) = object {
        words.pop();
        words.push(object.to_owned());
    }
    let output = hybridcheck()
        .env("HYBRIDCHECK_CLIENT_SECRET", secret)
        .args(words)
        .output();
    let finished = Finished::of(&output.expect("the binary runs"));
    let canaries = canaries(sandbox);
    assert!(!canaries.are_in(&finished.stdout) && !canaries.are_in(&finished.stderr));
    finished
}

#[test]
fn decode_holds_a_message_against_the_identity_provider_when_a_client_may_read_it() {
    for (fault, status, words) in [
        (
            None,
            0,
            "it was signed with the key of a certificate of the identity provider",
        ),
        (Some("issuer-mismatch"), 1, "they differ only in the scheme"),
        (
            Some("idp-certificate"),
            1,
            "and a certificate of the identity provider is",
        ),
        (Some("idp-disabled"), 1, "the identity provider is disabled"),
        (
            Some("idp-missing"),
            1,
            "the organisation has no PureEngage identity provider",
        ),
        (
            Some("issuer-not-unique"),
            0,
            "that of the identity provider `Engage test`",
        ),
        (
            Some("other-organisation"),
            3,
            "belongs to organisation 66666666-7777",
        ),
    ] {
        let fault = fault.map(|name| sandbox::fault(name).expect("a fault"));
        let sandbox = Sandbox::start(fault).expect("a sandbox");
        let secret = sandbox.tool_client().1.to_owned();
        let finished = explained_online(&sandbox, &secret, &[]);
        assert!(
            finished.stdout.contains(words),
            "{words}: {}",
            finished.stdout
        );
        assert_eq!(finished.status, status, "{}", finished.stdout);
        let tokens = sandbox.requests().into_iter();
        assert_eq!(tokens.filter(|line| line.starts_with("POST")).count(), 1);
    }
}

#[test]
fn a_message_that_carries_no_certificate_is_verified_with_the_providers() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let base64 = encoded(&minted_by(&sandbox), Encoding::ResponseBase64);
    let xml = String::from_utf8(Base64::decode_vec(&base64).expect("base64")).expect("text");
    let (before, rest) = xml.split_once("<ds:KeyInfo>").expect("a KeyInfo");
    let (_, after) = rest.split_once("</ds:KeyInfo>").expect("its end");
    let bare = format!("{before}{after}");
    // The object at hand is another one, so that only the provider can vouch for the message.
    let folder = tempfile::tempdir().expect("a folder");
    let object = folder.path().join("object.cfg");
    let pair = openssl::pair().expect("a pair");
    let other = openssl::base64_line(pair.certificate.as_bytes()).expect("base64");
    let lines: Vec<String> = sandbox
        .object_as_cfg()
        .lines()
        .map(|line| match line.strip_prefix("certificate=") {
            Some(_) => format!("certificate={other}"),
            None => line.to_owned(),
        })
        .collect();
    std::fs::write(&object, lines.join("\n")).expect("a file");
    let object = object.display().to_string();
    let finished = explained_of(&sandbox, &bare, Some(&object), sandbox.tool_client().1, &[]);
    let words = "it was signed with the key of a certificate of the identity provider";
    assert!(finished.stdout.contains(words), "{}", finished.stdout);
    assert!(
        finished
            .stdout
            .contains("and saml/certificate of the object is"),
        "{}",
        finished.stdout
    );
    let alone = explained_of(&sandbox, &bare, Some(&object), "", &["--offline"]);
    assert!(
        alone
            .stdout
            .contains("does not hold with the certificate that is known"),
        "{}",
        alone.stdout
    );
}

#[test]
fn the_certificate_of_a_stranger_is_never_advised_for_the_provider() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let stranger = encoded(&Room::new().minted(), Encoding::ResponseBase64);
    let finished = explained_of(&sandbox, &stranger, None, sandbox.tool_client().1, &[]);
    assert_eq!(finished.status, 1, "{}", finished.stdout);
    assert!(
        finished
            .stdout
            .contains("-> do not add the signer's certificate to the identity provider"),
        "{}",
        finished.stdout
    );
    assert!(!finished.stdout.contains("add saml/certificate"));
}

#[test]
fn decode_says_why_the_identity_provider_was_not_asked() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let refused = explained_online(&sandbox, "FAKE-canary-of-no-client", &[]);
    assert_eq!(refused.status, 3, "{}", refused.stdout);
    assert!(
        refused
            .stdout
            .contains("could not be read, so the message was not compared with it"),
        "{}",
        refused.stdout
    );
    let asked = sandbox.requests().len();
    let offline = explained_online(&sandbox, "FAKE-canary-of-no-client", &["--offline"]);
    assert_eq!(offline.status, 0, "{}", offline.stdout);
    for words in [
        "--offline: the identity provider was not asked",
        "-> run it without --offline",
    ] {
        assert!(
            offline.stdout.contains(words),
            "{words}: {}",
            offline.stdout
        );
    }
    assert_eq!(sandbox.requests().len(), asked);
}

/// No password, no key, no secret; of a message neither signature nor whole in any encoding; and nothing as long as a signature in base64.
#[expect(
    clippy::disallowed_methods,
    reason = "the test knows what it looks for"
)]
fn assert_clean(room: &Room, minted: Option<&Minted>, finished: &Finished, what: &str) {
    let mut canaries = vec![
        KEY_PASSWORD.to_owned(),
        SECRET.to_owned(),
        room.pkey.clone(),
    ];
    canaries.push("FAKE-canary-wrong-one".into());
    if let Some(minted) = minted {
        let secrets = minted.secrets();
        canaries.extend(secrets.iter().map(|secret| secret.expose().to_owned()));
    }
    for text in [&finished.stdout, &finished.stderr] {
        for canary in &canaries {
            assert!(
                !text.contains(canary.as_str()),
                "{what}: a secret comes out"
            );
        }
        let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
        let longest = text.split(|c| !is_base64(c)).map(str::len).max();
        assert!(
            longest < Some(150),
            "{what}: {longest:?} characters of something"
        );
    }
}
