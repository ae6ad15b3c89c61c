//! Checks of family `proxy`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod connects;
mod resolves;
mod settings;
mod tunnel;

pub(crate) use connects::Connects;
pub(crate) use resolves::Resolves;
pub(crate) use settings::Settings;
pub(crate) use tunnel::Tunnel;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(Settings),
        Box::new(Resolves),
        Box::new(Connects),
        Box::new(Tunnel),
    ]
}
