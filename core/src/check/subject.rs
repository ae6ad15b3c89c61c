//! What a row is about.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::facts::ClientRef;
use crate::outside::{Outside, Shown};

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
        section: String,
        /// Its name.
        option: String,
    },
    /// A section.
    Section {
        /// Its name.
        section: String,
    },
}

impl Subject {
    /// An option of a section.
    pub fn option(section: &str, option: &str) -> Self {
        Self::Option {
            section: section.to_owned(),
            option: option.to_owned(),
        }
    }

    /// A section.
    pub fn section(section: &str) -> Self {
        Self::Section {
            section: section.to_owned(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn shown(text: &str) -> Shown<'_> {
            Outside::of(text).shown(60)
        }
        match self {
            Self::Client {
                client: ClientRef::Service { section, .. },
            }
            | Self::Section { section } => write!(f, "[{}]", shown(section)),
            Self::Client {
                client: ClientRef::Person { .. },
            } => f.write_str("person"),
            Self::Client {
                client: ClientRef::Tool { .. },
            } => f.write_str("tool's client"),
            Self::Endpoint { endpoint } => write!(f, "{endpoint}"),
            Self::Object => f.write_str("object"),
            Self::Option { section, option } => write!(f, "{}/{}", shown(section), shown(option)),
        }
    }
}
