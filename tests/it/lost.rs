//! No run is lost: whatever breaks on the way, signals and places included, what is known is told.
#![cfg_attr(
    target_os = "linux",
    expect(clippy::print_stderr, reason = "what was not tried is said")
)]

use std::fs;
use std::io::Read;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use hybridcheck_core::facts::Gap;
use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_sandbox::Sandbox;
use hybridcheck_testkit::signal;

use crate::support::{Finished, hybridcheck};

/// Runs the main job with a panic at one place, and with a second report in a file.
fn breaking(place: &str) -> (Finished, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("run.txt");
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let output = hybridcheck()
        .env("HYBRIDCHECK_TEST_PANIC", place)
        .args(["check", "--format", "json", "--report"])
        .arg(format!("short={}", file.display()))
        .args(sandbox.check_arguments())
        .output()
        .expect("the binary runs");
    (
        Finished::of(&output),
        fs::read_to_string(file).unwrap_or_default(),
    )
}

/// Whether a gap of this run says that hybridcheck itself failed, and where.
fn is_told(run: &Run) -> bool {
    run.rows.iter().any(|row| {
        matches!(row.gap(), Some(Gap::Broken { message }) if message.contains("it panicked at "))
    })
}

#[test]
fn a_panic_on_the_way_is_a_gap_and_the_rest_goes_on() {
    for place in ["probe", "readiness", "probe token", "readiness token"] {
        let (finished, short) = breaking(place);
        let run = finished.json();
        assert_eq!(finished.status, 3, "{place}: {}", finished.stderr);
        assert!(is_told(&run), "{place}");
        assert!(run.rows.iter().any(|row| row.gap().is_none()), "{place}");
        assert!(short.contains("INCOMPLETE"), "{place}: {short}");
        assert_eq!(finished.stderr, "", "{place}");
    }
}

#[test]
fn a_panic_of_a_check_is_told_in_its_row() {
    let (finished, _) = breaking("check oauth-token-issued");
    let run = finished.json();
    assert_eq!(finished.status, 3, "{}", finished.stderr);
    let mut rows = run
        .rows
        .iter()
        .filter(|row| row.check.0 == "oauth-token-issued");
    assert!(rows.all(|row| matches!(row.gap(), Some(Gap::Broken { .. }))));
    assert!(is_told(&run));
}

#[test]
fn a_panic_of_a_rule_is_told_and_a_run_with_one_is_not_ready() {
    let (finished, short) = breaking("rule ");
    assert_eq!(finished.status, 3, "{}", finished.stderr);
    let unproven = finished.json().coverage.unproven.join(" ");
    assert!(
        unproven.contains(
            "What tcp-refused would say: it failed in itself, it panicked at checks/src/engine.rs:"
        ),
        "{unproven}"
    );
    assert!(short.contains("INCOMPLETE"), "{short}");
}

#[test]
fn a_panic_of_the_engine_or_of_the_second_reading_leaves_what_was_gathered() {
    let (finished, short) = breaking("engine");
    let run = finished.json();
    assert_eq!(finished.status, 3, "{}", finished.stderr);
    assert!(!run.facts.is_empty());
    let unproven = run.coverage.unproven.join(" ");
    assert!(unproven.contains("it panicked at src/"), "{unproven}");
    assert!(short.contains("INCOMPLETE"), "{short}");

    let sandbox = Sandbox::start(hybridcheck_sandbox::fault("wrong-secret")).expect("a sandbox");
    let output = hybridcheck()
        .env("HYBRIDCHECK_TEST_PANIC", "second reading")
        .args(["check", "--format", "json"])
        .args(sandbox.check_arguments())
        .output()
        .expect("the binary runs");
    let finished = Finished::of(&output);
    assert_eq!(finished.status, 1, "{}", finished.stderr);
    let unproven = finished.json().coverage.unproven.join(" ");
    assert!(unproven.contains("Whether the input changed"), "{unproven}");
}

