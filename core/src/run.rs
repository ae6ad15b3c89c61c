//! The run document: everything a report may show, in one serialisable value without secrets.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cause::Diagnosis;
use crate::check::CheckId;
use crate::endpoint::{Endpoint, Proof, Route};
use crate::facts::Entry;
use crate::finding::Status;
use crate::object::{Folder, Form, Known, Note, ObjectId, Place, Stranger, Tenant};
use crate::policy::Policy;
use crate::row::Row;
use crate::time::{Timestamp, Took};

/// The number of this document's shape: fields are added, never given another meaning.
pub const SCHEMA: u32 = 1;

/// A finished (or interrupted) run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The shape of this document.
    pub schema: u32,
    /// What made it.
    pub tool: Tool,
    /// How it was called.
    pub invocation: Invocation,
    /// When it began.
    pub started: Timestamp,
    /// How long it took.
    pub took: Took,
    /// The moment it judges for.
    pub as_of: Timestamp,
    /// Thresholds in force.
    pub policy: Policy,
    /// The verdict.
    pub verdict: Verdict,
    /// The objects judged.
    pub objects: Vec<ObjectSummary>,
    /// Objects with our name and another transaction type.
    pub strangers: Vec<Stranger>,
    /// What readers noticed about the input.
    pub notes: Vec<Note>,
    /// Root causes, most certain first.
    pub causes: Vec<Diagnosis>,
    /// Every judgement.
    pub rows: Vec<Row>,
    /// What was proven, and what was not.
    pub coverage: Coverage,
    /// The checks used.
    pub catalogue: Vec<CatalogueEntry>,
    /// The facts.
    pub facts: Vec<Entry>,
}

/// The tool and its tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `hybridcheck`.
    pub name: String,
    /// Version.
    pub version: String,
    /// The day of the region table.
    pub regions: String,
}

/// How the run was called; never a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Invocation {
    /// The subcommand.
    pub command: String,
    /// The inputs as named.
    pub inputs: Vec<String>,
    /// Nothing was asked over the network.
    pub offline: bool,
    /// Checks selected; empty for all.
    pub only: Vec<String>,
    /// Checks left out.
    pub skip: Vec<String>,
    /// The lowest status that makes the run fail.
    pub fail_on: Option<Status>,
    /// Where the secret of the tool's own client came from, such as `HYBRIDCHECK_CLIENT_SECRET`.
    pub client_secret_source: Option<String>,
    /// The tool's own client id.
    pub client_id: Option<String>,
    /// Other settings that change what is asked or trusted, as `flag value`.
    pub settings: Vec<String>,
}

/// The answer to "are we ready?".
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Ready.
    Ready,
    /// Nothing failed, but something required could not be checked.
    Incomplete,
    /// Not ready.
    NotReady,
    /// Interrupted; what is known is in the report.
    Interrupted,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready => "READY",
            Self::Incomplete => "INCOMPLETE",
            Self::NotReady => "NOT READY",
            Self::Interrupted => "INTERRUPTED",
        })
    }
}

impl Verdict {
    /// The exit status: the same in every format.
    pub fn exit_status(self) -> u8 {
        match self {
            Self::Ready => 0,
            Self::NotReady => 1,
            Self::Incomplete => 3,
            Self::Interrupted => 130,
        }
    }
}

/// An object, without its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ObjectSummary {
    /// Its number in this run.
    pub id: ObjectId,
    /// How it is called in messages.
    pub title: String,
    /// Where it begins.
    pub place: Place,
    /// The form it was given in.
    pub form: Form,
    /// Tenant.
    pub tenant: Known<Tenant>,
    /// Folder.
    pub folder: Known<Folder>,
    /// DBID.
    pub dbid: Known<u32>,
    /// Tenants that use it.
    pub serves: Vec<Tenant>,
    /// Its region, when its hosts name one.
    pub region: Option<String>,
    /// Its sections.
    pub sections: Vec<String>,
    /// What its reader noticed.
    pub notes: Vec<Note>,
}

/// What this run proved and what it did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// The highest level proven per endpoint and route.
    pub endpoints: Vec<EndpointProof>,
    /// What lies behind a cause: checks that could not be made because of it, with what they will need.
    pub behind: Vec<Behind>,
    /// What no run of this kind proves, in sentences.
    pub unproven: Vec<String>,
    /// Requests sent to Genesys Cloud hosts.
    pub requests: u32,
}

/// The highest level proven for an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointProof {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The route.
    pub route: Route,
    /// The level.
    pub proof: Proof,
}

/// Checks behind a wall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Behind {
    /// Index into `causes`.
    pub cause: usize,
    /// The checks that could not be made.
    pub checks: Vec<CheckId>,
    /// What they will need once the wall is down.
    pub needs: Vec<String>,
}

/// A check as the catalogue carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CatalogueEntry {
    /// Id.
    pub id: CheckId,
    /// Family.
    pub family: String,
    /// The statement that is true when it passes.
    pub title: String,
    /// Why it matters.
    pub why: String,
}

impl Run {
    /// Rows of a status.
    pub fn with_status(&self, status: Status) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.status() == status)
    }

    /// How many rows have a status.
    pub fn count(&self, status: Status) -> usize {
        self.with_status(status).count()
    }
}
