//! What name resolution answered: nameservers, hosts file, the system's own look-up, and the addresses a run uses.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::net::write_wait;
use super::{Attempt, Ending, Seen};
use crate::outside::Outside;
use crate::text::listed;
use crate::time::Took;

/// The nameservers a run asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResolverFact {
    /// Where the list comes from: `/etc/resolv.conf`, `--dns-server`.
    pub source: Outside,
    /// The nameservers, in order.
    pub nameservers: Vec<SocketAddr>,
    /// Domains appended to short names (`search`), in order.
    #[serde(default)]
    pub search: Vec<Outside>,
    /// How many dots make a name be asked as it is first (`ndots`).
    #[serde(default)]
    pub ndots: Option<u8>,
    /// Lines of the list that say nothing to the system's resolver, each with its number and what is wrong with it.
    #[serde(default)]
    pub oddities: Vec<String>,
    /// Why there is none, when there is none.
    pub problem: Option<Outside>,
}

impl Seen for ResolverFact {
    fn seen(&self) -> String {
        match &self.problem {
            Some(problem) => format!("{problem} ({})", self.source),
            None => format!("{} from {}", listed(&self.nameservers), self.source),
        }
    }
}

/// One nameserver's answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DnsFact {
    /// IPv4.
    pub a: DnsAnswer,
    /// IPv6.
    pub aaaa: DnsAnswer,
}

impl Seen for DnsFact {
    fn seen(&self) -> String {
        format!("A: {}; AAAA: {}", self.a.outcome, self.aaaa.outcome)
    }
}

impl DnsFact {
    /// Addresses of both families, IPv4 first.
    pub fn addresses(&self) -> Vec<IpAddr> {
        [&self.a, &self.aaaa]
            .into_iter()
            .flat_map(|answer| answer.outcome.addresses())
            .copied()
            .collect()
    }
}

/// The answer to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DnsAnswer {
    /// What was answered.
    pub outcome: DnsOutcome,
    /// The answer over UDP was cut (TC bit) and asked for again over TCP.
    #[serde(default)]
    pub truncated: bool,
    /// Every try.
    pub attempts: Vec<Attempt>,
}

/// What a nameserver answered to one question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum DnsOutcome {
    /// Addresses.
    Addresses {
        /// The addresses.
        addresses: Vec<IpAddr>,
        /// The alias chain, in order, without the asked name.
        cnames: Vec<Outside>,
        /// The smallest time to live, seconds.
        ttl: u32,
    },
    /// Aliases that lead in a circle, or a longer chain of them than any resolver follows.
    AliasLoop {
        /// The aliases, in order, without the asked name.
        cnames: Vec<Outside>,
    },
    /// The answer did not fit into a UDP packet (TC bit), and asking for it over TCP brought nothing.
    CutShort {
        /// What happened over TCP.
        over_tcp: Outside,
    },
    /// The answer could not be understood.
    Malformed,
    /// The host cannot be asked for: it is no name of the DNS (RFC 1035 section 2.3.4).
    NotAName,
    /// The name exists, but has no record of this family.
    NoData,
    /// The name does not exist.
    NxDomain,
    /// Another response code.
    OtherCode {
        /// The response code (RFC 1035 section 4.1.1, RFC 6895).
        code: u16,
    },
    /// The nameserver refused.
    Refused,
    /// The nameserver failed.
    ServFail,
    /// No answer in time.
    TimedOut {
        /// How long was waited.
        waited: Took,
    },
    /// The question could not be sent, or the nameserver's port is closed.
    Unreachable,
}

impl DnsOutcome {
    /// It in a word.
    pub fn ending(&self) -> Ending {
        match self {
            Self::Addresses { .. } => Ending::Addresses,
            Self::AliasLoop { .. } => Ending::AliasLoop,
            Self::CutShort { .. } => Ending::CutShort,
            Self::Malformed => Ending::Malformed,
            Self::NoData => Ending::NoData,
            Self::NotAName => Ending::NotAName,
            Self::NxDomain => Ending::NxDomain,
            Self::OtherCode { .. } => Ending::OtherCode,
            Self::Refused => Ending::Refused,
            Self::ServFail => Ending::ServFail,
            Self::TimedOut { .. } => Ending::TimedOut,
            Self::Unreachable => Ending::Unreachable,
        }
    }

