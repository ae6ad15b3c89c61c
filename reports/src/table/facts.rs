//! What was gathered: how long each phase took (`-v`), and every fact on a line (`-vv`).

use hybridcheck_core::facts::{
    ApiFact, ApiOutcome, CertificateOutcome, Entry, Fact, HttpFact, Phase, PrivateKeyOutcome,
    Recorded, TlsFact, TokenOutcome,
};
use hybridcheck_core::run::Run;
use hybridcheck_core::text::listed;

use super::coverage::new_grid;
use crate::canvas::{Canvas, Tone};
use crate::words;

/// The phases in the order in which a connection goes through them.
const PHASES: [Phase; 6] = [
    Phase::Dns,
    Phase::Tcp,
    Phase::Tls,
    Phase::Connection,
    Phase::Http,
    Phase::Local,
];

/// Per phase: how many facts, the quickest, the slowest, and which that was.
pub(super) fn timings(page: &mut Canvas, run: &Run) {
    let mut grid = new_grid(page);
    grid.set_header(["phase", "facts", "quickest", "slowest", "which"]);
    let mut is_empty = true;
    for phase in PHASES {
        let facts = || {
            run.facts
                .iter()
                .filter(|entry| entry.key.phase() == Some(phase) && is_there(entry))
        };
        let (Some(quickest), Some(slowest)) = (
            facts().min_by_key(|entry| entry.took),
            facts().max_by_key(|entry| entry.took),
        ) else {
            continue;
        };
        is_empty = false;
        grid.add_row([
            phase.to_string(),
            facts().count().to_string(),
            quickest.took.to_string(),
            slowest.took.to_string(),
            page.clean(&slowest.key.to_string(), 120),
        ]);
    }
    if !is_empty {
        page.heading("TIMINGS");
        page.grid(&grid);
    }
}

/// Every fact and every gap, one after the other.
pub(super) fn list(page: &mut Canvas, run: &Run) {
    if run.facts.is_empty() {
        return;
    }
    page.heading("FACTS");
    for entry in &run.facts {
        let (text, took) = match &entry.outcome {
            Recorded::Fact(fact) => (saw(fact), format!(" [{}]", entry.took)),
            Recorded::Missing(gap) => (format!("missing: {gap}"), String::new()),
        };
        let key = page.clean(&entry.key.to_string(), 200);
        let text = page.clean(&text, 400);
        page.block("  ", 4, Tone::Plain, &format!("{key}: {text}{took}"));
    }
}

fn is_there(entry: &Entry) -> bool {
    matches!(entry.outcome, Recorded::Fact(_))
}

