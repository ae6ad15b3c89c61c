//! Root causes of family `idp`; the order in which they are tried stands one room up.

pub(crate) mod auto_provisioning_off;
pub(crate) mod idp_certificate_expired;
pub(crate) mod idp_certificate_mismatch;
pub(crate) mod idp_disabled;
pub(crate) mod idp_is_generic;
pub(crate) mod idp_missing;
pub(crate) mod idp_target_not_https;
pub(crate) mod issuer_mismatch;
pub(crate) mod issuer_not_unique;
