//! What a row is about.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::facts::ClientRef;
use crate::names::Name;

/// What a row is about.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "subject", rename_all = "snake_case")]
pub enum Subject {
    /// An OAuth client.
    Client {
        /// The client.
        client: ClientRef,
    },
    /// A host and port.
    Endpoint {
        /// The endpoint.
        endpoint: Endpoint,
    },
    /// The object as a whole.
    Object,
    /// An option.
    Option {
        /// Its section.
        section: Name,
        /// Its name.
        option: Name,
    },
    /// A section.
    Section {
        /// Its name.
        section: Name,
    },
}

impl Subject {
    /// An option of a section.
    pub fn option(section: impl Into<Name>, option: impl Into<Name>) -> Self {
        Self::Option {
            section: section.into(),
            option: option.into(),
        }
    }

    /// A section.
    pub fn section(section: impl Into<Name>) -> Self {
        Self::Section {
            section: section.into(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client {
                client: ClientRef::Service { section, .. },
            }
            | Self::Section { section } => write!(f, "[{section}]"),
            Self::Client {
                client: ClientRef::Person { .. },
            } => f.write_str("person"),
            Self::Client {
                client: ClientRef::Tool { .. },
            } => f.write_str("tool's client"),
            Self::Endpoint { endpoint } => write!(f, "{endpoint}"),
            Self::Object => f.write_str("object"),
            Self::Option { section, option } => write!(f, "{section}/{option}"),
        }
    }
}
