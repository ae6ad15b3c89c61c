//! The run document as it is written, where that differs from what rooms work with: its fields stay when inner types change.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::check::{CheckId, Subject};
use crate::facts::{FactKey, Gap};
use crate::finding::{Evidence, Judgement, Outcome, Owner, Severity, Status};
use crate::object::{ObjectId, Place};
use crate::row::{self, Role};

/// One judgement.
#[derive(Deserialize, Serialize, JsonSchema)]
struct Row {
    /// The object.
    object: ObjectId,
    /// The check.
    check: CheckId,
    /// What it judged.
    subject: Subject,
    /// The check's statement.
    title: String,
    /// The verdict.
    status: Status,
    /// A gap here makes the run incomplete.
    required: bool,
    /// What should be.
    expected: String,
    /// What is.
    found: String,
    /// What to do.
    fix: String,
    /// Who has to act.
    owner: Option<Owner>,
    /// Where.
    places: Vec<Place>,
    /// On what it rests.
    evidence: Vec<Evidence>,
    /// Why it was not checked.
    gap: Option<Gap>,
    /// The facts and options it looked at.
    judged_on: Vec<FactKey>,
    /// Its part in a cause.
    role: Role,
}

/// A written row lacks what its status needs.
#[derive(Debug, Error)]
#[error("the row of {check} on {subject} is `{}` and has no `{field}`", status.label())]
struct IncompleteRow {
    check: CheckId,
    subject: Subject,
    status: Status,
    field: &'static str,
}

impl From<row::Row> for Row {
    fn from(row: row::Row) -> Self {
        let judgement = row.judgement;
        Self {
            object: row.object,
            check: row.check,
            subject: row.subject,
            title: row.title,
            status: judgement.status(),
            required: row.required,
            expected: judgement.expected().to_owned(),
            found: judgement.found().to_owned(),
            fix: judgement.fix().to_owned(),
            owner: judgement.owner(),
            gap: judgement.gap().cloned(),
            places: judgement.places,
            evidence: judgement.evidence,
            judged_on: row.judged_on,
            role: row.role,
        }
    }
}

impl Row {
    fn outcome(&self) -> Result<Outcome, IncompleteRow> {
        let found = self.found.clone();
        Ok(match self.status {
            Status::Pass => Outcome::Passed { seen: found },
            Status::NotApplicable => Outcome::BesideThePoint { why: found },
            Status::Note if self.expected.is_empty() => Outcome::Noted {
                found,
                fix: self.fix.clone(),
                owner: self.owner()?,
            },
            Status::Note => self.finding(Severity::Note)?,
            Status::Gap => Outcome::Open {
                gap: self.gap.clone().ok_or_else(|| self.without("gap"))?,
            },
            Status::Warn => self.finding(Severity::Warn)?,
            Status::Fail => self.finding(Severity::Fail)?,
        })
    }

    fn finding(&self, severity: Severity) -> Result<Outcome, IncompleteRow> {
        Ok(Outcome::Found {
            severity,
            expected: self.expected.clone(),
            found: self.found.clone(),
            fix: self.fix.clone(),
            owner: self.owner()?,
        })
    }

    fn owner(&self) -> Result<Owner, IncompleteRow> {
        self.owner.ok_or_else(|| self.without("owner"))
    }

    fn without(&self, field: &'static str) -> IncompleteRow {
        IncompleteRow {
            check: self.check.clone(),
            subject: self.subject.clone(),
            status: self.status,
            field,
        }
    }
}

impl TryFrom<Row> for row::Row {
    type Error = IncompleteRow;

    fn try_from(row: Row) -> Result<Self, IncompleteRow> {
        let outcome = row.outcome()?;
        Ok(Self {
            object: row.object,
            check: row.check,
            subject: row.subject,
            title: row.title,
            required: row.required,
            judgement: Judgement {
                outcome,
                places: row.places,
                evidence: row.evidence,
            },
            judged_on: row.judged_on,
            role: row.role,
        })
    }
}

impl Serialize for row::Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Row::from(self.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for row::Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let row = Row::deserialize(deserializer)?;
        row.try_into().map_err(D::Error::custom)
    }
}

impl JsonSchema for row::Row {
    fn schema_name() -> Cow<'static, str> {
        Row::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Row::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Row::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(judgement: Judgement) -> row::Row {
        row::Row {
            object: ObjectId(0),
            check: CheckId("object-name".into()),
            subject: Subject::Object,
            title: "The object has its name".into(),
            required: true,
            judgement: judgement.evidence("name", "x"),
            judged_on: vec![FactKey::Resolver],
            role: Role::Independent,
        }
    }

    #[test]
    fn every_outcome_is_read_back_as_it_was() {
        let owner = Owner::EngageAdmin;
        for judgement in [
            Judgement::pass("seen"),
            Judgement::not_applicable("why"),
            Judgement::note("found", "", owner),
            Judgement::finding(Severity::Note, "expected", "found", "fix", owner),
            Judgement::warn("expected", "found", "fix", owner),
            Judgement::fail("expected", "found", "fix", owner),
            Judgement::open(Gap::Offline),
        ] {
            let row = row(judgement);
            let written = serde_json::to_string(&row).expect("a row is JSON");
            let read: row::Row = serde_json::from_str(&written).expect("a whole row");
            assert_eq!(read, row);
        }
    }

    #[test]
    fn a_row_without_what_its_status_needs_is_refused() {
        for (judgement, field) in [
            (Judgement::open(Gap::Offline), "gap"),
            (Judgement::fail("a", "b", "c", Owner::EngageAdmin), "owner"),
        ] {
            let mut written = serde_json::to_value(row(judgement)).expect("a row is JSON");
            written[field] = serde_json::Value::Null;
            let error = serde_json::from_value::<row::Row>(written).expect_err("an incomplete row");
            let said = format!("has no `{field}`");
            assert!(error.to_string().contains(&said), "{error}");
        }
    }
}
