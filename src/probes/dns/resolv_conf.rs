//! The nameservers of this host. On Unix `/etc/resolv.conf` is read here, because what is wrong with a line matters.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::path::Path;

use hybridcheck_core::facts::ResolverFact;
use hybridcheck_core::outside::Outside;

use crate::probes::lines::{Lines, read};

/// The system's resolver asks no more nameservers than this (`MAXNS` in resolv.conf(5)).
const NAMESERVERS: usize = 3;
const PORT: u16 = 53;

/// The nameservers to ask: the given ones, or the system's.
pub fn resolver(given: Vec<SocketAddr>, file: Option<&Path>) -> ResolverFact {
    if given.is_empty() {
        return file.map_or_else(of_system, of_file);
    }
    ResolverFact {
        source: "--dns-server".into(),
        nameservers: given,
        search: Vec::new(),
        ndots: None,
        oddities: Vec::new(),
        problem: None,
    }
}

/// The nameservers of a system that keeps them elsewhere than in a file.
#[cfg(windows)]
fn of_system() -> ResolverFact {
    let mut fact = empty("the system's settings");
    match hickory_resolver::system_conf::read_system_conf() {
        Ok((config, _)) => {
            for server in config.name_servers() {
                let port = server.connections.first().map_or(PORT, |c| c.port);
                let address = SocketAddr::new(server.ip, port);
                if !fact.nameservers.contains(&address) {
                    fact.nameservers.push(address);
                }
            }
            fact.search = config
                .search()
                .iter()
                .map(|name| Outside::kept(&name.to_ascii(), 255))
                .collect();
            if fact.nameservers.is_empty() {
                fact.problem = Some("no nameserver is configured".to_owned());
            }
        }
        Err(error) => fact.problem = Some(Outside::kept(&error.to_string(), 200)),
    }
    fact
}

/// Every other system keeps them in a file.
#[cfg(not(windows))]
fn of_system() -> ResolverFact {
    ResolverFact {
        problem: Some("no file of nameservers is named".into()),
        ..empty("the system's settings")
    }
}

fn empty(source: &str) -> ResolverFact {
    ResolverFact {
        source: source.into(),
        nameservers: Vec::new(),
        search: Vec::new(),
        ndots: None,
        oddities: Vec::new(),
        problem: None,
    }
}

/// Reads a file in the form of resolv.conf(5).
fn of_file(file: &Path) -> ResolverFact {
    let path = &file.display().to_string();
    match read(file) {
        Ok(lines) => parsed(path, &lines),
        Err(problem) => ResolverFact {
            problem: Some(problem.into()),
            ..empty(path)
        },
    }
}

