//! Checks of family `oauth`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod client_active;
mod client_organization;
mod grant_type;
mod token_issued;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &token_issued::TokenIssued,
    &grant_type::GrantType,
    &client_active::ClientActive,
    &client_organization::ClientOrganization,
];
