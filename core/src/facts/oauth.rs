//! What the token endpoint answered.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen::{exchange, refusal};
use super::{FactKey, HttpFact, Seen};
use crate::names::{ClientId, Name, OrgShortName};
use crate::outside::Outside;
use crate::secret::Shape;
use crate::text::listed;

/// A request for a token. The token itself lives in memory only and never in a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenFact {
    /// The client id used, when it may be shown.
    pub client_id: Option<ClientId>,
    /// The shape of the secret used.
    pub secret: Shape,
    /// The exchange; its body excerpt is never kept when it holds a token.
    pub http: HttpFact,
    /// What the answer means.
    pub outcome: TokenOutcome,
    /// The second try, without the blanks and quotes around the secret, when it has some and was refused with them.
    #[serde(default)]
    pub trimmed: Option<TokenOutcome>,
}

impl Seen for TokenFact {
    fn seen(&self) -> String {
        exchange(&self.outcome, &self.http)
    }
}

impl TokenFact {
    /// A token was issued, be it only for the secret without what stands around it.
    pub fn is_issued(&self) -> bool {
        let is_issued = |outcome: &TokenOutcome| matches!(outcome, TokenOutcome::Issued { .. });
        is_issued(&self.outcome) || self.trimmed.as_ref().is_some_and(is_issued)
    }

    /// The refusal of the try that counts: the second one, where one was made.
    pub fn refusal(&self) -> Option<&OAuthError> {
        match self.trimmed.as_ref().unwrap_or(&self.outcome) {
            TokenOutcome::Refused(error) => Some(error),
            _ => None,
        }
    }
}

/// A run waits no longer than this for a rate limit to pass, whatever `Retry-After` says.
pub const RETRY_AFTER_CAP: Duration = Duration::from_secs(10);

/// What an answer of the token endpoint means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum TokenOutcome {
    /// A token.
    Issued {
        /// Its life in seconds, when stated.
        expires_in: Option<u64>,
    },
    /// An answer to a request for a token that lacks what such an answer must hold.
    Malformed {
        /// The member, and what is wrong with it; never its value.
        problem: Outside,
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

/// A login of a person with a signed assertion (RFC 7522). Neither assertion nor token is part of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SamlLoginFact {
    /// The person, as `--saml-user` named them.
    pub email: Outside,
    /// The client id of `[saml_auth]`, when it may be shown.
    pub client_id: Option<ClientId>,
    /// `orgName`, as it was sent.
    pub organization: OrgShortName,
    /// The audience that the assertion named.
    #[serde(default)]
    pub audience: Outside,
    /// The exchanges, in the order in which they were made; the last one decides.
    pub tries: Vec<SamlTry>,
}

impl Seen for SamlLoginFact {
    fn seen(&self) -> String {
        listed(
            self.tries
                .iter()
                .map(|one| format!("{}: {}", one.encoding, exchange(&one.outcome, &one.http))),
        )
    }
}

/// One exchange of an assertion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SamlTry {
    /// How the assertion was encoded.
    pub encoding: Outside,
    /// The client's secret was sent without the blanks and quotes around it, after it was refused with them.
    #[serde(default)]
    pub trimmed: bool,
    /// The exchange.
    pub http: HttpFact,
    /// What the answer means.
    pub outcome: TokenOutcome,
}

impl SamlLoginFact {
    /// The exchange that brought a token.
    pub fn accepted(&self) -> Option<&SamlTry> {
        let mut tries = self.tries.iter();
        tries.find(|one| matches!(one.outcome, TokenOutcome::Issued { .. }))
    }

    /// The exchanges with the form of the secret that was sent last: what came of the other says nothing about the assertion.
    pub fn decisive(&self) -> impl Iterator<Item = &SamlTry> {
        let last = self.tries.last().is_some_and(|last| last.trimmed);
        self.tries.iter().filter(move |one| one.trimmed == last)
    }

    /// The refusal that tells most: the one whose words came for the fewest encodings, as those that the service cannot read are all
    /// refused alike; of several such, that of the most likely encoding.
    pub fn telling(&self) -> Option<(&SamlTry, &OAuthError)> {
        let refusals = || {
            self.decisive().filter_map(|one| match &one.outcome {
                TokenOutcome::Refused(error) => Some((one, error)),
                _ => None,
            })
        };
        let alike = |error: &OAuthError| refusals().filter(|(_, other)| *other == error).count();
        refusals().min_by_key(|(_, error)| alike(error))
    }
}

/// The end of a token, asked for after it was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenEndFact {
    /// HTTP status; `None` when no answer came.
    pub status: Option<u16>,
}

impl Seen for TokenEndFact {
    fn seen(&self) -> String {
        match self.status {
            Some(status) => format!("HTTP {status}"),
            None => "no answer".to_owned(),
        }
    }
}

impl TokenEndFact {
    /// The service confirmed that the token has ended.
    pub fn is_ended(&self) -> bool {
        self.status
            .is_some_and(|status| (200..300).contains(&status))
    }
}

/// The second look at an object's source after something was refused, as components look again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RereadFact {
    /// What was refused; nothing when there was no reason to read again.
    pub because: Vec<FactKey>,
    /// Why the source could not be read again, or not be compared.
    #[serde(default)]
    pub problem: Option<Outside>,
    /// What was refused stood on an option that changed, so it was asked again with the new object.
    #[serde(default)]
    pub retried: bool,
    /// The options that differ from the first reading.
    pub changes: Vec<OptionChange>,
}

impl Seen for RereadFact {
    fn seen(&self) -> String {
        if self.changes.is_empty() {
            "unchanged".to_owned()
        } else {
            listed(&self.changes)
        }
    }
}

/// An option that changed between two readings; values are never told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct OptionChange {
    /// The section.
    pub section: Name,
    /// The option.
    pub option: Name,
    /// What happened to it.
    pub change: Change,
}

/// What happened to an option.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It was not there before.
    Added,
    /// It is gone.
    Removed,
    /// It has another value.
    Replaced,
}

impl fmt::Display for OptionChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (section, option) = (&self.section, &self.option);
        match self.change {
            Change::Added => write!(f, "{section}/{option} was added"),
            Change::Removed => write!(f, "{section}/{option} was removed"),
            Change::Replaced => write!(f, "{section}/{option} has another value"),
        }
    }
}

/// An OAuth error with the service's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OAuthError {
    /// HTTP status.
    pub status: u16,
    /// `error`.
    pub error: Outside,
    /// `error_description` or `description`.
    pub description: Outside,
    /// Both description members are there, with the same text, or a correlation id is: the marks of the genuine service.
    pub genuine: bool,
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        refusal(f, self.status, &self.error, &self.description)
    }
}
