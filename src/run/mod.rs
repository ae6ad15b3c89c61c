//! A run: what is wanted is gathered, judged, read once more after a refusal, and told in one document. It writes nothing.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]

mod document;
mod execution;
pub mod interrupt;
mod job;
pub mod providers;
mod reread;
mod runtime;
mod session;

pub use execution::Done;
pub use job::{Job, Plan, Scope};
pub use runtime::runtime;
pub use session::{NoRuntime, gathered};
