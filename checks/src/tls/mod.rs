//! Checks of family `tls`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod handshake;
mod name;
pub(crate) mod revocation;
mod trusted;
mod validity;

pub(crate) use handshake::Handshake;
pub(crate) use name::Name;
pub(crate) use revocation::Revocation;
pub(crate) use trusted::Trusted;
pub(crate) use validity::Validity;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(Handshake),
        Box::new(Trusted),
        Box::new(Name),
        Box::new(Validity),
        Box::new(Revocation),
    ]
}
