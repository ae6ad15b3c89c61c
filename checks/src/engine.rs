//! Judging: every check on every subject, then the root causes, then what follows from what. Pure but for the panic guard.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use hybridcheck_core::cause::{Diagnosis, Part, Rule};
use hybridcheck_core::check::{Case, Check, CheckId, Subject};
use hybridcheck_core::facts::{FactKey, Facts, Gap};
use hybridcheck_core::finding::{Judgement, Status};
use hybridcheck_core::object::{Configuration, HybridObject};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::row::{Role, Row};
use hybridcheck_core::run::{Behind, CatalogueEntry, Coverage, EndpointProof, Verdict};
use hybridcheck_core::time::Timestamp;

/// By what a run is judged.
pub struct Bench<'a> {
    /// The checks selected.
    pub checks: &'a [&'static dyn Check],
    /// The root causes.
    pub rules: &'a [&'static dyn Rule],
    /// Thresholds.
    pub policy: &'a Policy,
    /// Regions.
    pub regions: &'a Regions,
    /// The moment to judge for.
    pub as_of: Timestamp,
    /// The tool's own client took part.
    pub has_tool_client: bool,
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
}

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The facts that a selection of checks needs for some objects.
pub fn wanted(
    checks: &[&'static dyn Check],
    objects: &[HybridObject],
    has_tool_client: bool,
    policy: &Policy,
) -> BTreeSet<FactKey> {
    let mut wanted = BTreeSet::new();
    for object in objects {
        for check in checks {
            for subject in check.subjects(object) {
                wanted.extend(check.needs_under(&subject, object, policy));
            }
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

/// Judges a configuration by its facts.
pub fn judge(configuration: &Configuration, facts: &Facts, bench: &Bench<'_>) -> Judged {
    silence_guarded_panics();
    let mut judged = Judged::default();
    for object in &configuration.objects {
        let mut case = Case::new(
            object,
            &configuration.objects,
            &configuration.strangers,
            facts,
            bench.policy,
            bench.regions,
            bench.as_of,
        );
        case.has_tool_client = bench.has_tool_client;
        let mut rows = rows(&case, bench.checks);
        let causes = diagnose(&case, bench.rules, &rows);
        fold(&mut rows, &causes, facts, judged.causes.len());
        judged.rows.append(&mut rows);
        judged.causes.extend(causes);
        judged.coverage.endpoints.extend(proofs(&case));
    }
    judged
        .coverage
        .endpoints
        .sort_by(|a, b| a.endpoint.cmp(&b.endpoint));
    judged.coverage.endpoints.dedup();
    judged.coverage.behind = behind(&judged);
    judged
}

/// The verdict over some rows. What was left out on request (`--offline`), or is done on request only, is no reason for "incomplete".
pub fn verdict(rows: &[Row], fail_on: Status, interrupted: bool) -> Verdict {
    if interrupted {
        return Verdict::Interrupted;
    }
    let decisive =
        |row: &&Row| row.status >= fail_on && matches!(row.status, Status::Fail | Status::Warn);
    if rows.iter().any(|row| decisive(&row)) {
        return Verdict::NotReady;
    }
    if rows.iter().any(Row::is_missed) {
        return Verdict::Incomplete;
    }
    Verdict::Ready
}

/// The checks as the run document carries them.
pub fn catalogue(checks: &[&'static dyn Check]) -> Vec<CatalogueEntry> {
    let entry = |check: &&'static dyn Check| CatalogueEntry {
        id: check.id(),
        family: check.family().to_owned(),
        title: check.title(),
        why: check.part("Why it matters").unwrap_or_default(),
    };
    checks.iter().map(entry).collect()
}

fn rows(case: &Case<'_>, checks: &[&'static dyn Check]) -> Vec<Row> {
    let mut rows = Vec::new();
    for check in checks {
        for subject in check.subjects(case.object) {
            case.take_used();
            let answer = guarded(|| check.judge(&subject, case))
                .unwrap_or_else(|message| Err(Gap::Broken { message }));
            let (judgement, gap) = match answer {
                Ok(judgement) => (judgement, None),
                Err(gap) => {
                    let judgement = Judgement {
                        status: Status::Gap,
                        ..Judgement::pass("")
                    };
                    (judgement, Some(case.gap_over(gap)))
                }
            };
            rows.push(row(*check, subject, judgement, gap, case));
        }
    }
    rows
}

fn row(
    check: &dyn Check,
    subject: Subject,
    judgement: Judgement,
    gap: Option<Gap>,
    case: &Case<'_>,
) -> Row {
    Row {
        object: case.object.id,
        check: check.id(),
        subject,
        title: check.title(),
        status: judgement.status,
        required: check.is_required(),
        expected: judgement.expected,
        found: judgement.found,
        fix: judgement.fix,
        owner: judgement.owner,
        places: judgement.places,
        evidence: judgement.evidence,
        gap,
        judged_on: case.take_used(),
        role: Role::Independent,
    }
}

fn diagnose(case: &Case<'_>, rules: &[&'static dyn Rule], rows: &[Row]) -> Vec<Diagnosis> {
    let mut causes = Vec::new();
    for rule in rules {
        let found = guarded(|| rule.diagnose(case, rows)).unwrap_or_default();
        for diagnosis in found {
            let mut diagnosis = diagnosis.over(case);
            diagnosis.cause = rule.cause_id();
            diagnosis.object = case.object.id;
            causes.push(diagnosis);
        }
    }
    causes.sort_by_key(|diagnosis| diagnosis.certainty);
    causes
}

/// Gives each row its part: the first cause that it shows, else the first that it follows from.
fn fold(rows: &mut [Row], causes: &[Diagnosis], facts: &Facts, offset: usize) {
    for row in rows.iter_mut() {
        for (index, diagnosis) in causes.iter().enumerate() {
            let cause = index + offset;
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
        let routing = case.facts().routing(&FactKey::Routing {
            endpoint: endpoint.clone(),
        });
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
        if let (Role::Consequence { cause }, Status::Gap) = (row.role, row.status) {
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
    match key {
        FactKey::Token { client } => Some(format!("a token for {client}")),
        FactKey::Connection { endpoint, .. } => Some(format!("a connection to {endpoint}")),
        key => Some(format!("permission {}", key.api_call()?.permission?)),
    }
}

/// Runs a judgement; a panic in it ends nothing else and is told by its place, never by its text, which may hold a value.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    GUARDED.set(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(false);
    result.map_err(|_| {
        "a check panicked; please report it with the output of --format json".to_owned()
    })
}

/// Guarded panics are recorded in their row, not printed.
fn silence_guarded_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                previous(info);
            }
        }));
    });
}
