//! Root causes of family `saml`; the order in which they are tried stands one room up.

pub(crate) mod certificate_and_key_swapped;
pub(crate) mod certificate_expired;
pub(crate) mod key_certificate_mismatch;
pub(crate) mod key_does_not_open;
pub(crate) mod saml_assertion_refused;
pub(crate) mod saml_client_refused;
