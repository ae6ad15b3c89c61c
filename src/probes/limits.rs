//! What this host itself grants: file descriptors, ports, memory and threads. Where it grants no more, that is a gap that says so and
//! who can raise it, and never a fact about the network.
//!
//! Whoever opens a socket takes a place first and gives it back with the socket: what there is no place for queues, in order. Whoever
//! classifies an error of the system asks here first ([`met`]); what was met while a fact was gathered is the gap in its stead.

use std::cell::Cell;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::rc::Rc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use hybridcheck_core::facts::Gap;
use tokio::sync::{Semaphore, SemaphorePermit};

/// More sockets at once than this gain nothing.
const MOST: u64 = 4096;
/// Descriptors for what is no socket of a probe: files that are read, the kernel's account of a socket. Fewer where there are few.
const RESERVE: u64 = 32;
/// What a system grants at the least, and what is open at a start, where the system does not say.
const LEAST: u64 = 256;
const OPEN: u64 = 32;

/// Where the names of errors differ from system to system.
#[cfg(unix)]
mod code {
    pub(super) const OF_PROCESS: i32 = 24;
    pub(super) const OF_SYSTEM: i32 = 23;
    pub(super) const NO_BUFFERS: i32 = if cfg!(target_os = "linux") { 105 } else { 55 };
}
#[cfg(not(unix))]
mod code {
    pub(super) const OF_PROCESS: i32 = 10_024;
    pub(super) const OF_SYSTEM: i32 = 4;
    pub(super) const NO_BUFFERS: i32 = 10_055;
}

/// Something that this host grants no more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// File descriptors of this process (EMFILE), or a place that did not come free in time.
    Descriptors,
    /// Open files of the whole system (ENFILE).
    Files,
    /// Memory of the kernel (ENOMEM, ENOBUFS).
    Memory,
    /// Ports for outgoing connections (EADDRNOTAVAIL, EADDRINUSE).
    Ports,
    /// Threads or processes (EAGAIN).
    Threads,
}

impl Limit {
    /// Why a fact is missing that met it.
    pub fn gap(self) -> Gap {
        let (what, raise) = match self {
            Self::Descriptors => (
                match granted() {
                    Some(granted) => format!(
                        "this host's own limit: hybridcheck may have {granted} files and sockets open at once, and none was free for this"
                    ),
                    None => "this host's own limit: no file descriptor was free for this".into(),
                },
                "raise it in the shell (`ulimit -n 1024`) or in the unit that starts it (`LimitNOFILE=`); beyond the hard limit the administrator of this host does",
            ),
            Self::Files => (
                "this host's own limit: the whole system has as many files open as it may".into(),
                "the administrator of this host raises `fs.file-max`, or ends what holds them (`lsof`)",
            ),
            Self::Memory => (
                "this host's own limit: it had no memory left for a socket".into(),
                "the administrator of this host looks at `free` and at the memory limit of the unit or container (`MemoryMax=`)",
            ),
            Self::Ports => (
                "this host's own limit: it had no free port left for an outgoing connection".into(),
                "the administrator of this host widens `net.ipv4.ip_local_port_range`, or ends what holds the ports (`ss -s`)",
            ),
            Self::Threads => (
                "this host's own limit: it let hybridcheck start no further thread".into(),
                "raise `ulimit -u`, or `TasksMax=` of the unit or container; the administrator of this host does",
            ),
        };
        Gap::OwnLimit {
            what,
            raise: raise.into(),
        }
    }
}

/// Whether an error of the system is a limit of this host, and which.
pub fn own_limit(error: &io::Error) -> Option<Limit> {
    match error.raw_os_error() {
        Some(code::OF_PROCESS) => return Some(Limit::Descriptors),
        Some(code::OF_SYSTEM) => return Some(Limit::Files),
        Some(code::NO_BUFFERS) => return Some(Limit::Memory),
        _ => {}
    }
    match error.kind() {
        io::ErrorKind::OutOfMemory => Some(Limit::Memory),
        // No probe asks for a port by its number.
        io::ErrorKind::AddrInUse => Some(Limit::Ports),
        _ => None,
    }
}

