//! What the network answered: resolver, DNS, TCP, TLS.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::time::{Timestamp, Took};

/// What changes how long a probe waits; every message about a wait names it.
pub const PHASE_FLAG: &str = "--connect-timeout changes it";

/// One try of a probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// When it began.
    pub started: Timestamp,
    /// How long it took.
    pub took: Took,
    /// The address and port it was sent from, when the system told.
    pub local: Option<SocketAddr>,
    /// The label of its outcome.
    pub outcome: String,
}

/// The nameservers a run asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResolverFact {
    /// Where the list comes from: `/etc/resolv.conf`, `--dns-server`.
    pub source: String,
    /// The nameservers, in order.
    pub nameservers: Vec<SocketAddr>,
    /// Why there is none, when there is none.
    pub problem: Option<String>,
}

/// One nameserver's answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DnsFact {
    /// IPv4.
    pub a: DnsAnswer,
    /// IPv6.
    pub aaaa: DnsAnswer,
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
        cnames: Vec<String>,
        /// The smallest time to live, seconds.
        ttl: u32,
    },
    /// The answer could not be understood.
    Malformed,
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
    /// A stable word for machines.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Addresses { .. } => "addresses",
            Self::Malformed => "malformed",
            Self::NoData => "no_data",
            Self::NxDomain => "nx_domain",
            Self::OtherCode { .. } => "other_code",
            Self::Refused => "refused",
            Self::ServFail => "serv_fail",
            Self::TimedOut { .. } => "timed_out",
            Self::Unreachable => "unreachable",
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
                f.write_str(&crate::text::listed(addresses))?;
                if let Some(last) = cnames.last() {
                    write!(f, " (through {})", crate::text::visible(last, 120))?;
                }
                Ok(())
            }
            Self::Malformed => f.write_str("an answer that cannot be read"),
            Self::NoData => f.write_str("no record of this family"),
            Self::NxDomain => f.write_str("NXDOMAIN (the name does not exist)"),
            Self::OtherCode { code } => write!(f, "response code {code}"),
            Self::Refused => f.write_str("REFUSED"),
            Self::ServFail => f.write_str("SERVFAIL"),
            Self::TimedOut { waited } => write!(f, "no answer within {waited} ({PHASE_FLAG})"),
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

/// Who named an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressSource {
    /// `--connect-to`.
    ConnectTo,
    /// A nameserver.
    Dns,
    /// The host is an address itself.
    Literal,
    /// `--resolve`.
    Resolve,
}

/// A TCP connection to one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TcpFact {
    /// The address and port really used.
    pub remote: SocketAddr,
    /// The outcome of the last try.
    pub outcome: TcpOutcome,
    /// Every try.
    pub attempts: Vec<Attempt>,
}

impl TcpFact {
    /// Connected, but not at the first try.
    pub fn is_flaky(&self) -> bool {
        self.outcome == TcpOutcome::Connected && self.attempts.len() > 1
    }
}

/// How a connection attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum TcpOutcome {
    /// Accepted.
    Connected,
    /// The system forbids it (EACCES, EPERM): a local policy, or over IPv6 a router's administrative refusal.
    Denied,
    /// No route to the host (EHOSTUNREACH).
    HostUnreachable,
    /// No route to the network (ENETUNREACH), or no address of the family here.
    NetworkUnreachable,
    /// Another error of the system.
    Other {
        /// The system's error number, when there is one.
        errno: Option<i32>,
    },
    /// Refused (ECONNREFUSED).
    Refused,
    /// Reset while connecting.
    Reset,
    /// Silence.
    TimedOut {
        /// How long was waited.
        waited: Took,
    },
}

impl TcpOutcome {
    /// A stable word for machines.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Denied => "denied",
            Self::HostUnreachable => "host_unreachable",
            Self::NetworkUnreachable => "network_unreachable",
            Self::Other { .. } => "other",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::TimedOut { .. } => "timed_out",
        }
    }
}

impl fmt::Display for TcpOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connected => f.write_str("connected"),
            Self::Denied => f.write_str("denied by this host's policy or an IPv6 router (EACCES)"),
            Self::HostUnreachable => f.write_str("host unreachable (EHOSTUNREACH)"),
            Self::NetworkUnreachable => f.write_str("network unreachable (ENETUNREACH)"),
            Self::Other { errno: Some(errno) } => write!(f, "system error {errno}"),
            Self::Other { errno: None } => f.write_str("an error without a number"),
            Self::Refused => f.write_str("refused (ECONNREFUSED)"),
            Self::Reset => f.write_str("reset (ECONNRESET)"),
            Self::TimedOut { waited } => write!(f, "no answer within {waited} ({PHASE_FLAG})"),
        }
    }
}

