//! A PAC file.

use std::fmt::Write;

use hybridcheck_core::access::{AccessList, Destination};

use super::Dialect;
use super::words::{EXEMPTION, about, comment, destinations, heading};

/// The hosts as a function, and how a `FindProxyForURL` uses it.
pub(super) struct Pac;

impl Dialect for Pac {
    fn name(&self) -> &'static str {
        "pac"
    }

    fn about(&self) -> &'static str {
        "JavaScript for a proxy auto-configuration file"
    }

    fn render(&self, list: &AccessList) -> String {
        let mut out = String::new();
        comment(&mut out, "//", heading(list));
        let rules = list.widened();
        if rules.is_empty() {
            return out;
        }
        comment(
            &mut out,
            "//",
            [
                "Take the function into your PAC file, and the if into its FindProxyForURL, before other decisions.",
                "Replace proxy.invalid:8080. A PAC file only chooses the way: the proxy and the firewall behind it need the rules too.",
                "Engage servers and services usually do not read PAC files; desktops do.",
            ],
        );
        let conditions: Vec<String> = destinations(&rules)
            .iter()
            .map(|destination| match destination {
                Destination::Below(domain) => {
                    format!("dnsDomainIs(host, {})", literal(&format!(".{domain}")))
                }
                exact => format!("host === {}", literal(&exact.to_string())),
            })
            .collect();
        out.push_str("\nfunction isGenesysCloudHost(host) {\n  host = host.toLowerCase();\n");
        for rule in &rules {
            comment(&mut out, "  //", about(rule));
        }
        let _ = writeln!(
            out,
            "  return (\n    {}\n  );\n}}",
            conditions.join(" ||\n    ")
        );
        out.push_str(
            "\nfunction FindProxyForURL(url, host) {\n  if (isGenesysCloudHost(host)) {\n    \
             return \"PROXY proxy.invalid:8080\";\n  }\n  return \"DIRECT\";\n}\n",
        );
        let exempt = list.exempt();
        if !exempt.is_empty() {
            out.push('\n');
            comment(&mut out, "//", [EXEMPTION]);
            comment(
                &mut out,
                "//",
                exempt.iter().map(|name| format!("  {name}")),
            );
        }
        out
    }
}

/// A string of JavaScript; JSON's are such.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
