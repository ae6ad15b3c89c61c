//! What a judgement says: a verdict, what was expected and found, where, who must act, and what to do.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::Gap;
use crate::object::{Opt, Place};
use crate::outside::Outside;

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

/// How much a finding weighs, lightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// It works, or may work, but should be changed.
    Warn,
    /// It will not work.
    Fail,
}

impl From<Severity> for Status {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Note => Self::Note,
            Severity::Warn => Self::Warn,
            Severity::Fail => Self::Fail,
        }
    }
}

/// What a judgement comes to, with all that belongs to it and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The check does not apply to this subject.
    BesideThePoint {
        /// Why not.
        why: String,
    },
    /// Something is not as it should be.
    Found {
        /// How much it weighs.
        severity: Severity,
        /// What should be.
        expected: String,
        /// What is, in one line.
        found: String,
        /// What to do.
        fix: String,
        /// Who has to do it.
        owner: Owner,
    },
    /// The statement is true, with something worth knowing.
    Noted {
        /// What is worth knowing, in one line.
        found: String,
        /// What to do about it, where anything is to be done.
        fix: String,
        /// Who may want to.
        owner: Owner,
    },
    /// Not checked.
    Open {
        /// Why not.
        gap: Gap,
    },
    /// The statement is true.
    Passed {
        /// What was seen.
        seen: String,
    },
}

/// A judgement about one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What it comes to.
    pub outcome: Outcome,
    /// Where.
    pub places: Vec<Place>,
    /// On what it rests.
    pub evidence: Vec<Evidence>,
}

impl From<Outcome> for Judgement {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            places: Vec::new(),
            evidence: Vec::new(),
        }
    }
}

impl Judgement {
    /// True, and what was seen.
    pub fn pass(seen: impl Into<String>) -> Self {
        Outcome::Passed { seen: seen.into() }.into()
    }

    /// It does not apply, and why.
    pub fn not_applicable(why: impl Into<String>) -> Self {
        Outcome::BesideThePoint { why: why.into() }.into()
    }

    /// Not checked, and why.
    pub fn open(gap: Gap) -> Self {
        Outcome::Open { gap }.into()
    }

    /// A finding: what was expected, what was found, what to do and by whom.
    pub fn finding(
        severity: Severity,
        expected: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
        owner: Owner,
    ) -> Self {
        Outcome::Found {
            severity,
            expected: expected.into(),
            found: found.into(),
            fix: fix.into(),
            owner,
        }
        .into()
    }

    /// A finding that fails.
    pub fn fail(
        expected: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
        owner: Owner,
    ) -> Self {
        Self::finding(Severity::Fail, expected, found, fix, owner)
    }

    /// A finding that warns.
    pub fn warn(
        expected: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
        owner: Owner,
    ) -> Self {
        Self::finding(Severity::Warn, expected, found, fix, owner)
    }

    /// A note: true, with something worth knowing.
    pub fn note(found: impl Into<String>, fix: impl Into<String>, owner: Owner) -> Self {
        Outcome::Noted {
            found: found.into(),
            fix: fix.into(),
            owner,
        }
        .into()
    }

    /// The verdict.
    pub fn status(&self) -> Status {
        match &self.outcome {
            Outcome::BesideThePoint { .. } => Status::NotApplicable,
            Outcome::Found { severity, .. } => (*severity).into(),
            Outcome::Noted { .. } => Status::Note,
            Outcome::Open { .. } => Status::Gap,
            Outcome::Passed { .. } => Status::Pass,
        }
    }

    /// What should be; empty unless something is not as it should be.
    pub fn expected(&self) -> &str {
        match &self.outcome {
            Outcome::Found { expected, .. } => expected,
            _ => "",
        }
    }

    /// What is, in one line; for a pass, what was seen; for *not applicable*, why; empty when it was not checked.
    pub fn found(&self) -> &str {
        match &self.outcome {
            Outcome::BesideThePoint { why } => why,
            Outcome::Found { found, .. } | Outcome::Noted { found, .. } => found,
            Outcome::Open { .. } => "",
            Outcome::Passed { seen } => seen,
        }
    }

    /// What to do; empty where nothing is.
    pub fn fix(&self) -> &str {
        match &self.outcome {
            Outcome::Found { fix, .. } | Outcome::Noted { fix, .. } => fix,
            _ => "",
        }
    }

    /// Who has to do it.
    pub fn owner(&self) -> Option<Owner> {
        match &self.outcome {
            Outcome::Found { owner, .. } | Outcome::Noted { owner, .. } => Some(*owner),
            _ => None,
        }
    }

    /// Why it was not checked.
    pub fn gap(&self) -> Option<&Gap> {
        match &self.outcome {
            Outcome::Open { gap } => Some(gap),
            _ => None,
        }
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
        let value = Outside::of(value.to_string()).shown(400).to_string();
        self.evidence.push(Evidence {
            label: label.to_owned(),
            value,
        });
        self
    }

    /// Adds the evidence that another judgement rests on.
    #[must_use]
    pub fn resting_on(mut self, evidence: Vec<Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}
