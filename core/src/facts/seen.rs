//! What every type of fact tells of itself, whatever its kind.

use std::fmt;

use super::{ApiAnswer, HttpFact, TokenOutcome};
use crate::outside::Outside;

/// What a fact tells of itself; the table of kinds asks it of each.
pub trait Seen {
    /// What was seen, in a phrase.
    fn seen(&self) -> String;

    /// The answer of the API that it is, whatever was read.
    fn api(&self) -> Option<&dyn ApiAnswer> {
        None
    }
}

/// A refusal in the words of who refused: what was left out of it is not told as an empty place.
pub(super) fn refusal(
    f: &mut fmt::Formatter<'_>,
    status: u16,
    code: &Outside,
    message: &Outside,
) -> fmt::Result {
    write!(f, "HTTP {status}")?;
    if !code.raw().trim().is_empty() {
        write!(f, " {}", code.shown(60))?;
    }
    if !message.raw().trim().is_empty() {
        write!(f, ": {}", message.shown(200))?;
    }
    Ok(())
}

/// What a request for a token brought.
pub(super) fn exchange(outcome: &TokenOutcome, http: &HttpFact) -> String {
    match outcome {
        TokenOutcome::Issued { .. } => "issued".to_owned(),
        TokenOutcome::Malformed { problem } => format!("not in the documented form: {problem}"),
        TokenOutcome::NotOAuth => match http.outcome.answer() {
            Some(_) => format!("no OAuth answer: {}", http.outcome),
            None => http.outcome.to_string(),
        },
        TokenOutcome::RateLimited { .. } => "rate limited".to_owned(),
        TokenOutcome::Refused(error) => error.to_string(),
    }
}