    /// The addresses, if any.
    pub fn addresses(&self) -> &[IpAddr] {
        match self {
            Self::Addresses { addresses, .. } => addresses,
            _ => &[],
        }
    }
}

impl fmt::Display for DnsOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Addresses {
                addresses, cnames, ..
            } => {
                f.write_str(&listed(addresses))?;
                if let Some(last) = cnames.last() {
                    write!(f, " (through {})", last.shown(120))?;
                }
                Ok(())
            }
            Self::AliasLoop { cnames } => {
                let chain = cnames.iter().take(4).map(|name| name.shown(80));
                write!(f, "aliases that lead to no end ({})", listed(chain))
            }
            Self::CutShort { over_tcp } => write!(
                f,
                "an answer too long for UDP, and over TCP: {}",
                over_tcp.shown(120)
            ),
            Self::Malformed => f.write_str("an answer that cannot be read"),
            Self::NotAName => f.write_str("nothing, because the host is no name of the DNS"),
            Self::NoData => f.write_str("no record of this family"),
            Self::NxDomain => f.write_str("NXDOMAIN (the name does not exist)"),
            Self::OtherCode { code } => write!(f, "response code {code}"),
            Self::Refused => f.write_str("REFUSED"),
            Self::ServFail => f.write_str("SERVFAIL"),
            Self::TimedOut { waited } => write_wait(f, "no answer", *waited),
            Self::Unreachable => f.write_str("nameserver not reachable"),
        }
    }
}

/// Which addresses a host was given, and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AddressesFact {
    /// Who named them.
    pub source: AddressSource,
    /// The addresses; empty when nobody named one.
    pub addresses: Vec<IpAddr>,
}

impl Seen for AddressesFact {
    fn seen(&self) -> String {
        if self.addresses.is_empty() {
            "none".to_owned()
        } else {
            listed(&self.addresses)
        }
    }
}

/// Who named an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressSource {
    /// `--connect-to`.
    ConnectTo,
    /// A nameserver.
    Dns,
    /// The hosts file of this host.
    HostsFile,
    /// The host is an address itself.
    Literal,
    /// `--resolve`.
    Resolve,
    /// The system's own look-up (getaddrinfo), where no nameserver named one.
    System,
}

/// What the hosts file says of a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HostsFileFact {
    /// The file.
    pub path: Outside,
    /// Why it could not be read, when it could not.
    pub problem: Option<Outside>,
    /// The entries for the host, in order.
    pub entries: Vec<HostsEntry>,
    /// Lines that are no entry at all, each with its number and what is wrong with it.
    #[serde(default)]
    pub oddities: Vec<String>,
}

impl Seen for HostsFileFact {
    fn seen(&self) -> String {
        match &self.problem {
            Some(problem) => format!("{problem} ({})", self.path),
            None if self.entries.is_empty() => format!("no entry in {}", self.path),
            None => listed(
                self.entries
                    .iter()
                    .map(|entry| format!("{} at {}:{}", entry.address, self.path, entry.line)),
            ),
        }
    }
}

/// A line of the hosts file that names a host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HostsEntry {
    /// The line, from 1.
    pub line: u32,
    /// The address.
    pub address: IpAddr,
}

/// What the system's own look-up (getaddrinfo) answers for a host: what programs on this host see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SystemLookupFact {
    /// What it answered.
    pub outcome: SystemOutcome,
    /// How long it took.
    pub took: Took,
}

impl Seen for SystemLookupFact {
    fn seen(&self) -> String {
        self.outcome.to_string()
    }
}

/// The answer of the system's own look-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum SystemOutcome {
    /// Addresses.
    Addresses {
        /// The addresses, in order, each once.
        addresses: Vec<IpAddr>,
    },
    /// An error.
    Failed {
        /// The system's words.
        error: Outside,
    },
    /// No answer in time.
    TimedOut {
        /// How long was waited.
        waited: Took,
    },
}

impl SystemOutcome {
    /// The addresses, if any.
    pub fn addresses(&self) -> &[IpAddr] {
        match self {
            Self::Addresses { addresses } => addresses,
            _ => &[],
        }
    }
}

impl fmt::Display for SystemOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Addresses { addresses } => f.write_str(&listed(addresses)),
            Self::Failed { error } => error.shown(160).fmt(f),
            Self::TimedOut { waited } => write_wait(f, "no answer", *waited),
        }
    }
}
