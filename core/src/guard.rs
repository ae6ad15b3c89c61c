//! A wall round work whose failure must end nothing else: a panic becomes a value that names its place.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

#[cfg(debug_assertions)]
static ARMED: std::sync::OnceLock<String> = std::sync::OnceLock::new();

/// Work that panicked. Of the panic only its place in the source is kept: its text may hold a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    place: String,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.place.is_empty() {
            "at a place that is not known"
        } else {
            &self.place
        };
        write!(f, "it panicked {place}; please report this line")
    }
}

/// Runs some work.
///
/// # Errors
///
/// It panicked. Nothing else ends, and nothing is printed where the panic hook asks [`takes`].
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.map_err(|_| Panicked {
        place: PLACE.take(),
    })
}

/// For the panic hook: whether a panic on this thread is caught by a guard that tells of it. Its place is kept for that.
pub fn takes(place: Option<&Location<'_>>) -> bool {
    if GUARDED.get() {
        let place = place.map(|at| format!("at {}:{}", at.file(), at.line()));
        PLACE.set(place.unwrap_or_default());
    }
    GUARDED.get()
}

/// A future that is guarded whenever it is polled.
pub struct Guarded<F>(pub F);

impl<F: Future + Unpin> Future for Guarded<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match guarded(|| Pin::new(&mut self.0).poll(context)) {
            Ok(poll) => poll.map(Ok),
            Err(panicked) => Poll::Ready(Err(panicked)),
        }
    }
}

/// Panics when [`arm`] asked for it: only so can a test see, in the real binary, that nothing is lost by a panic at this place.
/// What is built for release has no such thing.
#[cfg(debug_assertions)]
#[track_caller]
pub fn breakable(place: &str, of: &dyn fmt::Display) {
    let is_armed = |armed: &String| format!("{place} {of}").starts_with(armed);
    assert!(!ARMED.get().is_some_and(is_armed), "asked for by a test");
}

/// Does nothing: this was built for release.
#[cfg(not(debug_assertions))]
pub fn breakable(_: &str, _: &dyn fmt::Display) {}

/// Asks for a panic wherever the place and its subject, as [`breakable`] names them, begin so.
#[cfg(debug_assertions)]
pub fn arm(place: String) {
    let _ = ARMED.set(place);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_panics_is_a_value_and_its_text_is_gone() {
        let panicked = guarded(|| panic!("FAKE-secret")).map(|(): ()| ());
        let told = panicked.expect_err("a panic").to_string();
        assert!(!told.contains("FAKE-secret"), "{told}");
        assert_eq!(guarded(|| 1), Ok(1));
        assert!(!takes(None));
    }

    #[test]
    fn a_guard_within_a_guard_leaves_the_outer_one_standing() {
        let result = guarded(|| {
            let _ = guarded(|| panic!("inner"));
            takes(None)
        });
        assert_eq!(result, Ok(true));
    }
}
