//! The command as a whole: the real binary with a scrubbed environment, and every check on every scenario.

mod cli;
mod demo;
mod hostile;
mod interrupt;
mod matrix;
mod probe;
mod safety;
mod saml;
mod schema;
mod sdk;
mod secrets;
mod spoiled;
mod support;
