//! Groups of flags that several subcommands share, and what they are read as.

mod baseline;
mod login;
mod network;
mod select;

pub(super) use baseline::BaselineArgs;
pub(super) use login::LoginArgs;
pub(super) use network::{NetworkArgs, duration};
pub(super) use select::checks;
