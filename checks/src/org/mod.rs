//! Checks of family `org`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod active;
mod id_matches;
mod platform;
mod short_name_matches;
mod tool_client;

pub(crate) use active::Active;
pub(crate) use id_matches::IdMatches;
pub(crate) use platform::Platform;
pub(crate) use short_name_matches::ShortNameMatches;
pub(crate) use tool_client::ToolClient;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(IdMatches),
        Box::new(ShortNameMatches),
        Box::new(Active),
        Box::new(Platform),
        Box::new(ToolClient),
    ]
}