pub(in crate::probes) fn parsed(path: &str, lines: &Lines) -> ResolverFact {
    let mut fact = empty(path);
    let mut odd = lines.oddities();
    for (number, line) in lines.iter() {
        // Comments stand in the first column (resolv.conf(5)); after a word, programs differ.
        if line.starts_with(['#', ';']) {
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(keyword) = words.next() else {
            continue;
        };
        let mut words = words.take_while(|word| !word.starts_with(['#', ';']));
        match keyword {
            "nameserver" => match words.next().map(nameserver) {
                Some(Some(address)) if fact.nameservers.len() < NAMESERVERS => {
                    if !fact.nameservers.contains(&address) {
                        fact.nameservers.push(address);
                    }
                }
                Some(Some(address)) => odd.add(
                    number,
                    &format!(
                        "nameserver {} is never asked: the system uses the first {NAMESERVERS}",
                        address.ip()
                    ),
                ),
                _ => odd.add(number, &format!("no address after `nameserver`: {line}")),
            },
            // The last of both counts.
            "search" | "domain" => {
                fact.search = words
                    .take(32)
                    .map(|word| Outside::kept(word, 255))
                    .collect();
            }
            "options" => {
                for option in words {
                    if let Some(dots) = option.strip_prefix("ndots:") {
                        match dots.parse() {
                            Ok(dots) => fact.ndots = Some(dots),
                            Err(_) => odd.add(number, &format!("no number in `{option}`")),
                        }
                    }
                }
            }
            "sortlist" | "lookup" | "family" => {}
            _ => odd.add(number, &format!("not understood: {line}")),
        }
    }
    fact.oddities = odd.found();
    if fact.nameservers.is_empty() {
        fact.problem = Some("no usable `nameserver` line".into());
    }
    fact
}

/// An address, an IPv6 address with its zone (`fe80::1%eth0`) among them.
fn nameserver(word: &str) -> Option<SocketAddr> {
    if let Ok(address) = word.parse::<IpAddr>() {
        return Some(SocketAddr::new(address, PORT));
    }
    let (address, zone) = word.split_once('%')?;
    let address: Ipv6Addr = address.parse().ok()?;
    let index = zone.parse().ok().or_else(|| index_of(zone))?;
    Some(SocketAddrV6::new(address, PORT, 0, index).into())
}

/// The number of a network interface, as Linux shows it.
fn index_of(zone: &str) -> Option<u32> {
    if zone.is_empty() || zone.contains(['/', '.']) {
        return None;
    }
    let text = std::fs::read_to_string(format!("/sys/class/net/{zone}/ifindex")).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> ResolverFact {
        parsed("resolv.conf", &Lines::of(text.as_bytes()))
    }

    #[test]
    fn nameservers_search_list_and_ndots_are_read() {
        let fact = of(
            "# made by hand\nnameserver 10.0.0.53\nnameserver fd00::53\nsearch old.example\nsearch acme.example lab.example\noptions timeout:1 ndots:5\n",
        );
        let shown: Vec<String> = fact.nameservers.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.0.0.53:53", "[fd00::53]:53"]);
        assert_eq!(fact.search, ["acme.example", "lab.example"]);
        assert_eq!(fact.ndots, Some(5));
        assert_eq!((fact.oddities, fact.problem), (Vec::new(), None));
    }

    #[test]
    fn lines_that_say_nothing_are_told_with_their_number() {
        let fact = of("nameserver 10.0.0.999\nnamserver 10.0.0.53\nnameserver 10.0.0.54\n");
        assert_eq!(fact.nameservers.len(), 1);
        assert_eq!(
            fact.oddities,
            [
                "line 1: no address after `nameserver`: nameserver 10.0.0.999",
                "line 2: not understood: namserver 10.0.0.53"
            ]
        );
    }

    #[test]
    fn a_fourth_nameserver_is_never_asked() {
        let fact = of(
            "nameserver 10.0.0.1\nnameserver 10.0.0.2\nnameserver 10.0.0.3\nnameserver 10.0.0.4\n",
        );
        assert_eq!(fact.nameservers.len(), 3);
        assert_eq!(
            fact.oddities,
            ["line 4: nameserver 10.0.0.4 is never asked: the system uses the first 3"]
        );
    }

    #[test]
    fn a_file_without_nameserver_is_a_problem() {
        assert_eq!(
            of("search acme.example\n").problem,
            Some("no usable `nameserver` line".into())
        );
    }

    #[test]
    fn a_file_that_cannot_be_read_is_a_problem_with_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("resolv.conf");
        let fact = of_file(&path);
        assert_eq!(fact.source, path.display().to_string().as_str());
        assert!(
            fact.problem
                .as_ref()
                .is_some_and(|problem| problem.raw().contains("cannot be read")),
            "{fact:?}"
        );
    }

    #[test]
    fn bytes_that_are_no_text_end_nowhere() {
        let fact = parsed(
            "resolv.conf",
            &Lines::of(b"\xff\xfe\x00\x07\nnameserver 10.0.0.1"),
        );
        assert_eq!(fact.nameservers.len(), 1);
        assert_eq!(fact.oddities.len(), 1);
        assert!(!fact.oddities[0].contains('\u{7}'), "{:?}", fact.oddities);
    }
}
