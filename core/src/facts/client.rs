//! The clients that a run asks with, or asks about.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::names::Name;
use crate::object::ObjectId;

/// An OAuth client: the one of a service section, or the tool's own.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ClientRef {
    /// The client of a section of an object.
    Service {
        /// The object.
        object: ObjectId,
        /// The section.
        section: Name,
    },
    /// A person who logged in with the client of `[saml_auth]`.
    Person {
        /// The object.
        object: ObjectId,
    },
    /// hybridcheck's own read-only client, used at the object's organisation.
    Tool {
        /// The object.
        object: ObjectId,
    },
}

impl ClientRef {
    /// The object this client belongs to.
    pub fn object(&self) -> ObjectId {
        match self {
            Self::Person { object } | Self::Service { object, .. } | Self::Tool { object } => {
                *object
            }
        }
    }
}

impl fmt::Display for ClientRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service { section, .. } => {
                write!(f, "the client of [{section}]")
            }
            Self::Person { .. } => f.write_str("the person who logged in"),
            Self::Tool { .. } => f.write_str("the tool's own client"),
        }
    }
}

impl From<&ClientRef> for ClientRef {
    fn from(client: &ClientRef) -> Self {
        client.clone()
    }
}
