//! How far packets get on the way to an address, asked only after a connection failed.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{IcmpNotice, Seen, TcpOutcome};
use crate::text::listed;
use crate::time::Took;

/// Connection attempts with a limited number of hops, side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PathFact {
    /// The address and port probed.
    pub remote: SocketAddr,
    /// What each hop limit met, from 1 on, as far as it was probed.
    pub hops: Vec<Hop>,
    /// The same address on another port: tells a filter for a port from a broken path.
    pub other_port: Option<OtherPort>,
    /// How long was waited in all.
    pub waited: Took,
}

impl Seen for PathFact {
    fn seen(&self) -> String {
        listed(&self.hops)
    }
}

/// What one hop limit met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hop {
    /// The hop limit (TTL), from 1.
    pub limit: u8,
    /// What came back.
    pub answer: HopAnswer,
    /// How long it took, when something came back.
    pub took: Option<Took>,
}

/// What came back to a connection attempt with a hop limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum HopAnswer {
    /// A SYN-ACK: the host, or something that answers for it.
    Accepted,
    /// A reset: the host, or something that answers for it.
    Reset,
    /// A device on the way rejects.
    Rejected {
        /// Its message.
        notice: IcmpNotice,
    },
    /// Nothing.
    Silent,
    /// The router at this distance.
    TimeExceeded {
        /// Its address.
        from: IpAddr,
    },
    /// The system refused to send.
    NotSent {
        /// The system's error number.
        errno: Option<i32>,
    },
}

/// Another port of the same address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherPort {
    /// The port.
    pub port: u16,
    /// What a connection met.
    pub outcome: TcpOutcome,
    /// ICMP messages that came back.
    pub notices: Vec<IcmpNotice>,
    /// The smallest hop limit with which it was answered by a SYN-ACK or a reset.
    pub distance: Option<u8>,
}

impl PathFact {
    /// The last router that answered, with its distance.
    pub fn last_router(&self) -> Option<(u8, IpAddr)> {
        self.hops.iter().rev().find_map(|hop| match hop.answer {
            HopAnswer::TimeExceeded { from } => Some((hop.limit, from)),
            _ => None,
        })
    }

    /// The first device that rejected, with the distance at which it did.
    pub fn rejected_by(&self) -> Option<(u8, &IcmpNotice)> {
        self.hops.iter().find_map(|hop| match &hop.answer {
            HopAnswer::Rejected { notice } => Some((hop.limit, notice)),
            _ => None,
        })
    }

    /// The smallest hop limit that was answered by a SYN-ACK or a reset.
    pub fn distance(&self) -> Option<u8> {
        self.hops
            .iter()
            .find(|hop| matches!(hop.answer, HopAnswer::Accepted | HopAnswer::Reset))
            .map(|hop| hop.limit)
    }

    /// Where the packets end, in words: the last router that answered, or that none did.
    pub fn ends(&self) -> String {
        match self.last_router() {
            Some((limit, from)) => format!("die at or behind hop {limit} ({from})"),
            None => "die before any router answered: at this host or its first router".into(),
        }
    }
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.limit)?;
        match &self.answer {
            HopAnswer::Accepted => f.write_str("accepted"),
            HopAnswer::Reset => f.write_str("reset"),
            HopAnswer::Rejected { notice } => write!(f, "{notice}"),
            HopAnswer::Silent => f.write_str("no answer"),
            HopAnswer::TimeExceeded { from } => write!(f, "{from}"),
            HopAnswer::NotSent { errno: Some(errno) } => write!(f, "not sent (error {errno})"),
            HopAnswer::NotSent { errno: None } => f.write_str("not sent"),
        }
    }
}
