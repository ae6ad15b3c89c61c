//! The canonical form of gathered facts: what only says when, from which port and with which freshly made key something was gathered
//! is written as if it had been gathered at one moment, so that gathering the same again gives the same text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hybridcheck_core::facts::Entry;
use hybridcheck_core::time::Timestamp;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

/// The moment of every recording; what was made for it was made half a minute before.
pub(super) const MOMENT: &str = "2026-11-24T12:00:30Z";
/// Moments are told to this many seconds, so that the time between a sandbox and its check does not count.
const STEP: i64 = 30;
/// Certificates are made earlier than the rest.
const CERTIFICATE_STEP: i64 = 3600;
/// A day that the organisation states.
const STATED: &str = "dateToDelete";
/// Stands for the port that this host happened to send from.
const LOCAL_PORT: u16 = 50000;
/// Ports from here on are the system's choice.
const FIRST_CHOSEN: u64 = 10000;

/// The canonical form of facts that were gathered at a moment.
pub(super) fn canonical(facts: &[Entry], at: Timestamp) -> anyhow::Result<Vec<Entry>> {
    let mut facts = serde_json::to_value(facts)?;
    let mut still = Still {
        at,
        moment: moment()?,
        names: BTreeMap::new(),
    };
    still.times(&mut facts, "");
    in_order(&mut facts);
    settle_nameservers(&mut facts);
    still.name_ports(&facts);
    still.name_certificates(&facts);
    still.rename(&mut facts);
    Ok(serde_json::from_value(facts)?)
}

/// [`MOMENT`], parsed.
pub(super) fn moment() -> anyhow::Result<Timestamp> {
    Ok(Timestamp::parse(MOMENT)?)
}

/// Addresses in an order of their own: nameservers rotate them from answer to answer.
fn in_order(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if let (ADDRESSES, Value::Array(items)) = (name.as_str(), &mut *value) {
                    items.sort_by_cached_key(Value::to_string);
                }
                in_order(value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(in_order),
        _ => {}
    }
}

const ADDRESSES: &str = "addresses";

/// Of nameservers that answer alike any may be the first: what stands on one of them stands on the first of the list.
fn settle_nameservers(facts: &mut Value) {
    let answers: Vec<(Value, String)> = facts
        .as_array()
        .into_iter()
        .flatten()
        .filter(|entry| entry["key"]["fact"] == "dns")
        .map(|entry| {
            let fact = &entry["outcome"]["fact"]["value"];
            let answer = ["a", "aaaa"].map(|family| fact[family]["outcome"][ADDRESSES].to_string());
            let host = &entry["key"]["host"];
            (entry["key"].clone(), format!("{host} {}", answer.join(" ")))
        })
        .collect();
    for entry in facts.as_array_mut().into_iter().flatten() {
        if entry["key"]["fact"] != ADDRESSES {
            continue;
        }
        for base in entry["stands_on"].as_array_mut().into_iter().flatten() {
            let given = answers.iter().find(|(key, _)| key == base);
            let alike =
                given.and_then(|(_, given)| answers.iter().find(|(_, other)| other == given));
            if let Some((first, _)) = alike {
                base.clone_from(first);
            }
        }
    }
}

struct Still {
    /// When the facts were gathered.
    at: Timestamp,
    /// When they shall have been gathered.
    moment: Timestamp,
    /// What is to be replaced in every text, and by what; ports begin with a colon.
    names: BTreeMap<String, String>,
}

impl Still {
    /// Moments and durations.
    fn times(&self, value: &mut Value, name: &str) {
        match value {
            Value::Object(members) => {
                if members.contains_key("uncertainty") {
                    return self.clock(members);
                }
                without_haste(members);
                for (name, value) in members {
                    self.times(value, name);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.times(item, name);
                }
            }
            Value::Number(_) if name == "took" || name == "waited" => {
                *value = Value::from(whole_seconds(value));
            }
            Value::String(text) => {
                if name == "started" {
                    *text = self.moment.to_string();
                } else if name == "local" {
                    if let Some((address, _)) = text.rsplit_once(':') {
                        *text = format!("{address}:{LOCAL_PORT}");
                    }
                } else if name == STATED {
                    // It stays the day that was stated.
                } else if name == "certificates" {
                    *text = without_base64(text);
                } else if let Ok(time) = text.parse::<jiff::Timestamp>() {
                    *text = self
                        .told(Timestamp::from_unix(time.as_second()), name)
                        .to_string();
                } else {
                    *text = seconds_in(&self.dates(text));
                }
            }
            _ => {}
        }
    }

