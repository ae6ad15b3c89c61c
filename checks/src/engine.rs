//! Judging: every check on every subject, then the root causes, then what follows from what; pure.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::{BTreeMap, BTreeSet};

use hybridcheck_core::cause::{Diagnosis, Part, Rule};
use hybridcheck_core::check::{Case, Check, CheckId, Question, Subject};
use hybridcheck_core::facts::{Answer, Effect, FactKey, Facts, Gap, Phase, Whose};
use hybridcheck_core::finding::{Judgement, Status};
use hybridcheck_core::guard::{Panicked, breakable, guarded};
use hybridcheck_core::object::{Configuration, HybridObject, Organizations};
use hybridcheck_core::parallel;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_core::run::{Behind, CatalogueEntry, Coverage, EndpointProof, Verdict};
use hybridcheck_core::time::Timestamp;

/// By what a run is judged.
pub struct Criteria<'a> {
    /// The checks selected.
    pub checks: &'a [Box<dyn Check>],
    /// The root causes.
    pub rules: &'a [&'a dyn Rule],
    /// Thresholds.
    pub policy: &'a Policy,
    /// Regions.
    pub regions: &'a Regions,
    /// The moment to judge for.
    pub as_of: Timestamp,
    /// The tool's own client took part.
    pub has_tool_client: bool,
}

impl<'a> Criteria<'a> {
    /// What the judgements about one of the objects may look at.
    pub(crate) fn case(
        &self,
        object: &'a HybridObject,
        configuration: &'a Configuration,
        facts: &'a Facts,
    ) -> Case<'a> {
        let mut case = Case::new(
            object,
            &configuration.objects,
            &configuration.strangers,
            facts,
            self.policy,
            self.regions,
            self.as_of,
        );
        case.has_tool_client = self.has_tool_client;
        case
    }
}

/// A judged run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// Every judgement.
    pub rows: Vec<Row>,
    /// Root causes.
    pub causes: Vec<Diagnosis>,
    /// What was proven.
    pub coverage: Coverage,
    /// The checks and rules that panicked, and where: what they would have said is not known.
    pub panicked: BTreeMap<CheckId, Panicked>,
}

/// The facts that a check itself asks for, of one object; none for what panics, which judging tells.
pub fn asked_by(check: &dyn Check, object: &HybridObject, policy: &Policy) -> BTreeSet<FactKey> {
    let questions = guarded(|| check.questions(object)).unwrap_or_default();
    questions
        .iter()
        .filter_map(|question| guarded(|| question.needs(object, policy)).ok())
        .flatten()
        .collect()
}

/// The facts that a selection of checks needs for some objects.
pub fn wanted(
    checks: &[Box<dyn Check>],
    objects: &[HybridObject],
    has_tool_client: bool,
    policy: &Policy,
) -> BTreeSet<FactKey> {
    let mut wanted = BTreeSet::new();
    for object in objects {
        for check in checks {
            wanted.extend(asked_by(check.as_ref(), object, policy));
        }
        // Whose organisation the tool's client sees has to be known before anything is judged by it.
        let reads_organization = wanted
            .iter()
            .any(|key| key.of_organization() == Some(object.id));
        if has_tool_client && reads_organization {
            let tool = hybridcheck_core::facts::ClientRef::Tool { object: object.id };
            let services = hybridcheck_core::check::service_clients(object);
            let clients = std::iter::once(tool).chain(services);
            wanted.extend(clients.map(|client| FactKey::TokenInfo { client }));
        }
    }
    wanted
}

/// Judges a configuration by its facts; objects are judged side by side, and told in their order.
pub fn judge(configuration: &Configuration, facts: &Facts, criteria: &Criteria<'_>) -> Judged {
    let mut judged = Judged::default();
    let organizations = Organizations::of(&configuration.objects);
    let of_objects = parallel::each(&configuration.objects, |object| {
        let mut case = criteria.case(object, configuration, facts);
        case.organizations = Some(&organizations);
        judge_one(&case, criteria)
    });
    judged
        .rows
        .reserve_exact(of_objects.iter().map(|one| one.rows.len()).sum());
    for mut one in of_objects {
        let before = judged.causes.len();
        for row in &mut one.rows {
            row.role = row.role.after(before);
        }
        judged.rows.append(&mut one.rows);
        judged.causes.append(&mut one.causes);
        judged.panicked.append(&mut one.panicked);
        let proofs = &mut judged.coverage.endpoints;
        proofs.append(&mut one.coverage.endpoints);
    }
    judged
        .coverage
        .endpoints
        .sort_by(|a, b| a.endpoint.cmp(&b.endpoint));
    judged.coverage.endpoints.dedup();
    judged.coverage.behind = behind(&judged);
    judged
}

