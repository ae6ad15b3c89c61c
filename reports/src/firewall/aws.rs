//! AWS Network Firewall, as a CloudFormation template.

use std::fmt::Write;

use hybridcheck_core::access::{Access, AccessList, Destination, Purpose};

use super::Dialect;
use super::words::{EXEMPTION, about, comment, heading};

/// Domain lists: one for names in TLS, one for names in plain HTTP.
pub(super) struct Aws;

impl Dialect for Aws {
    fn name(&self) -> &'static str {
        "aws"
    }

    fn about(&self) -> &'static str {
        "CloudFormation template for AWS Network Firewall (domain lists)"
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
                "An allow list denies every other name of its protocol: if you have such a rule group already, add these Targets to it instead.",
                "Only traffic from the VPC of the firewall is looked at unless HOME_NET in RuleVariables says more. Domain lists know no ports.",
                "The rule order must be that of your firewall policy. Security groups cannot hold names; a leading dot means the domain and all below it.",
            ],
        );
        // Revocation alone is plain HTTP.
        let (plain, tls): (Vec<&Access>, Vec<&Access>) = rules
            .iter()
            .partition(|rule| rule.purposes.contains(&Purpose::Revocation));
        let groups: Vec<(&str, &str, &str, Vec<&Access>)> = [
            ("HybridcheckTls", "hybridcheck-tls", "TLS_SNI", tls),
            ("HybridcheckHttp", "hybridcheck-http", "HTTP_HOST", plain),
        ]
        .into_iter()
        .filter(|(.., members)| members.iter().any(|rule| target(rule).is_some()))
        .collect();
        for rule in &rules {
            if let Destination::Address(_) = rule.destination {
                comment(&mut out, "#", about(rule));
                comment(
                    &mut out,
                    "#",
                    ["A domain list cannot hold an address: write a stateful 5-tuple rule for it."],
                );
            }
        }
        if groups.is_empty() {
            return out;
        }
        out.push_str("\nAWSTemplateFormatVersion: \"2010-09-09\"\nDescription: \"Outbound access to Genesys Cloud\"\nResources:\n");
        for (resource, name, kind, members) in groups {
            let _ = writeln!(
                out,
                "  {resource}:\n    Type: \"AWS::NetworkFirewall::RuleGroup\"\n    Properties:\n      RuleGroupName: \"{name}\"\n      \
                 Type: \"STATEFUL\"\n      Capacity: 100\n      RuleGroup:\n        RulesSource:\n          RulesSourceList:\n            \
                 GeneratedRulesType: \"ALLOWLIST\"\n            TargetTypes:\n              - \"{kind}\"\n            Targets:"
            );
            for rule in members {
                if let Some(target) = target(rule) {
                    comment(&mut out, "              #", about(rule));
                    let _ = writeln!(out, "              - \"{target}\"");
                }
            }
        }
        let exempt = list.exempt();
        if !exempt.is_empty() {
            out.push('\n');
            comment(&mut out, "#", [EXEMPTION]);
            comment(&mut out, "#", exempt.iter().map(|name| format!("  {name}")));
        }
        out
    }
}

fn target(rule: &Access) -> Option<String> {
    match &rule.destination {
        Destination::Name(name) => Some(name.to_string()),
        Destination::Below(domain) => Some(format!(".{domain}")),
        Destination::Address(_) => None,
    }
}
