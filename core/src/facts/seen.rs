//! What every type of fact tells of itself, whatever its kind.

use super::{ApiAnswer, HttpFact, TokenOutcome};

/// What a fact tells of itself; the table of kinds asks it of each.
pub trait Seen {
    /// What was seen, in a phrase.
    fn seen(&self) -> String;

    /// The answer of the API that it is, whatever was read.
    fn api(&self) -> Option<&dyn ApiAnswer> {
        None
    }
}

/// What a request for a token brought.
pub(super) fn exchange(outcome: &TokenOutcome, http: &HttpFact) -> String {
    match outcome {
        TokenOutcome::Issued { .. } => "issued".to_owned(),
        TokenOutcome::Malformed { problem } => format!("not in the documented form: {problem}"),
        TokenOutcome::NotOAuth => format!("no OAuth answer: {}", http.outcome),
        TokenOutcome::RateLimited { .. } => "rate limited".to_owned(),
        TokenOutcome::Refused(error) => error.to_string(),
    }
}
