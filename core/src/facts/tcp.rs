//! What a TCP connection attempt met: the outcome, and who on the way said what.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::net::{tried, write_wait};
use super::{Attempt, Ending, Seen};
use crate::time::Took;

/// A TCP connection to one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TcpFact {
    /// The address and port really used.
    pub remote: SocketAddr,
    /// The outcome of the last try.
    pub outcome: TcpOutcome,
    /// Every try.
    pub attempts: Vec<Attempt>,
    /// ICMP messages that came back, each once (Linux).
    #[serde(default)]
    pub notices: Vec<IcmpNotice>,
    /// Whether the kernel's account of the unanswered sockets shows that packets never left this host; absent where it does not tell.
    #[serde(default)]
    pub dropped_here: Option<bool>,
}

impl Seen for TcpFact {
    fn seen(&self) -> String {
        format!("{}, {}", self.outcome, tried(self.attempts.len()))
    }
}

impl TcpFact {
    /// Connected, but another try failed.
    pub fn is_flaky(&self) -> bool {
        self.outcome == TcpOutcome::Connected && self.tries().0 < self.tries().1
    }

    /// How many tries connected, of how many that tell something: one that had no longer to wait than the one that connected needed
    /// tells nothing.
    pub fn tries(&self) -> (usize, usize) {
        let is_good = |attempt: &&Attempt| attempt.outcome == Ending::Connected;
        let good = self.attempts.iter().filter(is_good);
        let needed = good.clone().map(|attempt| attempt.took).min();
        let bad = self.attempts.iter().filter(|attempt| {
            attempt.outcome != Ending::Connected
                && (attempt.outcome != Ending::Unanswered
                    || needed.is_none_or(|needed| attempt.took >= needed))
        });
        let (good, bad) = (good.count(), bad.count());
        (good, good + bad)
    }

    /// Whether packets left this host, as far as anything tells: the system began the attempt, and neither its account of the socket
    /// nor a message from its own address says otherwise.
    pub fn has_left(&self) -> bool {
        self.was_begun() && self.dropped_here != Some(true) && self.own_notice().is_none()
    }

    /// Whether the system began an attempt at all, instead of refusing the call.
    pub fn was_begun(&self) -> bool {
        !self.notices.is_empty() || self.attempts.iter().any(|attempt| attempt.local.is_some())
    }

    /// A message that this host sent to itself.
    pub fn own_notice(&self) -> Option<&IcmpNotice> {
        let is_own = |notice: &&IcmpNotice| {
            let from = notice.from;
            let is_source = |attempt: &Attempt| attempt.local.map(|local| local.ip()) == from;
            from.is_some_and(|from| from.is_loopback()) || self.attempts.iter().any(is_source)
        };
        self.notices
            .iter()
            .find(|notice| notice.from.is_some() && is_own(notice))
    }

    /// A message from a device on the way.
    pub fn foreign_notice(&self) -> Option<&IcmpNotice> {
        let own = self.own_notice().and_then(|notice| notice.from);
        self.notices
            .iter()
            .find(|notice| notice.from.is_some() && notice.from != own)
    }

    /// The address this host sends from, as far as an attempt told.
    pub fn source(&self) -> Option<IpAddr> {
        self.attempts
            .iter()
            .find_map(|attempt| attempt.local.map(|local| local.ip()))
    }
}

/// An ICMP error that the kernel attached to a socket (RFC 792, RFC 1812, RFC 4443).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IcmpNotice {
    /// ICMPv6 instead of ICMP.
    pub v6: bool,
    /// Type.
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// The device that sent it.
    pub from: Option<IpAddr>,
}

impl IcmpNotice {
    /// A router says that the hop limit was used up: an answer to a path probe, no refusal.
    pub fn is_time_exceeded(&self) -> bool {
        self.kind == if self.v6 { 3 } else { 11 }
    }

    /// The meaning of type and code in the RFCs' words.
    pub fn meaning(&self) -> &'static str {
        match (self.v6, self.kind, self.code) {
            (false, 3, 0) => "network unreachable",
            (false, 3, 1) => "host unreachable",
            (false, 3, 2) => "protocol unreachable",
            (false, 3, 3) | (true, 1, 4) => "port unreachable",
            (false, 3, 4) => "fragmentation needed",
            (false, 3, 9) => "network administratively prohibited",
            (false, 3, 10) => "host administratively prohibited",
            (false, 3, 13) | (true, 1, 1) => "communication administratively prohibited",
            (false, 11, _) | (true, 3, _) => "time exceeded",
            (true, 1, 0) => "no route to destination",
            (true, 1, 2) => "beyond scope of source address",
            (true, 1, 3) => "address unreachable",
            (true, 1, 5) => "source address failed policy",
            (true, 1, 6) => "reject route to destination",
            (true, 2, _) => "packet too big",
            _ => "another ICMP error",
        }
    }
}

impl fmt::Display for IcmpNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let family = if self.v6 { "ICMPv6" } else { "ICMP" };
        write!(
            f,
            "{family} type {} code {} ({})",
            self.kind,
            self.code,
            self.meaning()
        )?;
        match self.from {
            Some(from) => write!(f, " from {from}"),
            None => Ok(()),
        }
    }
}

/// Whether any address of an endpoint accepts TCP: for endpoints that carry no request of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReachFact {
    /// The addresses that accepted.
    pub open: Vec<IpAddr>,
    /// The addresses that did not.
    pub shut: Vec<IpAddr>,
}

impl Seen for ReachFact {
    fn seen(&self) -> String {
        format!(
            "{} of {} addresses accept",
            self.open.len(),
            self.open.len() + self.shut.len()
        )
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
    /// It in a word.
    pub fn ending(&self) -> Ending {
        match self {
            Self::Connected => Ending::Connected,
            Self::Denied => Ending::Denied,
            Self::HostUnreachable => Ending::HostUnreachable,
            Self::NetworkUnreachable => Ending::NetworkUnreachable,
            Self::Other { .. } => Ending::Other,
            Self::Refused => Ending::Refused,
            Self::Reset => Ending::Reset,
            Self::TimedOut { .. } => Ending::TimedOut,
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
            Self::TimedOut { waited } => write_wait(f, "no answer", *waited),
        }
    }
}
