//! What is said about a name, and what the addresses said are worth: as several checks and causes of name resolution look at it.

mod kind;
mod sinkholes;
mod views;

pub(crate) use kind::Kind;
pub(crate) use sinkholes::Certain;
pub(crate) use views::{Says, View, is_proven, kinds, views};