    /// A moment as it would have been.
    fn told(&self, time: Timestamp, name: &str) -> Timestamp {
        let step = match name {
            "not_before" | "not_after" => CERTIFICATE_STEP,
            _ => STEP,
        };
        let distance = in_steps(time.unix() - self.at.unix(), step);
        Timestamp::from_unix(self.moment.unix() - STEP + distance)
    }

    /// The peer's clock against ours: both at the moment, but for the seconds that they really lie apart.
    fn clock(&self, members: &mut Map<String, Value>) {
        let read = |name: &str| {
            let text = members.get(name).and_then(Value::as_str)?;
            Timestamp::parse(text).ok()
        };
        if let (Some(server), Some(local)) = (read("server"), read("local")) {
            let apart = in_steps(server.unix() - local.unix(), STEP);
            let server = Timestamp::from_unix(self.moment.unix() + apart);
            let local = Timestamp::from_unix_millis(self.moment.unix_millis() + 500);
            members.insert("server".into(), Value::from(server.to_string()));
            members.insert("local".into(), Value::from(local.to_string()));
        }
        members.insert("uncertainty".into(), Value::from(500.0));
    }

    /// A text with the HTTP dates in it told.
    fn dates(&self, text: &str) -> String {
        let mut told = text.to_owned();
        for (end, _) in text.match_indices(" GMT") {
            let date = end
                .checked_sub(25)
                .and_then(|start| text.get(start..end + 4));
            if let Some(date) = date
                && let Some(time) = Timestamp::parse_http(date)
            {
                let distance = in_steps(time.unix() - self.at.unix(), STEP);
                let time = jiff::Timestamp::from_second(self.moment.unix() + distance);
                let time = time.unwrap_or_default();
                let time = time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
                told = told.replace(date, &time);
            }
        }
        told
    }

    /// A port that the system chose is written as that of the service behind it.
    fn name_ports(&mut self, facts: &Value) {
        let chosen = |text: &str| {
            let port = text.rsplit_once(':')?.1.parse::<u64>().ok()?;
            (port >= FIRST_CHOSEN).then_some(port)
        };
        let mut ports: BTreeMap<u64, u64> = BTreeMap::new();
        for entry in facts.as_array().into_iter().flatten() {
            let fact = &entry["outcome"]["fact"]["value"];
            let nameservers = fact["nameservers"].as_array().into_iter().flatten();
            for (number, port) in
                (0..).zip(nameservers.filter_map(Value::as_str).filter_map(chosen))
            {
                ports.insert(port, 53 + number);
            }
            if let (Some(remote), Some(port)) = (
                fact["remote"].as_str().and_then(chosen),
                entry["key"]["endpoint"]["port"].as_u64(),
            ) && port < FIRST_CHOSEN
            {
                ports.insert(remote, port);
            }
        }
        let mut proxies = Vec::new();
        each(facts, &mut |name, value| {
            if name == "port"
                && let Some(port) = value.as_u64().filter(|port| *port >= FIRST_CHOSEN)
                && !proxies.contains(&port)
            {
                proxies.push(port);
            }
        });
        for (number, port) in (0..).zip(proxies) {
            ports.insert(port, 3128 + number);
        }
        for (chosen, port) in ports {
            self.names.insert(format!(":{chosen}"), format!(":{port}"));
        }
    }

