//! The system's own look-up, as programs on this host do it: hosts file, nsswitch, search list, caches and all.
//!
//! It cannot be cancelled. It runs in a thread of its own that is left behind when its time is over, so that neither this run nor
//! the end of the process waits for it.

use std::net::{IpAddr, ToSocketAddrs};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{Answer, Gap, SystemLookupFact, SystemOutcome};
use hybridcheck_core::outside::Outside;

use super::clock::Watch;
use super::limits::{self, Limit};
use super::thread;

/// More addresses than this are not looked at.
const ADDRESS_LIMIT: usize = 16;
/// At most so many look-ups are under way, those left behind among them.
const THREADS: usize = 256;
/// Enough for the modules that nsswitch.conf may bring in.
const STACK: usize = 512 * 1024;

static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);

/// Looks a host up.
pub async fn look_up(host: &Host, phase: Duration) -> Answer<SystemLookupFact> {
    ask(host, phase, getaddrinfo).await
}

/// What came of asking.
enum Asked {
    Addresses(Vec<IpAddr>),
    Failed(Outside),
    /// It could not even be asked.
    Not(String),
    /// This host had something too little for it.
    Limited(Limit),
}

async fn ask(
    host: &Host,
    phase: Duration,
    how: impl FnOnce(&str) -> Asked + Send + 'static,
) -> Answer<SystemLookupFact> {
    // A look-up opens files and sockets of its own, one after the other.
    let _place = limits::place().await;
    let watch = Watch::start();
    let name = host.as_str().to_owned();
    if UNDER_WAY.fetch_add(1, Ordering::Relaxed) >= THREADS {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        return Err(Gap::NoMeans {
            what: format!(
                "{THREADS} look-ups of this system are still without an answer, so no more were begun"
            ),
        });
    }
    let started = thread::started("look-up", STACK, move || {
        let answer = how(&name);
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        answer
    });
    let Ok(told) = started else {
        UNDER_WAY.fetch_sub(1, Ordering::Relaxed);
        return Err(Limit::Threads.gap());
    };
    let outcome = match tokio::time::timeout(phase, told).await {
        Err(_) => SystemOutcome::TimedOut {
            waited: watch.took(),
        },
        Ok(Ok(Asked::Addresses(addresses))) => SystemOutcome::Addresses {
            addresses: once_each(addresses),
        },
        Ok(Ok(Asked::Failed(error))) => SystemOutcome::Failed { error },
        Ok(Ok(Asked::Not(what))) => return Err(Gap::NoMeans { what }),
        Ok(Ok(Asked::Limited(limit))) => return Err(limit.gap()),
        Ok(Err(_)) => {
            return Err(Gap::Broken {
                message: "the thread of the system's look-up ended without a word".into(),
            });
        }
    };
    Ok(SystemLookupFact {
        outcome,
        took: watch.took(),
    })
}

fn once_each(addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    let mut each: Vec<IpAddr> = Vec::new();
    for address in addresses {
        if each.len() < ADDRESS_LIMIT && !each.contains(&address) {
            each.push(address);
        }
    }
    each
}

/// The look-up of the C library. A static glibc has none that can be relied on; there the system's own tool answers.
fn getaddrinfo(name: &str) -> Asked {
    if cfg!(all(target_env = "gnu", target_feature = "crt-static")) {
        return getent(name);
    }
    match (name, 0_u16).to_socket_addrs() {
        Ok(found) => Asked::Addresses(found.map(|address| address.ip()).collect()),
        Err(error) => match limits::own_limit(&error) {
            Some(limit) => Asked::Limited(limit),
            None => Asked::Failed(Outside::kept(&error.to_string(), 160)),
        },
    }
}

/// `getent ahosts` asks as every other program of this host does.
fn getent(name: &str) -> Asked {
    let output = std::process::Command::new("getent")
        .args(["ahosts", "--", name])
        .output();
    match output {
        Err(error) => match limits::own_limit(&error) {
            Some(limit) => Asked::Limited(limit),
            None if error.kind() == std::io::ErrorKind::WouldBlock => {
                Asked::Limited(Limit::Threads)
            }
            None => Asked::Not(format!(
                "this build asks the system through getent, which cannot be run: {error}"
            )),
        },
        Ok(output) => match output.status.code() {
            Some(0) => Asked::Addresses(listed(&String::from_utf8_lossy(&output.stdout))),
            Some(2) => Asked::Failed("getent ahosts finds no address".into()),
            _ => Asked::Not(format!("getent ahosts ended with {}", output.status)),
        },
    }
}

/// The addresses in the output of `getent ahosts`: the first word of each line.
fn listed(output: &str) -> Vec<IpAddr> {
    let words = output
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    words.filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(phase: Duration, how: impl FnOnce(&str) -> Asked + Send + 'static) -> SystemLookupFact {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        let host = Host::of("login.example");
        runtime.block_on(ask(&host, phase, how)).expect("a fact")
    }

    #[test]
    fn addresses_are_kept_in_order_once_each() {
        let addresses: Vec<IpAddr> = ["192.0.2.2", "192.0.2.1", "192.0.2.2"]
            .map(|text| text.parse().expect("an address"))
            .into();
        let fact = run(Duration::from_secs(5), move |_| Asked::Addresses(addresses));
        assert_eq!(fact.outcome.to_string(), "192.0.2.2 and 192.0.2.1");
    }

    #[test]
    fn an_error_keeps_the_systems_words() {
        let fact = run(Duration::from_secs(5), |name| {
            Asked::Failed(format!("{name}: unknown").into())
        });
        assert_eq!(fact.outcome.to_string(), "login.example: unknown");
    }

    #[test]
    fn a_look_up_that_hangs_is_left_behind_at_its_deadline() {
        let begun = std::time::Instant::now();
        let fact = run(Duration::from_millis(50), |_| {
            std::thread::sleep(Duration::from_secs(20));
            Asked::Failed("too late".into())
        });
        assert!(matches!(fact.outcome, SystemOutcome::TimedOut { .. }));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn this_host_knows_itself() {
        let Asked::Addresses(addresses) = getaddrinfo("localhost") else {
            panic!("no address of localhost");
        };
        assert!(addresses.iter().all(IpAddr::is_loopback), "{addresses:?}");
    }

    #[test]
    fn the_tools_output_is_read() {
        let output =
            "192.0.2.1     STREAM login.example\n192.0.2.1     DGRAM\n2001:db8::1   STREAM\n";
        assert_eq!(listed(output).len(), 3);
    }
}
