//! Root causes of family `general`; the order in which they are tried stands one room up.

pub(crate) mod region_mismatch;
pub(crate) mod url_malformed;
