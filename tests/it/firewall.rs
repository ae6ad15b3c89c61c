//! `firewall` as a whole: which rules it prints, which are missing, and that nothing an object holds becomes a command.

use std::path::Path;

use hybridcheck_sandbox::{self as sandbox, Sandbox};

use crate::support::{Finished, PASSWORD, SECRET, object_file, run};

const FORMATS: [&str; 9] = [
    "markdown",
    "csv",
    "paloalto",
    "fortigate",
    "asa",
    "squid",
    "pac",
    "aws",
    "windows",
];

pub(crate) fn frankfurt(folder: &Path) -> String {
    let file = object_file(
        folder,
        "https://login.mypurecloud.de/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    file.display().to_string()
}

pub(crate) fn firewall(words: &[&str]) -> Finished {
    let mut all = vec!["firewall"];
    all.extend(words);
    run(all)
}

/// The rules that are missing in a sandbox with a fault, in a format.
fn missing(fault: Option<&str>, format: &str, more: &[&str]) -> (Sandbox, Finished) {
    let fault = fault.map(|name| {
        let mut known = sandbox::faults().iter();
        known.find(|fault| fault.name == name).expect("a fault")
    });
    let sandbox = Sandbox::start(fault).expect("a sandbox");
    let mut words = vec![
        "firewall".to_owned(),
        "--missing".into(),
        "--format".into(),
        format.into(),
    ];
    words.extend(more.iter().map(ToString::to_string));
    words.extend(sandbox.check_arguments());
    let finished = run(words);
    (sandbox, finished)
}

#[test]
fn every_format_names_the_objects_hosts_and_holds_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = frankfurt(folder.path());
    for format in FORMATS {
        let finished = firewall(&[&file, "--format", format]);
        assert_eq!(finished.status, 0, "{format}: {}", finished.stderr);
        assert_eq!(finished.stderr, "", "{format}");
        for expected in [
            "login.mypurecloud.de",
            "api.mypurecloud.de",
            "amazontrust.com",
            env!("CARGO_PKG_VERSION"),
            hybridcheck_core::region::TABLE_DATE,
        ] {
            assert!(finished.stdout.contains(expected), "{format}: {expected}");
        }
        assert!(!finished.stdout.contains("apps.mypurecloud.de"), "{format}");
        for secret in [SECRET, PASSWORD] {
            assert!(!finished.stdout.contains(secret), "{format}");
        }
    }
}

#[test]
fn the_short_flag_and_the_default_are_those_of_the_other_commands() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = frankfurt(folder.path());
    assert_eq!(
        firewall(&[&file]).stdout,
        firewall(&[&file, "-o", "markdown"]).stdout
    );
    let finished = firewall(&[&file, "--format", "fortigat"]);
    assert_eq!(finished.status, 2);
    assert!(
        finished
            .stderr
            .contains("a similar value exists: 'fortigate'"),
        "{}",
        finished.stderr
    );
}

#[test]
fn several_objects_give_each_rule_once_and_name_both_regions() {
    let (one, two) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    );
    let first = frankfurt(one.path());
    let second = object_file(
        two.path(),
        "https://login.usw2.pure.cloud/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    let second = second.display().to_string();
    let finished = firewall(&[&first, &second, "--desktops", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(finished.stdout.as_bytes());
    let rows: Vec<csv::StringRecord> = reader
        .records()
        .collect::<Result<_, _>>()
        .expect("RFC 4180");
    let rules: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| &row[0] == "rule")
        .map(|row| (&row[2], &row[4]))
        .collect();
    assert_eq!(
        rules,
        [
            ("login.mypurecloud.de", "443"),
            ("api.mypurecloud.de", "443"),
            ("login.usw2.pure.cloud", "443"),
            ("apps.mypurecloud.de", "443"),
            ("api-cdn.mypurecloud.de", "443"),
            ("apps.usw2.pure.cloud", "443"),
            ("api-cdn.usw2.pure.cloud", "443"),
            ("*.amazontrust.com", "80"),
        ]
    );
    let notes = rows.iter().filter(|row| &row[0] == "note").count();
    assert_eq!(notes, 2, "one for each object");
}

#[test]
fn a_hostile_url_is_exit_2_and_told_where_it_stands() {
    let folder = tempfile::tempdir().expect("a folder");
    for host in [
        "login`id`.mypurecloud.de",
        "login\"quoted\".mypurecloud.de",
        "login$(id).mypurecloud.de",
        "login;x.mypurecloud.de",
        "log_in.mypurecloud.de",
        "-login.mypurecloud.de",
        "login'.mypurecloud.de",
    ] {
        let file = object_file(
            folder.path(),
            &format!("https://{host}/oauth/token"),
            "https://api.mypurecloud.de/api/",
        );
        let file = file.display().to_string();
        for format in FORMATS {
            let finished = firewall(&[&file, "--format", format]);
            assert_eq!(finished.status, 2, "{host} {format}: {}", finished.stdout);
            assert_eq!(finished.stdout, "");
            for expected in ["general/base_auth_url at ", "object.cfg:7", host, "help: "] {
                assert!(
                    finished.stderr.contains(expected),
                    "{expected}: {}",
                    finished.stderr
                );
            }
        }
    }
    let secret = object_file(
        folder.path(),
        "https://user:hunter22@login.mypurecloud.de/",
        "https://api.mypurecloud.de/api/",
    );
    let finished = firewall(&[&secret.display().to_string()]);
    assert_eq!(finished.status, 2);
    assert!(!finished.stderr.contains("hunter22"), "{}", finished.stderr);
}

#[cfg(unix)]
#[test]
fn the_name_of_an_input_cannot_add_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = frankfurt(folder.path());
    let evil = folder
        .path()
        .join("x\nhttp_access allow all\nend`\"'$(id)\u{2028}|=1+1\\");
    std::fs::copy(&good, &evil).expect("a file");
    for format in FORMATS {
        let (plain, spoilt) = (
            firewall(&[&good, "--format", format]),
            firewall(&[&evil.display().to_string(), "--format", format]),
        );
        assert_eq!(spoilt.status, 0, "{format}: {}", spoilt.stderr);
        let differing: Vec<(&str, &str)> = plain
            .stdout
            .lines()
            .zip(spoilt.stdout.lines())
            .filter(|(one, other)| one != other)
            .collect();
        assert_eq!(
            plain.stdout.lines().count(),
            spoilt.stdout.lines().count(),
            "{format}"
        );
        assert_eq!(differing.len(), 1, "{format}: {differing:?}");
        assert!(differing[0].1.contains("For: "), "{format}: {differing:?}");
    }
}

