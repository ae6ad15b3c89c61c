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

pub(crate) const CHECKS: &[&dyn Check] = &[
    &options_present::OptionsPresent,
    &options_clean::OptionsClean,
    &organization_sname_form::OrganizationSnameForm,
    &organization_id_guid::OrganizationIdGuid,
    &auth_url::AuthUrl,
    &service_url::ServiceUrl,
    &hosts_known::HostsKnown,
    &same_region::SameRegion,
];
