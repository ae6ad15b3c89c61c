//! Squid.

use std::fmt::Write;

use hybridcheck_core::access::{Access, AccessList, Destination};

use super::Dialect;
use super::words::{EXEMPTION, about, comment, heading};

/// `dstdomain` lists allowed before the deny rules, and a list of names to splice.
pub(super) struct Squid;

impl Dialect for Squid {
    fn name(&self) -> &'static str {
        "squid"
    }

    fn about(&self) -> &'static str {
        "squid.conf: acl, http_access and ssl_bump"
    }

    fn render(&self, list: &AccessList) -> String {
        let mut out = String::new();
        comment(&mut out, "#", heading(list));
        let rules = list.widened();
        if rules.is_empty() {
            return out;
        }
        comment(
            &mut out,
            "#",
            [
                "Put the allow lines before the http_access lines that deny: the first that matches decides.",
                "A destination port other than 443 must also be among your SSL_ports and Safe_ports.",
                "They let in every client that this proxy serves; add a src list of yours to narrow that.",
            ],
        );
        out.push_str("\nacl hybridcheck_connect method CONNECT\n");
        for (port, rules) in AccessList::by_port(&rules) {
            port_rules(&mut out, port, &rules);
        }
        exempt(&mut out, list);
        out
    }
}

fn port_rules(out: &mut String, port: u16, rules: &[&Access]) {
    let acl = format!("hybridcheck_tcp_{port}");
    for rule in rules {
        comment(out, "#", about(rule));
    }
    let _ = writeln!(out, "acl {acl}_port port {port}");
    // Plain HTTP is not tunnelled; everything else is.
    let method = if port == 80 {
        ""
    } else {
        "hybridcheck_connect "
    };
    for (kind, suffix) in [("dstdomain", ""), ("dst", "_address")] {
        let mut is_there = false;
        for rule in rules {
            let value = match (&rule.destination, kind) {
                (Destination::Name(name), "dstdomain") => name.to_string(),
                (Destination::Below(domain), "dstdomain") => format!(".{domain}"),
                (Destination::Address(address), "dst") => address.to_string(),
                _ => continue,
            };
            // Squid takes the domain itself for part of its leading dot, and refuses what overlaps.
            if kind == "dstdomain" && is_overlapped(rules, rule) {
                continue;
            }
            is_there = true;
            let _ = writeln!(out, "acl {acl}{suffix} {kind} {value}");
        }
        if is_there {
            let _ = writeln!(out, "http_access allow {method}{acl}_port {acl}{suffix}");
        }
    }
}

/// Whether another entry with a leading dot already takes this one in.
fn is_overlapped(rules: &[&Access], rule: &Access) -> bool {
    rules
        .iter()
        .any(|other| match (&other.destination, &rule.destination) {
            (Destination::Below(domain), Destination::Name(name)) => {
                name == domain || name.is_below(domain)
            }
            (Destination::Below(domain), Destination::Below(inner)) => inner.is_below(domain),
            _ => false,
        })
}

fn exempt(out: &mut String, list: &AccessList) {
    let names = list.exempt();
    if names.is_empty() {
        return;
    }
    out.push('\n');
    comment(out, "#", [EXEMPTION]);
    comment(
        out,
        "#",
        [
            "Only for a Squid that bumps TLS (built with OpenSSL): leave the rest out elsewhere. Put it before the ssl_bump lines that bump.",
        ],
    );
    for name in names {
        let _ = writeln!(out, "acl hybridcheck_no_inspection ssl::server_name {name}");
    }
    out.push_str("ssl_bump splice hybridcheck_no_inspection\n");
}
