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

pub(crate) use alias::Alias;
pub(crate) use duplicates::Duplicates;
pub(crate) use folder::Folder;
pub(crate) use hidden_values::HiddenValues;
pub(crate) use name::Name;
pub(crate) use options_spelt::OptionsSpelt;
pub(crate) use sections_spelt::SectionsSpelt;
pub(crate) use state_enabled::StateEnabled;
pub(crate) use strangers::Strangers;
pub(crate) use tenant_placement::TenantPlacement;
pub(crate) use type_list::TypeList;
pub(crate) use unchanged::Unchanged;
pub(crate) use values_whole::ValuesWhole;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(Name),
        Box::new(Alias),
        Box::new(TypeList),
        Box::new(Strangers),
        Box::new(StateEnabled),
        Box::new(Folder),
        Box::new(TenantPlacement),
        Box::new(SectionsSpelt),
        Box::new(OptionsSpelt),
        Box::new(Duplicates),
        Box::new(ValuesWhole),
        Box::new(HiddenValues),
        Box::new(Unchanged),
    ]
}
