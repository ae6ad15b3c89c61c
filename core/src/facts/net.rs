//! What every probe of the network records: its tries.

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
    /// The label of its outcome.
    pub outcome: String,
}
