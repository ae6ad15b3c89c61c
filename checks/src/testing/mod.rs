//! Benches for unit tests, and the tests that keep folders, lists and manual pages honest.

pub(crate) mod bench;
pub(crate) mod offline;
mod registry;
