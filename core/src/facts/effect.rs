//! What gathering a fact does to the world.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What gathering a fact does to the world.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing leaves the host.
    Local,
    /// Reads only.
    Reads,
    /// Ends an access token that this run asked for.
    EndsToken,
    /// Asks for an access token, which the organisation's OAuth usage counts.
    MintsToken,
    /// A login that may create a user.
    MayCreateUser,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::Reads => "reads",
            Self::EndsToken => "ends its own token",
            Self::MintsToken => "mints a token",
            Self::MayCreateUser => "may create a user",
        })
    }
}
