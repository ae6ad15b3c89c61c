//! Checks of family `network`, in the order in which they are shown.

use hybridcheck_core::check::Check;

pub(crate) mod clock;
mod connects;
mod genuine_api_service;
pub(crate) mod genuine_auth_service;
mod nameservers_answer;
mod resolves;
mod routes;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &nameservers_answer::NameserversAnswer,
    &resolves::Resolves,
    &connects::Connects,
    &genuine_auth_service::GenuineAuthService,
    &genuine_api_service::GenuineApiService,
    &routes::Routes,
    &clock::Clock,
];
