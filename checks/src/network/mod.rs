//! Checks of family `network`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod address_genuine;
pub(crate) mod clock;
mod connects;
mod genuine_api_service;
pub(crate) mod genuine_auth_service;
pub(crate) mod hosts_file;
pub(crate) mod lookup_agrees;
pub(crate) mod nameservers_agree;
mod nameservers_answer;
mod no_block_page;
mod resolves;
mod routes;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &nameservers_answer::NameserversAnswer,
    &resolves::Resolves,
    &nameservers_agree::NameserversAgree,
    &hosts_file::HostsFile,
    &lookup_agrees::LookupAgrees,
    &address_genuine::AddressGenuine,
    &connects::Connects,
    &genuine_auth_service::GenuineAuthService,
    &genuine_api_service::GenuineApiService,
    &no_block_page::NoBlockPage,
    &routes::Routes,
    &clock::Clock,
];
