//! Windows Defender Firewall, in PowerShell.

use std::fmt::Write;

use hybridcheck_core::access::{Access, AccessList, Destination};

use super::Dialect;
use super::words::{EXEMPTION, about, comment, heading, label};

/// A look first, because Windows allows outbound traffic unless told otherwise; then rules by dynamic keyword address.
pub(super) struct Windows;

impl Dialect for Windows {
    fn name(&self) -> &'static str {
        "windows"
    }

    fn about(&self) -> &'static str {
        "PowerShell for Windows Defender Firewall"
    }

    fn render(&self, list: &AccessList) -> String {
        let mut out = String::new();
        comment(&mut out, "#", heading(list));
        // Keywords that Windows resolves are whole names: no wildcards.
        let rules = &list.rules;
        if rules.is_empty() {
            return out;
        }
        comment(
            &mut out,
            "#",
            [
                "Windows lets outbound connections pass unless a profile blocks them, so this looks first and then does nothing on most hosts.",
                "Rules by name need build 20348 or later and a component outside the firewall that fills the addresses in (Microsoft Defender).",
                "They are for whole names: there are no wildcards.",
                "Without such a component a rule matches nothing: then allow the port for the program instead, with -Program.",
                "Run it in an elevated PowerShell.",
            ],
        );
        out.push_str(
            "\n& {\n$blocking = Get-NetFirewallProfile -PolicyStore ActiveStore | Where-Object { $_.Enabled -eq 'True' -and $_.DefaultOutboundAction -eq 'Block' }\n\
             if (-not $blocking) {\n    Write-Output 'No profile of this host blocks outbound connections: no rule is needed here.'\n    return\n}\n\
             if ([Environment]::OSVersion.Version.Build -lt 20348) {\n    Write-Warning 'This build of Windows has no rules by name: allow the port for the program instead, with -Program.'\n    return\n}\n",
        );
        for (port, rules) in AccessList::by_port(rules) {
            out.push('\n');
            for rule in &rules {
                comment(&mut out, "#", about(rule));
            }
            port_rules(&mut out, port, &rules);
        }
        out.push_str("}\n");
        let exempt = list.exempt();
        if !exempt.is_empty() {
            out.push('\n');
            comment(&mut out, "#", [EXEMPTION]);
            comment(&mut out, "#", exempt.iter().map(|name| format!("  {name}")));
        }
        out
    }
}

fn port_rules(out: &mut String, port: u16, rules: &[&Access]) {
    let name = label(port);
    let of = |wanted: fn(&Destination) -> bool| {
        let all = rules.iter().filter(|rule| wanted(&rule.destination));
        let quoted = all.map(|rule| format!("'{}'", rule.destination));
        quoted.collect::<Vec<_>>().join(", ")
    };
    let names = of(|destination| matches!(destination, Destination::Name(_)));
    let addresses = of(|destination| matches!(destination, Destination::Address(_)));
    if !names.is_empty() {
        let _ = writeln!(
            out,
            "$ids = foreach ($name in @({names})) {{\n    $id = '{{' + (New-Guid) + '}}'\n    \
             New-NetFirewallDynamicKeywordAddress -Id $id -Keyword $name -AutoResolve $true | Out-Null\n    $id\n}}\n\
             New-NetFirewallRule -DisplayName '{name}' -Direction Outbound -Action Allow -Protocol TCP -RemotePort {port} -RemoteDynamicKeywordAddresses $ids"
        );
    }
    if !addresses.is_empty() {
        let _ = writeln!(
            out,
            "New-NetFirewallRule -DisplayName '{name}-address' -Direction Outbound -Action Allow -Protocol TCP -RemotePort {port} -RemoteAddress @({addresses})"
        );
    }
    if rules
        .iter()
        .any(|rule| matches!(rule.destination, Destination::Below(_)))
    {
        comment(
            out,
            "#",
            [
                "Windows has no rules for all hosts below a domain. Where the profile blocks, allow this port for the program that checks:",
                &format!(
                    "New-NetFirewallRule -DisplayName {name} -Direction Outbound -Action Allow -Protocol TCP -RemotePort {port} -Program PATH"
                ),
            ],
        );
    }
}
