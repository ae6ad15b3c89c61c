//! Checks of family `general`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod auth_url;
mod hosts_known;
mod options_clean;
mod options_present;
mod organization_id_guid;
mod organization_sname_form;
mod same_region;
mod service_url;

pub(crate) use auth_url::AuthUrl;
pub(crate) use hosts_known::HostsKnown;
pub(crate) use options_clean::OptionsClean;
pub(crate) use options_present::OptionsPresent;
pub(crate) use organization_id_guid::OrganizationIdGuid;
pub(crate) use organization_sname_form::OrganizationSnameForm;
pub(crate) use same_region::SameRegion;
pub(crate) use service_url::ServiceUrl;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(OptionsPresent),
        Box::new(OptionsClean),
        Box::new(OrganizationSnameForm),
        Box::new(OrganizationIdGuid),
        Box::new(AuthUrl),
        Box::new(ServiceUrl),
        Box::new(HostsKnown),
        Box::new(SameRegion),
    ]
}
