//! What every probe of the network records: its tries.

use std::fmt;
use std::net::SocketAddr;

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
    /// How it ended, in a word.
    pub outcome: Ending,
}

/// How a try of any probe ended, in a word; each kind of outcome says which is its own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// DNS: addresses.
    Addresses,
    /// TLS: an alert.
    Alert,
    /// DNS: aliases without an end.
    AliasLoop,
    /// TLS: an answer to another ClientHello.
    Answered,
    /// TLS: no proof of the key.
    BadSignature,
    /// The peer closed.
    Closed,
    /// TCP: accepted.
    Connected,
    /// DNS: an answer that was cut.
    CutShort,
    /// TCP: forbidden by the system.
    Denied,
    /// TLS: finished.
    Done,
    /// TCP: no route to the host.
    HostUnreachable,
    /// DNS: an answer that cannot be read.
    Malformed,
    /// TCP: no route to the network.
    NetworkUnreachable,
    /// DNS: no record of this family.
    NoData,
    /// DNS: no name that can be asked for.
    NotAName,
    /// TLS: no connection for it.
    NotConnected,
    /// CONNECT: no HTTP.
    NotHttp,
    /// TLS: something that is no TLS.
    NotTls,
    /// DNS: no such name.
    NxDomain,
    /// CONNECT: the tunnel is open.
    Open,
    /// TCP: another error of the system.
    Other,
    /// DNS: another response code.
    OtherCode,
    /// TLS: another fault of the protocol.
    Protocol,
    /// The peer refused.
    Refused,
    /// The connection was reset.
    Reset,
    /// DNS: the nameserver failed.
    ServFail,
    /// Silence.
    TimedOut,
    /// Still waiting when another try ended.
    Unanswered,
    /// DNS: the nameserver could not be reached.
    Unreachable,
}

impl Ending {
    /// The stable word.
    pub fn label(self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::Alert => "alert",
            Self::AliasLoop => "alias_loop",
            Self::Answered => "answered",
            Self::BadSignature => "bad_signature",
            Self::Closed => "closed",
            Self::Connected => "connected",
            Self::CutShort => "cut_short",
            Self::Denied => "denied",
            Self::Done => "done",
            Self::HostUnreachable => "host_unreachable",
            Self::Malformed => "malformed",
            Self::NetworkUnreachable => "network_unreachable",
            Self::NoData => "no_data",
            Self::NotAName => "not_a_name",
            Self::NotConnected => "not_connected",
            Self::NotHttp => "not_http",
            Self::NotTls => "not_tls",
            Self::NxDomain => "nx_domain",
            Self::Open => "open",
            Self::Other => "other",
            Self::OtherCode => "other_code",
            Self::Protocol => "protocol",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::ServFail => "serv_fail",
            Self::TimedOut => "timed_out",
            Self::Unanswered => "unanswered",
            Self::Unreachable => "unreachable",
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// Writes that something did not come within a wait, and which flag changes it; `{:#}` leaves the flag out, which is nothing to a
/// network team.
pub(super) fn write_wait(f: &mut fmt::Formatter<'_>, what: &str, waited: Took) -> fmt::Result {
    write!(f, "{what} within {waited}")?;
    if f.alternate() {
        return Ok(());
    }
    write!(f, " ({PHASE_FLAG})")
}

/// How often something was tried.
pub(super) fn tried(times: usize) -> String {
    if times == 1 {
        "1 try".to_owned()
    } else {
        format!("{times} tries")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{TcpOutcome, TlsOutcome};
    use std::time::Duration;

    #[test]
    fn a_word_is_read_back_as_itself() {
        let texts = serde_json::to_string(&[Ending::NxDomain, Ending::TimedOut]);
        assert_eq!(texts.expect("JSON"), r#"["nx_domain","timed_out"]"#);
        for ending in [Ending::Connected, Ending::NotAName, Ending::Unanswered] {
            let text = format!("\"{}\"", ending.label());
            assert_eq!(serde_json::from_str::<Ending>(&text).ok(), Some(ending));
        }
    }

    #[test]
    fn the_flag_of_a_wait_is_left_out_on_request() {
        let waited = Took(Duration::from_secs(5));
        let silent = TlsOutcome::TimedOut { waited };
        assert!(silent.to_string().ends_with(&format!("({PHASE_FLAG})")));
        assert!(!format!("{silent:#}").contains(PHASE_FLAG));
        assert_eq!(
            format!("{:#}", TcpOutcome::Refused),
            TcpOutcome::Refused.to_string()
        );
    }
}
