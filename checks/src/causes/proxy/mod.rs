//! Root causes of family `proxy`; the order in which they are tried stands one room up.

pub(crate) mod proxy_denies;
pub(crate) mod proxy_hangs;
pub(crate) mod proxy_login_refused;
pub(crate) mod proxy_login_required;
pub(crate) mod proxy_login_unsupported;
pub(crate) mod proxy_name_does_not_resolve;
pub(crate) mod proxy_resolves_otherwise;
pub(crate) mod proxy_settings_conflict;
pub(crate) mod proxy_unreachable;
pub(crate) mod proxy_upstream_failed;