#[test]
fn a_host_outside_the_table_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = object_file(
        folder.path(),
        "https://login.mypurecloud.dee/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    let finished = firewall(&[&file.display().to_string(), "--wildcards"]);
    assert_eq!(finished.status, 0);
    assert!(
        finished
            .stdout
            .contains("login.mypurecloud.dee belongs to none of the"),
        "{}",
        finished.stdout
    );
    assert!(
        finished.stdout.contains("| \\*.mypurecloud.de |"),
        "{}",
        finished.stdout
    );
    let known = firewall(&[
        &file.display().to_string(),
        "--add-region",
        "mypurecloud.dee",
    ]);
    assert!(
        !known.stdout.contains("belongs to none"),
        "{}",
        known.stdout
    );
}

#[test]
fn a_port_that_no_region_has_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = object_file(
        folder.path(),
        "https://login.mypurecloud.de:8443/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    let finished = firewall(&[&file.display().to_string(), "--format", "asa"]);
    let note =
        "! login.mypurecloud.de is named with port 8443, but Genesys Cloud answers on TCP 443 only";
    assert!(finished.stdout.contains(note), "{}", finished.stdout);
}

#[test]
fn nothing_is_missing_where_every_connection_is_made() {
    for format in FORMATS {
        let (sandbox, finished) = missing(None, format, &[]);
        assert_eq!(finished.status, 0, "{format}: {}", finished.stderr);
        assert!(
            finished.stdout.contains("No rule is missing"),
            "{format}: {}",
            finished.stdout
        );
        assert!(
            !finished.stdout.contains("login.mypurecloud.de"),
            "{format}: {}",
            finished.stdout
        );
        assert!(
            sandbox.requests().is_empty(),
            "no token and no API call: {:?}",
            sandbox.requests()
        );
    }
}

#[test]
fn only_the_connection_that_fails_is_missing_with_its_evidence() {
    let (_sandbox, finished) = missing(Some("tcp-refused"), "asa", &[]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let text = &finished.stdout;
    assert!(text.contains(" fqdn api.mypurecloud.de\n"), "{text}");
    assert!(!text.contains("fqdn login"), "{text}");
    assert!(
        text.contains("Not reached from this host: no address accepts one"),
        "{text}"
    );
    assert!(text.contains("! Tried: 127."), "{text}");
    assert!(
        text.contains(" network-object host 127.0.0.1\n"),
        "the source of the tries: {text}"
    );
    assert!(text.contains("! Not tried: TCP 80"), "{text}");
}

#[test]
fn what_could_not_be_tested_is_listed_and_says_so() {
    let (_sandbox, finished) = missing(Some("nxdomain"), "squid", &["--desktops"]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    let text = &finished.stdout;
    assert!(
        text.contains("acl hybridcheck_tcp_443 dstdomain api.mypurecloud.de"),
        "{text}"
    );
    assert!(
        text.contains("# Not tested: the name does not resolve here"),
        "{text}"
    );
    assert!(!text.contains("dstdomain login"), "{text}");
    assert!(
        text.contains("# Not tested: this host did not try; agent desktops connect from elsewhere"),
        "{text}"
    );
}

#[test]
fn a_handshake_that_is_cut_is_no_missing_rule_but_is_told() {
    let (_sandbox, finished) = missing(Some("tls-reset"), "paloalto", &[]);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(
        finished
            .stdout
            .contains("accepts TCP connections, but TLS does not get through"),
        "{}",
        finished.stdout
    );
    assert!(!finished.stdout.contains("\nset "), "{}", finished.stdout);
}
