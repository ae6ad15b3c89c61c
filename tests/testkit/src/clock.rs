//! The real moment, for tests in rooms that read no clock: other tools look at it, and so does the validity of a certificate made here.

use std::time::{SystemTime, UNIX_EPOCH};

use hybridcheck_core::time::Timestamp;

/// Now, in UTC.
pub fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_unix_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
