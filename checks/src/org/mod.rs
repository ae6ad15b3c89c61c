//! Checks of family `org`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod active;
mod id_matches;
mod platform;
mod short_name_matches;
mod tool_client;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &id_matches::IdMatches,
    &short_name_matches::ShortNameMatches,
    &active::Active,
    &platform::Platform,
    &tool_client::ToolClient,
];