/// The same for a connection: an address that is not available is a port of this host's own, unless it has no address to send from.
pub fn own_limit_towards(error: &io::Error, remote: SocketAddr) -> Option<Limit> {
    if error.kind() == io::ErrorKind::AddrNotAvailable && has_source(remote) {
        return Some(Limit::Ports);
    }
    own_limit(error)
}

/// Whether this host has a route and an address of its own towards another; connecting a datagram socket sends nothing.
fn has_source(remote: SocketAddr) -> bool {
    let any: IpAddr = if remote.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let connected = UdpSocket::bind((any, 0)).and_then(|socket| socket.connect(remote));
    match connected {
        Ok(()) => true,
        Err(error) => own_limit(&error).is_some(),
    }
}

/// The limit that the gathering of a fact met, shared between it and whoever waits for it.
#[derive(Clone, Debug, Default)]
pub struct Met(Rc<Cell<Option<Limit>>>);

impl Met {
    /// The first limit that was met.
    pub fn limit(&self) -> Option<Limit> {
        self.0.get()
    }
}

tokio::task_local! {
    static MET: Met;
}

/// Gathers a fact; the limits that it meets are noted.
pub async fn noting<T>(met: Met, gathering: impl Future<Output = T>) -> T {
    MET.scope(met, gathering).await
}

/// Notes the limit that decided about the fact that is being gathered.
pub fn meet(limit: Limit) {
    // Outside of a gathering nobody waits for it.
    let _ = MET.try_with(|met| met.0.set(met.0.get().or(Some(limit))));
}

/// Notes an error that is a limit of this host; says whether it is one.
pub fn met(error: &io::Error) -> bool {
    let limit = own_limit(error);
    limit.into_iter().for_each(meet);
    limit.is_some()
}

/// Whether the fact that is being gathered met a limit.
pub fn is_met() -> bool {
    MET.try_with(|met| met.0.get().is_some()).unwrap_or(false)
}

/// The places of sockets, counted when the first one is asked for.
static PLACES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(places()));
/// Somebody else in this process opens a socket for each of ours.
static SHARED: AtomicBool = AtomicBool::new(false);

/// The right to have a socket open.
#[derive(Debug)]
pub struct Place(
    #[expect(dead_code, reason = "what counts is how long it is kept")] SemaphorePermit<'static>,
);

/// The embedded sandbox answers in this process: half of the places are for its ends of the connections.
pub fn share() {
    SHARED.store(true, Ordering::Relaxed);
}

/// A place, in the order of asking. Who gives up before it is there has met the limit.
pub async fn place() -> Place {
    let queued = Queued { is_over: false };
    let permit = PLACES.acquire().await.expect("nobody closes the places");
    queued.ends();
    Place(permit)
}

/// So many places at once; `None` when there are not that many at all.
pub async fn places_at_once(number: u32) -> Option<Place> {
    if u64::from(number) > u64::try_from(places()).unwrap_or(u64::MAX) {
        meet(Limit::Descriptors);
        return None;
    }
    let queued = Queued { is_over: false };
    let permits = PLACES.acquire_many(number).await;
    let permits = permits.expect("nobody closes the places");
    queued.ends();
    Some(Place(permits))
}

/// A place, if one is free and nobody waits for it.
pub fn spare_place() -> Option<Place> {
    PLACES.try_acquire().ok().map(Place)
}

struct Queued {
    is_over: bool,
}

impl Queued {
    fn ends(mut self) {
        self.is_over = true;
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        if !self.is_over {
            meet(Limit::Descriptors);
        }
    }
}

/// How many sockets of probes may be open at once. The limit of the process is raised first as far as it may raise it itself.
fn places() -> usize {
    static NUMBER: LazyLock<usize> = LazyLock::new(|| {
        let wanted = OPEN + RESERVE + MOST;
        let granted = raised(wanted).unwrap_or(LEAST);
        let free = granted.saturating_sub(open().unwrap_or(OPEN));
        let places = places_of(free, SHARED.load(Ordering::Relaxed));
        usize::try_from(places).unwrap_or(1)
    });
    *NUMBER
}

