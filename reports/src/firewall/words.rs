//! What all languages say alike, and how text of others becomes harmless in a comment.

use std::net::IpAddr;

use hybridcheck_core::access::{Access, AccessList, Destination, Reach};
use hybridcheck_core::facts::PHASE_FLAG;

/// Longest line of a comment.
const CAP: usize = 600;

/// Why login and API should not be inspected, and whose advice that is.
pub(super) const EXEMPTION: &str = "Exempt from TLS inspection: these connections carry client secrets and tokens, and a component that does not \
     trust the inspecting authority fails. This is a recommendation of hybridcheck; Genesys documents an exemption for media only.";

/// What else every host needs, for a ticket: what, service, needed by, basis.
pub(super) const PREREQUISITES: [[&str; 4]; 2] = [
    [
        "the nameservers of the site, which must resolve the names above",
        "UDP and TCP 53 (DNS)",
        "every host that does not go through an explicit proxy",
        "inferred",
    ],
    [
        "the time source of the site",
        "UDP 123 (NTP)",
        "hosts that sign SAML assertions: Genesys Cloud tolerates 10 seconds",
        "documented",
    ],
];

/// Text that may have come from an object, in characters that mean nothing in any of the languages.
///
/// Letters and digits of any script and plain punctuation stay; quotes, backticks, `|`, `?`, `\`, control and bidirectional characters
/// become `\u{…}`. So the text cannot end its line, cannot continue it (Squid does on a trailing backslash) and cannot call for help
/// (the command lines of ASA and FortiGate do on a question mark).
pub(super) fn harmless(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == CAP {
            out.push_str("...");
            break;
        }
        if c.is_alphanumeric() || " .,:;-_/()[]+@=*%".contains(c) {
            out.push(c);
        } else {
            out.extend(c.escape_unicode());
        }
    }
    out
}

/// Comment lines.
pub(super) fn comment<I>(out: &mut String, mark: &str, lines: I)
where
    I: IntoIterator,
    I::Item: AsRef<str>,
{
    for line in lines {
        out.push_str(mark);
        out.push(' ');
        out.push_str(harmless(line.as_ref()).trim_end());
        out.push('\n');
    }
}

/// The first lines of every document, not yet escaped.
pub(super) fn heading(list: &AccessList) -> Vec<String> {
    let what = if list.only_missing {
        "Missing firewall rules for Genesys Cloud: only what this host could not connect to"
    } else {
        "Firewall rules for Genesys Cloud"
    };
    let mut lines = vec![format!("{what}. {}", made_by(list))];
    lines.extend(
        list.subjects
            .iter()
            .map(|subject| format!("For: {subject}")),
    );
    if list.rules.is_empty() {
        lines.push(NOTHING.to_owned());
    } else {
        lines.push(GROUND.to_owned());
        lines.push(NAMES.to_owned());
        lines.push(INBOUND.to_owned());
    }
    lines.extend(list.notes.iter().cloned());
    lines
}

/// Said instead of rules when there are none.
pub(super) const NOTHING: &str =
    "No rule is missing: this host could make every connection that was tried.";
/// The warning that every document carries.
pub(super) const NAMES: &str =
    "Destination addresses change without notice: keep the names, do not convert them to IP.";
/// The direction.
pub(super) const INBOUND: &str =
    "Every rule is outbound and stateful; Genesys Cloud opens no connection inbound.";
const GROUND: &str = "Documented, observed or inferred says what each need rests on.";

/// Tool, version and the day of its table.
pub(super) fn made_by(list: &AccessList) -> String {
    format!(
        "Written by {}, region table of {}.",
        list.tool, list.table_date
    )
}

/// What a rule is for, as comment lines.
pub(super) fn about(rule: &Access) -> Vec<String> {
    let mut lines = vec![format!(
        "{} TCP {}: {}. Needed by: {} ({}).",
        rule.destination,
        rule.port,
        rule.purpose(),
        rule.needed_by(),
        rule.mark()
    )];
    lines.extend(seen(rule));
    lines
}

/// What this host learned about a rule.
pub(super) fn seen(rule: &Access) -> Vec<String> {
    match &rule.reach {
        Reach::Unasked | Reach::Open => Vec::new(),
        Reach::Untested { why } => vec![format!("Not tested: {}", plain(why))],
        Reach::Shut { found, tries } => {
            let mut lines = vec![format!("Not reached from this host: {}", plain(found))];
            lines.extend(tries.iter().map(|each| format!("Tried: {}", plain(each))));
            lines
        }
    }
}

/// Which flag of ours changes a wait is nothing to a network team.
fn plain(text: &str) -> String {
    text.replace(&format!(" ({PHASE_FLAG})"), "")
}

/// The name of a rule or a list for a port.
pub(super) fn label(port: u16) -> String {
    format!("hybridcheck-tcp-{port}")
}

/// The name of a rule for a port and for who needs it.
pub(super) fn rule_label(port: u16, for_desktops: bool) -> String {
    let suffix = if for_desktops { "-desktops" } else { "" };
    format!("{}{suffix}", label(port))
}

/// The name of the object that stands for a destination; never longer than the 63 characters that firewalls allow.
pub(super) fn object_name(rules: &[Access], destination: &Destination) -> String {
    const ROOM: usize = 40;
    let (kind, text) = match destination {
        Destination::Name(name) => ("host", name.to_string()),
        Destination::Below(domain) => ("domain", domain.to_string()),
        Destination::Address(address) => ("address", address.to_string().replace(':', "-")),
    };
    if text.len() <= ROOM {
        return format!("hc-{kind}-{text}");
    }
    let index = rules
        .iter()
        .position(|rule| rule.destination == *destination)
        .unwrap_or_default();
    // Names hold ASCII only.
    format!("hc-{kind}-{}-{index}", &text[..ROOM])
}

/// The destinations of some rules, each once.
pub(super) fn destinations(rules: &[Access]) -> Vec<&Destination> {
    let mut all = Vec::new();
    for rule in rules {
        if !all.contains(&&rule.destination) {
            all.push(&rule.destination);
        }
    }
    all
}

/// The IPv4 addresses among the sources.
pub(super) fn sources_v4(list: &AccessList) -> Vec<IpAddr> {
    let sources = list.sources.iter().copied();
    sources.filter(IpAddr::is_ipv4).collect()
}