#[test]
fn a_report_that_panics_keeps_no_other_from_being_written() {
    let (finished, short) = breaking("report short");
    assert_eq!(finished.status, 2);
    assert_eq!(finished.json().verdict, Verdict::Ready);
    assert_eq!(short, "");
    for part in [
        "cannot write short=",
        "it panicked at src/",
        "its verdict is READY",
    ] {
        assert!(
            finished.stderr.contains(part),
            "{part}: {}",
            finished.stderr
        );
    }
    let (finished, short) = breaking("report json");
    assert_eq!((finished.status, finished.stdout.as_str()), (2, ""));
    assert!(short.contains("READY"), "{short}");
}

#[test]
fn a_source_that_panics_is_named_and_others_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let (one, other) = (
        folder.path().join("one.cfg"),
        folder.path().join("other.cfg"),
    );
    let object = sandbox.object_file();
    fs::copy(object, &one).expect("a copy");
    fs::copy(object, &other).expect("a copy");
    let run = |files: &[&std::path::Path]| {
        let mut command = hybridcheck();
        command.env(
            "HYBRIDCHECK_TEST_PANIC",
            format!("source {}", one.display()),
        );
        command.args(["check", "--offline", "--format", "json"]);
        Finished::of(&command.args(files).output().expect("the binary runs"))
    };
    let both = run(&[&one, &other]);
    let told = both.json();
    assert_eq!((both.status, told.objects.len()), (3, 1), "{}", both.stderr);
    let note = told
        .notes
        .iter()
        .find(|note| note.text.contains("it panicked at sources/src/"));
    assert!(note.expect("a note").place.to_string().contains("one.cfg"));
    let alone = run(&[&one]);
    assert_eq!(alone.status, 2);
    assert!(alone.stderr.contains("one.cfg"), "{}", alone.stderr);
}

#[test]
fn no_other_status_than_ours_is_left_behind() {
    let (finished, _) = breaking("command line");
    assert_eq!(finished.status, 2);
    assert!(
        finished
            .stderr
            .contains("hybridcheck itself failed: it panicked at src/")
    );
}

/// A host with hardly a descriptor to give.
#[cfg(unix)]
#[test]
fn a_process_that_may_open_next_to_nothing_still_says_something() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    for descriptors in 4..16 {
        let binary = hybridcheck();
        let output = std::process::Command::new("sh")
            .args([
                "-c",
                &format!("ulimit -n {descriptors}; exec \"$0\" \"$@\""),
            ])
            .arg(binary.get_program())
            .args(["check", "--format", "short"])
            .args(sandbox.check_arguments())
            .output()
            .expect("a shell");
        let finished = Finished::of(&output);
        assert!(
            matches!(finished.status, 0..=3),
            "{descriptors}: {}",
            finished.stderr
        );
        assert!(
            !finished.stdout.is_empty() || finished.stderr.contains("error: "),
            "{descriptors}"
        );
    }
}

