//! The rows that one diagnosis is about, each with what it is about, and how a sentence names them.

use hybridcheck_core::cause::{Certainty, Diagnosis};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, Gap, TokenFact};
use hybridcheck_core::finding::{Owner, Status};
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::rows;

/// Rows that have one cause, at least one, each with what it is about.
#[derive(Clone, Debug)]
pub(crate) struct Members<'r, T> {
    first: (T, &'r Row),
    rest: Vec<(T, &'r Row)>,
}

/// Rows, whatever each is about.
pub(crate) type Rows<'r> = Members<'r, ()>;

/// Rows about endpoints.
pub(crate) type Endpoints<'r> = Members<'r, &'r Endpoint>;

/// Rows about requests for tokens.
pub(crate) type Clients<'r> = Members<'r, &'r TokenFact>;

impl<'r, T: Copy> Members<'r, T> {
    /// Some rows as members; none when there is none.
    pub(crate) fn of(rows: impl IntoIterator<Item = (T, &'r Row)>) -> Option<Self> {
        let mut rows = rows.into_iter();
        Some(Self {
            first: rows.next()?,
            rest: rows.collect(),
        })
    }

    /// Each row with what it is about.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (T, &'r Row)> {
        std::iter::once(self.first).chain(self.rest.iter().copied())
    }

    /// What each row is about.
    pub(crate) fn each(&self) -> impl Iterator<Item = T> {
        self.iter().map(|(about, _)| about)
    }

    /// The rows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &'r Row> {
        self.iter().map(|(_, row)| row)
    }

    /// What the first row is about.
    pub(crate) fn first(&self) -> T {
        self.first.0
    }

    /// The first row.
    pub(crate) fn row(&self) -> &'r Row {
        self.first.1
    }

    /// A diagnosis that these rows show.
    pub(crate) fn diagnosis(
        &self,
        certainty: Certainty,
        sentence: impl Into<String>,
        owner: Owner,
        fix: impl Into<String>,
    ) -> Diagnosis {
        Diagnosis::new(self.row(), certainty, sentence, owner, fix).shown_by(self.rows())
    }

    /// Those that a rule is about; none when none is left.
    pub(crate) fn only(&self, is_one: impl Fn(T) -> bool) -> Option<Self> {
        Self::of(self.iter().filter(|(about, _)| is_one(*about)))
    }

    /// The subjects, as a sentence names them.
    pub(crate) fn subjects(&self) -> String {
        listed(self.rows().map(|row| &row.subject))
    }

    /// What was found, each once.
    pub(crate) fn found(&self) -> Vec<&'r str> {
        each_once(self.rows().map(Row::found))
    }

    /// What to do about all of them, each advice once.
    pub(crate) fn fixes(&self) -> String {
        each_once(self.rows().map(Row::fix)).join(" ")
    }
}

fn each_once<'t>(texts: impl Iterator<Item = &'t str>) -> Vec<&'t str> {
    let mut once: Vec<&str> = Vec::new();
    for text in texts {
        if !text.is_empty() && !once.contains(&text) {
            once.push(text);
        }
    }
    once
}

impl<'r> Rows<'r> {
    /// Some rows as members; none when there is none.
    pub(crate) fn all(rows: impl IntoIterator<Item = &'r Row>) -> Option<Self> {
        Self::of(rows.into_iter().map(|row| ((), row)))
    }
}

/// The rows that show what a rule has seen in facts: those that the rule knows, else the first that stands on one of the facts, a
/// failing one before one that waits for it. None when no row of the run stands on them.
pub(crate) fn on_facts<'r>(
    known: impl IntoIterator<Item = &'r Row>,
    all: &'r [Row],
    is_one: impl Fn(&FactKey) -> bool,
) -> Option<Rows<'r>> {
    let stands_on_one = |row: &&Row| {
        let waits = matches!(row.gap(), Some(Gap::Blocked { by }) if is_one(by));
        waits || row.judged_on.iter().any(&is_one)
    };
    Rows::all(known).or_else(|| {
        let statuses = [Status::Fail, Status::Warn, Status::Gap].into_iter();
        let first = |status| {
            let mut rows = all.iter().filter(|row| row.status() == status);
            rows.find(stands_on_one)
        };
        Rows::all(statuses.filter_map(first).take(1))
    })
}

/// A diagnosis of what a rule has seen in facts, with the rows that show it, if any does.
pub(crate) fn diagnosis_of(
    shown: Option<Rows<'_>>,
    certainty: Certainty,
    sentence: impl Into<String>,
    owner: Owner,
    fix: impl Into<String>,
) -> Diagnosis {
    match shown {
        Some(rows) => rows.diagnosis(certainty, sentence, owner, fix),
        None => Diagnosis::of_facts(certainty, sentence, owner, fix),
    }
}

/// A sentence names no more endpoints than this; the rows name them all.
const NAMED: usize = 6;

