//! What checks and causes look at in the same way, by layer: rows, subjects, names, connections, handshakes, answers, tokens, rights.

pub(crate) mod commands;
pub(crate) mod dns;
pub(crate) mod http;
pub(crate) mod idp_refusals;
pub(crate) mod logins;
pub(crate) mod marks;
pub(crate) mod members;
pub(crate) mod names;
pub(crate) mod oauth;
pub(crate) mod options;
pub(crate) mod organization;
pub(crate) mod providers;
pub(crate) mod proxy;
pub(crate) mod refusals;
pub(crate) mod rights;
pub(crate) mod role_names;
pub(crate) mod rows;
pub(crate) mod subjects;
pub(crate) mod supply;
pub(crate) mod tcp;
pub(crate) mod tls;
