//! Root causes of family `oauth`; the order in which they are tried stands one room up.

pub(crate) mod authorization_header_removed;
pub(crate) mod client_disabled;
pub(crate) mod ip_not_authorized;
pub(crate) mod login_refused_otherwise;
pub(crate) mod policy_denied;
pub(crate) mod rate_limited;
pub(crate) mod scope_not_authorized;
pub(crate) mod secret_with_blanks;
pub(crate) mod token_refused_by_api;
pub(crate) mod unknown_client;
pub(crate) mod wrong_grant_type;
pub(crate) mod wrong_secret;