fn places_of(free: u64, is_shared: bool) -> u64 {
    let places = free - (free / 4).min(RESERVE);
    let places = if is_shared { places / 2 } else { places };
    places.clamp(1, MOST)
}

#[cfg(target_os = "linux")]
fn raised(wanted: u64) -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    let wanted = hard.min(wanted);
    if soft < wanted && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() {
        return Some(wanted);
    }
    Some(soft)
}

#[cfg(target_os = "linux")]
fn granted() -> Option<u64> {
    use nix::sys::resource::{Resource, getrlimit};
    Some(getrlimit(Resource::RLIMIT_NOFILE).ok()?.0)
}

/// How many descriptors are open; the one that lists them is among those seen.
#[cfg(target_os = "linux")]
fn open() -> Option<u64> {
    let seen = std::fs::read_dir("/proc/self/fd").ok()?.count();
    Some(u64::try_from(seen).ok()?.saturating_sub(1))
}

#[cfg(not(target_os = "linux"))]
fn raised(_: u64) -> Option<u64> {
    None
}

#[cfg(not(target_os = "linux"))]
fn granted() -> Option<u64> {
    None
}

#[cfg(not(target_os = "linux"))]
fn open() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_place_however_few_descriptors_are_free() {
        assert_eq!(places_of(0, false), 1);
        assert_eq!(places_of(4, false), 3);
        assert_eq!(places_of(48, false), 36);
        assert_eq!(places_of(1000, false), 968);
        assert_eq!(places_of(1000, true), 484);
        assert_eq!(places_of(1_000_000, false), MOST);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn every_limit_of_this_host_is_told_from_what_the_network_answers() {
        let told = |code| own_limit(&io::Error::from_raw_os_error(code));
        assert_eq!(told(24), Some(Limit::Descriptors), "EMFILE");
        assert_eq!(told(23), Some(Limit::Files), "ENFILE");
        assert_eq!(told(12), Some(Limit::Memory), "ENOMEM");
        assert_eq!(told(105), Some(Limit::Memory), "ENOBUFS");
        assert_eq!(told(98), Some(Limit::Ports), "EADDRINUSE");
        for (code, name) in [
            (1, "EPERM"),
            (11, "EAGAIN"),
            (101, "ENETUNREACH"),
            (104, "ECONNRESET"),
            (110, "ETIMEDOUT"),
            (111, "ECONNREFUSED"),
            (113, "EHOSTUNREACH"),
        ] {
            assert_eq!(told(code), None, "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn no_address_to_send_from_is_no_lack_of_ports() {
        let unavailable = io::Error::from(io::ErrorKind::AddrNotAvailable);
        let told = |remote: &str| {
            let remote = remote.parse().expect("an address");
            own_limit_towards(&unavailable, remote)
        };
        assert_eq!(told("127.0.0.1:9"), Some(Limit::Ports));
        // Addresses of a link need that link.
        assert_eq!(told("[fe80::1]:9"), None);
    }

    #[tokio::test]
    async fn whoever_gives_up_its_turn_has_met_the_limit() {
        let met = Met::default();
        let waiting = async {
            let queued = Queued { is_over: false };
            std::future::pending::<()>().await;
            queued.ends();
        };
        let given_up = async {
            tokio::time::timeout(std::time::Duration::from_millis(1), waiting)
                .await
                .is_err()
        };
        assert!(noting(met.clone(), given_up).await);
        assert_eq!(met.limit(), Some(Limit::Descriptors));

        let met = Met::default();
        drop(noting(met.clone(), place()).await);
        assert_eq!(met.limit(), None);
    }

    #[test]
    fn every_gap_says_who_can_raise_the_limit() {
        for limit in [
            Limit::Descriptors,
            Limit::Files,
            Limit::Memory,
            Limit::Ports,
            Limit::Threads,
        ] {
            let text = limit.gap().to_string();
            assert!(text.contains("own limit"), "{text}");
            assert!(text.contains("administrator of this host"), "{text}");
        }
    }
}