/// Judges one object, as if there were no other.
fn judge_one(case: &Case<'_>, criteria: &Criteria<'_>) -> Judged {
    let mut judged = Judged::default();
    for check in criteria.checks {
        for answered in answers(check.as_ref(), case) {
            if let Err(panicked) = &answered.answer {
                judged.panicked.insert(check.id(), panicked.clone());
            }
            judged.rows.push(row(check.as_ref(), answered, case));
        }
    }
    for rule in criteria.rules {
        match diagnoses(*rule, case, &judged.rows) {
            Ok(found) => judged.causes.extend(found),
            Err(panicked) => {
                judged.panicked.insert(rule.cause_id(), panicked);
            }
        }
    }
    judged.causes.sort_by_key(|diagnosis| diagnosis.certainty);
    fold(&mut judged.rows, &judged.causes, case.facts());
    judged.coverage.endpoints = proofs(case);
    judged
}

/// The verdict over some rows. What was left out on request (`--offline`), or is done on request only, is no reason for "incomplete".
pub fn verdict(rows: &[Row], fail_on: Status, interrupted: bool) -> Verdict {
    if interrupted {
        return Verdict::Interrupted;
    }
    let decisive =
        |row: &&Row| row.status() >= fail_on && matches!(row.status(), Status::Fail | Status::Warn);
    if rows.iter().any(|row| decisive(&row)) {
        return Verdict::NotReady;
    }
    if rows.iter().any(Row::is_missed) {
        return Verdict::Incomplete;
    }
    Verdict::Ready
}

/// The checks as the run document carries them.
pub fn catalogue(checks: &[Box<dyn Check>]) -> Vec<CatalogueEntry> {
    let pages = checks.iter().map(|check| check.page());
    pages
        .map(|page| CatalogueEntry {
            id: page.id(),
            family: page.family.to_owned(),
            title: page.title(),
            why: page.part("Why it matters").unwrap_or_default(),
        })
        .collect()
}

/// What a check said about one of its subjects.
pub(crate) struct Answered {
    /// What it judged.
    pub(crate) subject: Subject,
    /// What it said, unless it panicked.
    pub(crate) answer: Result<Answer<Judgement>, Panicked>,
    /// What it looked at.
    pub(crate) judged_on: Vec<FactKey>,
}

/// What a check says about each of its subjects; about the object as a whole that it panicked, when it cannot even name them.
pub(crate) fn answers(check: &dyn Check, case: &Case<'_>) -> Vec<Answered> {
    let answered = |question: Question<'_>| {
        case.take_used();
        let answer = guarded(|| {
            breakable("check", &check.id());
            let answer = question.judge(case);
            if answer.is_err() {
                // What panics here asked for no facts: the gap for want of one would not say why.
                let _ = question.needs(case.object, case.policy);
            }
            answer
        });
        Answered {
            answer: answer.map(|answer| answer.map_err(|gap| case.gap_over(gap))),
            judged_on: case.take_used(),
            subject: question.subject,
        }
    };
    match guarded(|| check.questions(case.object)) {
        Ok(questions) => questions.into_iter().map(answered).collect(),
        Err(panicked) => vec![Answered {
            subject: Subject::Object,
            answer: Err(panicked),
            judged_on: Vec::new(),
        }],
    }
}

/// A row; a judgement that panicked is a gap of its own.
fn row(check: &dyn Check, answered: Answered, case: &Case<'_>) -> Row {
    let answer = answered.answer.unwrap_or_else(|panicked| {
        Err(Gap::Broken {
            message: panicked.to_string(),
        })
    });
    Row {
        object: case.object.id,
        check: check.id(),
        subject: answered.subject,
        title: check.title(),
        required: check.is_required(),
        judgement: answer.unwrap_or_else(Judgement::open),
        judged_on: answered.judged_on,
        role: Role::Independent,
    }
}

/// What one rule finds, unless it panics.
fn diagnoses(rule: &dyn Rule, case: &Case<'_>, rows: &[Row]) -> Result<Vec<Diagnosis>, Panicked> {
    let found = guarded(|| {
        breakable("rule", &rule.cause_id());
        rule.diagnose(case, rows)
    });
    let found = found?.into_iter();
    let settled = |diagnosis: Diagnosis| Diagnosis {
        cause: rule.cause_id(),
        object: case.object.id,
        ..diagnosis.over(case)
    };
    Ok(found.map(settled).collect())
}

/// Gives each row its part: the first cause that it shows, else the first that it follows from.
fn fold(rows: &mut [Row], causes: &[Diagnosis], facts: &Facts) {
    for row in rows.iter_mut() {
        for (cause, diagnosis) in causes.iter().enumerate() {
            match diagnosis.part_of(row, facts) {
                Some(Part::Root) => {
                    row.role = Role::Root { cause };
                    break;
                }
                Some(Part::Consequence) if row.role == Role::Independent => {
                    row.role = Role::Consequence { cause };
                }
                Some(Part::Consequence) | None => {}
            }
        }
    }
}

/// The proof of each endpoint over the route of the run and over those measured for comparison.
fn proofs(case: &Case<'_>) -> Vec<EndpointProof> {
    let endpoints: BTreeSet<_> = case.object.endpoints().into_iter().collect();
    let mut proofs = Vec::new();
    for endpoint in endpoints {
        let routing = case.facts().routing(&FactKey::routing(&endpoint));
        let others = routing.map_or(&[][..], |fact| fact.others.as_slice());
        for route in std::iter::once(case.route(&endpoint)).chain(others.iter().cloned()) {
            proofs.push(EndpointProof {
                proof: case.proof_over(&endpoint, &route),
                route,
                endpoint: endpoint.clone(),
            });
        }
    }
    proofs
}

