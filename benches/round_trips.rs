//! How many round trips a whole healthy check takes, against the bound: names, TCP, TLS, token, API answers.
//!
//! Two network namespaces joined by a pair of TUN devices that hold every packet; needs root, `ip` and python3.
#![expect(clippy::print_stdout, reason = "a benchmark prints its measurement")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

const CLIENT: &str = "hc-bench-client";
const SERVER: &str = "hc-bench-server";
const SERVER_ADDRESS: &str = "10.99.0.2";
/// From cold: names, TCP, TLS, token and API answers, one round trip each; everything the API is asked goes at once.
const BOUND: f64 = 5.0;
/// The listings of roles and providers do not fit into the first window of TCP (ten segments, RFC 6928): one more.
const BOUND_OF_USUAL_WINDOW: f64 = 6.0;
/// A first window, in segments, that holds every answer.
const WIDE: u32 = 100;
const RUNS: usize = 7;

fn main() {
    if !can_run() {
        println!(
            "*** NOT RUN: the round-trip benchmark needs root, /dev/net/tun, ip and python3 ***"
        );
        return;
    }
    let _lab = Lab::start();
    for (window, bound, name) in [
        (Some(WIDE), BOUND, "a first window that holds every answer"),
        (None, BOUND_OF_USUAL_WINDOW, "the usual first window"),
    ] {
        let near = 2.0;
        let far = 50.0;
        let own = measured(near, window);
        let total = measured(far, window);
        // What does not grow with the distance is the tool's own work.
        let round_trips = (total - own) / (far - near);
        println!(
            "round trips of a whole check, with {name}: {round_trips:.2}; bound {bound}; ratio {:.2}",
            round_trips / bound
        );
        println!("own work beside them: {:.1} ms", total - round_trips * far);
    }
}

fn can_run() -> bool {
    let is_root = Command::new("id").arg("-u").output();
    is_root.is_ok_and(|output| output.stdout == b"0\n")
        && std::path::Path::new("/dev/net/tun").exists()
        && ["ip", "python3"]
            .iter()
            .all(|tool| Command::new(tool).arg("--help").output().is_ok())
}

/// The median of whole checks over a link with this round-trip time, in milliseconds.
fn measured(round_trip: f64, window: Option<u32>) -> f64 {
    let _link = Link::start(round_trip / 2.0, window);
    let sandbox = Served::start();
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            let output = in_namespace(CLIENT, env!("CARGO_BIN_EXE_hybridcheck"))
                .args(["check", "--format", "json"])
                .args(&sandbox.arguments)
                .output()
                .expect("the binary runs");
            let took = begun.elapsed().as_secs_f64() * 1000.0;
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success(), "{text}");
            took
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn in_namespace(namespace: &str, program: &str) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace, program]);
    command
}

fn ip(words: &str) {
    let status = Command::new("ip").args(words.split_whitespace()).status();
    assert!(status.is_ok_and(|status| status.success()), "ip {words}");
}

/// The two namespaces; removed when dropped.
struct Lab;

impl Lab {
    fn start() -> Self {
        for namespace in [CLIENT, SERVER] {
            let _ = Command::new("ip")
                .args(["netns", "del", namespace])
                .output();
            ip(&format!("netns add {namespace}"));
            ip(&format!("-n {namespace} link set lo up"));
        }
        Self
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for namespace in [CLIENT, SERVER] {
            let _ = Command::new("ip")
                .args(["netns", "del", namespace])
                .output();
        }
    }
}

/// The delaying pair of devices; they vanish with their process.
struct Link(Child);

impl Link {
    fn start(each_way: f64, window: Option<u32>) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/delay.py");
        let mut child = Command::new("python3")
            .args([script, "hcbench0", "hcbench1", &each_way.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 runs");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the devices are made");
        for (device, namespace, address) in [
            ("hcbench0", CLIENT, "10.99.0.1"),
            ("hcbench1", SERVER, SERVER_ADDRESS),
        ] {
            ip(&format!("link set {device} netns {namespace}"));
            ip(&format!(
                "-n {namespace} addr add {address}/24 dev {device}"
            ));
            ip(&format!("-n {namespace} link set {device} up"));
            if let Some(segments) = window {
                ip(&format!(
                    "-n {namespace} route change 10.99.0.0/24 dev {device} initcwnd {segments}"
                ));
            }
        }
        Self(child)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The sandbox, served in its own namespace.
struct Served {
    child: Child,
    arguments: Vec<String>,
}

impl Served {
    fn start() -> Self {
        let mut child = in_namespace(SERVER, env!("CARGO_BIN_EXE_hybridcheck"))
            .args(["demo", "--serve", "--bind", SERVER_ADDRESS])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox starts");
        let stdout = child.stdout.take().expect("a pipe");
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let line = lines
            .map(|line| line.trim().to_owned())
            .find(|line| line.starts_with("hybridcheck check "));
        let line = line.expect("the sandbox says how to reach it");
        let arguments = line.split_whitespace().skip(2).map(str::to_owned).collect();
        Self { child, arguments }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
