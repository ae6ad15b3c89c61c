//! The command as a whole: the real binary with a scrubbed environment, and every check on every scenario.

mod answers;
mod cli;
mod demo;
mod firewall;
mod firewall_readers;
mod hostile;
mod idp;
mod inspection;
mod interrupt;
mod login;
mod matrix;
mod old_tls;
mod permissions;
mod polite;
mod probe;
mod proxy;
mod reads_only;
mod reread;
mod safety;
mod saml;
mod schema;
mod sdk;
mod secrets;
mod spoiled;
mod support;
mod walls;
