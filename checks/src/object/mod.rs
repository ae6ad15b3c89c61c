//! Checks of family `object`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod alias;
mod duplicates;
mod folder;
mod hidden_values;
mod name;
mod options_spelt;
mod sections_spelt;
mod state_enabled;
mod strangers;
mod tenant_placement;
mod type_list;
mod unchanged;
mod values_whole;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &name::Name,
    &alias::Alias,
    &type_list::TypeList,
    &strangers::Strangers,
    &state_enabled::StateEnabled,
    &folder::Folder,
    &tenant_placement::TenantPlacement,
    &sections_spelt::SectionsSpelt,
    &options_spelt::OptionsSpelt,
    &duplicates::Duplicates,
    &values_whole::ValuesWhole,
    &hidden_values::HiddenValues,
    &unchanged::Unchanged,
];
