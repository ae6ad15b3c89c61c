//! What takes long without waiting for anybody has a thread of its own, so that sockets need not wait for it.

use std::io;

use hybridcheck_core::facts::{Answer, Gap};
use tokio::sync::oneshot;

use super::limits::Limit;

/// Enough for what decodes and signs.
const STACK: usize = 2 * 1024 * 1024;

/// Works in a thread of its own. Where this host grants none, that is the gap.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
    started("work", STACK, work)
        .map_err(|_| Limit::Threads.gap())?
        .await
        .map_err(|_| Gap::Broken {
            message: "a thread ended abnormally".into(),
        })
}

/// Starts a thread, which tells what it brought.
pub(super) fn started<T: Send + 'static>(
    name: &str,
    stack: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<oneshot::Receiver<T>> {
    let (tell, told) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name(name.into())
        .stack_size(stack);
    thread.spawn(move || {
        // Nobody waits any more when the time was over.
        let _ = tell.send(work());
    })?;
    Ok(told)
}
