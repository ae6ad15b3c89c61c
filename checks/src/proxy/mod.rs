//! Checks of family `proxy`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod connects;
mod resolves;
mod settings;
mod tunnel;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &settings::Settings,
    &resolves::Resolves,
    &connects::Connects,
    &tunnel::Tunnel,
];
