//! Checks of family `roles`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod exist;

pub(crate) const CHECKS: &[&dyn Check] = &[&exist::Exist];
