//! Checks of family `tls`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod handshake;
mod name;
pub(crate) mod revocation;
mod trusted;
mod validity;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &handshake::Handshake,
    &trusted::Trusted,
    &name::Name,
    &validity::Validity,
    &revocation::Revocation,
];
