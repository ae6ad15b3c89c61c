//! Root causes: pure rules over facts and rows.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{Case, CheckId, Documented};
use crate::facts::{FactKey, Facts, Gap};
use crate::finding::{Evidence, Owner};
use crate::object::ObjectId;
use crate::outside::Outside;
use crate::row::{Row, RowRef};

/// How sure a diagnosis is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The facts leave no other explanation.
    Certain,
    /// The facts fit, another explanation is unlikely.
    Likely,
    /// One of several explanations.
    Possible,
}

impl fmt::Display for Certainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        })
    }
}

/// A rule that recognises one root cause.
pub trait Rule: Documented + Sync {
    /// The diagnoses for the case's object; `rows` are that object's rows.
    fn diagnose(&self, case: &Case<'_>, rows: &[Row]) -> Vec<Diagnosis>;

    /// The cause's id: the file name alone, kebab case.
    fn cause_id(&self) -> CheckId {
        CheckId(self.page().name.replace('_', "-"))
    }
}

/// A root cause that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnosis {
    /// The cause's id; the engine fills it in.
    pub cause: CheckId,
    /// The object; the engine fills it in.
    pub object: ObjectId,
    /// How sure it is.
    pub certainty: Certainty,
    /// The cause in one sentence.
    pub sentence: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Who has to act.
    pub owner: Owner,
    /// What to do, in exact words.
    pub fix: String,
    /// A command of common tools that reproduces the evidence.
    pub command: Option<String>,
    /// Checks to run again to see it done.
    pub rerun: Vec<CheckId>,
    /// The rows that show the cause itself.
    pub roots: Vec<RowRef>,
    /// What is broken: rows without a verdict that stand on one of these facts are consequences.
    pub broken: Vec<FactKey>,
    /// Failing or warning rows that the rule takes for consequences; the engine folds them only when they stand on what is broken.
    pub explains: Vec<RowRef>,
}

/// A row's part in a diagnosis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It only follows from the cause.
    Consequence,
    /// It shows the cause itself.
    Root,
}

impl Diagnosis {
    /// The part of a row of the same object. A row is a consequence only when its gap leads to, or its judgement was made on,
    /// a fact that stands on what is broken; a verdict besides only when the rule names it.
    pub fn part_of(&self, row: &Row, facts: &Facts) -> Option<Part> {
        let is_me = |named: &RowRef| named.check == row.check && named.subject == row.subject;
        if self.roots.iter().any(is_me) {
            return Some(Part::Root);
        }
        let stands_on_broken = |key: &FactKey| {
            self.broken
                .iter()
                .any(|broken| facts.stands_on(key, broken))
        };
        // A question that was asked and not answered rests on what it was judged on, like a verdict.
        let rests_on_broken = || row.judged_on.iter().any(stands_on_broken);
        let follows = match row.gap() {
            Some(Gap::Blocked { by }) => stands_on_broken(by),
            Some(Gap::NotAnswered { .. } | Gap::NoMeans { .. }) => rests_on_broken(),
            Some(_) => false,
            None => self.explains.iter().any(is_me) && rests_on_broken(),
        };
        follows.then_some(Part::Consequence)
    }

    /// A diagnosis that a row shows, with its sentence, owner and fix; the rest is added.
    pub fn new(
        root: &Row,
        certainty: Certainty,
        sentence: impl Into<String>,
        owner: Owner,
        fix: impl Into<String>,
    ) -> Self {
        Self::of_facts(certainty, sentence, owner, fix).shown_by([root])
    }

    /// A diagnosis that facts alone show: no row of the run stands on them, as when the checks that would are not selected.
    pub fn of_facts(
        certainty: Certainty,
        sentence: impl Into<String>,
        owner: Owner,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            cause: CheckId(String::new()),
            object: ObjectId(0),
            certainty,
            sentence: sentence.into(),
            evidence: Vec::new(),
            owner,
            fix: fix.into(),
            command: None,
            rerun: Vec::new(),
            roots: Vec::new(),
            broken: Vec::new(),
            explains: Vec::new(),
        }
    }

    /// Adds rows that show the cause too, and their checks as those to run again.
    #[must_use]
    pub fn shown_by<'r>(mut self, rows: impl IntoIterator<Item = &'r Row>) -> Self {
        for row in rows {
            let root = RowRef::to(row);
            if self.roots.contains(&root) {
                continue;
            }
            if !self.rerun.contains(&row.check) {
                self.rerun.push(row.check.clone());
            }
            self.evidence.extend(
                row.evidence()
                    .iter()
                    .filter(|piece| !self.evidence.contains(piece))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
            self.roots.push(root);
        }
        self
    }

    /// Adds rows that are consequences.
    #[must_use]
    pub fn explaining<'r>(mut self, rows: impl IntoIterator<Item = &'r Row>) -> Self {
        self.explains.extend(rows.into_iter().map(RowRef::to));
        self
    }

    /// Adds broken facts.
    #[must_use]
    pub fn breaks(mut self, facts: impl IntoIterator<Item = FactKey>) -> Self {
        self.broken.extend(facts);
        self
    }

    /// What is broken over the route of the run; the engine calls it, rules need not know the route.
    #[must_use]
    pub fn over(mut self, case: &Case<'_>) -> Self {
        let broken = std::mem::take(&mut self.broken).into_iter();
        self.broken = broken.map(|key| case.over(key)).collect();
        self
    }

    /// Adds a command that shows the same with common tools.
    #[must_use]
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
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
}
