//! What came back over HTTP without a login: any answer, the discovery document, the API's refusal, and the peer's clock.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Seen;
use super::net::write_wait;
use crate::outside::Outside;
use crate::time::{Timestamp, Took};

/// An HTTP request and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HttpFact {
    /// `GET https://host/path`, without query values.
    pub request: Outside,
    /// When it was sent.
    pub started: Timestamp,
    /// How long the answer took.
    pub took: Took,
    /// What came back.
    pub outcome: HttpOutcome,
}

impl Seen for HttpFact {
    fn seen(&self) -> String {
        self.outcome.to_string()
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum HttpOutcome {
    /// An answer.
    Answer(HttpAnswer),
    /// The connection ended before the answer did.
    Closed,
    /// Not HTTP, or broken HTTP.
    Protocol {
        /// hyper's name of the fault.
        error: Outside,
    },
    /// Silence, or an answer that dripped.
    TimedOut {
        /// How long was waited.
        waited: Took,
    },
}

impl HttpOutcome {
    /// The answer, if there is one.
    pub fn answer(&self) -> Option<&HttpAnswer> {
        match self {
            Self::Answer(answer) => Some(answer),
            _ => None,
        }
    }
}

impl fmt::Display for HttpOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(answer) => {
                write!(f, "HTTP {}", answer.status)?;
                if let Some(kind) = answer.header("content-type") {
                    write!(f, " {}", kind.shown(60))?;
                }
                Ok(())
            }
            Self::Closed => f.write_str("the connection was closed before the answer"),
            Self::Protocol { error } => {
                write!(f, "no valid HTTP: {}", error.shown(120))
            }
            Self::TimedOut { waited } => write_wait(f, "no complete answer", *waited),
        }
    }
}

/// An HTTP answer, capped: hostile peers fill no memory and no terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HttpAnswer {
    /// Status code.
    pub status: u16,
    /// The reason phrase, when HTTP/1 sent one that is not the usual one.
    #[serde(default)]
    pub reason: Option<Outside>,
    /// Headers worth keeping, names in lower case, values cut; never cookies or credentials.
    pub headers: Vec<(String, Outside)>,
    /// The beginning of the body, made visible.
    pub excerpt: Outside,
    /// The body was longer than the cap and was cut off.
    pub truncated: bool,
    /// The peer's clock, when it sent a readable `Date`.
    pub clock: Option<ClockReading>,
}

impl HttpAnswer {
    /// The first value of a header, by lower-case name.
    pub fn header(&self, name: &str) -> Option<Outside<&str>> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.view())
    }

    /// The correlation id by which Genesys support finds a request.
    pub fn correlation_id(&self) -> Option<Outside<&str>> {
        self.header("inin-correlation-id")
    }
}

/// The peer's clock against ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockReading {
    /// The peer's `Date`; whole seconds.
    pub server: Timestamp,
    /// Our clock, half way through the request.
    pub local: Timestamp,
    /// Half the request's duration plus the second that `Date` cuts off.
    pub uncertainty: Took,
}

impl ClockReading {
    /// Our clock minus the peer's, in milliseconds, taking the middle of the second that `Date` cuts off.
    pub fn offset_millis(&self) -> i64 {
        self.local.unix_millis() - (self.server.unix_millis() + 500)
    }
}

/// The discovery document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiscoveryFact {
    /// The exchange.
    pub http: HttpFact,
    /// The document, when the body was one.
    pub document: Option<DiscoveryDocument>,
}

impl Seen for DiscoveryFact {
    fn seen(&self) -> String {
        match &self.document {
            Some(document) => format!("{}, issuer {}", self.http.outcome, document.issuer),
            None => self.http.outcome.to_string(),
        }
    }
}

/// OAuth 2.0 authorization server metadata (RFC 8414), the members that matter here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiscoveryDocument {
    /// `issuer`.
    pub issuer: Outside,
    /// `token_endpoint`.
    pub token_endpoint: Option<Outside>,
    /// `grant_types_supported`.
    #[serde(default)]
    pub grant_types_supported: Vec<Outside>,
}

/// The API call without a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiProbeFact {
    /// The exchange.
    pub http: HttpFact,
    /// The service's own error body, when the answer was one.
    pub error: Option<crate::facts::ApiError>,
}

impl Seen for ApiProbeFact {
    fn seen(&self) -> String {
        match &self.error {
            Some(error) => format!("{}, {}", self.http.outcome, error.code),
            None => self.http.outcome.to_string(),
        }
    }
}
