//! Root causes of family `services`; the order in which they are tried stands one room up.

pub(crate) mod client_id_malformed;
pub(crate) mod id_and_secret_swapped;
