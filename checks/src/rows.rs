//! Rows as causes look at them.
