//! The `PureEngage` identity provider that an object implies, and how the one that is there differs from it; no network.

mod differences;
mod expected;

pub use differences::{absent, differences};
pub use expected::{Body, Expected, PLACEHOLDER, Target, expected};
