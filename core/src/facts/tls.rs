//! What a TLS handshake met: its outcome, the chain as served and what it is worth, and other ClientHellos at the same address.

use std::fmt;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::net::{tried, write_wait};
use super::{Attempt, Ending, Seen};
use crate::endpoint::{Endpoint, Host};
use crate::outside::Outside;
use crate::time::{Timestamp, Took};

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
    pub version: Option<Outside>,
    /// Cipher suite.
    pub cipher: Option<Outside>,
    /// Key exchange group.
    pub group: Option<Outside>,
    /// The application protocol agreed on.
    pub alpn: Option<Outside>,
    /// Bytes that were sent and never acknowledged when the handshake stalled, where the system tells (Linux).
    #[serde(default)]
    pub unacknowledged: Option<u32>,
    /// Every try.
    pub attempts: Vec<Attempt>,
}

impl Seen for TlsFact {
    fn seen(&self) -> String {
        let mut parts = vec![self.outcome.to_string()];
        parts.extend(self.version.as_ref().map(ToString::to_string));
        parts.extend(self.trust.map(|trust| format!("chain ends at {trust}")));
        parts.extend(self.faults.iter().map(ToString::to_string));
        parts.push(tried(self.attempts.len()));
        parts.join(", ")
    }
}

impl TlsFact {
    /// The handshake finished, the chain is trusted, and it is for this name.
    pub fn is_trusted(&self) -> bool {
        self.outcome == TlsOutcome::Done
            && self.faults.is_empty()
            && self.trust.is_some_and(|trust| trust != Trust::Nowhere)
    }

    /// Hosts and ports at which the revocation of the served chain is asked over plain HTTP, each once, at most six.
    pub fn revocation_endpoints(&self) -> Vec<Endpoint> {
        let mut all: Vec<Endpoint> = Vec::new();
        let urls = self.chain.iter().flat_map(|served| &served.revocation);
        for endpoint in urls.filter_map(|url| plain_http(url.raw())) {
            if !all.contains(&endpoint) {
                all.push(endpoint);
            }
        }
        all.truncate(REVOCATION_HOSTS);
        all
    }
}

/// A chain names two or three; what names more is not followed.
const REVOCATION_HOSTS: usize = 6;

/// The endpoint of an `http` URL with a plain name or IPv4 address; anything else is no revocation host.
fn plain_http(url: &str) -> Option<Endpoint> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, 80),
    };
    let is_name = (1..=253).contains(&host.len())
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    (scheme.eq_ignore_ascii_case("http") && is_name && port != 0).then(|| Endpoint {
        host: Host::of(host),
        port,
    })
}

/// How a handshake ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum TlsOutcome {
    /// The peer sent an alert.
    Alert {
        /// The alert's name (RFC 8446 section 6).
        alert: Outside,
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
        error: Outside,
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
    /// It in a word.
    pub fn ending(&self) -> Ending {
        match self {
            Self::Alert { .. } => Ending::Alert,
            Self::BadSignature => Ending::BadSignature,
            Self::Closed => Ending::Closed,
            Self::Done => Ending::Done,
            Self::NotTls => Ending::NotTls,
            Self::Protocol { .. } => Ending::Protocol,
            Self::Reset => Ending::Reset,
            Self::TimedOut { .. } => Ending::TimedOut,
        }
    }
}

impl fmt::Display for TlsOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alert { alert } => {
                write!(f, "the peer sent alert {}", alert.shown(60))
            }
            Self::BadSignature => f.write_str("the peer could not prove that it owns its key"),
            Self::Closed => f.write_str("the connection was closed in the middle of the handshake"),
            Self::Done => f.write_str("handshake finished"),
            Self::NotTls => f.write_str("the peer does not speak TLS"),
            Self::Protocol { error } => {
                write!(f, "protocol fault: {}", error.shown(120))
            }
            Self::Reset => f.write_str("reset after the ClientHello"),
            Self::TimedOut { waited } => write_wait(f, "no answer to the ClientHello", *waited),
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
        presented: Vec<Outside>,
    },
    /// Not valid yet.
    NotYetValid {
        /// From when.
        not_before: Option<Timestamp>,
    },
    /// Another fault.
    Other {
        /// rustls's name of the fault.
        error: Outside,
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
                    .map(|name| name.shown(120).to_string())
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
            Self::Other { error } => error.shown(160).fmt(f),
            Self::UnknownIssuer => f.write_str("issued by an authority that is not trusted here"),
        }
    }
}

