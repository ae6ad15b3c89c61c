//! What is said about a message: one remark, one statement, one thing to do.

use hybridcheck_core::finding::Status;
use hybridcheck_core::run::Verdict;
use serde::Serialize;

/// Whom a remark sends to what made the message.
pub(super) const SENDER: &str =
    "look at what made the message: Workspace Desktop, or the identity provider";

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// What it is about, the same in every run.
    pub id: &'static str,
    /// How bad it is.
    pub status: Status,
    /// What was found.
    pub found: String,
    /// What to do; empty where nothing is to do.
    pub fix: String,
}

impl Remark {
    /// Nothing is wrong here.
    pub fn pass(id: &'static str, found: impl Into<String>) -> Self {
        Self::of(id, Status::Pass, found, "")
    }

    /// It will not work.
    pub fn fail(id: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::of(id, Status::Fail, found, fix)
    }

    /// It works, or may work, but should be changed.
    pub fn warn(id: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::of(id, Status::Warn, found, fix)
    }

    /// It could not be told, and why.
    pub fn gap(id: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::of(id, Status::Gap, found, fix)
    }

    /// Worth knowing.
    pub fn note(id: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::of(id, Status::Note, found, fix)
    }

    fn of(
        id: &'static str,
        status: Status,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self {
            id,
            status,
            found: found.into(),
            fix: fix.into(),
        }
    }
}

/// What all remarks together say.
pub fn verdict(remarks: &[Remark]) -> Verdict {
    match remarks.iter().map(|remark| remark.status).max() {
        Some(Status::Fail) => Verdict::NotReady,
        _ if remarks.iter().any(|remark| remark.status == Status::Gap) => Verdict::Incomplete,
        _ => Verdict::Ready,
    }
}
