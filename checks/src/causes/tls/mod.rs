//! Root causes of family `tls`; the order in which they are tried stands one room up.

pub(crate) mod large_client_hello_dropped;
pub(crate) mod large_packets_lost;
pub(crate) mod listener_silent;
pub(crate) mod not_tls;
pub(crate) mod revocation_blocked;
pub(crate) mod sni_filtered;
pub(crate) mod tls_certificate_expired;
pub(crate) mod tls_chain_incomplete;
pub(crate) mod tls_inspected;
pub(crate) mod tls_interrupted;
pub(crate) mod tls_name_mismatch;
pub(crate) mod tls_node_differs;
pub(crate) mod tls_not_trusted;
pub(crate) mod tls_too_old;
