//! Start-up of the released binary against the shortest process there is, as ratios of medians in one run.
#![expect(clippy::print_stdout, reason = "a benchmark prints its measurement")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 51;

fn main() {
    let binary = env!("CARGO_BIN_EXE_hybridcheck");
    let base = median(&["/bin/true"]);
    println!("/bin/true  {:.2} ms", millis(base));
    for words in [[binary, "--version"], [binary, "list"], [binary, "regions"]] {
        let time = median(&words);
        let ratio = time.as_secs_f64() / base.as_secs_f64();
        println!(
            "{:<10} {:.2} ms, {ratio:.2} times /bin/true",
            words[1],
            millis(time)
        );
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn median(words: &[&str]) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            let status = Command::new(words[0])
                .args(&words[1..])
                .stdout(Stdio::null())
                .status();
            assert!(status.is_ok_and(|status| status.success()), "{words:?}");
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[RUNS / 2]
}
