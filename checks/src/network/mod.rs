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

pub(crate) use address_genuine::AddressGenuine;
pub(crate) use clock::Clock;
pub(crate) use connects::Connects;
pub(crate) use genuine_api_service::GenuineApiService;
pub(crate) use genuine_auth_service::GenuineAuthService;
pub(crate) use hosts_file::HostsFile;
pub(crate) use lookup_agrees::LookupAgrees;
pub(crate) use nameservers_agree::NameserversAgree;
pub(crate) use nameservers_answer::NameserversAnswer;
pub(crate) use no_block_page::NoBlockPage;
pub(crate) use resolves::Resolves;
pub(crate) use routes::Routes;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(NameserversAnswer),
        Box::new(Resolves),
        Box::new(NameserversAgree),
        Box::new(HostsFile),
        Box::new(LookupAgrees),
        Box::new(AddressGenuine),
        Box::new(Connects),
        Box::new(GenuineAuthService),
        Box::new(GenuineApiService),
        Box::new(NoBlockPage),
        Box::new(Routes),
        Box::new(Clock),
    ]
}
