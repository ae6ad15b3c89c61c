//! The nouns every room of hybridcheck shares. No I/O, no clock, no terminal: what is here is pure and can be judged again.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![warn(missing_docs)]

pub mod access;
pub mod baseline;
pub mod cause;
pub mod check;
mod document;
pub mod endpoint;
pub mod facts;
pub mod finding;
mod form;
pub mod guard;
pub mod idp_fault;
pub mod issuer;
pub mod names;
pub mod object;
pub mod outside;
pub mod parallel;
pub mod permission;
pub mod policy;
pub mod redact;
pub mod region;
pub mod report;
pub mod row;
pub mod run;
pub mod secret;
pub mod text;
pub mod time;
