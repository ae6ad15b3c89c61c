//! How many sockets may be open at once: with hundreds of targets, file descriptors are what runs out first.

/// Descriptors that something else than sockets of probes needs.
const RESERVE: u64 = 128;
/// What one probe may hold at a time, with what it leaves open for those that follow.
const EACH: u64 = 6;
/// More at once than this gains nothing.
const MOST: u64 = 4096;
/// What a system grants at the least.
const LEAST: u64 = 256;

/// How many probes that open sockets may run at once. The limit of the process is raised first as far as it may raise it itself.
pub fn probes_at_once() -> usize {
    let granted = granted().unwrap_or(LEAST).max(LEAST);
    let probes = (granted - RESERVE) / EACH;
    usize::try_from(probes.min(MOST)).unwrap_or(16)
}

#[cfg(target_os = "linux")]
fn granted() -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    let wanted = hard.min(RESERVE + MOST * EACH);
    if soft < wanted && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() {
        return Some(wanted);
    }
    Some(soft)
}

#[cfg(not(target_os = "linux"))]
fn granted() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn some_probes_may_always_run() {
        assert!(super::probes_at_once() >= 16);
    }
}
