//! The route to an endpoint: how it was chosen, and what a proxy answered to CONNECT.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::net::write_wait;
use super::{Attempt, Ending, HttpAnswer, Seen};
use crate::endpoint::Route;
use crate::outside::Outside;
use crate::time::Took;

/// How the route to an endpoint was chosen; settled by flags and environment, nothing is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RoutingFact {
    /// The route that requests take.
    pub route: Route,
    /// Why, such as "direct, because `.pure.cloud` in no_proxy matched".
    pub why: Outside,
    /// The other routes that are known here and measured for comparison.
    pub others: Vec<Route>,
    /// What is odd about the settings: variables in conflict, entries that no program understands.
    pub oddities: Vec<String>,
    /// How common clients read the same settings, where they read them otherwise.
    pub readings: Vec<ClientReading>,
    /// Variables of which the upper and the lower case say different things.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// Why hybridcheck cannot speak to the proxy of the route, when it cannot.
    #[serde(default)]
    pub unspoken: Option<String>,
}

impl Seen for RoutingFact {
    fn seen(&self) -> String {
        self.why.to_string()
    }
}

/// How a common client reads the same settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClientReading {
    /// The client: curl, Java, .NET, Go, Node.
    pub client: String,
    /// The route that it takes.
    pub route: Route,
    /// Why.
    pub why: String,
    /// Where that is said, with its mark (documented, observed, inferred).
    pub source: String,
}

/// A request to a proxy to open a tunnel (CONNECT, RFC 9110 section 9.3.6), always by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TunnelFact {
    /// The authority asked for, `host:port`.
    pub asked: Outside,
    /// What came back.
    pub outcome: TunnelOutcome,
    /// Whether a login was sent (Basic, RFC 7617); never which.
    pub login_sent: bool,
    /// Every try.
    pub attempts: Vec<Attempt>,
}

impl Seen for TunnelFact {
    fn seen(&self) -> String {
        self.outcome.to_string()
    }
}

/// What a proxy answered to CONNECT.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum TunnelOutcome {
    /// The tunnel is open.
    Open,
    /// The proxy refused; its own answer says why.
    Refused {
        /// Its answer.
        answer: HttpAnswer,
    },
    /// The proxy closed or reset the connection.
    Closed,
    /// What came back is no HTTP.
    NotHttp {
        /// Its beginning, made visible.
        excerpt: Outside,
    },
    /// Silence, or an answer that dripped.
    TimedOut {
        /// How long was waited.
        waited: Took,
    },
}

impl TunnelOutcome {
    /// It in a word.
    pub fn ending(&self) -> Ending {
        match self {
            Self::Open => Ending::Open,
            Self::Refused { .. } => Ending::Refused,
            Self::Closed => Ending::Closed,
            Self::NotHttp { .. } => Ending::NotHttp,
            Self::TimedOut { .. } => Ending::TimedOut,
        }
    }
}

impl fmt::Display for TunnelOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("tunnel open"),
            Self::Refused { answer } => {
                write!(f, "HTTP {}", answer.status)?;
                if let Some(reason) = &answer.reason {
                    write!(f, " {}", reason.shown(60))?;
                }
                if let Some(error) = answer.header("x-squid-error") {
                    write!(f, ", X-Squid-Error: {}", error.shown(60))?;
                }
                Ok(())
            }
            Self::Closed => f.write_str("the proxy closed the connection without an answer"),
            Self::NotHttp { .. } => f.write_str("the answer is no HTTP"),
            Self::TimedOut { waited } => write_wait(f, "no answer to CONNECT", *waited),
        }
    }
}