/// Starts the main job with reports of two kinds, against a host that keeps silent.
fn waiting(sandbox: &Sandbox, report: &std::path::Path) -> Child {
    hybridcheck()
        .args(["check", "--format", "json", "--report"])
        .arg(format!("json={}", report.display()))
        .args(sandbox.check_arguments())
        .args(["--connect-timeout", "60s", "--timeout", "120s"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts")
}

/// Whether the process catches SIGTERM by now, as proc(5) tells it.
#[cfg(target_os = "linux")]
fn catches(process: u32) -> bool {
    signals_of(&process.to_string(), "SigCgt") & (1 << 14) != 0
}

/// The signals of a process that a line of proc(5) tells, one bit each.
#[cfg(target_os = "linux")]
fn signals_of(process: &str, line: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let told = status.lines().find_map(|told| told.strip_prefix(line));
    let bits = told.map(|bits| bits.trim_start_matches(':').trim());
    bits.and_then(|bits| u64::from_str_radix(bits, 16).ok())
        .unwrap_or_default()
}

fn until(is_so: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(30);
    while !is_so() && Instant::now() < patience {
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Whole documents on standard output and in the file, and the status of the signal.
#[cfg(target_os = "linux")]
fn assert_told(output: &Output, report: &std::path::Path, status: i32, what: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{what}: {stderr}");
    for text in [output.stdout.clone(), fs::read(report).expect("a report")] {
        let run: Run = serde_json::from_slice(&text).expect("a whole document");
        assert_eq!(run.verdict, Verdict::Interrupted, "{what}");
    }
    let folder = report.parent().expect("a folder");
    assert_eq!(fs::read_dir(folder).expect("a folder").count(), 1, "{what}");
}

#[cfg(target_os = "linux")]
#[test]
fn every_signal_that_ends_a_run_ends_it_with_its_reports() {
    let sandbox = Sandbox::start(hybridcheck_sandbox::fault("tls-silent")).expect("a sandbox");
    for (name, number, status) in [("TERM", 15, 143), ("HUP", 1, 129), ("INT", 2, 130)] {
        // What started these tests wants it ignored (`nohup`), and so it is.
        if signals_of("self", "SigIgn") & (1 << (number - 1)) != 0 {
            eprintln!("SIG{name} is ignored where these tests run: NOT TRIED");
            continue;
        }
        for (when, signals) in [
            ("at its first moment", 1),
            ("at its first moment, twice", 2),
            ("connected", 1),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let report = folder.path().join("run.json");
            let before = sandbox.connections();
            let child = waiting(&sandbox, &report);
            until(|| catches(child.id()));
            if when == "connected" {
                until(|| sandbox.connections() > before);
            }
            for _ in 0..signals {
                assert!(signal::send(name, child.id()).expect("a shell"));
            }
            let output = child.wait_with_output().expect("an end");
            assert_told(&output, &report, status, &format!("{name} {when}"));
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    let sandbox = Sandbox::start(hybridcheck_sandbox::fault("tls-silent")).expect("a sandbox");
    let binary = hybridcheck();
    let child = std::process::Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(binary.get_program())
        .args(["check", "--format", "json"])
        .args(sandbox.check_arguments())
        .args(["--connect-timeout", "2s"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("a shell");
    until(|| sandbox.connections() > 0);
    assert!(signal::send("HUP", child.id()).expect("a shell"));
    let output = child.wait_with_output().expect("an end");
    assert_eq!(output.status.code(), Some(1));
}

/// What waits for an input that never ends is ended as well.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_what_has_no_run_to_tell_of() {
    let mut child = hybridcheck()
        .args(["check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let input = child.stdin.take();
    until(|| catches(child.id()));
    assert!(signal::send("TERM", child.id()).expect("a shell"));
    assert_eq!(child.wait().expect("an end").code(), Some(143));
    drop(input);
    let mut told = String::new();
    let mut stderr = child.stderr.take().expect("a pipe");
    stderr.read_to_string(&mut told).expect("text");
    assert_eq!(
        told,
        "error: interrupted before there was anything to report\n"
    );
}

#[test]
fn a_report_that_could_not_be_written_is_refused_before_anything_is_asked() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let input = sandbox.object_file();
    let nowhere = format!("json={}", folder.path().join("missing/run.json").display());
    let twice = format!("json={}", folder.path().join("run.json").display());
    let over = format!("json={}", input.display());
    for (reports, said) in [
        (vec![&nowhere], "cannot write"),
        (vec![&twice, &twice], "two reports would go to one file"),
        (vec![&over], "which this run reads"),
    ] {
        let mut command = hybridcheck();
        command.arg("check").args(sandbox.check_arguments());
        for report in &reports {
            command.args(["--report", report.as_str()]);
        }
        let finished = Finished::of(&command.output().expect("the binary runs"));
        assert_eq!(
            (finished.status, finished.stdout.as_str()),
            (2, ""),
            "{reports:?}"
        );
        assert!(
            finished.stderr.contains(said),
            "{reports:?}: {}",
            finished.stderr
        );
        assert_eq!(sandbox.connections(), 0, "{reports:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

/// A disk that is full when the run is over: the device that always is.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_takes_one_report_and_no_other() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("run.txt");
    let output = hybridcheck()
        .args([
            "check",
            "--report",
            "json=/dev/full",
            "--format",
            "json",
            "--report",
        ])
        .arg(format!("short={}", file.display()))
        .args(sandbox.check_arguments())
        .output()
        .expect("the binary runs");
    let finished = Finished::of(&output);
    assert_eq!(finished.status, 2);
    assert_eq!(finished.json().verdict, Verdict::Ready);
    assert!(
        fs::read_to_string(file)
            .expect("a report")
            .contains("READY")
    );
    for part in ["json=/dev/full", "its verdict is READY"] {
        assert!(
            finished.stderr.contains(part),
            "{part}: {}",
            finished.stderr
        );
    }
}

/// A phase that may last longer than the run is cut, so that who kept silent is named.
#[test]
fn what_was_silent_is_named_even_where_the_phase_outlasts_the_run() {
    let sandbox = Sandbox::start(hybridcheck_sandbox::fault("tls-silent")).expect("a sandbox");
    let output = hybridcheck()
        .args(["check", "--format", "json"])
        .args(sandbox.check_arguments())
        .args(["--connect-timeout", "60s", "--timeout", "4s"])
        .output()
        .expect("the binary runs");
    let finished = Finished::of(&output);
    let causes: Vec<String> = finished
        .json()
        .causes
        .into_iter()
        .map(|cause| cause.cause.0)
        .collect();
    let expected = hybridcheck_sandbox::fault("tls-silent")
        .expect("a fault")
        .causes;
    assert_eq!(causes, expected, "{}", finished.stderr);
    assert_eq!(finished.status, 1);
    assert!(
        finished
            .stderr
            .contains("--connect-timeout (60.0 s) is longer than --timeout (4.0 s)"),
        "{}",
        finished.stderr
    );
}

/// Runs words through a shell, with `$0` the binary and `$@` what `check` needs.
#[cfg(unix)]
fn in_shell(sandbox: &Sandbox, folder: &std::path::Path, words: &str) -> Finished {
    let binary = hybridcheck();
    let output = std::process::Command::new("sh")
        .current_dir(folder)
        .args(["-c", words])
        .arg(binary.get_program())
        .args(sandbox.check_arguments())
        .output()
        .expect("a shell");
    Finished::of(&output)
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_over_a_stream_of_the_process_is_refused_and_a_pipe_is_written_to() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(sandbox.object_file(), folder.path().join("in.xml")).expect("a copy");
    for (words, said) in [
        (
            "\"$0\" check --report json=out \"$@\" >out",
            "to which standard output goes",
        ),
        (
            "\"$0\" check --report json=/dev/stdout \"$@\" >out",
            "to which standard output goes",
        ),
        (
            "\"$0\" check --offline --report json=in.xml - <in.xml",
            "which this run reads",
        ),
    ] {
        let finished = in_shell(&sandbox, folder.path(), words);
        assert_eq!(finished.status, 2, "{words}: {}", finished.stderr);
        assert!(
            finished.stderr.contains(said),
            "{words}: {}",
            finished.stderr
        );
    }
    let kept = fs::read(folder.path().join("in.xml")).expect("the input");
    assert_eq!(kept, fs::read(sandbox.object_file()).expect("the object"));
    let words = "\"$0\" check --quiet --format short --report json=/dev/stderr \"$@\"";
    let finished = in_shell(&sandbox, folder.path(), words);
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    serde_json::from_str::<Run>(&finished.stderr).expect("a whole document");
}

#[cfg(target_os = "linux")]
#[test]
fn small_limits_of_a_process_end_no_run_without_a_word() {
    let sandbox = Sandbox::start(None).expect("a sandbox");
    for (limit, statuses) in [("ulimit -f 4", 2..=2), ("ulimit -s 128", 0..=0)] {
        let folder = tempfile::tempdir().expect("a folder");
        let words = format!(
            "{limit}; \"$0\" check --format short --report json=run.json \"$@\" | cat >&2; exit 0"
        );
        let status =
            format!("{limit}; exec \"$0\" check --format short --report json=run.json \"$@\"");
        let told = in_shell(&sandbox, folder.path(), &words).stderr;
        assert!(told.contains("READY"), "{limit}: {told}");
        let finished = in_shell(&sandbox, folder.path(), &status);
        assert!(
            statuses.contains(&finished.status),
            "{limit}: {}",
            finished.stderr
        );
        let left = fs::read_dir(folder.path()).expect("a folder").flatten();
        let left: Vec<String> = left
            .map(|file| file.file_name().to_string_lossy().into_owned())
            .collect();
        assert!(
            left.iter().all(|name| name == "run.json"),
            "{limit}: {left:?}"
        );
    }
}
