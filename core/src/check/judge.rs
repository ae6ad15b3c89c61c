//! Judging: what a check's file says, and what the engine makes of it without knowing the level.

use std::fmt;

use super::{Case, Documented, Level, Subject};
use crate::facts::{Answer, FactKey};
use crate::finding::Judgement;
use crate::object::HybridObject;
use crate::policy::Policy;

/// A pure judgement about things of one kind; what has it is a [`Check`].
pub trait Judge: Documented + Send + Sync {
    /// What it judges.
    type Subject: Level;

    /// Those that it judges in this object; addresses and answers are not known yet.
    fn subjects(&self, object: &HybridObject) -> Vec<Self::Subject> {
        Level::all(object)
    }

    /// The facts it needs for a subject; what they stand on follows by itself.
    fn needs(&self, _subject: &Self::Subject, _object: &HybridObject) -> Vec<FactKey> {
        Vec::new()
    }

    /// The same where what is asked depends on what a site expects.
    fn needs_under(
        &self,
        subject: &Self::Subject,
        object: &HybridObject,
        _policy: &Policy,
    ) -> Vec<FactKey> {
        self.needs(subject, object)
    }

    /// Whether a run is incomplete when this could not be checked.
    fn is_required(&self) -> bool {
        true
    }

    /// Judges; `?` on a missing fact is "not checked, because …".
    fn judge(&self, subject: &Self::Subject, case: &Case<'_>) -> Answer<Judgement>;
}

/// A check, whatever the level at which it judges.
pub trait Check: Documented + Send + Sync {
    /// Everything it asks about this object, one question per row.
    fn questions<'c>(&'c self, object: &HybridObject) -> Vec<Question<'c>>;

    /// Whether a run is incomplete when this could not be checked.
    fn is_required(&self) -> bool;
}

impl<J: Judge> Check for J {
    fn questions<'c>(&'c self, object: &HybridObject) -> Vec<Question<'c>> {
        let subjects = self.subjects(object).into_iter();
        subjects
            .map(|about| Question::new(about.clone(), Posed { judge: self, about }))
            .collect()
    }

    fn is_required(&self) -> bool {
        Judge::is_required(self)
    }
}

/// What a check asks about one subject.
pub struct Question<'c> {
    /// What it is about.
    pub subject: Subject,
    asked: Box<dyn Ask + 'c>,
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Question").field(&self.subject).finish()
    }
}

impl<'c> Question<'c> {
    /// A question about a subject.
    pub fn new(subject: impl Into<Subject>, asked: impl Ask + 'c) -> Self {
        Self {
            subject: subject.into(),
            asked: Box::new(asked),
        }
    }

    /// The facts that the answer needs.
    pub fn needs(&self, object: &HybridObject, policy: &Policy) -> Vec<FactKey> {
        self.asked.needs(object, policy)
    }

    /// The answer.
    pub fn judge(&self, case: &Case<'_>) -> Answer<Judgement> {
        self.asked.judge(case)
    }
}

/// What is asked, with its subject inside.
pub trait Ask {
    /// The facts that the answer needs.
    fn needs(&self, object: &HybridObject, policy: &Policy) -> Vec<FactKey>;

    /// The answer.
    fn judge(&self, case: &Case<'_>) -> Answer<Judgement>;
}

struct Posed<'c, J: Judge> {
    judge: &'c J,
    about: J::Subject,
}

impl<J: Judge> Ask for Posed<'_, J> {
    fn needs(&self, object: &HybridObject, policy: &Policy) -> Vec<FactKey> {
        self.judge.needs_under(&self.about, object, policy)
    }

    fn judge(&self, case: &Case<'_>) -> Answer<Judgement> {
        self.judge.judge(&self.about, case)
    }
}
