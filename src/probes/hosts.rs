//! The hosts file of this host, read by ourselves, because the line is what a person has to change.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;

use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{HostsEntry, HostsFileFact};
use hybridcheck_core::outside::Outside;

use super::lines::{Lines, read};

/// More entries for one host than this are not looked at.
const ENTRY_LIMIT: usize = 16;

/// A hosts file that was read.
#[derive(Debug)]
pub struct HostsFile {
    path: String,
    problem: Option<String>,
    entries: HashMap<Host, Vec<HostsEntry>>,
    oddities: Vec<String>,
}

/// Reads a hosts file.
pub fn read_from(path: &Path) -> HostsFile {
    let is_missing = std::fs::symlink_metadata(path)
        .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    let lines = if is_missing {
        // Without the file no host is named in it: that is no fault.
        Ok(Lines::of(b""))
    } else {
        read(path)
    };
    match lines {
        Ok(lines) => parsed(path.display().to_string(), &lines),
        Err(problem) => HostsFile {
            path: path.display().to_string(),
            problem: Some(problem),
            entries: HashMap::new(),
            oddities: Vec::new(),
        },
    }
}

pub(super) fn parsed(path: String, lines: &Lines) -> HostsFile {
    let mut entries: HashMap<Host, Vec<HostsEntry>> = HashMap::new();
    let mut odd = lines.oddities();
    for (number, line) in lines.iter() {
        let line = line.trim_start_matches('\u{feff}');
        let mut words = line
            .split('#')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        let Some(first) = words.next() else {
            continue;
        };
        let Some(address) = address(first) else {
            odd.add(number, &format!("no address at its start: {line}"));
            continue;
        };
        let mut named = false;
        for name in words {
            named = true;
            let of_host = entries.entry(Host::of(name)).or_default();
            if of_host.len() < ENTRY_LIMIT {
                of_host.push(HostsEntry {
                    line: number,
                    address,
                });
            }
        }
        if !named {
            odd.add(number, &format!("an address without a name: {line}"));
        }
    }
    HostsFile {
        path,
        problem: None,
        entries,
        oddities: odd.found(),
    }
}

/// An address; a zone (`fe80::1%lo0`) is left out.
fn address(word: &str) -> Option<IpAddr> {
    word.split('%').next()?.parse().ok()
}

impl HostsFile {
    /// What it says of a host.
    pub fn of(&self, host: &Host) -> HostsFileFact {
        HostsFileFact {
            path: self.path.clone().into(),
            problem: self.problem.clone().map(Outside::from),
            entries: self.entries.get(host).cloned().unwrap_or_default(),
            oddities: self.oddities.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, host: &str) -> HostsFileFact {
        parsed("hosts".into(), &Lines::of(text.as_bytes())).of(&Host::of(host))
    }

    #[test]
    fn entries_are_found_by_name_and_alias_whatever_their_case() {
        let text = "127.0.0.1 localhost\n\n10.1.2.3 old LOGIN.mypurecloud.de. # until 2019\nfd00::3\tlogin.mypurecloud.de\n";
        let fact = of(text, "login.mypurecloud.de");
        let found: Vec<(u32, String)> = fact
            .entries
            .iter()
            .map(|entry| (entry.line, entry.address.to_string()))
            .collect();
        assert_eq!(found, [(3, "10.1.2.3".into()), (4, "fd00::3".into())]);
        assert!(of(text, "api.mypurecloud.de").entries.is_empty());
    }

    #[test]
    fn a_commented_entry_is_none() {
        assert!(
            of("#10.1.2.3 login.example", "login.example")
                .entries
                .is_empty()
        );
        assert!(
            of("10.1.2.3 other # login.example", "login.example")
                .entries
                .is_empty()
        );
    }

    #[test]
    fn junk_is_told_with_its_line_and_bounded() {
        let fact = of("10.1.2 login.example\n10.1.2.3\n", "login.example");
        assert_eq!(
            fact.oddities,
            [
                "line 1: no address at its start: 10.1.2 login.example",
                "line 2: an address without a name: 10.1.2.3"
            ]
        );
        let junk = "junk\n".repeat(100_000);
        let fact = of(&junk, "login.example");
        assert_eq!(
            fact.oddities.last().map(String::as_str),
            Some("and 99988 more lines")
        );
    }

    #[test]
    fn a_missing_file_names_no_host_and_a_folder_cannot_be_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("hosts");
        assert_eq!(read_from(&missing).of(&Host::of("a.example")).problem, None);
        let fact = read_from(folder.path()).of(&Host::of("a.example"));
        assert!(
            fact.problem
                .as_ref()
                .is_some_and(|problem| problem.raw().starts_with("cannot be read")),
            "{fact:?}"
        );
    }
}
