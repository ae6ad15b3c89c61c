//! Root causes of family `object`; the order in which they are tried stands one room up.

pub(crate) mod object_changed;
pub(crate) mod object_incomplete;
pub(crate) mod object_wrong_type;