/// A certificate of a served chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServedCertificate {
    /// Subject.
    pub subject: Outside,
    /// Issuer.
    pub issuer: Outside,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// Names it is for (leaf only).
    pub names: Vec<Outside>,
    /// SHA-256 of the DER, lower-case hexadecimal.
    pub sha256: String,
    /// URLs under which its revocation can be asked: CRL distribution points, then OCSP (RFC 5280 sections 4.2.1.13, 4.2.2.1).
    #[serde(default)]
    pub revocation: Vec<Outside>,
    /// URLs of its issuer's certificate (caIssuers, RFC 5280 section 4.2.2.1).
    #[serde(default)]
    pub issuer_urls: Vec<Outside>,
}

/// Another ClientHello than the usual one, to learn what a device on the way objects to.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum HelloVariant {
    /// As large as one with a post-quantum key share: more than one packet.
    Large,
    /// TLS 1.0 and 1.1 only.
    Legacy,
    /// With a neutral server name instead of the real one.
    NeutralName,
}

impl fmt::Display for HelloVariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Large => "large ClientHello",
            Self::Legacy => "ClientHello of TLS 1.1",
            Self::NeutralName => "ClientHello with a neutral server name",
        })
    }
}

/// What another ClientHello met at the same address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HelloFact {
    /// What came back.
    pub outcome: HelloOutcome,
    /// The size of the ClientHello, bytes of TLS records.
    pub size: u32,
    /// Bytes that were sent and never acknowledged, where the system tells (Linux).
    pub unacknowledged: Option<u32>,
    /// Whether as large a write that is no ClientHello was acknowledged at the same address; asked only when this one was not.
    #[serde(default)]
    pub other_write_acknowledged: Option<bool>,
    /// Every try.
    pub attempts: Vec<Attempt>,
}

impl Seen for HelloFact {
    fn seen(&self) -> String {
        self.outcome.to_string()
    }
}

/// What came back to another ClientHello.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum HelloOutcome {
    /// The peer answered in TLS: a ServerHello or an alert, so the ClientHello arrived.
    Answered {
        /// The version of the ServerHello, such as `TLSv1_1`; absent for an alert.
        version: Option<Outside>,
        /// The alert's name, when it was one.
        alert: Option<Outside>,
    },
    /// No connection could be made for it.
    NotConnected,
    /// Something that is no TLS came back.
    NotTls,
    /// Closed without an answer.
    Closed,
    /// Reset.
    Reset,
    /// Silence.
    TimedOut {
        /// How long was waited.
        waited: Took,
    },
}

impl HelloOutcome {
    /// It in a word.
    pub fn ending(&self) -> Ending {
        match self {
            Self::Answered { .. } => Ending::Answered,
            Self::NotConnected => Ending::NotConnected,
            Self::NotTls => Ending::NotTls,
            Self::Closed => Ending::Closed,
            Self::Reset => Ending::Reset,
            Self::TimedOut { .. } => Ending::TimedOut,
        }
    }
}

impl fmt::Display for HelloOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered {
                alert: Some(alert), ..
            } => write!(f, "answered with alert {}", alert.shown(60)),
            Self::Answered {
                version: Some(version),
                ..
            } => write!(f, "answered with a ServerHello ({})", version.shown(20)),
            Self::Answered { .. } => f.write_str("answered in TLS"),
            Self::NotConnected => f.write_str("no connection could be made for it"),
            Self::NotTls => f.write_str("answered with something that is no TLS"),
            Self::Closed => f.write_str("closed without an answer"),
            Self::Reset => f.write_str("reset"),
            Self::TimedOut { waited } => write_wait(f, "no answer", *waited),
        }
    }
}

/// The verified connection that later requests to an endpoint use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionFact {
    /// The address it leads to.
    pub address: IpAddr,
    /// What its chain is worth.
    pub trust: Trust,
}

impl Seen for ConnectionFact {
    fn seen(&self) -> String {
        format!("{}, chain ends at {}", self.address, self.trust)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_http_with_a_plain_name_is_a_revocation_host() {
        let shown = |url| plain_http(url).map(|endpoint| endpoint.to_string());
        assert_eq!(
            shown("http://crl.r2m02.amazontrust.com/r2m02.crl").as_deref(),
            Some("crl.r2m02.amazontrust.com:80")
        );
        assert_eq!(
            shown("HTTP://OCSP.ca.example:8080").as_deref(),
            Some("ocsp.ca.example:8080")
        );
        for url in [
            "https://crl.ca.example/x",
            "ldap://dc.acme.example/cn=x",
            "http://",
            "http://user@ca.example/",
            "http://ca.example:0/",
            "http://ca.example:http/",
            "http://ca .example/",
            "crl.ca.example/x",
        ] {
            assert_eq!(shown(url), None, "{url}");
        }
    }
}
