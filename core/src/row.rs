//! Rows: what one check said of one subject, and the part that it has in a cause.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{Check, CheckId, Subject};
use crate::facts::{FactKey, Gap};
use crate::finding::{Evidence, Owner, Status};
use crate::object::{ObjectId, Place};

/// One judgement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// The object.
    pub object: ObjectId,
    /// The check.
    pub check: CheckId,
    /// What it judged.
    pub subject: Subject,
    /// The check's statement.
    pub title: String,
    /// The verdict.
    pub status: Status,
    /// A gap here makes the run incomplete.
    pub required: bool,
    /// What should be.
    pub expected: String,
    /// What is.
    pub found: String,
    /// What to do.
    pub fix: String,
    /// Who has to act.
    pub owner: Option<Owner>,
    /// Where.
    pub places: Vec<Place>,
    /// On what it rests.
    pub evidence: Vec<Evidence>,
    /// Why it was not checked.
    pub gap: Option<Gap>,
    /// The facts and options it looked at.
    pub judged_on: Vec<FactKey>,
    /// Its part in a cause.
    pub role: Role,
}

impl Row {
    /// Whether this check made it.
    pub fn is_of(&self, check: &dyn Check) -> bool {
        check.is_named(&self.check)
    }

    /// Whether the run is incomplete without it: what was left out on request, or is done on request only, is no reason for that.
    pub fn is_missed(&self) -> bool {
        self.required
            && self.status == Status::Gap
            && !matches!(
                self.gap,
                Some(Gap::Offline | Gap::NotAskedFor { .. } | Gap::NotPlanned)
            )
    }
}

/// A row's part in a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Role {
    /// It stands for itself.
    Independent,
    /// It shows the cause itself.
    Root {
        /// Index into `causes`.
        cause: usize,
    },
    /// It only follows from a cause.
    Consequence {
        /// Index into `causes`.
        cause: usize,
    },
}

/// Names a row: check and subject within an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RowRef {
    /// The check.
    pub check: CheckId,
    /// What it judged.
    pub subject: Subject,
}

impl RowRef {
    /// The reference to a row.
    pub fn to(row: &Row) -> Self {
        Self {
            check: row.check.clone(),
            subject: row.subject.clone(),
        }
    }
}
