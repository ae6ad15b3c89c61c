//! Checks of family `services`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod client_id_guid;
mod options_clean;
mod options_present;
mod sections_exist;
mod shared_clients;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &sections_exist::SectionsExist,
    &options_present::OptionsPresent,
    &options_clean::OptionsClean,
    &client_id_guid::ClientIdGuid,
    &shared_clients::SharedClients,
];
