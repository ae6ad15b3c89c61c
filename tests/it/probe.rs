//! `probe`: any host without an object; hosts from the command line and from files.

use std::io::Write;
use std::net::TcpListener;

use hybridcheck_core::finding::Status;
use hybridcheck_core::run::{Run, Verdict};

use crate::support::{hybridcheck, run};

fn listener() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

fn closed_port() -> u16 {
    listener().1
}

fn status_of(document: &Run, check: &str, subject: &str) -> Option<Status> {
    let row = document
        .rows
        .iter()
        .find(|row| row.check.0 == check && row.subject.to_string() == subject);
    row.map(hybridcheck_core::row::Row::status)
}

#[test]
fn an_open_port_is_ready_and_a_closed_one_is_not() {
    let (_open, port) = listener();
    let target = format!("127.0.0.1:{port}");
    let finished = run(["probe", &target, "--format", "json"]);
    let document = finished.json();
    assert_eq!((document.verdict, finished.status), (Verdict::Ready, 0));
    assert_eq!(
        status_of(&document, "network-connects", &target),
        Some(Status::Pass)
    );

    let target = format!("127.0.0.1:{}", closed_port());
    let finished = run(["probe", &target, "--format", "json"]);
    let document = finished.json();
    assert_eq!((document.verdict, finished.status), (Verdict::NotReady, 1));
    assert_eq!(document.causes.len(), 1, "{:#?}", document.causes);
    assert_eq!(document.causes[0].cause.0, "tcp-refused");
}

#[test]
fn a_port_that_is_no_tls_port_gets_no_client_hello() {
    let (open, port) = listener();
    let target = format!("127.0.0.1:{port}");
    let seen = std::thread::spawn(move || {
        let (mut stream, _) = open.accept().expect("a connection");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut stream, &mut bytes).map(|_| bytes)
    });
    run(["probe", &target, "--format", "json"]);
    assert_eq!(seen.join().expect("a thread").unwrap_or_default(), b"");
}

#[cfg(target_os = "linux")]
#[test]
fn many_targets_end_together_and_each_is_judged() {
    let listeners: Vec<(TcpListener, u16)> = (0..150).map(|_| listener()).collect();
    // A port that no system hands out for outgoing connections, at addresses of this host's own.
    let closed = (1..=150).map(|number| format!("127.9.0.{number}:1"));
    let open = listeners.iter();
    let lines: Vec<String> = open
        .map(|(_, port)| format!("127.0.0.1:{port}"))
        .chain(closed)
        .collect();
    let mut child = hybridcheck()
        .args(["probe", "--hosts-from", "-", "--format", "json"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut input = child.stdin.take().expect("standard input");
    input
        .write_all(lines.join("\n").as_bytes())
        .expect("written");
    drop(input);
    let output = child.wait_with_output().expect("the end");
    let document: Run = serde_json::from_slice(&output.stdout).expect("a document");
    let judged = |wanted: Status| {
        let rows = document.rows.iter();
        rows.filter(|row| row.check.0 == "network-connects" && row.status() == wanted)
            .count()
    };
    assert_eq!(judged(Status::Pass), 150);
    assert_eq!(judged(Status::Fail), 150);
}

#[test]
fn junk_in_a_file_is_named_with_its_line_and_nothing_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hosts.txt");
    std::fs::write(
        &path,
        "127.0.0.1:1\n# a comment\n\nnot a host\nhttps://me:canary@h:99999/\n",
    )
    .expect("written");
    let path = path.to_str().expect("a path");
    let finished = run(["probe", "--hosts-from", path]);
    assert_eq!(finished.status, 2);
    assert_eq!(finished.stdout, "");
    for part in [
        &format!("{path}:4: `not a host`"),
        &format!("{path}:5:"),
        "nothing was asked",
    ] {
        assert!(
            finished.stderr.contains(part),
            "{part}: {}",
            finished.stderr
        );
    }
    assert!(!finished.stderr.contains("canary"), "{}", finished.stderr);
}

#[test]
fn an_unreadable_and_an_empty_file_say_so() {
    let finished = run(["probe", "--hosts-from", "/nonexistent/hosts.txt"]);
    assert_eq!(finished.status, 2);
    assert!(finished.stderr.contains("/nonexistent/hosts.txt"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("empty.txt");
    std::fs::write(&path, "# nothing\n").expect("written");
    let finished = run(["probe", "--hosts-from", path.to_str().expect("a path")]);
    assert_eq!(finished.status, 2);
    assert!(
        finished.stderr.contains("names no host"),
        "{}",
        finished.stderr
    );
}
