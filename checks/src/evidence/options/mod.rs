//! How several families read an option: is it there, is it spelt right, is it clean, what address does it name.

pub(crate) mod address;
pub(crate) mod cleaning;
pub(crate) mod guid;
pub(crate) mod presence;
pub(crate) mod spelling;

/// Where the options of the object are edited, for the words of a fix.
pub(crate) const OPTIONS_TAB: &str =
    "GAX, Configuration Manager > Routing/eServices > Transactions > hybrid_integration > Options";
