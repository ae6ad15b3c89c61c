//! FortiGate, the command line of FortiOS.

use std::fmt::Write;
use std::net::IpAddr;

use hybridcheck_core::access::{Access, AccessList, Destination};

use super::Dialect;
use super::words::{
    EXEMPTION, about, comment, destinations, heading, label, object_name, rule_label, sources_v4,
};

/// Address objects by name, one policy per port, and names for the inspection profile.
pub(super) struct FortiGate;

impl Dialect for FortiGate {
    fn name(&self) -> &'static str {
        "fortigate"
    }

    fn about(&self) -> &'static str {
        "FortiOS commands for FortiGate (FQDN address objects)"
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
                "Replace SOURCE-INTERFACE, INTERNET-INTERFACE, SOURCE-HOSTS and DESKTOPS: FortiOS refuses names that it does not know.",
                "A new policy goes to the end: move it above the one that denies. The FortiGate must use the same nameservers as the hosts.",
                "Addresses with * need FortiOS 6.2.2 or later.",
            ],
        );
        addresses(&mut out, list, &rules);
        services(&mut out, &rules);
        policies(&mut out, list, &rules);
        exempt(&mut out, list);
        out
    }
}

fn addresses(out: &mut String, list: &AccessList, rules: &[Access]) {
    out.push_str("\nconfig firewall address\n");
    for (index, source) in sources_v4(list).into_iter().enumerate() {
        subnet(out, &source_name(index), source);
    }
    for destination in destinations(rules) {
        let name = object_name(rules, destination);
        match destination {
            Destination::Address(address @ IpAddr::V4(_)) => subnet(out, &name, *address),
            Destination::Address(IpAddr::V6(_)) => {}
            Destination::Name(_) | Destination::Below(_) => {
                let _ = writeln!(
                    out,
                    "    edit \"{name}\"\n        set type fqdn\n        set fqdn \"{destination}\"\n    next"
                );
            }
        }
    }
    out.push_str("end\n");
}

fn subnet(out: &mut String, name: &str, address: IpAddr) {
    let _ = writeln!(
        out,
        "    edit \"{name}\"\n        set type ipmask\n        set subnet {address} 255.255.255.255\n    next"
    );
}

fn source_name(index: usize) -> String {
    format!("hc-source-{}", index + 1)
}

/// The service of a port: FortiOS brings those of HTTP and HTTPS along.
fn service(port: u16) -> String {
    match port {
        80 => "HTTP".into(),
        443 => "HTTPS".into(),
        other => label(other),
    }
}

fn services(out: &mut String, rules: &[Access]) {
    let own: Vec<u16> = AccessList::by_port(rules)
        .into_iter()
        .map(|(port, _)| port)
        .filter(|port| ![80, 443].contains(port))
        .collect();
    if own.is_empty() {
        return;
    }
    out.push_str("config firewall service custom\n");
    for port in own {
        let _ = writeln!(
            out,
            "    edit \"{}\"\n        set tcp-portrange {port}\n    next",
            service(port)
        );
    }
    out.push_str("end\n");
}

fn policies(out: &mut String, list: &AccessList, rules: &[Access]) {
    let sources = sources_v4(list);
    let source = if sources.is_empty() {
        "\"SOURCE-HOSTS\"".to_owned()
    } else {
        let names = (0..sources.len()).map(|index| format!("\"{}\"", source_name(index)));
        names.collect::<Vec<_>>().join(" ")
    };
    for (port, for_desktops, of_port) in AccessList::by_port_and_client(rules) {
        let source = if for_desktops {
            "\"DESKTOPS\""
        } else {
            &source
        };
        let targets: Vec<String> = of_port
            .iter()
            .filter(|rule| !matches!(rule.destination, Destination::Address(IpAddr::V6(_))))
            .map(|rule| format!("\"{}\"", object_name(rules, &rule.destination)))
            .collect();
        for rule in &of_port {
            comment(out, "#", about(rule));
            if let Destination::Address(IpAddr::V6(address)) = rule.destination {
                comment(
                    out,
                    "#",
                    [format!(
                        "{address} is an IPv6 address: it needs an address6 object and a policy of its own."
                    )],
                );
            }
        }
        if targets.is_empty() {
            continue;
        }
        let _ = writeln!(
            out,
            "config firewall policy\n    edit 0\n        set name \"{}\"\n        set srcintf \"SOURCE-INTERFACE\"\n        \
             set dstintf \"INTERNET-INTERFACE\"\n        set srcaddr {source}\n        set dstaddr {}\n        set action accept\n        \
             set schedule \"always\"\n        set service \"{}\"\n        set nat enable\n    next\nend",
            rule_label(port, for_desktops),
            targets.join(" "),
            service(port)
        );
    }
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
            "Then name these in the ssl-exempt part of your SSL inspection profile, type wildcard-fqdn.",
        ],
    );
    out.push_str("config firewall wildcard-fqdn custom\n");
    for name in names {
        let object = object_name(&list.rules, &Destination::Name(name.clone()));
        let _ = writeln!(
            out,
            "    edit \"{object}\"\n        set wildcard-fqdn \"{name}\"\n    next"
        );
    }
    out.push_str("end\n");
}
