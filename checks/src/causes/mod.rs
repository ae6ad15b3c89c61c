//! Root causes, in the order in which they are tried.

use hybridcheck_core::cause::Rule;

pub(crate) const RULES: &[&dyn Rule] = &[];
