//! The one place where probes read the clock.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use hybridcheck_core::time::{Timestamp, Took};

/// Now, in UTC.
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_unix_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
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
