//! Hostile peers: cut off within their deadline, in bounded memory, with a whole report.

use std::process::Command;
use std::time::{Duration, Instant};

use hybridcheck_core::run::Run;
use hybridcheck_sandbox::{self as sandbox, Sandbox};

/// Far above what a run needs, far below what an endless body would fill.
const MEMORY_KIB: u32 = 1_000_000;

#[test]
fn endless_and_dripping_answers_are_cut_off() {
    for name in ["endless-headers", "huge-body", "drip"] {
        let sandbox = Sandbox::start(sandbox::fault(name)).expect("a sandbox");
        let begun = Instant::now();
        let output = Command::new("sh")
            .arg("-c")
            .arg(format!("ulimit -v {MEMORY_KIB}; exec \"$0\" \"$@\""))
            .arg(env!("CARGO_BIN_EXE_hybridcheck"))
            .args([
                "check",
                "--format",
                "json",
                "--connect-timeout",
                "1s",
                "--timeout",
                "8s",
            ])
            .args(sandbox.check_arguments())
            .env("LANG", "C.UTF-8")
            .output()
            .expect("the binary runs");
        // Generous for a slow machine, yet no peer that never ends could be waited out.
        assert!(begun.elapsed() < Duration::from_secs(60), "{name}");
        let run: Run = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
            panic!(
                "{name}: {error}: {}",
                String::from_utf8_lossy(&output.stderr)
            )
        });
        assert!(
            run.rows
                .iter()
                .any(|row| row.check.0 == "network-genuine-auth-service"),
            "{name}"
        );
        assert_ne!(output.status.code(), Some(0), "{name}");
        assert!(
            output.stdout.len() < 2_000_000,
            "{name}: {} bytes",
            output.stdout.len()
        );
    }
}
