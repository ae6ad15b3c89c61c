//! Palo Alto Networks, `set` commands of the configuration mode.

use std::fmt::Write;

use hybridcheck_core::access::{Access, AccessList, Destination};
use hybridcheck_core::text::listed;

use super::Dialect;
use super::words::{EXEMPTION, about, comment, heading, label, rule_label};

/// Custom URL categories in security rules; entries end in `/`, for the firewall completes those that do not.
pub(super) struct PaloAlto;

const EXEMPT: &str = "hybridcheck-no-inspection";

impl Dialect for PaloAlto {
    fn name(&self) -> &'static str {
        "paloalto"
    }

    fn about(&self) -> &'static str {
        "set commands for Palo Alto Networks (custom URL category)"
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
                "Lines that begin with a hash are for the reader: paste only the lines that begin with set.",
                "Replace FROM-ZONE, TO-ZONE, SOURCE and DESKTOPS. On Panorama begin with set shared profiles, or with the device group.",
                "Place the rules above the one that denies (move rulebase security rules NAME top), then commit.",
            ],
        );
        if !list.sources.is_empty() {
            comment(
                &mut out,
                "#",
                [format!(
                    "SOURCE as seen by this host: {}",
                    listed(&list.sources)
                )],
            );
        }
        for (port, for_desktops, rules) in AccessList::by_port_and_client(&rules) {
            out.push('\n');
            for rule in &rules {
                comment(&mut out, "#", about(rule));
            }
            group(&mut out, port, for_desktops, &rules);
        }
        exempt(&mut out, list);
        out
    }
}

fn group(out: &mut String, port: u16, for_desktops: bool, rules: &[&Access]) {
    let name = rule_label(port, for_desktops);
    let source = if for_desktops { "DESKTOPS" } else { "SOURCE" };
    // The predefined service-http stands for 80 and 8080, so only 443 has a service of its own already.
    let service = if port == 443 {
        "service-https".to_owned()
    } else {
        let service = label(port);
        let _ = writeln!(out, "set service {service} protocol tcp port {port}");
        service
    };
    let entries: Vec<String> = rules
        .iter()
        .filter(|rule| !matches!(rule.destination, Destination::Address(_)))
        .map(|rule| format!("{}/", rule.destination))
        .collect();
    if !entries.is_empty() {
        category(out, &name, &entries);
        let _ = writeln!(
            out,
            "set rulebase security rules {name} from FROM-ZONE to TO-ZONE source {source} destination any \
             application any category {name} service {service} action allow"
        );
    }
    let addresses: Vec<String> = rules
        .iter()
        .filter(|rule| matches!(rule.destination, Destination::Address(_)))
        .map(|rule| rule.destination.to_string())
        .collect();
    if !addresses.is_empty() {
        let _ = writeln!(
            out,
            "set rulebase security rules {name}-address from FROM-ZONE to TO-ZONE source {source} destination [ {} ] \
             application any service {service} action allow",
            addresses.join(" ")
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
    let entries: Vec<String> = names.iter().map(|name| format!("{name}/")).collect();
    category(out, EXEMPT, &entries);
    let _ = writeln!(
        out,
        "set rulebase decryption rules {EXEMPT} from FROM-ZONE to TO-ZONE source SOURCE destination any \
         category {EXEMPT} service any action no-decrypt type ssl-forward-proxy"
    );
}

fn category(out: &mut String, name: &str, entries: &[String]) {
    let _ = writeln!(
        out,
        "set profiles custom-url-category {name} type \"URL List\"\n\
         set profiles custom-url-category {name} list [ {} ]",
        entries.join(" ")
    );
}
