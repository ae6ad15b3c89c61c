//! Cisco ASA.

use std::fmt::Write;

use hybridcheck_core::access::{AccessList, Destination};

use super::Dialect;
use super::words::{EXEMPTION, about, comment, destinations, heading, object_name};

/// Network objects by name in an access list; ASA knows no wildcards.
pub(super) struct Asa;

impl Dialect for Asa {
    fn name(&self) -> &'static str {
        "asa"
    }

    fn about(&self) -> &'static str {
        "Cisco ASA 8.4(2) and later (FQDN network objects)"
    }

    fn render(&self, list: &AccessList) -> String {
        let mut out = String::new();
        comment(&mut out, "!", heading(list));
        // Hosts, however wide the user wants the rules.
        let rules = &list.rules;
        if rules.is_empty() {
            return out;
        }
        comment(
            &mut out,
            "!",
            [
                "Needs ASA 8.4(2) or later, but not 8.5(1). ASA knows no wildcards, so hosts are named.",
                "Replace ACL-NAME by the access list of the inside interface, SOURCE-HOSTS and DESKTOPS by object groups of your hosts.",
                "Lines of an access list go to its end: give a line number when a deny stands before it.",
                "The ASA resolves the names itself and must get the same answers as the hosts. If that is not set up yet:",
                "  dns domain-lookup INTERFACE",
                "  dns server-group DefaultDNS",
                "   name-server NAMESERVER-OF-THE-HOSTS",
            ],
        );
        out.push('\n');
        let source = sources(&mut out, list);
        for destination in destinations(rules) {
            let what = match destination {
                Destination::Name(name) => format!("fqdn {name}"),
                Destination::Address(address) => format!("host {address}"),
                Destination::Below(_) => continue,
            };
            let _ = writeln!(
                out,
                "object network {}\n {what}",
                object_name(rules, destination)
            );
        }
        for rule in rules {
            comment(&mut out, "!", about(rule));
            if let Destination::Below(domain) = &rule.destination {
                comment(
                    &mut out,
                    "!",
                    [format!(
                        "Cannot be written for ASA: allow TCP {} to the hosts below {domain} that the served certificates name \
                         (openssl x509 -noout -ocsp_uri -ext crlDistributionPoints), as objects like those above.",
                        rule.port
                    )],
                );
                continue;
            }
            let source = if rule.is_for_desktops_only() {
                "DESKTOPS"
            } else {
                &source
            };
            let _ = writeln!(
                out,
                "access-list ACL-NAME extended permit tcp object-group {source} object {} eq {}",
                object_name(rules, &rule.destination),
                service(rule.port)
            );
        }
        let exempt = list.exempt();
        if !exempt.is_empty() {
            out.push('\n');
            comment(&mut out, "!", [EXEMPTION]);
            comment(&mut out, "!", exempt.iter().map(|name| format!("  {name}")));
        }
        out
    }
}

fn service(port: u16) -> String {
    match port {
        443 => "https".into(),
        other => other.to_string(),
    }
}

/// The object group of the sources: one of our own when this host knows its addresses.
fn sources(out: &mut String, list: &AccessList) -> String {
    if list.sources.is_empty() {
        return "SOURCE-HOSTS".into();
    }
    let name = "hybridcheck-sources";
    let _ = writeln!(out, "object-group network {name}");
    for source in &list.sources {
        let _ = writeln!(out, " network-object host {source}");
    }
    name.into()
}
