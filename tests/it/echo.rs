//! Peers that send back what they were sent: no form of a secret comes out, in whatever place and however it was cut; and no word of
//! ours is blackened because it is somebody's password.
#![expect(
    clippy::print_stderr,
    reason = "how much was tried is part of the result"
)]

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use hybridcheck::redact;
use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::facts::{Entry, Fact, Facts, Recorded};
use hybridcheck_core::object::Configuration;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::redact::{Redactor, protocol_words};
use hybridcheck_core::region::Regions;
use hybridcheck_core::report::Style;
use hybridcheck_core::run::Run;
use hybridcheck_core::secret::Secret;
use hybridcheck_core::time::Timestamp;
use hybridcheck_testkit::canaries::Canaries;
use hybridcheck_testkit::{facts as canned, objects, runs};
use serde_json::Value;

use crate::planted::texts;
use crate::support::{Authority, Finished, Logged, SECRET, hybridcheck, json_answer, object_file};

/// What a peer makes of what it was sent, with its name.
type Echo = (&'static str, fn(&str) -> String);

const ENCODINGS: [Echo; 9] = [
    ("as it is", str::to_owned),
    ("in base64", |text| Base64::encode_string(text.as_bytes())),
    ("in base64, one byte on", |text| {
        Base64::encode_string(format!("x{text}").as_bytes())
    }),
    ("in base64, two bytes on", |text| {
        Base64::encode_string(format!("xy{text}").as_bytes())
    }),
    ("in base64url", |text| {
        Base64UrlUnpadded::encode_string(text.as_bytes())
    }),
    ("in percents", |text| percent(text, true)),
    ("in lower percents", |text| percent(text, false)),
    ("in hex", |text| {
        text.bytes().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }),
    ("in JSON", |text| {
        let json = Value::from(text).to_string();
        json[1..json.len() - 1].to_owned()
    }),
];

fn percent(text: &str, is_upper: bool) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else if is_upper {
            let _ = write!(encoded, "%{byte:02X}");
        } else {
            let _ = write!(encoded, "%{byte:02x}");
        }
    }
    encoded
}

/// Secrets as people and services make them; the first ones are long or mixed, the last ones are words.
const SECRETS: [&str; 7] = [
    "Zk3x9qWe7rTy1uIo5pAsZk3x9qWe7rTy1uIo5pAs_-0",
    "P4ss w\u{f6}rd/+?&<\"it's\"> 2026",
    "only-lower-letters-and-hyphens",
    "Summer!26",
    "abcdefghijklmnopqrstuvwxyz",
    "changeit",
    "qwzx7",
];
const WORDS: usize = 2;

/// Members of facts that hold the words of a peer.
const ECHOES: [&str; 6] = [
    "excerpt",
    "reason",
    "description",
    "error",
    "message",
    "headers",
];

/// Numbers that are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("a small number") % limit
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Facts in which somebody refuses something in words of their own.
fn world(configuration: &Configuration) -> Facts {
    let object = &configuration.objects[0];
    let facts = canned::healthy(object);
    let refused = canned::oauth_error(400, "invalid_request", "the description");
    let mut token = canned::token(object, "ewt", refused);
    token.http = canned::http("POST …", 400, "text/plain", "the body", true);
    canned::with_fact(facts, canned::token_key("ewt"), token)
}

fn configuration() -> Configuration {
    let mut configuration = Configuration {
        objects: vec![objects::healthy()],
        ..Configuration::default()
    };
    configuration.settle();
    configuration
}

fn document(configuration: &Configuration, facts: &Facts) -> Run {
    let (checks, rules) = (hybridcheck_checks::checks(), hybridcheck_checks::rules());
    let criteria = Criteria {
        checks: &checks,
        rules: &rules,
        policy: &Policy::default(),
        regions: &Regions::default(),
        as_of: Timestamp::parse("2026-11-23T12:00:00Z").expect("a moment"),
        has_tool_client: false,
    };
    let judged = engine::judge(configuration, facts, &criteria);
    Run {
        rows: judged.rows,
        causes: judged.causes,
        catalogue: engine::catalogue(&checks),
        facts: facts.entries().cloned().collect(),
        ..runs::healthy()
    }
}

