//! Canned facts: everything good for the healthy object, and the means to spoil one fact at a time.
//!
//! Edges between facts are those a real run records, so that what stands on a spoilt fact can be found.

use std::time::Duration;

use hybridcheck_core::time::{Timestamp, Took};

mod material;
mod network;
mod organization;
mod tls;
mod tokens;
mod web;
mod world;

pub use material::*;
pub use network::*;
pub use organization::*;
pub use tls::*;
pub use tokens::*;
pub use web::*;
pub use world::*;

/// The moment at which the canned facts were gathered.
pub fn now() -> Timestamp {
    // 2026-11-23T12:00:00Z
    Timestamp::from_unix(1_795_435_200)
}

/// A duration in milliseconds.
pub fn took(millis: u64) -> Took {
    Took(Duration::from_millis(millis))
}
