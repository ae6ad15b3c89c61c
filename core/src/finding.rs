//! What a judgement says: a verdict, what was expected and found, where, who must act, and what to do.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object::{Opt, Place};

/// The verdict of a row, best first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The statement is true.
    Pass,
    /// The check does not apply to this subject.
    NotApplicable,
    /// True, with something worth knowing.
    Note,
    /// Not checked, for the reason given.
    Gap,
    /// It works, or may work, but should be changed.
    Warn,
    /// It will not work.
    Fail,
}

impl Status {
    /// One word for people and machines.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::NotApplicable => "not applicable",
            Self::Note => "note",
            Self::Gap => "not checked",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

/// Who has to act.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The administrator of the Genesys Cloud organisation.
    CloudAdmin,
    /// The administrator of Genesys Engage (Configuration Server).
    EngageAdmin,
    /// The administrator of this host.
    HostAdmin,
    /// The network team.
    NetworkTeam,
    /// The security team.
    SecurityTeam,
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CloudAdmin => "Genesys Cloud administrator",
            Self::EngageAdmin => "Engage administrator",
            Self::HostAdmin => "administrator of this host",
            Self::NetworkTeam => "network team",
            Self::SecurityTeam => "security team",
        })
    }
}

/// A piece of evidence: a label and a value that is safe to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What it is.
    pub label: String,
    /// The value, made visible.
    pub value: String,
}

/// A judgement about one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub status: Status,
    /// What should be; empty for a pass.
    pub expected: String,
    /// What is, in one line; for a pass, what was seen; for *not applicable*, why.
    pub found: String,
    /// What to do; empty for a pass.
    pub fix: String,
    /// Who has to do it.
    pub owner: Option<Owner>,
    /// Where.
    pub places: Vec<Place>,
    /// On what it rests.
    pub evidence: Vec<Evidence>,
}

impl Judgement {
    /// True, and what was seen.
    pub fn pass(found: impl Into<String>) -> Self {
        Self {
            status: Status::Pass,
            expected: String::new(),
            found: found.into(),
            fix: String::new(),
            owner: None,
            places: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// It does not apply, and why.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self {
            status: Status::NotApplicable,
            ..Self::pass(reason)
        }
    }

    /// A finding: what was expected, what was found, what to do and by whom.
    pub fn finding(
        status: Status,
        expected: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
        owner: Owner,
    ) -> Self {
        Self {
            status,
            expected: expected.into(),
            fix: fix.into(),
            owner: Some(owner),
            ..Self::pass(found)
        }
    }

    /// A finding that fails.
    pub fn fail(
        expected: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
        owner: Owner,
    ) -> Self {
        Self::finding(Status::Fail, expected, found, fix, owner)
    }

    /// A finding that warns.
    pub fn warn(
        expected: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
        owner: Owner,
    ) -> Self {
        Self::finding(Status::Warn, expected, found, fix, owner)
    }

    /// A note: true, with something worth knowing.
    pub fn note(found: impl Into<String>, fix: impl Into<String>, owner: Owner) -> Self {
        Self::finding(Status::Note, "", found, fix, owner)
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, place: &Place) -> Self {
        self.places.push(place.clone());
        self
    }

    /// Adds the place of an option.
    #[must_use]
    pub fn of(self, option: &Opt) -> Self {
        self.at(&option.place)
    }

    /// Adds evidence; the value is made visible and capped here.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over temporaries and numbers"
    )]
    pub fn evidence(mut self, label: &str, value: impl ToString) -> Self {
        let value = crate::text::visible(&value.to_string(), 400);
        self.evidence.push(Evidence {
            label: label.to_owned(),
            value,
        });
        self
    }
}