/// A fact in a phrase.
#[expect(clippy::too_many_lines, reason = "one arm for each kind of fact")]
fn saw(fact: &Fact) -> String {
    match fact {
        Fact::Addresses(fact) if fact.addresses.is_empty() => "none".to_owned(),
        Fact::Addresses(fact) => listed(&fact.addresses),
        Fact::ApiProbe(fact) => match &fact.error {
            Some(error) => format!("{}, {}", fact.http.outcome, error.code),
            None => fact.http.outcome.to_string(),
        },
        Fact::Certificate(fact) => match &fact.outcome {
            CertificateOutcome::Certificates { certificates } => {
                let each = certificates
                    .iter()
                    .map(|one| format!("{} valid until {}", one.subject, one.not_after));
                listed(each)
            }
            CertificateOutcome::Other { holds } => holds.to_string(),
            CertificateOutcome::Undecodable(why) => why.to_string(),
        },
        Fact::ClientRecord(fact) => answered(fact, |found| {
            format!(
                "name {}, grant type {}, state {}",
                or_none(found.name.as_ref()),
                or_none(found.authorized_grant_type.as_ref()),
                or_none(found.state.as_ref())
            )
        }),
        Fact::Connection(fact) => format!("{}, chain ends at {}", fact.address, fact.trust),
        Fact::Discovery(fact) => match &fact.document {
            Some(document) => format!("{}, issuer {}", fact.http.outcome, document.issuer),
            None => fact.http.outcome.to_string(),
        },
        Fact::Dns(fact) => format!("A: {}; AAAA: {}", fact.a.outcome, fact.aaaa.outcome),
        Fact::Grants(fact) => answered(fact, |found| {
            let names = found
                .grants
                .iter()
                .map(|grant| or_none(grant.role.name.as_ref()));
            format!(
                "{}: {}",
                words::count(found.grants.len(), "grant"),
                listed(names)
            )
        }),
        Fact::Hello(fact) => fact.outcome.to_string(),
        Fact::HostsFile(fact) => match &fact.problem {
            Some(problem) => format!("{problem} ({})", fact.path),
            None if fact.entries.is_empty() => format!("no entry in {}", fact.path),
            None => listed(
                fact.entries
                    .iter()
                    .map(|entry| format!("{} at {}:{}", entry.address, fact.path, entry.line)),
            ),
        },
        Fact::Idps(fact) => answered(fact, |found| words::count(found.entities.len(), "provider")),
        Fact::Me(fact) => answered(fact, |found| {
            format!(
                "{}, {}",
                or_none(found.email.as_ref()),
                or_none(found.name.as_ref())
            )
        }),
        Fact::Organization(fact) => answered(fact, |found| {
            format!(
                "id {}, name {}",
                or_none(found.id.as_ref()),
                or_none(found.name.as_ref())
            )
        }),
        Fact::Path(fact) => listed(&fact.hops),
        Fact::Permissions(fact) => {
            answered(fact, |found| words::count(found.names.len(), "permission"))
        }
        Fact::PrivateKey(fact) => key(&fact.outcome),
        Fact::Products(fact) => answered(fact, |found| listed(&found.ids)),
        Fact::PureengageIdp(fact) => answered(fact, |found| {
            format!("issuer {}", or_none(found.issuer_uri.as_ref()))
        }),
        Fact::Reach(fact) => format!(
            "{} of {} addresses accept",
            fact.open.len(),
            fact.open.len() + fact.shut.len()
        ),
        Fact::Reread(fact) if fact.changes.is_empty() => "unchanged".to_owned(),
        Fact::Reread(fact) => listed(&fact.changes),
        Fact::Resolver(fact) => match &fact.problem {
            Some(problem) => format!("{problem} ({})", fact.source),
            None => format!("{} from {}", listed(&fact.nameservers), fact.source),
        },
        Fact::Roles(fact) => answered(fact, |found| words::count(found.entities.len(), "role")),
        Fact::Routing(fact) => fact.why.clone(),
        Fact::SamlLogin(fact) => listed(
            fact.tries
                .iter()
                .map(|one| format!("{}: {}", one.encoding, exchange(&one.outcome, &one.http))),
        ),
        Fact::SystemLookup(fact) => fact.outcome.to_string(),
        Fact::Tcp(fact) => format!("{}, {}", fact.outcome, tries(fact.attempts.len())),
        Fact::Tls(fact) => handshake(fact),
        Fact::Token(fact) => exchange(&fact.outcome, &fact.http),
        Fact::TokenEnd(fact) => match fact.status {
            Some(status) => format!("HTTP {status}"),
            None => "no answer".to_owned(),
        },
        Fact::TokenInfo(fact) => answered(fact, |found| {
            let client = found.client.clone().unwrap_or_default();
            format!(
                "client {}, state {}",
                or_none(client.name.as_ref()),
                or_none(client.state.as_ref())
            )
        }),
        Fact::Tunnel(fact) => fact.outcome.to_string(),
        Fact::Web(fact) => fact.outcome.to_string(),
    }
}

fn exchange(outcome: &TokenOutcome, http: &HttpFact) -> String {
    match outcome {
        TokenOutcome::Issued { .. } => "issued".to_owned(),
        TokenOutcome::Malformed { problem } => format!("not in the documented form: {problem}"),
        TokenOutcome::NotOAuth => format!("no OAuth answer: {}", http.outcome),
        TokenOutcome::RateLimited { .. } => "rate limited".to_owned(),
        TokenOutcome::Refused(error) => error.to_string(),
    }
}

fn answered<T>(fact: &ApiFact<T>, found: impl Fn(&T) -> String) -> String {
    match &fact.outcome {
        ApiOutcome::Found(resource) => found(resource),
        ApiOutcome::Malformed { status, problem } => format!("HTTP {status}, {problem}"),
        ApiOutcome::NotFound => "not found (HTTP 404)".to_owned(),
        ApiOutcome::Refused(error) => {
            format!("HTTP {} {}: {}", error.status, error.code, error.message)
        }
        ApiOutcome::Transport { class } => format!("no answer ({class})"),
    }
}

fn handshake(fact: &TlsFact) -> String {
    let mut parts = vec![fact.outcome.to_string()];
    parts.extend(fact.version.clone());
    parts.extend(fact.trust.map(|trust| format!("chain ends at {trust}")));
    parts.extend(fact.faults.iter().map(ToString::to_string));
    parts.push(tries(fact.attempts.len()));
    parts.join(", ")
}

fn key(outcome: &PrivateKeyOutcome) -> String {
    match outcome {
        PrivateKeyOutcome::Decrypted {
            protection, key, ..
        } => format!("{}, {protection}", key.key),
        PrivateKeyOutcome::NoPassword { protection } => format!("{protection}, no password to try"),
        PrivateKeyOutcome::Other { holds } => holds.to_string(),
        PrivateKeyOutcome::Undecodable(why) => why.to_string(),
        PrivateKeyOutcome::Unencrypted { key } => format!("{}, not encrypted", key.key),
        PrivateKeyOutcome::Unsupported { protection } => {
            format!("unsupported protection {protection}")
        }
        PrivateKeyOutcome::WrongPassword { protection } => {
            format!("{protection}, the password does not open it")
        }
    }
}

fn tries(number: usize) -> String {
    if number == 1 {
        "1 try".to_owned()
    } else {
        format!("{number} tries")
    }
}

fn or_none(text: Option<impl ToString>) -> String {
    text.map_or_else(|| "not stated".to_owned(), |text| text.to_string())
}
