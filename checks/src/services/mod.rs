//! Checks of family `services`, in the order in which they are shown.

use hybridcheck_core::check::Check;

pub(crate) const CHECKS: &[&dyn Check] = &[];
