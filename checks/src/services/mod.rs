//! Checks of family `services`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod client_id_guid;
mod options_clean;
mod options_present;
mod sections_exist;
mod shared_clients;

pub(crate) use client_id_guid::ClientIdGuid;
pub(crate) use options_clean::OptionsClean;
pub(crate) use options_present::OptionsPresent;
pub(crate) use sections_exist::SectionsExist;
pub(crate) use shared_clients::SharedClients;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(SectionsExist),
        Box::new(OptionsPresent),
        Box::new(OptionsClean),
        Box::new(ClientIdGuid),
        Box::new(SharedClients),
    ]
}
