//! Checks of family `roles`, in the order in which they are shown.

use hybridcheck_core::check::Check;

pub(crate) mod administrators;
pub(crate) mod client_rights;
pub(crate) mod exist;
pub(crate) mod permissions;
pub(crate) mod product;

pub(crate) use administrators::Administrators;
pub(crate) use client_rights::ClientRights;
pub(crate) use exist::Exist;
pub(crate) use permissions::Permissions;
pub(crate) use product::Product;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(Exist),
        Box::new(Product),
        Box::new(Permissions),
        Box::new(Administrators),
        Box::new(ClientRights),
    ]
}
