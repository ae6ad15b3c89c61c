//! Checks of family `roles`, in the order in which they are shown.

use hybridcheck_core::check::Check;

pub(crate) mod administrators;
pub(crate) mod client_rights;
pub(crate) mod exist;
mod named;
pub(crate) mod permissions;
pub(crate) mod product;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &exist::Exist,
    &product::Product,
    &permissions::Permissions,
    &administrators::Administrators,
    &client_rights::ClientRights,
];