/// A TLS handshake with one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TlsFact {
    /// How the handshake ended.
    pub outcome: TlsOutcome,
    /// What the chain is worth, whether or not the handshake went on; absent when no chain was served.
    pub trust: Option<Trust>,
    /// Everything wrong with the chain and the name, not only the first thing.
    pub faults: Vec<ChainFault>,
    /// The chain as served, leaf first.
    pub chain: Vec<ServedCertificate>,
    /// Protocol version, such as `TLSv1_3`.
    pub version: Option<String>,
    /// Cipher suite.
    pub cipher: Option<String>,
    /// Key exchange group.
    pub group: Option<String>,
    /// The application protocol agreed on.
    pub alpn: Option<String>,
    /// Every try.
    pub attempts: Vec<Attempt>,
}

impl TlsFact {
    /// The handshake finished, the chain is trusted, and it is for this name.
    pub fn is_trusted(&self) -> bool {
        self.outcome == TlsOutcome::Done
            && self.faults.is_empty()
            && self.trust.is_some_and(|trust| trust != Trust::Nowhere)
    }
}

/// How a handshake ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum TlsOutcome {
    /// The peer sent an alert.
    Alert {
        /// The alert's name (RFC 8446 section 6).
        alert: String,
    },
    /// The peer's proof of its key did not verify.
    BadSignature,
    /// The connection ended in the middle, without a reset.
    Closed,
    /// Finished; the chain is judged apart.
    Done,
    /// The peer does not speak TLS.
    NotTls,
    /// Another fault of the protocol.
    Protocol {
        /// rustls's name of the fault.
        error: String,
    },
    /// The connection was reset.
    Reset,
    /// Silence.
    TimedOut {
        /// How long was waited.
        waited: Took,
    },
}

impl TlsOutcome {
    /// A stable word for machines.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Alert { .. } => "alert",
            Self::BadSignature => "bad_signature",
            Self::Closed => "closed",
            Self::Done => "done",
            Self::NotTls => "not_tls",
            Self::Protocol { .. } => "protocol",
            Self::Reset => "reset",
            Self::TimedOut { .. } => "timed_out",
        }
    }
}

impl fmt::Display for TlsOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert { alert } => {
                write!(f, "the peer sent alert {}", crate::text::visible(alert, 60))
            }
            Self::BadSignature => f.write_str("the peer could not prove that it owns its key"),
            Self::Closed => f.write_str("the connection was closed in the middle of the handshake"),
            Self::Done => f.write_str("handshake finished"),
            Self::NotTls => f.write_str("the peer does not speak TLS"),
            Self::Protocol { error } => {
                write!(f, "protocol fault: {}", crate::text::visible(error, 120))
            }
            Self::Reset => f.write_str("reset after the ClientHello"),
            Self::TimedOut { waited } => write!(
                f,
                "no answer to the ClientHello within {waited} ({PHASE_FLAG})"
            ),
        }
    }
}

/// Where a served chain ends.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// At a root of Amazon Trust Services, as Genesys Cloud's chains do today.
    Amazon,
    /// At another public root.
    Public,
    /// At a root that the user named with `--cacert`.
    Given,
    /// Only at a root of this host's own store: TLS inspection that this host trusts.
    HostStore,
    /// Nowhere.
    Nowhere,
}

impl fmt::Display for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Amazon => "an Amazon root",
            Self::Public => "a public root that is not Amazon's",
            Self::Given => "a root named with --cacert",
            Self::HostStore => "only a root in this host's own store",
            Self::Nowhere => "no trusted root",
        })
    }
}

/// One thing that is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum ChainFault {
    /// The leaf, or a certificate above it, has expired.
    Expired {
        /// When.
        not_after: Option<Timestamp>,
    },
    /// The certificate is for other names.
    NameMismatch {
        /// The names it is for.
        presented: Vec<String>,
    },
    /// Not valid yet.
    NotYetValid {
        /// From when.
        not_before: Option<Timestamp>,
    },
    /// Another fault.
    Other {
        /// rustls's name of the fault.
        error: String,
    },
    /// The chain leads to no trusted root.
    UnknownIssuer,
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired {
                not_after: Some(at),
            } => write!(f, "expired on {}", at.day()),
            Self::Expired { not_after: None } => f.write_str("expired"),
            Self::NameMismatch { presented } => {
                let names: Vec<String> = presented
                    .iter()
                    .take(5)
                    .map(|name| crate::text::visible(name, 120))
                    .collect();
                write!(
                    f,
                    "made for {}",
                    if names.is_empty() {
                        "no name".into()
                    } else {
                        names.join(", ")
                    }
                )
            }
            Self::NotYetValid {
                not_before: Some(at),
            } => write!(f, "not valid before {at}"),
            Self::NotYetValid { not_before: None } => f.write_str("not valid yet"),
            Self::Other { error } => f.write_str(&crate::text::visible(error, 160)),
            Self::UnknownIssuer => f.write_str("issued by an authority that is not trusted here"),
        }
    }
}

/// A certificate of a served chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServedCertificate {
    /// Subject.
    pub subject: String,
    /// Issuer.
    pub issuer: String,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// Names it is for (leaf only).
    pub names: Vec<String>,
    /// SHA-256 of the DER, lower-case hexadecimal.
    pub sha256: String,
}

/// The verified connection that later requests to an endpoint use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionFact {
    /// The address it leads to.
    pub address: IpAddr,
    /// What its chain is worth.
    pub trust: Trust,
}
