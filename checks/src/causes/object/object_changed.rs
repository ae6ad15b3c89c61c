//! Somebody changed the object while it was checked.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::{Fact, FactKey, TokenOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members;
use crate::evidence::oauth::is_changing;
use crate::evidence::rows;
use crate::{oauth, object};

page! {
    /// The object was changed while it was checked.
    ///
    /// ## What it means
    ///
    /// Something was refused, so the object was read once more, as components do after an error. It had changed: a secret is being
    /// rotated, or somebody is at work on it. What was refused was asked for again with the new values.
    ///
    /// ## How to fix
    ///
    /// If the second try succeeded, nothing is wrong with the new values: make sure that every component has read them. If it was
    /// refused too, finish the change (both sides: the option, and the client in Genesys Cloud) and run again.
    ///
    /// ## Show it without hybridcheck
    ///
    /// Export the object twice and compare: `diff EXPORT1 EXPORT2`, on a screen that nobody else sees, because it shows values.
    ///
    /// ## What we rely on
    ///
    /// Documented: components read the object at start, and once more when the API refuses them. Values are compared and never told.
    pub(crate) struct ObjectChanged;
}

impl Rule for ObjectChanged {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let key = FactKey::reread(case.object.id);
        let Ok(fact) = case.facts().reread(&key) else {
            return Vec::new();
        };
        if fact.changes.is_empty() {
            return Vec::new();
        }
        let still: Vec<&FactKey> = fact
            .because
            .iter()
            .filter(|key| is_changing(case, key) && is_refused(case, key))
            .collect();
        let changed = listed(fact.changes.iter().take(TOLD));
        let mut retried = fact.because.iter().filter(|key| is_changing(case, key));
        let is_accepted = retried.all(|key| is_accepted(case, key));
        let (certainty, sentence, fix) = match (fact.retried, still.is_empty()) {
            (true, true) if is_accepted => (
                Certainty::Certain,
                format!("the object was changed while it was checked ({changed}); what was refused before was accepted when it was asked for again"),
                "What was refused is accepted now. Make sure that every component has read the new values: those that have not are refused as the old ones were.".to_owned(),
            ),
            (true, true) => (
                Certainty::Likely,
                format!("the object was changed while it was checked ({changed}); what was refused before was asked for again, and got no answer that tells"),
                "Run again once the change is finished, in the object and in Genesys Cloud.".to_owned(),
            ),
            (true, false) => (
                Certainty::Likely,
                format!("the object was changed while it was checked ({changed}), and the new values were refused too"),
                "A change is going on. Finish it on both sides, in the object and in Genesys Cloud, and run again; rotate nothing before that.".to_owned(),
            ),
            (false, _) => (
                Certainty::Certain,
                format!("the object was changed while it was checked ({changed}); what was refused does not rest on that"),
                "Run again once the change is finished: this run judged the object as it was first read.".to_owned(),
            ),
        };
        let clients = rows::flagged(all, &oauth::TokenIssued).into_iter().filter(|row| {
            matches!(&row.subject, Subject::Client { client } if still.contains(&&FactKey::token_of(client)))
        });
        let shown = rows::flagged(all, &object::Unchanged);
        let shown = members::on_facts(shown, all, |of| *of == key);
        let diagnosis = members::diagnosis_of(shown, certainty, sentence, Owner::EngageAdmin, fix)
            .shown_by(clients)
            .breaks(still.iter().map(|key| (*key).clone()));
        vec![diagnosis]
    }
}

/// So many changes are told in the sentence; the row tells them all.
const TOLD: usize = 5;

/// Whether the second try was refused as the first one was.
fn is_refused(case: &Case<'_>, key: &FactKey) -> bool {
    match case.facts().get(key) {
        Ok(Fact::Token(fact)) => matches!(fact.outcome, TokenOutcome::Refused(_)),
        Ok(Fact::SamlLogin(fact)) => fact.accepted().is_none(),
        Ok(other) => other.refusal().is_some(),
        Err(_) => false,
    }
}

/// Whether the second try brought what was asked for.
fn is_accepted(case: &Case<'_>, key: &FactKey) -> bool {
    match case.facts().get(key) {
        Ok(Fact::Token(fact)) => fact.is_issued(),
        Ok(Fact::SamlLogin(fact)) => fact.accepted().is_some(),
        Ok(other) => other.refusal().is_none(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Change, Gap, OptionChange, RereadFact};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{oauth_error, token, token_key};

    fn changed(option: &str, retried: bool) -> Bench {
        let fact = RereadFact {
            because: vec![token_key("ewt")],
            problem: None,
            retried,
            changes: vec![OptionChange {
                section: "ewt".into(),
                option: option.into(),
                change: Change::Replaced,
            }],
        };
        let object = ObjectId(0);
        Bench::healthy().fact(FactKey::reread(object), fact)
    }

    #[test]
    fn a_second_try_that_succeeds_is_a_rotation_seen_as_one() {
        let bench = changed("password", true);
        let found = bench.diagnose(&ObjectChanged);
        assert_eq!(found[0].certainty, Certainty::Certain);
        assert!(found[0].sentence.contains("ewt/password has another value"));
        assert_eq!(bench.causes(), ["object-changed"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_second_try_without_an_answer_proves_nothing() {
        let bench = changed("password", true);
        let silent = Gap::NotAnswered { what: "…".into() };
        let bench = bench.gap(token_key("ewt"), silent);
        let found = bench.diagnose(&ObjectChanged);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(found[0].sentence.contains("no answer that tells"));
    }

    #[test]
    fn a_second_try_that_is_refused_accuses_no_secret() {
        let bench = changed("password", true);
        let refusal = oauth_error(401, "invalid_client", "authentication failed");
        let fact = token(&bench.object, "ewt", refusal);
        let bench = bench
            .fact(token_key("ewt"), fact)
            .blocked_behind(&token_key("ewt"));
        assert_eq!(
            bench.diagnose(&ObjectChanged)[0].certainty,
            Certainty::Likely
        );
        assert_eq!(bench.causes(), ["object-changed"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_change_elsewhere_hides_no_wrong_secret() {
        let bench = changed("comment", false);
        let refusal = oauth_error(401, "invalid_client", "authentication failed");
        let fact = token(&bench.object, "ewt", refusal);
        let bench = bench
            .fact(token_key("ewt"), fact)
            .blocked_behind(&token_key("ewt"));
        assert_eq!(bench.causes(), ["object-changed", "wrong-secret"]);
    }

    #[test]
    fn an_object_that_stayed_is_no_cause() {
        assert!(Bench::healthy().diagnose(&ObjectChanged).is_empty());
    }
}
