//! The facts of a run: each recorded once, present or missing for a stated reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fact, FactKey, OptionChange};
use crate::object::{HybridObject, ObjectId, Opt};
use crate::outside::Outside;
use crate::time::Took;

/// Why a fact is missing. A gap is never a verdict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "gap", rename_all = "snake_case")]
pub enum Gap {
    /// What it stands on is not there, or is not good enough to go on.
    Blocked {
        /// The fact it waits for.
        by: Box<FactKey>,
    },
    /// The tool failed here; a bug of its own.
    Broken {
        /// What happened, without values.
        message: String,
    },
    /// The organisation does not allow this client to read it.
    Denied {
        /// The permissions of which one would suffice.
        permissions: Vec<String>,
        /// The call.
        call: String,
    },
    /// The value is hidden in this export.
    Hidden {
        /// The option, `section/option`.
        option: Outside,
    },
    /// The run ended before it could be gathered.
    Interrupted,
    /// It changes something, or may, so it is done only when the user asks for it.
    NotAskedFor {
        /// What it could do.
        reason: String,
        /// The flag that asks for it.
        flag: String,
    },
    /// The form of the input cannot carry it, or the person did not select it.
    NotInForm {
        /// What.
        what: String,
    },
    /// The check that asks for it was not selected.
    NotPlanned,
    /// Facts were loaded from a file that does not hold it.
    NotRecorded,
    /// `--offline`.
    Offline,
    /// There is nothing to ask with, for example no client that could log in.
    NoMeans {
        /// What is missing.
        what: String,
    },
    /// It was asked, and the answer does not say.
    NotAnswered {
        /// What was asked, and what came back.
        what: String,
    },
    /// This host itself granted no more of something. It says nothing about the network.
    OwnLimit {
        /// What there was no more of.
        what: String,
        /// Who can raise the limit, and where.
        raise: String,
    },
    /// hybridcheck refused to do it.
    Refused {
        /// Why, and what would allow it.
        reason: String,
    },
    /// The overall time ran out.
    TimedOut {
        /// How long the run had.
        waited: Took,
        /// The flag that changes it.
        flag: String,
    },
}

impl Gap {
    /// Blocked by a fact.
    pub fn blocked(by: FactKey) -> Self {
        Self::Blocked { by: Box::new(by) }
    }

    /// The value of an option is hidden.
    pub fn hidden(section: &str, option: &str) -> Self {
        Self::Hidden {
            option: format!("{section}/{option}").into(),
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocked { by } => write!(f, "it stands on: {by}"),
            Self::Broken { message } => write!(
                f,
                "hybridcheck itself failed here: {}",
                Outside::of(message.as_str()).shown(200)
            ),
            Self::Denied { permissions, call } => {
                write!(
                    f,
                    "no client of this run may read it: {call} needs {} (`hybridcheck permissions` prints the role)",
                    permissions.join(" or ")
                )
            }
            Self::Hidden { option } => write!(f, "the value of {option} is hidden in this export"),
            Self::Interrupted => f.write_str("the run was interrupted"),
            Self::NotAskedFor { reason, flag } => {
                write!(f, "refused: {reason}; {flag} allows it")
            }
            Self::NotInForm { what } => write!(f, "not in this form: {what}"),
            Self::NotPlanned => f.write_str("it was not planned in this run"),
            Self::NotRecorded => f.write_str("the saved facts do not hold it"),
            Self::Offline => f.write_str("--offline: nothing was asked over the network"),
            Self::NoMeans { what } | Self::NotAnswered { what } => f.write_str(what),
            Self::OwnLimit { what, raise } => write!(f, "{what}; {raise}"),
            Self::Refused { reason } => write!(f, "refused: {reason}"),
            Self::TimedOut { waited, flag } => write!(
                f,
                "the run's time was over after {waited} ({flag} changes it)"
            ),
        }
    }
}

/// A fact, or why it is missing.
pub type Answer<T> = Result<T, Gap>;

/// An option with a value that can be worked with: a hidden one is a gap of its own, a missing or empty one blocks what stands on it.
pub fn usable_option<'a>(object: &'a HybridObject, section: &str, option: &str) -> Answer<&'a Opt> {
    let blocked = || Gap::blocked(FactKey::option(object.id, section, option));
    let found = object.option(section, option).ok_or_else(blocked)?;
    let shape = found.value.shape();
    if shape.masked {
        return Err(Gap::hidden(section, option));
    }
    if shape.is_blank() {
        return Err(blocked());
    }
    Ok(found)
}

/// One recorded fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// What it is.
    pub key: FactKey,
    /// The fact or its gap.
    pub outcome: Recorded,
    /// What it really stood on in this run.
    pub stands_on: Vec<FactKey>,
    /// From its start to its end, this fact alone.
    pub took: Took,
}

/// A recorded outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every entry holds a fact; boxing it would only add an allocation"
)]
pub enum Recorded {
    /// The fact.
    Fact(Fact),
    /// Why it is missing.
    Missing(Gap),
}

/// All facts of a run, ordered by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    entries: BTreeMap<FactKey, Entry>,
    /// The keys of what the token endpoint and the API answered for each object, so that no rule looks through those of all.
    of_cloud: BTreeMap<ObjectId, BTreeSet<FactKey>>,
    /// The gap for keys that are not recorded at all.
    absent: Option<Gap>,
}

impl Facts {
    /// Facts of which every missing one has the same reason.
    pub fn without(absent: Gap) -> Self {
        Self {
            absent: Some(absent),
            ..Self::default()
        }
    }