/// A text without what a format puts between the parts of a long word.
fn joined(text: &str) -> String {
    let is_frame = |c: char| c.is_whitespace() || ('\u{2500}'..='\u{259f}').contains(&c);
    text.chars().filter(|c| !is_frame(*c)).collect()
}

#[test]
fn no_form_of_a_secret_gets_from_a_fact_into_any_report() {
    let configuration = configuration();
    let facts = world(&configuration);
    let entries: Vec<&Entry> = facts.entries().collect();
    let mut places = Vec::new();
    for entry in &entries {
        let Recorded::Fact(fact) = &entry.outcome else {
            continue;
        };
        let document = serde_json::to_value(fact).expect("json");
        let mut found = Vec::new();
        texts(&document, "", &mut found);
        places.extend(
            found
                .into_iter()
                .map(|place| (*entry, document.clone(), place)),
        );
    }
    let mut chance = Chance(20_261_123);
    let (mut tried, mut rendered) = (0, 0);
    while tried < 250 {
        let number = chance.below(SECRETS.len());
        let (secret, is_word) = (SECRETS[number], number >= SECRETS.len() - WORDS);
        let (name, encode) = chance.one_of(&ENCODINGS);
        let (entry, document_of, place) = chance.one_of(&places);
        let is_name = place.contains("/headers/") && place.ends_with("/0");
        if is_word
            && !(!is_name
                && ECHOES.iter().any(|echo| place.contains(echo))
                && !name.contains(" on"))
        {
            continue;
        }
        let sent = encode(secret);
        let before = "what was sent is ";
        // Also caps within the secret and right behind it.
        let inside = before.len() + chance.below(sent.chars().count() + 2);
        let cap = *chance.one_of(&[inside, inside, 60, 400]);
        let kept = Outside::kept(&format!("{before}{sent} and more"), cap);
        let text = if chance.below(2) == 0 {
            kept.raw().to_owned()
        } else {
            kept.raw().trim_end_matches('…').to_owned()
        };
        let mut planted = document_of.clone();
        *planted.pointer_mut(place).expect("a place") = Value::from(text.as_str());
        let Ok(fact) = serde_json::from_value::<Fact>(planted) else {
            continue;
        };
        tried += 1;
        // How much of it is left, without the characters of base64 that hold bytes of what stands before it.
        let foreign = if name.contains(" on") { 3 } else { 0 };
        let told = text.chars().count().saturating_sub(before.len() + foreign);
        let left: String = sent.chars().skip(foreign).take(told).collect();
        let is_left = left.chars().count() >= if is_word { sent.len() } else { 8 };
        let mut redactor = Redactor::default();
        redactor.learn_objects(&configuration.objects);
        redactor.learn(&Secret::new(secret));
        let outcome = match redact::cleaned(&redactor, Ok(fact)) {
            Ok(fact) => Recorded::Fact(fact),
            Err(gap) => Recorded::Missing(gap),
        };
        let facts = entries.iter().map(|other| Entry {
            outcome: if other.key == entry.key {
                outcome.clone()
            } else {
                other.outcome.clone()
            },
            ..(*other).clone()
        });
        let run = document(&configuration, &Facts::recorded(facts.collect()));
        let style = Style {
            width: *chance.one_of(&[40, 80, 100, 200]),
            verbosity: *chance.one_of(&[0, 3]),
            ..Style::default()
        };
        for report in hybridcheck_reports::reports() {
            rendered += 1;
            let report_text = joined(&report.render(&run, &style));
            assert!(
                !is_left || !report_text.contains(&joined(&left)),
                "{secret:?} {name} at {place} of {}, cut at {cap}, in {}: {text:?}",
                entry.key,
                report.name()
            );
        }
    }
    eprintln!(
        "{tried} secrets planted at {} places, {rendered} reports",
        places.len()
    );
}

