//! Whether the object changed while it was checked.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

page! {
    /// The object stayed as it is while it was checked.
    ///
    /// When Genesys Cloud refuses a login or a call, the object is read once more, as components do; what was refused is asked for once
    /// more when it rests on an option that changed.
    ///
    /// ## Why it matters
    ///
    /// A secret that is being rotated is refused for a while. Seen once, that looks like a wrong secret, and somebody rotates it again.
    ///
    /// ## How to fix
    ///
    /// Let the change be finished, in the object and in Genesys Cloud, and run again. Components that have read the old values go on with
    /// them until they are refused.
    ///
    /// ## What we rely on
    ///
    /// Documented: components read the object at start, and on an error of the API read it again and try once more before they fail.
    pub(crate) struct Unchanged;
}

impl Judge for Unchanged {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::reread(object.id)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let fact = match case.reread() {
            Err(Gap::Offline) => {
                return Ok(Judgement::pass(
                    "read once: nothing was asked over the network",
                ));
            }
            answer => answer?,
        };
        if fact.because.is_empty() {
            return Ok(Judgement::pass(
                "read once: nothing was refused that would ask for a second reading",
            ));
        }
        let refused = listed(fact.because.iter().take(TOLD));
        if let Some(problem) = &fact.problem {
            return Ok(Judgement::note(
                format!(
                    "refused: {refused}; the object was not read again: {}",
                    problem.shown(200)
                ),
                "If the object is being written just now, run again when that is finished; what comes over standard input can be read only once: give a file instead. Until then a change that is going on cannot be told from a wrong value.",
                Owner::EngageAdmin,
            ));
        }
        if fact.changes.is_empty() {
            return Ok(Judgement::pass(format!(
                "read again after a refusal ({refused}): the same"
            )));
        }
        let tried = if fact.retried {
            "what was refused was asked for again with the new values"
        } else {
            "what was refused does not rest on that, so nothing was asked again"
        };
        Ok(Judgement::warn(
            "the same object as at the start",
            format!("{}; {tried}", listed(&fact.changes)),
            "Let the change be finished, in the object and in Genesys Cloud, and run again.",
            Owner::EngageAdmin,
        ))
    }
}

/// So many refusals are told.
const TOLD: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Change, OptionChange, RereadFact};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::token_key;

    fn judged(problem: Option<&str>, changes: &[Change]) -> Judgement {
        let changes = changes.iter().map(|change| OptionChange {
            section: "ewt".into(),
            option: "password".into(),
            change: *change,
        });
        let fact = RereadFact {
            because: vec![token_key("ewt")],
            problem: problem.map(Into::into),
            retried: true,
            changes: changes.collect(),
        };
        let object = ObjectId(0);
        let bench = Bench::healthy().fact(FactKey::Reread { object }, fact);
        bench.judge_first(&Unchanged).expect("a verdict")
    }

    #[test]
    fn nothing_refused_and_nothing_changed_pass() {
        assert_eq!(Bench::healthy().status(&Unchanged), Status::Pass);
        assert_eq!(judged(None, &[]).status(), Status::Pass);
    }

    #[test]
    fn a_change_warns_and_names_the_option_alone() {
        let judgement = judged(None, &[Change::Replaced]);
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().contains("ewt/password has another value"));
    }

    #[test]
    fn what_cannot_be_read_again_is_said() {
        let judgement = judged(Some("standard input can be read only once"), &[]);
        assert_eq!(judgement.status(), Status::Note);
        assert!(judgement.found().contains("standard input"));
    }
}
