//! Groups of flags that several subcommands share, and what they are read as.

mod baseline;
mod job;
mod login;
mod network;
mod scope;
pub(super) mod select;
mod values;

pub(super) use baseline::BaselineArgs;
pub(super) use job::{JobArgs, settled};
pub(super) use login::LoginArgs;
pub(super) use network::NetworkArgs;
pub(super) use scope::{InputArgs, ScopeArgs, read, the_only};
pub(super) use values::{Given, Unrepeated, moment};