/// The other side: somebody's password is a word of ours, and nobody sends it back.
#[test]
fn a_password_that_is_a_word_of_ours_changes_no_report() {
    let configuration = configuration();
    let facts = world(&configuration);
    let run = document(&configuration, &facts);
    let catalogue = run.catalogue.iter().map(|check| check.id.0.as_str());
    let words = [
        "verdict",
        "status",
        "password",
        "mypurecloud",
        "login",
        "schema",
        "evidence",
    ];
    let mut tried = 0;
    for word in catalogue.chain(words) {
        let mut redactor = Redactor::default();
        redactor.learn_objects(&configuration.objects);
        redactor.learn(&Secret::new(word));
        for entry in facts.entries() {
            if let Recorded::Fact(fact) = &entry.outcome {
                let clean = redact::cleaned(&redactor, Ok(fact.clone()));
                assert_eq!(clean.as_ref(), Ok(fact), "{word}");
                tried += 1;
            }
        }
        for report in hybridcheck_reports::reports() {
            let text = report.render(&run, &Style::default());
            assert_eq!(
                redactor.gate(text.clone()),
                text,
                "{word} {}",
                report.name()
            );
            tried += 1;
        }
    }
    eprintln!("{tried} facts and reports");
}

/// What is judged by a word of the protocol is judged by it, whoever's password it is; in a sentence it is black.
#[test]
fn a_password_that_is_a_word_of_the_protocol_changes_no_judgement() {
    let api = objects::healthy().endpoint("base_service_url");
    let api = api.expect("an endpoint");
    for word in protocol_words().iter().copied() {
        let mut redactor = Redactor::default();
        redactor.learn(&Secret::new(word));
        let said = canned::api_error(403, word, &format!("it was {word} that you sent"));
        let fact = Fact::ApiProbe(canned::api_probe(&api, Some(said)));
        let Ok(Fact::ApiProbe(fact)) = redact::cleaned(&redactor, Ok(fact)) else {
            panic!("{word}");
        };
        let error = fact.error.expect("an error");
        assert_eq!(error.code.raw(), word);
        assert_eq!(error.message.raw(), "it was [secret] that you sent");
    }
}

const NAMES: [&str; 2] = ["login.mypurecloud.de", "api.mypurecloud.de"];
const TOKEN: &str =
    "FAKEcanaryToken0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const PROXY_PASSWORD: &str = "FAKE-canary-proxy-p4ssword-0123456789";

/// Everything of it, and so much of its beginning as no cut may leave.
fn canaries() -> Canaries {
    let secret = format!("{SECRET}2");
    let all = [
        &*secret,
        TOKEN,
        PROXY_PASSWORD,
        SECRET,
        &SECRET[..20],
        &TOKEN[..20],
        &PROXY_PASSWORD[..20],
    ];
    Canaries::of(all).expect("canaries")
}

/// Runs `check` with every format at once; whatever comes out is looked through.
fn assert_silent(flags: &[String], what: &str) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let object = object_file(
        folder.path(),
        "https://login.mypurecloud.de/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    let mut command = hybridcheck();
    command
        .args(["check", "-vvv", "--timeout", "8s"])
        .arg(&object)
        .args(flags);
    let formats = hybridcheck_reports::reports();
    for format in &formats {
        let file = folder.path().join(format.name()).display().to_string();
        command.args(["--report", &format!("{}={file}", format.name())]);
    }
    let finished = Finished::of(&command.output().expect("the binary runs"));
    assert!(matches!(finished.status, 1 | 3), "{what}: {finished:?}");
    let canaries = canaries();
    let mut texts = vec![finished.stdout, finished.stderr];
    for format in &formats {
        let file = folder.path().join(format.name());
        texts.push(std::fs::read_to_string(file).expect("a report"));
    }
    for text in &texts {
        assert!(!canaries.are_in(&joined(text)), "{what}: {text}");
    }
    assert!(
        texts.iter().any(|text| text.contains("[secret]")),
        "{what}: nothing was sent back"
    );
    texts.len()
}

