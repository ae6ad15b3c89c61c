//! What takes long without waiting for anybody has a thread of its own, so that sockets need not wait for it.

use std::io;

use hybridcheck_core::facts::{Answer, Gap};
use hybridcheck_core::guard::guarded;
use tokio::sync::oneshot;

use super::limits::Limit;

/// Enough for what decodes and signs.
const STACK: usize = 2 * 1024 * 1024;

/// Works in a thread of its own. Where this host grants none, or the work panics, that is the gap.
pub async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
    let told = started("work", STACK, move || guarded(work))
        .map_err(|_| Limit::Threads.gap())?
        .await;
    let message = match told {
        Ok(Ok(brought)) => return Ok(brought),
        Ok(Err(panicked)) => panicked.to_string(),
        Err(_) => "a thread ended abnormally".into(),
    };
    Err(Gap::Broken { message })
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
