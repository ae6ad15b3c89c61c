//! Checks of family `roles`, in the order in which they are shown.

use hybridcheck_core::check::Check;

pub(crate) const CHECKS: &[&dyn Check] = &[];
