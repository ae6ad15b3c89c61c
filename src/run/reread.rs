//! The usage contract of the object: it is read at start, and on a refusal of Genesys Cloud read once more; what was refused is asked for
//! once more when it rests on an option that changed. Pure but for the origin, which reads.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::{BTreeMap, BTreeSet};

use hybridcheck_core::facts::{
    Change, Effect, Fact, FactKey, Facts, Gap, OptionChange, Recorded, RereadFact, TokenOutcome,
};
use hybridcheck_core::names::Name;
use hybridcheck_core::object::{Configuration, HybridObject, Value};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::Took;

use hybridcheck_sources::Origin;

/// What a second reading brought.
#[derive(Debug)]
pub(super) struct Second {
    /// The objects as they are now.
    pub(super) configuration: Configuration,
    /// What each object's second reading was for and showed.
    pub(super) facts: Vec<(FactKey, RereadFact)>,
    /// The facts that rest on what changed.
    pub(super) stale: BTreeSet<FactKey>,
}

impl Second {
    /// Whether something that was refused rests on what changed.
    pub(super) fn is_worth_a_try(&self) -> bool {
        self.facts.iter().any(|(_, fact)| fact.retried)
    }
}

/// Reads once more when something was refused; nothing when nothing was.
pub(super) fn second(
    configuration: &Configuration,
    facts: &Facts,
    origin: &dyn Origin,
) -> Option<Second> {
    let objects = &configuration.objects;
    let because: Vec<Vec<FactKey>> = objects
        .iter()
        .map(|object| refused(facts, object))
        .collect();
    if because.iter().all(Vec::is_empty) {
        return None;
    }
    let again = origin
        .again()
        .and_then(|again| comparable(configuration, again));
    let mut second = Second {
        configuration: configuration.clone(),
        facts: Vec::new(),
        stale: BTreeSet::new(),
    };
    let problem = match again {
        Ok(again) => {
            second.configuration = again;
            None
        }
        Err(problem) => Some(Outside::kept(&problem, 300)),
    };
    let both = objects.iter().zip(&second.configuration.objects);
    for ((object, now), because) in both.zip(because) {
        let changes = changes(object, now);
        let options = facts.changed(object.id, &changes);
        let stale: BTreeSet<FactKey> = facts
            .entries()
            .map(|entry| &entry.key)
            .filter(|key| options.iter().any(|option| facts.stands_on(key, option)))
            .cloned()
            .collect();
        let fact = RereadFact {
            retried: because.iter().any(|key| stale.contains(key)),
            problem: problem.clone().filter(|_| !because.is_empty()),
            because,
            changes,
        };
        second.stale.extend(stale);
        let object = object.id;
        second.facts.push((FactKey::reread(object), fact));
    }
    Some(second)
}

/// Puts what second readings showed in the place of what was recorded before.
pub(super) fn record(facts: &mut Facts, readings: Vec<(FactKey, RereadFact)>) {
    for (key, fact) in readings {
        // Only where a check asks for it.
        if facts.reread(&key).is_ok() {
            facts.forget(&BTreeSet::from([key.clone()]));
            facts.record(key, Ok(fact.into()), Vec::new(), Took::default());
        }
    }
}

/// What the token endpoint or the API refused of an object.
fn refused(facts: &Facts, object: &HybridObject) -> Vec<FactKey> {
    let entries = facts.entries();
    entries
        .filter(|entry| entry.key.of_cloud() == Some(object.id))
        .filter(|entry| match &entry.outcome {
            Recorded::Fact(_) => is_refusal(facts, &entry.key),
            Recorded::Missing(gap) => matches!(gap, Gap::Denied { .. }),
        })
        .map(|entry| entry.key.clone())
        .collect()
}

/// Whether a fact is a refusal: of a token by the token endpoint, or of a call by the API.
fn is_refusal(facts: &Facts, key: &FactKey) -> bool {
    let is_refused = |outcome: &TokenOutcome| matches!(outcome, TokenOutcome::Refused(_));
    match key.effect() {
        Effect::MintsToken => facts.token(key).is_ok_and(|fact| is_refused(&fact.outcome)),
        Effect::MayCreateUser => facts.saml_login(key).is_ok_and(|fact| {
            let last = fact.tries.last();
            last.is_some_and(|tried| is_refused(&tried.outcome))
        }),
        Effect::EndsToken | Effect::Local | Effect::Reads => {
            let refusal = facts.get(key).ok().and_then(Fact::refusal);
            refusal.is_some_and(|(_, error)| matches!(error.status, 401 | 403))
        }
    }
}

/// The second reading, when it holds the same objects as the first.
fn comparable(first: &Configuration, again: Configuration) -> Result<Configuration, String> {
    let same = |one: &HybridObject, other: &HybridObject| {
        one.tenant == other.tenant && one.dbid == other.dbid && one.name == other.name
    };
    let is_same = first.objects.len() == again.objects.len()
        && first
            .objects
            .iter()
            .zip(&again.objects)
            .all(|(one, other)| same(one, other));
    if is_same {
        Ok(again)
    } else {
        Err("the input holds other objects than at the start".into())
    }
}

