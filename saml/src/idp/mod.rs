//! The `PureEngage` identity provider that an object implies, and how the one that is there differs from it; no network.

mod body;
mod differences;
mod expected;
mod kept;

pub use body::{Body, Certificates, Kept, PLACEHOLDER};
pub use differences::{absent, differences};
pub use expected::{Expected, Target, expected};
pub use kept::{keep, target};
