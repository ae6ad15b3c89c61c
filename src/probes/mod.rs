//! Probes: each asks one thing of the world and says what happened. They know the core's nouns only.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]

pub mod answer;
pub mod api;
pub mod clock;
pub mod discovery;
pub mod dns;
mod errqueue;
pub mod hello;
pub mod hosts;
pub mod json;
pub mod limits;
mod lines;
pub mod link;
pub mod org;
pub mod pace;
pub mod path;
mod pool;
pub mod queue;
pub mod readers;
pub mod saml_login;
pub mod served;
mod sockdiag;
pub mod socket;
mod syn;
pub mod system;
pub mod tcp;
pub mod thread;
pub mod tls;
pub mod token;
pub mod trust;
pub mod tunnel;
pub mod web;

/// What every request says of its sender.
pub const USER_AGENT: &str = concat!("hybridcheck/", env!("CARGO_PKG_VERSION"));
