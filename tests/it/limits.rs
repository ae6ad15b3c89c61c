//! This host's own limits: what queues ends, what cannot be had is a gap that says so, and nobody else is accused.
#![cfg(target_os = "linux")]

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use hybridcheck_core::facts::Gap;
use hybridcheck_core::finding::Status;
use hybridcheck_core::row::Row;
use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_sandbox::Sandbox;
use socket2::{Domain, Socket, Type};

use crate::support::Finished;

/// The binary below a limit that the shell sets, such as `-n 64`.
fn below<S: AsRef<std::ffi::OsStr>>(
    limit: &str,
    arguments: impl IntoIterator<Item = S>,
) -> Finished {
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit {limit}; exec \"$0\" \"$@\"")])
        .arg(env!("CARGO_BIN_EXE_hybridcheck"))
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8")
        .output()
        .expect("a shell");
    Finished::of(&output)
}

fn listeners(number: usize) -> Vec<TcpListener> {
    let listener = |_| TcpListener::bind("127.0.0.1:0").expect("a free port");
    (0..number).map(listener).collect()
}

/// A port that drops every SYN, at all addresses of this host, as long as what is returned is kept.
fn silent() -> (TcpListener, Vec<TcpStream>, u16) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    let any: SocketAddr = "0.0.0.0:0".parse().expect("an address");
    socket.bind(&any.into()).expect("a free port");
    socket.listen(0).expect("it listens");
    let listener: TcpListener = socket.into();
    let port = listener.local_addr().expect("an address").port();
    let remote = SocketAddr::from(([127, 0, 0, 1], port));
    let connect = || TcpStream::connect_timeout(&remote, Duration::from_millis(150)).ok();
    let queue = std::iter::from_fn(connect).collect();
    (listener, queue, port)
}

fn hosts_file(folder: &Path, lines: &[String]) -> String {
    let path = folder.join("hosts.txt");
    std::fs::write(&path, lines.join("\n")).expect("written");
    path.display().to_string()
}

fn connects(run: &Run) -> impl Iterator<Item = &Row> {
    run.rows
        .iter()
        .filter(|row| row.check.0 == "network-connects")
}

fn is_own_limit(row: &Row) -> bool {
    matches!(row.gap(), Some(Gap::OwnLimit { .. }))
}

/// The verdict is what it is without the limit, or the limit is what is said; nothing else is accused.
fn is_honest(finished: &Finished, limit: &str) {
    let told = format!("{limit}\n{}\n{}", finished.stdout, finished.stderr);
    if finished.status == 2 {
        assert!(finished.stderr.contains("own limit"), "{told}");
        return;
    }
    let run = finished.json();
    assert_eq!(run.causes, [], "{told}");
    let failing: Vec<&Row> = run
        .rows
        .iter()
        .filter(|row| row.status() == Status::Fail)
        .collect();
    assert!(failing.is_empty(), "{limit}: {failing:#?}");
    match finished.status {
        0 => assert_eq!(run.verdict, Verdict::Ready, "{told}"),
        3 => assert!(run.rows.iter().any(is_own_limit), "{told}"),
        other => panic!("{other}: {told}"),
    }
}

#[test]
fn more_hosts_than_file_descriptors_are_judged_one_after_the_other() {
    let listeners = listeners(150);
    let ports = listeners
        .iter()
        .map(|open| open.local_addr().expect("an address"));
    let lines: Vec<String> = ports.map(|open| open.to_string()).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let file = hosts_file(folder.path(), &lines);
    for limit in ["-n 256", "-n 64", "-n 24"] {
        let finished = below(limit, ["probe", "--hosts-from", &file, "--format", "json"]);
        let run = finished.json();
        assert_eq!(run.verdict, Verdict::Ready, "{limit}: {:#?}", run.causes);
        let passed = connects(&run).filter(|row| row.status() == Status::Pass);
        assert_eq!(passed.count(), 150, "{limit}");
    }
}

#[test]
fn what_did_not_get_its_turn_within_the_time_of_the_run_says_so() {
    let (_listener, _queue, port) = silent();
    let lines: Vec<String> = (1..=150).map(|n| format!("127.9.0.{n}:{port}")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let file = hosts_file(folder.path(), &lines);
    let words = ["probe", "--hosts-from", &file, "--format", "json"];
    let times = ["--connect-timeout", "1500ms", "--timeout", "4s"];
    let run = below("-n 48", words.into_iter().chain(times)).json();
    assert_eq!(run.verdict, Verdict::NotReady);
    let failed = connects(&run)
        .filter(|row| row.status() == Status::Fail)
        .count();
    let limited = connects(&run).filter(|row| is_own_limit(row)).count();
    assert!(failed > 20, "{failed} failed");
    assert!(limited > 20, "{limited} did not get their turn");
    let mut turns: Vec<(String, bool)> = connects(&run)
        .map(|row| {
            let host = row.subject.to_string();
            let host = host.split(':').next().unwrap_or_default();
            (host.to_owned(), is_own_limit(row))
        })
        .collect();
    turns.sort();
    assert!(
        turns.is_sorted_by_key(|(_, is_limited)| *is_limited),
        "they queue in the order of their names: {turns:?}"
    );
}

#[test]
fn a_healthy_check_with_few_file_descriptors_accuses_nobody() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    for number in (4..=12).chain([14, 16, 18, 20, 24]) {
        let limit = format!("-n {number}");
        let words = ["check", "--format", "json", "--timeout", "5s"].map(str::to_owned);
        let finished = below(&limit, words.into_iter().chain(sandbox.check_arguments()));
        is_honest(&finished, &limit);
    }
}

#[test]
fn a_demo_with_few_file_descriptors_accuses_nobody() {
    for number in [12, 16, 24, 32, 48, 64] {
        let limit = format!("-n {number}");
        let words = ["demo", "--format", "json"];
        is_honest(&below(&limit, words), &limit);
    }
}
