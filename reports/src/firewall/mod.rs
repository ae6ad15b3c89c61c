//! Rules in the languages of firewalls and proxies: a list of accesses goes in, text comes out. One file per language.
//!
//! What is written as a command consists of words of ours and of names that `DnsName` let in. Everything else (titles, reasons) stands
//! in comments or cells, each escaped by the one function of its language.

mod asa;
mod aws;
mod csv;
mod fortigate;
mod markdown;
mod pac;
mod paloalto;
mod squid;
mod windows;
mod words;

#[cfg(test)]
mod tests;

use hybridcheck_core::access::AccessList;

/// The language of a firewall, a proxy or a ticket.
pub trait Dialect: Sync {
    /// The name for `--format`.
    fn name(&self) -> &'static str;

    /// One line about it.
    fn about(&self) -> &'static str;

    /// The whole document, ending in a line break.
    fn render(&self, list: &AccessList) -> String;
}

/// Every language, the default one first.
pub fn dialects() -> Vec<&'static dyn Dialect> {
    vec![
        &markdown::Markdown,
        &csv::Csv,
        &paloalto::PaloAlto,
        &fortigate::FortiGate,
        &asa::Asa,
        &squid::Squid,
        &pac::Pac,
        &aws::Aws,
        &windows::Windows,
    ]
}

/// The language of a name.
pub fn dialect(name: &str) -> Option<&'static dyn Dialect> {
    dialects()
        .into_iter()
        .find(|dialect| dialect.name() == name)
}
