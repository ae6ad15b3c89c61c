//! Root causes of family `roles`; the order in which they are tried stands one room up.

pub(crate) mod client_has_no_role;
pub(crate) mod product_not_enabled;
pub(crate) mod role_lacks_permissions;
pub(crate) mod role_missing;
pub(crate) mod single_administrator;