    /// Fingerprints follow from what a certificate says; a second one that says the same gets another.
    fn name_certificates(&mut self, facts: &Value) {
        let mut seen: Vec<String> = Vec::new();
        let mut mask = |names: &mut BTreeMap<String, String>, real: &Value, about: &str| {
            let Some(real) = real.as_str().filter(|real| real.len() > 8) else {
                return;
            };
            if names.contains_key(real) {
                return;
            }
            let number = seen.iter().filter(|seen| *seen == about).count();
            seen.push(about.to_owned());
            let mut made = hex(&Sha256::digest(format!("{about} {number}")));
            made.truncate(real.len());
            names.insert(real.to_owned(), made);
        };
        each(facts, &mut |_, value| {
            if value["subject"].is_string() {
                let about = ["subject", "issuer", "not_before", "not_after", "names"]
                    .map(|name| value[name].to_string())
                    .join(" ");
                mask(
                    &mut self.names,
                    &value["sha256"],
                    &format!("certificate {about}"),
                );
                mask(
                    &mut self.names,
                    &value["serial"],
                    &format!("serial {about}"),
                );
                mask(
                    &mut self.names,
                    &value["spki_sha256"],
                    &format!("key {}", value["subject"]),
                );
            }
        });
        // A key without a certificate.
        each(facts, &mut |name, value| {
            if name == "spki_sha256" {
                mask(&mut self.names, value, "key");
            }
        });
    }