/// What lies behind each cause: the checks that could not be made, and what they will need.
fn behind(judged: &Judged) -> Vec<Behind> {
    let mut hidden: BTreeMap<usize, (BTreeSet<CheckId>, BTreeSet<String>)> = BTreeMap::new();
    for row in &judged.rows {
        if let (Role::Consequence { cause }, Status::Gap) = (row.role, row.status()) {
            let entry = hidden.entry(cause).or_default();
            entry.0.insert(row.check.clone());
            entry.1.extend(row.judged_on.iter().filter_map(requirement));
        }
    }
    let behind =
        |(cause, (checks, needs)): (usize, (BTreeSet<CheckId>, BTreeSet<String>))| Behind {
            cause,
            checks: checks.into_iter().collect(),
            needs: needs.into_iter().collect(),
        };
    hidden.into_iter().map(behind).collect()
}

/// What gathering a fact needs once the way is free.
fn requirement(key: &FactKey) -> Option<String> {
    match key.whose() {
        Whose::Client(client) if key.effect() == Effect::MintsToken => {
            Some(format!("a token for {client}"))
        }
        Whose::Endpoint(endpoint, _) if key.phase() == Some(Phase::Connection) => {
            Some(format!("a connection to {endpoint}"))
        }
        Whose::Address(..)
        | Whose::Client(_)
        | Whose::Endpoint(..)
        | Whose::Host(_)
        | Whose::Machine
        | Whose::Object(_)
        | Whose::Organization(_)
        | Whose::Person(_) => Some(format!("permission {}", key.api_call()?.permission?)),
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::check::{Ask, Documented, Page};
    use hybridcheck_core::guard;
    use hybridcheck_testkit::{facts, objects};

    use super::*;

    /// Where a check panics.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum When {
        Asked,
        Judging,
        Needing,
    }

    /// A check that panics, and a rule that does wherever it is asked.
    struct Panics(When);

    impl Panics {
        fn panic_at(&self, when: When) {
            if self.0 == when {
                assert!(
                    guard::takes(None),
                    "a hook could not know whose panic it is"
                );
                panic!("FAKE-secret")
            }
        }
    }

    impl Documented for Panics {
        fn page(&self) -> Page<'_> {
            Page {
                family: "object",
                name: "panics",
                text: "Nothing is wrong.",
            }
        }
    }

    impl Check for Panics {
        fn questions<'c>(&'c self, _: &HybridObject) -> Vec<Question<'c>> {
            self.panic_at(When::Asked);
            vec![Question::new(Subject::Object, Self(self.0))]
        }

        fn is_required(&self) -> bool {
            true
        }
    }

    impl Ask for Panics {
        fn needs(&self, _: &HybridObject, _: &Policy) -> Vec<FactKey> {
            self.panic_at(When::Needing);
            Vec::new()
        }

        fn judge(&self, _: &Case<'_>) -> Answer<Judgement> {
            self.panic_at(When::Judging);
            Err(Gap::NotPlanned)
        }
    }

    impl Rule for Panics {
        fn diagnose(&self, _: &Case<'_>, _: &[Row]) -> Vec<Diagnosis> {
            panic!("FAKE-secret")
        }
    }

    #[test]
    fn what_panics_is_told_without_its_text_and_ends_nothing_else() {
        for when in [When::Asked, When::Judging, When::Needing] {
            told_when_it_panics(when);
        }
    }

    fn told_when_it_panics(when: When) {
        let configuration = Configuration {
            objects: vec![objects::healthy()],
            ..Configuration::default()
        };
        let known = facts::healthy(&configuration.objects[0]);
        let mut checks = crate::checks();
        let alone = checks.len();
        let objects = &configuration.objects;
        let policy = Policy::default();
        let others = wanted(&checks, objects, false, &policy);
        checks.insert(0, Box::new(Panics(when)));
        assert_eq!(wanted(&checks, objects, false, &policy), others);
        let mut rules = crate::rules();
        rules.insert(0, &Panics(When::Judging));
        let judged = judge(
            &configuration,
            &known,
            &Criteria {
                checks: &checks,
                rules: &rules,
                policy: &policy,
                regions: &Regions::default(),
                as_of: facts::now(),
                has_tool_client: false,
            },
        );
        let ids: Vec<&str> = judged.panicked.keys().map(|id| id.0.as_str()).collect();
        assert_eq!(ids, ["object-panics", "panics"]);
        let first = &judged.rows[0];
        assert!(matches!(first.gap(), Some(Gap::Broken { .. })));
        assert!(!format!("{judged:?}").contains("FAKE-secret"));
        assert!(judged.rows.len() > alone && judged.causes.is_empty());
        assert_eq!(
            verdict(&judged.rows, Status::Fail, false),
            Verdict::Incomplete
        );
        assert!(!guard::takes(None));
    }
}
