//! A run: what is wanted is gathered, judged, read once more after a refusal, and told in one document. It writes nothing.

mod document;
mod job;
pub mod providers;
mod reread;
mod session;

pub use job::{Done, Job, Plan, Scope};
pub use session::{NoRuntime, gathered};