    fn rename(&self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if name == "port"
                        && let Some(port) = self.names.get(&format!(":{value}"))
                    {
                        *value = Value::from(port[1..].parse::<u64>().unwrap_or_default());
                    }
                    self.rename(value);
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.rename(item)),
            Value::String(text) => {
                for (real, name) in &self.names {
                    if text.contains(real.as_str()) {
                        *text = text.replace(real, name);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Calls `visit` with every value and the name of the member that holds it, items with that of their list.
fn each(value: &Value, visit: &mut dyn FnMut(&str, &Value)) {
    fn walk(name: &str, value: &Value, visit: &mut dyn FnMut(&str, &Value)) {
        visit(name, value);
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    walk(name, value, visit);
                }
            }
            Value::Array(items) => {
                for item in items {
                    walk(name, item, visit);
                }
            }
            _ => {}
        }
    }
    walk("", value, visit);
}

/// A distance to the nearest step.
fn in_steps(seconds: i64, step: i64) -> i64 {
    (seconds + step / 2).div_euclid(step) * step
}

/// How long an answer took is chance; how long was waited in vain, or for a neighbour, is judged.
fn without_haste(members: &mut Map<String, Value>) {
    const WAITED: [&str; 3] = ["host_unreachable", "timed_out", "unanswered"];
    let outcome = members.get("outcome").unwrap_or(&Value::Null);
    let outcome = outcome.as_str().or_else(|| outcome["class"].as_str());
    let is_try = members.contains_key("started") || members.contains_key("limit");
    let is_prompt = is_try && !outcome.is_some_and(|outcome| WAITED.contains(&outcome));
    let is_path = members.contains_key("hops");
    for (name, is_chance) in [("took", is_prompt), ("waited", is_path)] {
        if let Some(time @ Value::Number(_)) = members.get_mut(name)
            && is_chance
        {
            *time = Value::from(0.0);
        }
    }
}

/// Milliseconds to the nearest second: what is judged by a duration asks whether a limit was waited for.
fn whole_seconds(millis: &Value) -> f64 {
    (millis.as_f64().unwrap_or_default() / 1000.0).round() * 1000.0
}

/// A text with the durations in it told in whole seconds.
fn seconds_in(text: &str) -> String {
    let mut told = text.to_owned();
    for (end, unit) in text.match_indices(" ms") {
        let digits = text[..end].rsplit(|c: char| !c.is_ascii_digit() && c != '.');
        if let Some(digits) = digits.into_iter().next()
            && let Ok(millis) = digits.parse::<f64>()
        {
            let seconds = format!("{:.1} s", (millis / 1000.0).round());
            told = told.replace(&format!("{digits}{unit}"), &seconds);
        }
    }
    told
}

/// A certificate's text with what its key made of it replaced.
fn without_base64(text: &str) -> String {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '\n');
    let mut rest = text;
    let mut told = String::new();
    while let Some(start) = rest.find(is_base64) {
        let (before, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|c| !is_base64(c)).unwrap_or(from.len()));
        told.push_str(before);
        told.push_str(if run.len() > 256 {
            "FAKE-certificate"
        } else {
            run
        });
        rest = after;
    }
    told + rest
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is gathered in one run, as far as it is told apart: its second, a port, a fingerprint, and the clock of the service.
    fn gathered(second: u32, port: u16, print: &str, server: &str, took: f64) -> String {
        let started = format!("2026-01-02T03:04:{second:02}.123Z");
        let facts = serde_json::json!([
            {
                "key": {"fact": "resolver"},
                "outcome": {"fact": {"kind": "resolver", "value": {
                    "source": "--dns-server", "nameservers": [format!("127.0.0.1:{port}"), "127.0.0.2:53"], "problem": null,
                }}},
                "stands_on": [], "took": took,
            },
            {
                "key": {"fact": "discovery", "endpoint": {"host": "login.example", "port": 443}, "route": "direct"},
                "outcome": {"fact": {"kind": "discovery", "value": {"document": null, "http": {
                    "request": "GET https://login.example/", "started": started, "took": took,
                    "outcome": {
                        "class": "answer", "status": 401,
                        "headers": [["date", format!("Fri, 02 Jan 2026 03:04:{second:02} GMT")]],
                        "excerpt": format!("from 127.0.0.1:{port} within {took} ms"),
                        "truncated": false,
                        "clock": {"server": server, "local": started, "uncertainty": 503.2},
                    },
                }}}},
                "stands_on": [], "took": took,
            },
            {
                "key": {"fact": "tls", "endpoint": {"host": "login.example", "port": 443}, "address": "127.0.0.1", "route": "direct"},
                "outcome": {"fact": {"kind": "tls", "value": {
                    "outcome": {"class": "done"}, "trust": "given", "faults": [], "version": null, "cipher": null, "group": null,
                    "alpn": null, "unacknowledged": null,
                    "chain": [{
                        "subject": "CN=login.example", "issuer": "CN=sandbox", "names": [], "sha256": print, "revocation": [],
                        "issuer_urls": [], "not_before": "2026-01-01T03:03:58Z", "not_after": "2026-02-01T03:03:58Z",
                    }],
                    "attempts": [{"started": started, "took": took, "local": format!("127.0.0.1:{port}"), "outcome": "done"}],
                }}},
                "stands_on": [], "took": took,
            },
        ]);
        let facts: Vec<Entry> = serde_json::from_value(facts).expect("facts");
        let at = Timestamp::parse("2026-01-02T03:04:05Z").expect("a moment");
        let facts = canonical(&facts, at).expect("canonical");
        serde_json::to_string_pretty(&facts).expect("json")
    }

    #[test]
    fn the_same_gathered_again_is_the_same_text() {
        let [one, other] = ["a", "b"].map(|c| c.repeat(64));
        let first = gathered(6, 40001, &one, "2026-01-02T03:04:06Z", 1.7);
        let again = gathered(9, 50999, &other, "2026-01-02T03:04:08Z", 240.9);
        assert_eq!(first, again);
        assert!(first.contains("from 127.0.0.1:53 within 0.0 s"), "{first}");
        assert!(
            first.contains("2026-12-24T12:00:00Z"),
            "a certificate of 31 days: {first}"
        );
    }

    #[test]
    fn what_is_judged_stays_apart() {
        let print = "a".repeat(64);
        let of = |server, took| gathered(6, 40001, &print, server, took);
        let usual = of("2026-01-02T03:04:06Z", 1.7);
        assert_ne!(
            usual,
            of("2026-01-02T03:05:36Z", 1.7),
            "a clock that is ahead"
        );
        assert_ne!(
            usual,
            of("2026-01-02T03:04:06Z", 1001.4),
            "a limit that was waited for"
        );
    }

    #[test]
    fn a_slow_answer_is_an_answer_and_a_limit_stays() {
        let started = "2026-01-02T03:04:05Z";
        let mut facts = serde_json::json!([
            {"started": started, "took": 1400.0, "outcome": {"class": "answer"}},
            {"started": started, "took": 1400.0, "outcome": "refused"},
            {"started": started, "took": 1400.0, "outcome": "timed_out"},
            {"limit": 1, "took": 1400.0, "answer": {"class": "time_exceeded"}},
        ]);
        let still = Still {
            at: moment().expect("a moment"),
            moment: moment().expect("a moment"),
            names: BTreeMap::new(),
        };
        still.times(&mut facts, "");
        let times: Vec<_> = facts.as_array().into_iter().flatten().collect();
        let times: Vec<_> = times.iter().map(|fact| fact["took"].as_f64()).collect();
        assert_eq!(times, [Some(0.0), Some(0.0), Some(1000.0), Some(0.0)]);
    }
}
