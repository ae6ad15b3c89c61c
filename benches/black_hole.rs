//! How long a check takes on a network that swallows everything, against its bound: one connect deadline and the look at the path.
//!
//! A network namespace whose only router answers nobody; needs root and `ip`. Nothing leaves it.
#![expect(clippy::print_stdout, reason = "a benchmark prints its measurement")]

use std::process::Command;
use std::time::{Duration, Instant};

use hybridcheck::probes::path;

const NAMESPACE: &str = "hc-bench-hole";
const DEEP: &str = "hc-bench-deep";
/// The longest one phase may take in these runs.
const DEADLINE: Duration = Duration::from_secs(3);
/// Addresses of documentation, four for each host and two families: a sum of timeouts would show.
const V4: &str = "192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4";
const V6: &str = "2001:db8:1::1,2001:db8:1::2,2001:db8:1::3,2001:db8:1::4";

fn main() {
    if !can_run() {
        println!("*** NOT RUN: the black-hole benchmark needs root and ip ***");
        return;
    }
    let _hole = Hole::start();
    let object = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/healthy.xml");
    let mut arguments = vec![
        "netns",
        "exec",
        NAMESPACE,
        env!("CARGO_BIN_EXE_hybridcheck"),
    ];
    arguments.extend([
        "check",
        object,
        "--format",
        "json",
        "--connect-timeout",
        "3s",
    ]);
    let given: Vec<String> = ["login", "api"]
        .iter()
        .map(|label| format!("{label}.mypurecloud.de:443:{V4},{V6}"))
        .collect();
    for given in &given {
        arguments.extend(["--resolve", given]);
    }
    let begun = Instant::now();
    let output = Command::new("ip")
        .args(arguments)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .expect("the binary runs");
    let took = begun.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("tcp-blocked"), "{text}");
    let bound = (DEADLINE + path::WAIT).as_secs_f64();
    println!(
        "a check into a black hole: {took:.2} s; bound {bound:.2} s (one connect deadline and the path probe); ratio {:.2}",
        took / bound
    );
}

fn can_run() -> bool {
    let is_root = Command::new("id").arg("-u").output();
    is_root.is_ok_and(|output| output.stdout == b"0\n")
        && Command::new("ip").arg("-V").output().is_ok()
}

fn ip(words: &str) {
    let status = Command::new("ip").args(words.split_whitespace()).status();
    assert!(status.is_ok_and(|status| status.success()), "ip {words}");
}

/// The namespace and the one behind it, which forwards nothing and answers nothing; removed when dropped.
struct Hole;

impl Hole {
    fn start() -> Self {
        remove();
        for namespace in [NAMESPACE, DEEP] {
            ip(&format!("netns add {namespace}"));
            ip(&format!("-n {namespace} link set lo up"));
        }
        ip(&format!(
            "link add hole netns {NAMESPACE} type veth peer name deep netns {DEEP}"
        ));
        ip(&format!("-n {DEEP} link set deep up"));
        ip(&format!("-n {NAMESPACE} link set hole up"));
        // The router has no address at all: its link address is written down, so that packets go out and are never answered.
        for (family, own, router) in [
            ("-4", "10.98.0.1/24", "10.98.0.2"),
            ("-6", "fd98::1/64", "fd98::2"),
        ] {
            let nodad = if family == "-6" { "nodad" } else { "" };
            ip(&format!(
                "-n {NAMESPACE} {family} addr add {own} dev hole {nodad}"
            ));
            ip(&format!(
                "-n {NAMESPACE} {family} neigh add {router} lladdr 02:00:00:00:00:01 dev hole nud permanent"
            ));
            ip(&format!(
                "-n {NAMESPACE} {family} route add default via {router} dev hole"
            ));
        }
        Self
    }
}

impl Drop for Hole {
    fn drop(&mut self) {
        remove();
    }
}

fn remove() {
    for namespace in [NAMESPACE, DEEP] {
        let _ = Command::new("ip")
            .args(["netns", "del", namespace])
            .output();
    }
}