impl<'r> Endpoints<'r> {
    /// The endpoints.
    pub(crate) fn endpoints(&self) -> Vec<&'r Endpoint> {
        self.each().collect()
    }

    /// The endpoints, as a sentence names them.
    pub(crate) fn names(&self) -> String {
        let mut names: Vec<String> = self.each().take(NAMED).map(Endpoint::to_string).collect();
        let more = self.rest.len() + 1 - names.len();
        if more > 0 {
            names.push(format!("{more} more"));
        }
        listed(names)
    }

    /// All endpoints by name, for who has to do something about each.
    pub(crate) fn all_names(&self) -> String {
        listed(self.each())
    }

    /// The names of the hosts.
    pub(crate) fn hosts(&self) -> String {
        listed(self.each().map(|endpoint| &endpoint.host))
    }

    /// The connections that later requests to the endpoints would use.
    pub(crate) fn connections(&self) -> impl Iterator<Item = FactKey> {
        self.each().cloned().map(FactKey::connection)
    }
}

/// Rows in groups: those of one group have one explanation.
pub(crate) struct Groups<'r, K, T>(Vec<(K, Members<'r, T>)>);

impl<'r, K: PartialEq, T: Copy> Groups<'r, K, T> {
    /// Puts rows into groups, those with the same explanation into one.
    pub(crate) fn of(rows: impl IntoIterator<Item = (K, T, &'r Row)>) -> Self {
        let mut groups: Vec<(K, Members<'r, T>)> = Vec::new();
        for (why, about, row) in rows {
            match groups.iter_mut().find(|(known, _)| *known == why) {
                Some((_, members)) => members.rest.push((about, row)),
                None => {
                    let first = (about, row);
                    let rest = Vec::new();
                    groups.push((why, Members { first, rest }));
                }
            }
        }
        Self(groups)
    }

    /// Those that a rule is about; groups of which nothing is left are none.
    pub(crate) fn only(self, is_one: impl Fn(T) -> bool) -> Self {
        let groups = self.0.into_iter();
        Self(
            groups
                .filter_map(|(why, members)| Some((why, members.only(&is_one)?)))
                .collect(),
        )
    }

    /// All groups as one.
    pub(crate) fn joined(self) -> Option<Members<'r, T>> {
        let groups = self.0.iter();
        Members::of(groups.flat_map(|(_, members)| members.iter()))
    }

    /// One diagnosis for each group: a rule that has said when it fires says here what that means.
    pub(crate) fn diagnosed(
        self,
        tell: impl Fn(K, &Members<'r, T>) -> Diagnosis,
    ) -> Vec<Diagnosis> {
        let groups = self.0.into_iter();
        groups.map(|(why, members)| tell(why, &members)).collect()
    }
}

/// Rows that have one explanation: one group, or none when there is no row.
pub(crate) fn together<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Groups<'r, (), ()> {
    Groups::of(rows.into_iter().map(|row| ((), (), row)))
}

/// Rows of endpoints, grouped by what explains them; those that nothing explains belong to none.
pub(crate) fn grouped<K: PartialEq>(
    rows: Vec<&Row>,
    explain: impl Fn(&Endpoint) -> Option<K>,
) -> Groups<'_, K, &Endpoint> {
    Groups::of(rows.into_iter().filter_map(|row| {
        let endpoint = rows::endpoint(row)?;
        Some((explain(endpoint)?, endpoint, row))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network;
    use crate::testing::bench::{Bench, at};

    fn bench() -> Bench {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        bench
            .failing(&network::Connects, at(auth))
            .failing(&network::Connects, at(api))
    }

    #[test]
    fn the_same_explanation_is_one_group_and_what_nothing_explains_is_in_none() {
        let (bench, rows) = (bench(), bench().rows());
        let failing = || rows::failing(&rows, &network::Connects);
        let joined = grouped(failing(), |endpoint| Some(endpoint.port));
        assert_eq!(joined.0.len(), 1);
        let apart = grouped(failing(), |endpoint| Some(endpoint.clone()));
        assert_eq!(apart.0.len(), 2);
        let auth = bench.auth();
        let one = grouped(failing(), |endpoint| (*endpoint == auth).then_some(()));
        let told = one.diagnosed(|(), members| {
            assert_eq!(members.endpoints(), [&auth]);
            members.diagnosis(Certainty::Certain, members.names(), Owner::HostAdmin, "")
        });
        assert_eq!(told[0].sentence, auth.to_string());
        assert_eq!(told[0].roots.len(), 1);
    }

    #[test]
    fn groups_of_which_nothing_is_left_are_none() {
        let (bench, rows) = (bench(), bench().rows());
        let apart = grouped(rows::failing(&rows, &network::Connects), |endpoint| {
            Some(endpoint.clone())
        });
        let left = apart.only(|endpoint| *endpoint == bench.api());
        let left = left.joined().expect("a member");
        assert_eq!(left.endpoints(), [&bench.api()]);
    }

    #[test]
    fn a_sentence_names_a_few_and_counts_the_rest() {
        let (bench, rows) = (bench(), bench().rows());
        let auth = bench.auth();
        let row = rows::failing(&rows, &network::Connects)[0];
        let members = |count| Endpoints::of(vec![(&auth, row); count]).expect("members");
        assert_eq!(members(1).names(), auth.to_string());
        assert!(members(NAMED + 2).names().ends_with("and 2 more"));
        assert!(!members(NAMED + 2).all_names().contains("more"));
    }
}
