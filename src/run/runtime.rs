//! The runtime of whoever waits for more than one thing at a time.

use std::io;

use hybridcheck_core::guard::guarded;
use tokio::runtime::{Builder, Runtime};

/// A runtime on this thread.
///
/// # Errors
///
/// When the system refuses what it needs.
pub fn runtime() -> io::Result<Runtime> {
    #[cfg(unix)]
    drop(descriptors()?);
    // Another thread may have taken one in between.
    guarded(|| Builder::new_current_thread().enable_all().build())
        .unwrap_or_else(|_| Err(io::ErrorKind::QuotaExceeded.into()))
}

/// As many descriptors as a runtime opens: where there are fewer, that is an error here, and a panic in tokio.
#[cfg(unix)]
fn descriptors() -> io::Result<
    Vec<(
        std::os::unix::net::UnixStream,
        std::os::unix::net::UnixStream,
    )>,
> {
    (0..3)
        .map(|_| std::os::unix::net::UnixStream::pair())
        .collect()
}
