//! A hostile text in each text of the facts, one after the other: whoever forgets to escape one is found, whatever it gets into.

use std::collections::{BTreeSet, HashSet};

use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::cause::Diagnosis;
use hybridcheck_core::facts::{
    ApiOutcome, ChainFault, Entry, Fact, FactKey, Facts, Recorded, TlsOutcome, TunnelOutcome,
};
use hybridcheck_core::finding::{Evidence, Outcome};
use hybridcheck_core::object::{Configuration, HybridObject};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::row::Row;
use hybridcheck_core::time::Timestamp;
use hybridcheck_testkit::{facts as canned, objects, proxied};
use serde_json::Value;

const MOMENT: &str = "2026-11-23T12:00:00Z";
/// Breaks lines, terminals and the direction of reading.
const NASTY: &str = "\u{1b}[2J\r\n\u{9b}31m\u{202e}txet\u{200b}\u{2028}";
/// So many characters no report has room for.
const LENGTH: usize = 10_000;
/// The longest that a text may still make a sentence.
const ROOM: usize = 3_000;

/// Facts in which nobody refuses anything, and some in which everybody does, so that what is only told then is told too.
fn worlds(object: &HybridObject) -> Vec<Facts> {
    let healthy = canned::healthy(object);
    let through = proxied::behind(&healthy, object);
    let mut worlds = vec![healthy.clone(), through.clone()];
    for change in [refused, other_peers] {
        worlds.push(change(healthy.clone(), object));
    }
    for endpoint in object.endpoints() {
        let headers = [
            ("x-squid-error", "ERR_ACCESS_DENIED 0"),
            ("server", "squid"),
        ];
        let answers = [
            proxied::refused(403, &headers),
            TunnelOutcome::NotHttp {
                excerpt: "SSH-2.0".into(),
            },
        ];
        for answer in answers {
            let key = proxied::tunnel_key(&endpoint);
            let facts = canned::with_fact(through.clone(), key.clone(), proxied::tunnel(answer));
            worlds.push(canned::blocked_behind(facts, &key));
        }
    }
    worlds
}

/// The token endpoint refuses a client, and the API what is asked of it.
fn refused(mut facts: Facts, object: &HybridObject) -> Facts {
    let error = canned::oauth_error(400, "invalid_request", "the description");
    let token = canned::token(object, "ewt", error);
    facts = canned::with_fact(facts, canned::token_key("ewt"), token);
    let error = canned::api_error(403, "not.authorized", "the message");
    let calls = [FactKey::organization(object.id), FactKey::idps(object.id)];
    let client = canned::client("saml_auth");
    let [organization, idps] = calls;
    let fact = canned::api(&client, "GET …", ApiOutcome::<_>::Refused(error.clone()));
    facts = canned::with_fact(facts, organization, Fact::Organization(fact));
    let fact = canned::api(&client, "GET …", ApiOutcome::<_>::Refused(error));
    canned::with_fact(facts, idps, Fact::Idps(fact))
}

/// Somebody else answers in TLS.
fn other_peers(mut facts: Facts, _: &HybridObject) -> Facts {
    let keys: Vec<FactKey> = facts.entries().map(|entry| entry.key.clone()).collect();
    for key in keys {
        let Ok(fact) = facts.tls(&key) else { continue };
        let mut fact = fact.clone();
        fact.faults = vec![
            ChainFault::NameMismatch {
                presented: vec!["other.example".into()],
            },
            ChainFault::Other {
                error: "BadEncoding".into(),
            },
        ];
        fact.outcome = TlsOutcome::Alert {
            alert: "HandshakeFailure".into(),
        };
        facts = canned::with_fact(facts, key, fact);
    }
    facts
}

/// The pointers of the texts in a document.
pub(crate) fn texts(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                texts(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                texts(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Everything that a row tells a person.
fn of_row(row: &Row) -> Vec<String> {
    let judgement = &row.judgement;
    let mut told: Vec<String> = [row.expected(), row.found(), row.fix()]
        .map(str::to_owned)
        .to_vec();
    if let Outcome::BesideThePoint { why } = &judgement.outcome {
        told.push(why.clone());
    }
    told.extend(judgement.gap().map(ToString::to_string));
    told.extend(of_evidence(&judgement.evidence));
    told
}

fn of_cause(cause: &Diagnosis) -> Vec<String> {
    let mut told = vec![cause.sentence.clone(), cause.fix.clone()];
    told.extend(cause.command.clone());
    told.extend(of_evidence(&cause.evidence));
    told
}

fn of_evidence(evidence: &[Evidence]) -> impl Iterator<Item = String> {
    evidence
        .iter()
        .flat_map(|one| [one.label.clone(), one.value.clone()])
}

fn is_harmless(text: &str) -> bool {
    let is_hostile = |c: char| {
        (c.is_control() && c != '\n') || matches!(c, '\u{200b}' | '\u{202e}' | '\u{2028}')
    };
    !text.contains(is_hostile) && !text.contains("\r\n") && text.chars().count() < ROOM
}

#[test]
fn no_text_of_a_fact_reaches_a_sentence_as_it_is() {
    let hostile = Value::String(format!("{NASTY}{}", "x".repeat(LENGTH)));
    let mut configuration = Configuration {
        objects: vec![objects::healthy()],
        ..Configuration::default()
    };
    configuration.settle();
    let (checks, rules) = (hybridcheck_checks::checks(), hybridcheck_checks::rules());
    let criteria = Criteria {
        checks: &checks,
        rules: &rules,
        policy: &Policy::default(),
        regions: &Regions::default(),
        as_of: Timestamp::parse(MOMENT).expect("a moment"),
        has_tool_client: false,
    };
    let mut planted = 0;
    let mut leaks = BTreeSet::new();
    for facts in worlds(&configuration.objects[0]) {
        let mut seen = HashSet::new();
        for entry in facts.entries() {
            let Recorded::Fact(fact) = &entry.outcome else {
                continue;
            };
            let document = serde_json::to_value(fact).expect("json");
            let mut places = Vec::new();
            texts(&document, "", &mut places);
            for place in places {
                // The same text of the same kind of fact comes into the same sentences.
                if !seen.insert((std::mem::discriminant(fact), place.clone())) {
                    continue;
                }
                let mut document = document.clone();
                *document.pointer_mut(&place).expect("a place") = hostile.clone();
                // Words of the vocabulary take no other text.
                let Ok(fact) = serde_json::from_value(document) else {
                    continue;
                };
                planted += 1;
                let others = facts.entries().cloned();
                let entries = others.map(|other| Entry {
                    outcome: if other.key == entry.key {
                        Recorded::Fact(Fact::clone(&fact))
                    } else {
                        other.outcome
                    },
                    ..other
                });
                let judged = engine::judge(
                    &configuration,
                    &Facts::recorded(entries.collect()),
                    &criteria,
                );
                assert!(judged.panicked.is_empty(), "{} {place}", entry.key);
                let rows = judged.rows.iter();
                let rows = rows.flat_map(|row| {
                    of_row(row)
                        .into_iter()
                        .map(|text| (row.check.0.clone(), text))
                });
                let causes = judged.causes.iter();
                let causes = causes.flat_map(|cause| {
                    of_cause(cause)
                        .into_iter()
                        .map(|text| (cause.cause.0.clone(), text))
                });
                for (id, text) in rows.chain(causes) {
                    if !is_harmless(&text) {
                        leaks.insert(format!("{} {place}: {id}", entry.key));
                    }
                }
            }
        }
    }
    assert!(planted > 100, "only {planted} texts");
    assert!(leaks.is_empty(), "{leaks:#?}");
}
