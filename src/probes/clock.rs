//! The one place where probes read the clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hybridcheck_core::time::{Timestamp, Took};
use rustls::time_provider::TimeProvider;
use rustls_pki_types::UnixTime;

/// Now, in UTC.
pub fn now() -> Timestamp {
    timestamp(SystemTime::now())
}

/// A clock may stand before 1970 too: a host whose battery is empty.
fn timestamp(time: SystemTime) -> Timestamp {
    let millis = |since: Duration| i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_millis(match time.duration_since(UNIX_EPOCH) {
        Ok(since) => millis(since),
        Err(before) => -millis(before.duration()),
    })
}

/// The clock of TLS: rustls' own takes it that no clock stands before 1970, and panics.
#[derive(Debug)]
pub struct TlsClock;

impl TimeProvider for TlsClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(now().unix()).unwrap_or_default();
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// A running stopwatch that remembers when it was started.
#[derive(Clone, Copy, Debug)]
pub struct Watch {
    /// When it was started.
    pub started: Timestamp,
    instant: Instant,
}

impl Watch {
    /// Starts.
    pub fn start() -> Self {
        Self {
            started: now(),
            instant: Instant::now(),
        }
    }

    /// Time since the start.
    pub fn took(&self) -> Took {
        Took(self.instant.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_before_1970_is_a_time_like_any_other() {
        let before = UNIX_EPOCH - Duration::from_secs(86_400);
        assert_eq!(timestamp(before).to_string(), "1969-12-31T00:00:00Z");
        assert!(TlsClock.current_time().is_some());
    }
}
