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

pub(crate) const CHECKS: &[&dyn Check] = &[&Settings, &Resolves, &Connects, &Tunnel];
