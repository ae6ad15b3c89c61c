//! Rows: what one check said of one subject, and the part that it has in a cause.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{Check, CheckId, Subject};
use crate::facts::{FactKey, Gap};
use crate::finding::{Evidence, Judgement, Owner, Status};
use crate::object::{ObjectId, Place};

/// One judgement.
///
/// `document.rs` says how it is written and read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The object.
    pub object: ObjectId,
    /// The check.
    pub check: CheckId,
    /// What it judged.
    pub subject: Subject,
    /// The check's statement.
    pub title: String,
    /// A gap here makes the run incomplete.
    pub required: bool,
    /// What the check said.
    pub judgement: Judgement,
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

    /// The verdict.
    pub fn status(&self) -> Status {
        self.judgement.status()
    }

    /// What should be; empty unless something is not as it should be.
    pub fn expected(&self) -> &str {
        self.judgement.expected()
    }

    /// What is, in one line; empty when it was not checked.
    pub fn found(&self) -> &str {
        self.judgement.found()
    }

    /// What to do; empty where nothing is.
    pub fn fix(&self) -> &str {
        self.judgement.fix()
    }

    /// Who has to act.
    pub fn owner(&self) -> Option<Owner> {
        self.judgement.owner()
    }

    /// Why it was not checked.
    pub fn gap(&self) -> Option<&Gap> {
        self.judgement.gap()
    }

    /// On what it rests.
    pub fn evidence(&self) -> &[Evidence] {
        &self.judgement.evidence
    }

    /// Where.
    pub fn places(&self) -> &[Place] {
        &self.judgement.places
    }

    /// Whether the run is incomplete without it: what was left out on request, or is done on request only, is no reason for that.
    pub fn is_missed(&self) -> bool {
        let is_left_out = |gap: &Gap| {
            matches!(
                gap,
                Gap::Offline | Gap::NotAskedFor { .. } | Gap::NotPlanned
            )
        };
        self.required && self.gap().is_some_and(|gap| !is_left_out(gap))
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

impl Role {
    /// The same part where so many causes stand before those that it was counted among.
    #[must_use]
    pub fn after(self, causes: usize) -> Self {
        match self {
            Self::Independent => Self::Independent,
            Self::Root { cause } => Self::Root {
                cause: cause + causes,
            },
            Self::Consequence { cause } => Self::Consequence {
                cause: cause + causes,
            },
        }
    }
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
