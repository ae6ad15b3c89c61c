//! What the token endpoint answered.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::HttpFact;
use crate::secret::Shape;

/// A request for a token. The token itself lives in memory only and never in a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenFact {
    /// The client id used, when it may be shown.
    pub client_id: Option<String>,
    /// The shape of the secret used.
    pub secret: Shape,
    /// The exchange; its body excerpt is never kept when it holds a token.
    pub http: HttpFact,
    /// What the answer means.
    pub outcome: TokenOutcome,
}

/// What an answer of the token endpoint means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum TokenOutcome {
    /// A token.
    Issued {
        /// Its life in seconds, when stated.
        expires_in: Option<u64>,
    },
    /// Not an OAuth answer: a proxy, a block page, another service.
    NotOAuth,
    /// Rate limited even after `Retry-After` was honoured once.
    RateLimited {
        /// The last `Retry-After`, seconds.
        retry_after: Option<u64>,
    },
    /// An OAuth error (RFC 6749 section 5.2).
    Refused(OAuthError),
}

/// An OAuth error with the service's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OAuthError {
    /// HTTP status.
    pub status: u16,
    /// `error`.
    pub error: String,
    /// `error_description` or `description`.
    pub description: String,
    /// Both description members are there, with the same text, or a correlation id is: the marks of the genuine service.
    pub genuine: bool,
}

impl OAuthError {
    /// The meaning, matched loosely in this one place: the texts are third-party observations on the live service.
    pub fn meaning(&self) -> OAuthMeaning {
        let description = self.description.to_ascii_lowercase();
        match self.error.as_str() {
            "invalid_client" if description.contains("not found") => OAuthMeaning::UnknownClient,
            "invalid_client" if description.contains("authentication failed") => {
                OAuthMeaning::WrongSecret
            }
            "unauthorized_client" | "unsupported_grant_type" => OAuthMeaning::GrantNotAllowed,
            _ => OAuthMeaning::Unrecognised,
        }
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "HTTP {} {}: {}",
            self.status,
            crate::text::visible(&self.error, 60),
            crate::text::visible(&self.description, 160)
        )
    }
}

/// What an OAuth error says about the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OAuthMeaning {
    /// The client may not use this grant.
    GrantNotAllowed,
    /// The client id is not known in this region.
    UnknownClient,
    /// A pair of words that is not in the table.
    Unrecognised,
    /// The client is known, the secret is not its.
    WrongSecret,
}
