//! Root causes of family `org`; the order in which they are tried stands one room up.

pub(crate) mod organization_inactive;
pub(crate) mod organization_mismatch;
pub(crate) mod organization_other_platform;
pub(crate) mod tool_client_elsewhere;