/// The value of a header in a request.
fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let lines = request.lines();
    let mut values = lines.filter_map(|line| line.split_once(": "));
    let (_, value) = values.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
    value.split_once(' ').map(|(_, value)| value)
}

fn decoded(credentials: &str) -> String {
    let bytes = Base64::decode_vec(credentials).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An answer that tells it in its reason phrase, its headers and its body, where caps cut it at several places.
fn everywhere(status: u16, told: &str) -> String {
    let filler = "x".repeat(280 - told.len() / 2);
    let body = serde_json::json!({
        "error": format!("no {told}"),
        "description": format!("{filler}{told}"),
        "error_description": format!("{filler}{told}"),
        "code": format!("bad.{told}"),
        "message": format!("{filler} {told}"),
    });
    let header = told.replace(['\r', '\n'], " ");
    json_answer(
        &format!("{status} no {header}"),
        &format!(
            "server: {header}\r\nvia: 1.1 {filler}{header}\r\nwww-authenticate: Basic realm=\"{header}\"\r\n\
             proxy-authenticate: Basic realm=\"{header}\"\r\ninin-correlation-id: {header}\r\n"
        ),
        &body.to_string(),
    )
}

fn server(
    answers: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
) -> (tempfile::TempDir, Logged, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let authority = Authority::new();
    let ca = authority.file(folder.path()).display().to_string();
    let server = Logged::answering(&authority, &NAMES, answers);
    let to = format!("::{}", server.address);
    let flags = ["--connect-to", &to, "--cacert", &ca].map(str::to_owned);
    (folder, server, flags.to_vec())
}

#[test]
fn a_token_endpoint_that_repeats_what_it_was_sent_is_told_without_it() {
    let mut looked = 0;
    for (name, encode) in ENCODINGS {
        for (status, is_pair) in [(400, true), (401, false), (500, true)] {
            let (_folder, _server, flags) = server(move |request| {
                let Some(credentials) = header(request, "authorization") else {
                    return Some(json_answer("404 Not Found", "", "{}"));
                };
                let pair = decoded(credentials);
                let told = if is_pair {
                    encode(&pair)
                } else {
                    encode(pair.split_once(':').map_or("", |(_, secret)| secret))
                };
                Some(everywhere(status, &told))
            });
            looked += assert_silent(&flags, &format!("HTTP {status}, {name}"));
        }
    }
    eprintln!("{looked} texts looked through");
}

#[test]
fn a_token_under_whatever_name_is_never_told() {
    let bodies = [
        format!("{{\"access_token\":\"{TOKEN}\",\"token_type\":\"bearer\",\"expires_in\":60}}"),
        format!("{{\"accessToken\":\"{TOKEN}\"}}"),
        format!("{{\"data\":{{\"value\":\"{TOKEN}\"}}}}"),
        TOKEN.to_owned(),
        format!("<html><title>{TOKEN}</title>"),
        format!("{{\"access_token\":\"{TOKEN}"),
    ];
    let mut looked = 0;
    for body in bodies {
        for (name, encode) in ENCODINGS {
            let body = body.clone();
            let (_folder, _server, flags) = server(move |request| {
                if header(request, "authorization").is_some_and(|value| value == TOKEN) {
                    return Some(everywhere(400, &encode(TOKEN)));
                }
                if request.starts_with("POST") {
                    let extra = format!("server: {}\r\nlocation: /#{TOKEN}\r\n", encode(TOKEN));
                    return Some(json_answer(&format!("200 {TOKEN}"), &extra, &body));
                }
                Some(json_answer("404 Not Found", "", "{}"))
            });
            looked += assert_silent(
                &flags,
                &format!("{body_start}, {name}", body_start = "a token"),
            );
        }
    }
    eprintln!("{looked} texts looked through");
}

/// A proxy that refuses every tunnel and repeats the login.
fn proxy(encode: fn(&str) -> String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).unwrap_or(0);
            let request = String::from_utf8_lossy(&buffer[..count]).into_owned();
            let login = header(&request, "proxy-authorization").map(decoded);
            let told = encode(&login.unwrap_or_default());
            let _ = stream.write_all(everywhere(407, &told).as_bytes());
        }
    });
    address
}

