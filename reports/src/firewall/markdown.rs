//! Markdown: a ticket that a network team can act on.

use std::fmt::Write;

use hybridcheck_core::access::AccessList;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::listed;

use super::Dialect;
use super::words::{EXEMPTION, INBOUND, NAMES, NOTHING, PREREQUISITES, made_by, seen};

/// A ticket.
pub(super) struct Markdown;

const LONGEST: usize = 300;

impl Dialect for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "a ticket for the network team"
    }

    fn render(&self, list: &AccessList) -> String {
        let mut out = String::from("# Firewall request: outbound access to Genesys Cloud\n\n");
        for subject in &list.subjects {
            let _ = writeln!(out, "- For: {}", code(subject));
        }
        let _ = writeln!(out, "- {}", made_by(list));
        if list.only_missing {
            out.push_str("- Only the connections that this host could not make are listed.\n");
        }
        let rules = list.widened();
        if rules.is_empty() {
            let _ = writeln!(out, "\n{NOTHING}");
        } else {
            let _ = writeln!(out, "- {INBOUND}\n- {NAMES}\n\n## Rules to allow\n");
            let source = if list.sources.is_empty() {
                "(fill in the hosts)".to_owned()
            } else {
                listed(&list.sources)
            };
            table(
                &mut out,
                [
                    "Source",
                    "Destination",
                    "Protocol",
                    "Port",
                    "Direction",
                    "Purpose",
                    "Needed by",
                    "Basis",
                ],
            );
            for rule in &rules {
                row(
                    &mut out,
                    [
                        source.clone(),
                        rule.destination.to_string(),
                        "TCP".into(),
                        rule.port.to_string(),
                        "outbound".into(),
                        rule.purpose(),
                        rule.needed_by(),
                        rule.mark().to_string(),
                    ],
                );
            }
        }
        let lines: Vec<(String, Vec<String>)> = rules
            .iter()
            .map(|rule| {
                (
                    format!("{} TCP {}", rule.destination, rule.port),
                    seen(rule),
                )
            })
            .filter(|(_, seen)| !seen.is_empty())
            .collect();
        if !lines.is_empty() {
            out.push_str("\n## What this host saw\n\n");
            for (target, seen) in lines {
                let _ = writeln!(out, "- {}", code(&target));
                for line in seen {
                    let _ = writeln!(out, "  - {}", code(&line));
                }
            }
        }
        exempt(&mut out, list);
        if !list.only_missing {
            out.push_str("\n## Prerequisites, usually in place\n\n");
            table(&mut out, ["To", "Service", "Needed by", "Basis"]);
            for prerequisite in PREREQUISITES {
                row(&mut out, prerequisite.map(str::to_owned));
            }
        }
        if !list.notes.is_empty() {
            out.push_str("\n## Notes\n\n");
            for note in &list.notes {
                let _ = writeln!(out, "- {}", escaped(note));
            }
        }
        out
    }
}

fn exempt(out: &mut String, list: &AccessList) {
    let exempt = list.exempt();
    if exempt.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## TLS inspection\n\n{EXEMPTION}\n");
    for name in exempt {
        let _ = writeln!(out, "- {}", escaped(name.as_str()));
    }
}

fn table<const N: usize>(out: &mut String, names: [&str; N]) {
    row(out, names.map(str::to_owned));
    let _ = writeln!(out, "|{}", "---|".repeat(N));
}

fn row<const N: usize>(out: &mut String, cells: [String; N]) {
    let _ = writeln!(out, "| {} |", cells.map(|cell| escaped(&cell)).join(" | "));
}

/// Text in which no character means anything to Markdown.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (index, c) in Outside::of(text.trim_start())
        .shown(LONGEST)
        .to_string()
        .chars()
        .enumerate()
    {
        let starts_block = index == 0 && "-+=".contains(c);
        if starts_block || "\\`*_{}[]<>#|~&!".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text as code, which shows everything as it is: the fence is longer than any backticks inside.
fn code(text: &str) -> String {
    let text = Outside::of(text).shown(LONGEST).to_string();
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if longest == 0 && !text.is_empty() {
        ""
    } else {
        " "
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}
