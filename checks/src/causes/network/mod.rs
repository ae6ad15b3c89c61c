//! Root causes of family `network`; the order in which they are tried stands one room up.

pub(crate) mod address_partly_unreachable;
pub(crate) mod answer_never_completes;
pub(crate) mod block_page;
pub(crate) mod captive_portal;
pub(crate) mod clock_skew;
pub(crate) mod connection_flaky;
pub(crate) mod dns_truncation;
pub(crate) mod edge_refusal;
pub(crate) mod host_firewall;
pub(crate) mod hosts_file_override;
pub(crate) mod name_does_not_resolve;
pub(crate) mod name_sinkholed;
pub(crate) mod nameserver_refuses;
pub(crate) mod nameserver_silent;
pub(crate) mod nameservers_disagree;
pub(crate) mod no_route;
pub(crate) mod not_the_genuine_service;
pub(crate) mod one_family_dead;
pub(crate) mod service_error;
pub(crate) mod system_lookup_differs;
pub(crate) mod tcp_blocked;
pub(crate) mod tcp_refused;
pub(crate) mod tcp_rejected;