#[test]
fn a_proxy_that_repeats_its_login_is_told_without_it() {
    let mut looked = 0;
    for (name, encode) in ENCODINGS {
        let address = proxy(encode);
        let flags = [
            "--proxy".to_owned(),
            format!("http://user:{PROXY_PASSWORD}@{address}"),
        ];
        looked += assert_silent(&flags, &format!("proxy, {name}"));
    }
    eprintln!("{looked} texts looked through");
}

#[test]
fn secrets_in_the_wrong_place_of_the_command_line_are_not_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let object = object_file(
        folder.path(),
        "https://login.mypurecloud.de/",
        "https://api.mypurecloud.de/",
    );
    let object = object.display().to_string();
    let id = "11111111-aaaa-4bbb-8ccc-111111111111";
    for words in [
        vec![
            "check",
            &object,
            "--client-id",
            id,
            "--client-secret-file",
            TOKEN,
        ],
        vec![
            "check",
            &object,
            "--client-id",
            id,
            "--client-secret-file",
            "hunter2-7",
        ],
        vec!["check", &object, "--client-id", TOKEN],
        vec!["check", &object, "--client-id", "hunter2-7"],
        vec!["check", &object, "--client-secret", TOKEN],
        vec!["check", TOKEN],
        vec!["check", &object, TOKEN],
        vec!["check", &object, "--format", TOKEN],
        vec!["check", &object, "--only", TOKEN],
        vec!["check", &object, "--proxy", TOKEN],
        vec!["explain", TOKEN],
        vec!["demo", "--fault", TOKEN],
    ] {
        let finished = Finished::of(
            &hybridcheck()
                .args(&words)
                .output()
                .expect("the binary runs"),
        );
        let told = format!("{}{}", finished.stdout, finished.stderr);
        assert!(
            !told.contains(TOKEN) && !told.contains("hunter2-7"),
            "{words:?}: {told}"
        );
        if finished.status == 2 {
            assert!(told.starts_with("error: "), "{words:?}: {told}");
        }
    }
}

#[test]
fn a_setting_that_loosens_the_gate_is_told_with_its_origin() {
    let folder = tempfile::tempdir().expect("a folder");
    let object = object_file(
        folder.path(),
        "https://login.mypurecloud.de/",
        "https://api.mypurecloud.de/",
    );
    let run = |flag: bool| {
        let mut command = hybridcheck();
        command
            .args(["check", "--offline", "--format", "json"])
            .arg(&object);
        command.env("HYBRIDCHECK_TRUST_INSPECTION", "true");
        command.env("HYBRIDCHECK_ADD_REGION", "euw9.pure.cloud");
        if flag {
            command.arg("--trust-inspection");
        }
        let finished = Finished::of(&command.output().expect("the binary runs"));
        finished.json().invocation.settings
    };
    let told = run(false);
    for setting in [
        "--trust-inspection (from HYBRIDCHECK_TRUST_INSPECTION)",
        "--add-region euw9.pure.cloud (from HYBRIDCHECK_ADD_REGION)",
    ] {
        assert!(told.iter().any(|told| told == setting), "{told:?}");
    }
    assert!(run(true).iter().any(|told| told == "--trust-inspection"));
}