    /// Facts loaded from a document.
    pub fn recorded(entries: Vec<Entry>) -> Self {
        let mut facts = Self::without(Gap::NotRecorded);
        for entry in entries {
            facts.index(&entry.key);
            facts.entries.insert(entry.key.clone(), entry);
        }
        facts
    }

    /// Records a fact or a gap; the first record of a key stays.
    pub fn record(
        &mut self,
        key: FactKey,
        outcome: Answer<Fact>,
        stands_on: Vec<FactKey>,
        took: Took,
    ) {
        let outcome = match outcome {
            Ok(fact) => Recorded::Fact(fact),
            Err(gap) => Recorded::Missing(gap),
        };
        self.index(&key);
        self.entries.entry(key.clone()).or_insert(Entry {
            key,
            outcome,
            stands_on,
            took,
        });
    }

    fn index(&mut self, key: &FactKey) {
        if let Some(object) = key.of_cloud() {
            self.of_cloud.entry(object).or_default().insert(key.clone());
        }
    }

    /// Forgets what was recorded under some keys, so that it can be recorded anew.
    pub fn forget(&mut self, keys: &BTreeSet<FactKey>) {
        self.entries.retain(|key, _| !keys.contains(key));
        self.of_cloud.retain(|_, known| {
            known.retain(|key| !keys.contains(key));
            !known.is_empty()
        });
    }

    /// The options that changed between two readings of an object, as facts call them: names count whatever their case.
    pub fn changed(&self, object: ObjectId, changes: &[OptionChange]) -> BTreeSet<FactKey> {
        let is_changed = |key: &FactKey| {
            let FactKey::Option {
                object: of,
                section,
                option,
            } = key
            else {
                return false;
            };
            *of == object
                && changes
                    .iter()
                    .any(|change| change.section.is_like(section) && change.option.is_like(option))
        };
        let bases = self.entries.values().flat_map(|entry| &entry.stands_on);
        bases.filter(|key| is_changed(key)).cloned().collect()
    }

    /// A fact by key.
    pub fn get(&self, key: &FactKey) -> Answer<&Fact> {
        match self.entries.get(key).map(|entry| &entry.outcome) {
            Some(Recorded::Fact(fact)) => Ok(fact),
            Some(Recorded::Missing(gap)) => Err(gap.clone()),
            None => Err(self.absent.clone().unwrap_or(Gap::NotPlanned)),
        }
    }

    /// Whether a key is recorded, as a fact or as a gap.
    pub fn holds(&self, key: &FactKey) -> bool {
        self.entries.contains_key(key)
    }

    /// Everything recorded, ordered by key.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// What the token endpoint and the API answered for an object, ordered by key.
    pub fn of_cloud(&self, object: ObjectId) -> impl Iterator<Item = &Entry> {
        let keys = self.of_cloud.get(&object).into_iter().flatten();
        keys.filter_map(|key| self.entries.get(key))
    }

    /// Everything recorded from a key on, this one included, ordered by key.
    pub fn starting_at(&self, key: FactKey) -> impl Iterator<Item = &Entry> {
        self.entries.range(key..).map(|(_, entry)| entry)
    }

    /// Everything recorded between two keys, both included, ordered by key.
    pub fn between(&self, keys: RangeInclusive<FactKey>) -> impl Iterator<Item = &Entry> {
        self.entries.range(keys).map(|(_, entry)| entry)
    }

    /// Whether `key` stands on `base`, directly or through others; a fact stands on itself.
    pub fn stands_on(&self, key: &FactKey, base: &FactKey) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![key];
        while let Some(next) = open.pop() {
            if next == base {
                return true;
            }
            if seen.insert(next)
                && let Some(entry) = self.entries.get(next)
            {
                open.extend(&entry.stands_on);
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::{Endpoint, Host};
    use crate::facts::ResolverFact;
    use crate::object::ObjectId;

    #[test]
    fn standing_on_is_transitive() {
        let host = Host::of("login.example");
        let endpoint = Endpoint {
            host: host.clone(),
            port: 443,
        };
        let (names, link) = (FactKey::Addresses { host }, FactKey::connection(endpoint));
        let certificate = FactKey::Certificate {
            object: ObjectId(0),
        };
        let mut facts = Facts::default();
        facts.record(
            names.clone(),
            Err(Gap::Offline),
            vec![FactKey::Resolver],
            Took::default(),
        );
        facts.record(
            link.clone(),
            Err(Gap::blocked(names.clone())),
            vec![names],
            Took::default(),
        );
        assert!(facts.stands_on(&link, &FactKey::Resolver));
        assert!(!facts.stands_on(&link, &certificate));
    }

    #[test]
    fn a_missing_fact_says_why() {
        let facts = Facts::without(Gap::Offline);
        assert_eq!(facts.resolver(&FactKey::Resolver), Err(Gap::Offline));
    }

    #[test]
    fn facts_survive_a_round_trip_through_json() {
        let mut facts = Facts::default();
        let resolver = ResolverFact {
            search: Vec::new(),
            ndots: None,
            oddities: Vec::new(),
            source: "--dns-server".into(),
            nameservers: Vec::new(),
            problem: None,
        };
        facts.record(
            FactKey::Resolver,
            Ok(resolver.into()),
            Vec::new(),
            Took::default(),
        );
        let json = serde_json::to_string(&facts.entries().collect::<Vec<_>>()).expect("json");
        let back: Vec<Entry> = serde_json::from_str(&json).expect("entries");
        assert_eq!(
            Facts::recorded(back)
                .resolver(&FactKey::Resolver)
                .expect("a fact")
                .source,
            "--dns-server"
        );
    }
}
