//! Checks of family `oauth`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod client_active;
mod client_organization;
mod grant_type;
mod token_issued;

pub(crate) use client_active::ClientActive;
pub(crate) use client_organization::ClientOrganization;
pub(crate) use grant_type::GrantType;
pub(crate) use token_issued::TokenIssued;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(TokenIssued),
        Box::new(GrantType),
        Box::new(ClientActive),
        Box::new(ClientOrganization),
    ]
}