/// What differs between two readings of an object; values are compared and never told. An option that stands there more than once
/// has its values in their order.
fn changes(before: &HybridObject, now: &HybridObject) -> Vec<OptionChange> {
    let (before, now) = (values(before), values(now));
    let names: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    let changed = names.into_iter().filter_map(|name| {
        let change = match (before.get(name), now.get(name)) {
            (Some(_), None) => Change::Removed,
            (None, _) => Change::Added,
            (Some(before), Some(now)) if is_same(before, now) => return None,
            (Some(_), Some(_)) => Change::Replaced,
        };
        let &(section, option) = name;
        Some(OptionChange {
            section: section.into(),
            option: option.into(),
            change,
        })
    });
    let mut changed: Vec<OptionChange> = changed.collect();
    changed.sort();
    changed
}

fn is_same(before: &[&Value], now: &[&Value]) -> bool {
    let mut both = before.iter().zip(now);
    before.len() == now.len() && both.all(|(before, now)| before.is_same(now))
}

fn values(object: &HybridObject) -> BTreeMap<(&Name, &Name), Vec<&Value>> {
    let mut values: BTreeMap<(&Name, &Name), Vec<&Value>> = BTreeMap::new();
    for section in &object.sections {
        for option in &section.options {
            let name = (&section.name, &option.name);
            values.entry(name).or_default().push(&option.value);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{
        healthy, oauth_error, token, token_info_key, token_key, with_fact,
    };
    use hybridcheck_testkit::objects;

    struct Now(Result<Vec<HybridObject>, String>);

    impl Origin for Now {
        fn again(&self) -> Result<Configuration, String> {
            let objects = self.0.clone()?;
            Ok(Configuration {
                objects,
                ..Configuration::default()
            })
        }
    }

    fn read(now: Result<Vec<HybridObject>, String>, is_refused: bool) -> Option<Second> {
        let object = objects::healthy();
        let mut facts = healthy(&object);
        if is_refused {
            let refusal = oauth_error(401, "invalid_client", "authentication failed");
            let fact = token(&object, "ewt", refusal);
            facts = with_fact(facts, token_key("ewt"), fact);
        }
        let configuration = Configuration {
            objects: vec![object],
            ..Configuration::default()
        };
        second(&configuration, &facts, &Now(now))
    }

    fn with(section: &str, option: &str) -> Vec<HybridObject> {
        vec![objects::with(
            objects::healthy(),
            section,
            option,
            "FAKE-new-value",
        )]
    }

    #[test]
    fn without_a_refusal_nothing_is_read_again() {
        assert!(read(Err("not to be asked".into()), false).is_none());
    }

    #[test]
    fn a_changed_secret_makes_what_stands_on_it_stale_and_is_named_without_its_value() {
        let second = read(Ok(with("ewt", "password")), true).expect("a second reading");
        assert!(second.is_worth_a_try());
        assert!(second.stale.contains(&token_key("ewt")));
        assert!(second.stale.contains(&token_info_key("ewt")));
        let object = ObjectId(0);
        assert!(!second.stale.contains(&FactKey::certificate(object)));
        let fact = &second.facts[0].1;
        assert_eq!(fact.because, [token_key("ewt")]);
        assert_eq!(
            fact.changes[0].to_string(),
            "ewt/password has another value"
        );
        let told = serde_json::to_string(fact).expect("json");
        assert!(!told.contains("FAKE"), "{told}");
    }

    #[test]
    fn an_option_that_nothing_refused_rests_on_is_told_and_nothing_is_asked_again() {
        let second = read(Ok(with("ewt", "comment")), true).expect("a second reading");
        assert!(!second.is_worth_a_try());
        assert_eq!(second.facts[0].1.changes[0].change, Change::Added);
    }

    /// An option that stands there twice, with two values, is no change.
    #[test]
    fn what_stands_there_twice_is_compared_in_its_order() {
        let mut before = objects::healthy();
        let section = &mut before.sections[0];
        let mut second = section.options[0].clone();
        second.value = Value::Plain("another".into());
        section.options.push(second);
        assert_eq!(changes(&before, &before), []);
        let mut now = before.clone();
        now.sections[0].options.pop();
        assert_eq!(changes(&before, &now)[0].change, Change::Replaced);
    }

    #[test]
    fn a_removed_option_is_told() {
        let now = objects::without(objects::healthy(), "saml", "expire_time");
        let second = read(Ok(vec![now]), true).expect("a second reading");
        assert_eq!(second.facts[0].1.changes[0].change, Change::Removed);
    }

    #[test]
    fn what_cannot_be_read_or_compared_is_said() {
        for now in [
            Err("standard input can be read only once".to_owned()),
            Ok(Vec::new()),
        ] {
            let second = read(now, true).expect("a second reading");
            let fact = &second.facts[0].1;
            assert!(fact.problem.is_some() && fact.changes.is_empty() && !fact.retried);
            assert_eq!(second.configuration.objects.len(), 1);
        }
    }
}
