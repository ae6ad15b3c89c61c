//! `firewall`: the rules that the object needs, or only those whose connection this host could not make.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::{BoolishValueParser, PossibleValue};
use hybridcheck_core::access::{Access, AccessList, Destination, Purpose, Reach, needed};
use hybridcheck_core::check::{Check, Subject};
use hybridcheck_core::endpoint::{Endpoint, Route};
use hybridcheck_core::facts::{Entry, Fact, FactKey, Recorded};
use hybridcheck_core::finding::Status;
use hybridcheck_core::object::Configuration;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::TABLE_DATE;
use hybridcheck_core::row::Row;
use hybridcheck_core::run::{Invocation, Verdict};
use hybridcheck_reports::firewall::{Dialect, dialects};

use super::Failure;
use super::flags::{InputArgs, NetworkArgs};
use super::output::print;
use super::progress::Progress;
use super::style;
use crate::config::Settings;
use crate::redact::{self, Redactor};
use crate::run::{Job, Plan, Scope};

const RESOLVES: &str = "network-resolves";
const CONNECTS: &str = "network-connects";
const HANDSHAKE: &str = "tls-handshake";
/// Part of the id of every check that judges whether revocation can be asked.
const REVOCATION: &str = "revocation";

/// Arguments of `firewall`.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct FirewallArgs {
    #[command(flatten)]
    input: InputArgs,
    /// The language
    #[arg(
        long,
        short = 'o',
        value_name = "NAME",
        default_value = "markdown",
        env = "HYBRIDCHECK_FIREWALL_FORMAT",
        hide_env_values = true
    )]
    format: Language,
    /// Connect first, and print only the rules whose connection this host could not make
    #[arg(long, env = "HYBRIDCHECK_MISSING", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    missing: bool,
    /// Also the hosts that only agent desktops need: apps and api-cdn of each region
    #[arg(long, env = "HYBRIDCHECK_DESKTOPS", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    desktops: bool,
    /// One wildcard for the domain of each region instead of its hosts, in the languages that can say it
    #[arg(long, env = "HYBRIDCHECK_WILDCARDS", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    wildcards: bool,
    #[command(flatten)]
    network: NetworkArgs,
}

/// A language as a value of the command line.
#[derive(Clone, Copy)]
struct Language(&'static dyn Dialect);

impl std::fmt::Debug for Language {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

impl ValueEnum for Language {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Language>> =
            LazyLock::new(|| dialects().into_iter().map(Language).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()).help(self.0.about()))
    }
}

const AFTER_HELP: &str = "\
Rules are by host name, never by address: the addresses of Genesys Cloud change without notice.
--missing resolves, connects and makes TLS handshakes as `check` does, but asks for no token. What
could not be tested (no name resolved) is printed too, and marked as not tested.

Exit status: 0 the rules were printed, also when none is missing; 2 cannot run (usage, unreadable
input, a URL that names no host for a rule); 130 interrupted. Whether something is wrong is what
the status of `check` says.";

/// Runs `firewall`.
pub(super) fn run(args: &FirewallArgs) -> Result<u8, Failure> {
    let settings = args.network.settings()?;
    let configuration = args.input.read()?;
    let rules = needed(&configuration.objects, &settings.regions, args.desktops)?;
    let subjects = configuration
        .objects
        .iter()
        .map(|object| match object.tenant.stated() {
            Some(_) => format!("{} ({})", object.title(), object.place),
            None => object.title(),
        })
        .collect();
    let mut list = AccessList {
        tool: concat!("hybridcheck ", env!("CARGO_PKG_VERSION")).into(),
        table_date: TABLE_DATE.into(),
        subjects,
        only_missing: args.missing,
        wildcards: args.wildcards,
        rules,
        ..AccessList::default()
    };
    doubts(&mut list, &settings);
    let redactor = redact::of(&configuration.objects, &settings);
    let mut status = 0;
    if args.missing && tried(&mut list, &connecting(configuration, settings))? {
        status = Verdict::Interrupted.exit_status();
        list.notes
            .push("Interrupted before every connection was tried: this list is not whole.".into());
    }
    clean(&mut list, &redactor);
    print(&args.format.0.render(&list))?;
    Ok(status)
}

/// Says which rules nobody should ask for before the URL was looked at: a host that the region table does not know, a port of its own.
fn doubts(list: &mut AccessList, settings: &Settings) {
    let known = settings.regions.iter().count();
    let doubt = |rule: &Access| {
        let name = &rule.destination;
        if rule.is_stranger() {
            Some(format!(
                "{name} belongs to none of the {known} regions of the table: check the URL before you ask for a rule."
            ))
        } else if rule.port != 443 && !rule.purposes.contains(&Purpose::Revocation) {
            Some(format!(
                "{name} is named with port {}, but Genesys Cloud answers on TCP 443 only: check the URL before you ask for a rule.",
                rule.port
            ))
        } else {
            None
        }
    };
    let notes: Vec<String> = list.rules.iter().filter_map(doubt).collect();
    list.notes.extend(notes);
}

/// The checks that say whether a connection can be made; none of them needs a token.
fn checks() -> Vec<Box<dyn Check>> {
    let mut checks = hybridcheck_checks::checks();
    checks.retain(|check| {
        let id = check.id().0;
        [RESOLVES, CONNECTS, HANDSHAKE].contains(&id.as_str()) || id.contains(REVOCATION)
    });
    checks
}

/// The run that only connects; none of its checks needs a token.
fn connecting(configuration: Configuration, settings: Settings) -> Job<'static> {
    Job {
        scope: Scope {
            configuration,
            checks: checks(),
            offline: false,
        },
        settings: Settings {
            tool_client: None,
            ..settings
        },
        policy: Policy::default(),
        as_of: None,
        invocation: Invocation::default(),
        origin: None,
    }
}

/// Tries the connections and keeps the rules of those that could not be made or judged; tells whether it was interrupted.
fn tried(list: &mut AccessList, job: &Job<'_>) -> Result<bool, Failure> {
    list.notes.extend(detours(&job.plan()));
    let progress = Progress::new(style::shows_progress(), false, job.settings.phase);
    let run = job.run(&progress)?.run;
    let mut rules = std::mem::take(&mut list.rules);
    for rule in &mut rules {
        rule.reach = reach(rule, &run.rows, &mut list.notes);
    }
    list.sources = sources(&rules, &run.facts);
    rules.retain(|rule| matches!(rule.reach, Reach::Shut { .. } | Reach::Untested { .. }));
    list.rules = rules;
    Ok(run.verdict == Verdict::Interrupted)
}

/// Says which connections would go through a proxy: there the proxy needs the rule, and this host one to the proxy.
fn detours(plan: &Plan) -> Vec<String> {
    let endpoints: BTreeSet<&Endpoint> = plan
        .steps
        .iter()
        .filter_map(|(key, _)| match key {
            FactKey::Connection { endpoint, .. } => Some(endpoint),
            _ => None,
        })
        .collect();
    let detour = |endpoint: &Endpoint| match plan.routes.of(endpoint) {
        Route::Direct => None,
        Route::Proxy(proxy) => Some(format!(
            "{endpoint} is reached through the proxy {proxy}: the proxy needs the rule, this host one to the proxy. A direct rule is for \
             components that do not use it."
        )),
    };
    endpoints.into_iter().filter_map(detour).collect()
}

/// What the rows say about the connection of a rule.
fn reach(rule: &Access, rows: &[Row], notes: &mut Vec<String>) -> Reach {
    if rule.purposes.contains(&Purpose::Revocation) {
        return revocation(rule, rows, notes);
    }
    let of = |id: &'static str| {
        rows.iter()
            .filter(move |row| row.check.0 == id && is_about(row, rule))
    };
    let found = |row: &Row| row.found().to_owned();
    if let Some(row) = of(CONNECTS).find(|row| row.status() == Status::Fail) {
        return shut(row);
    }
    if let Some(row) = of(RESOLVES).find(|row| row.status() == Status::Fail) {
        return Reach::Untested {
            why: format!("the name does not resolve here: {}", found(row)),
        };
    }
    if let Some(row) = of(CONNECTS).find(|row| row.status() == Status::Gap) {
        return Reach::Untested { why: why(row) };
    }
    let Some(connects) = of(CONNECTS).next() else {
        return Reach::Untested {
            why: "this host did not try; agent desktops connect from elsewhere".into(),
        };
    };
    if connects.status() == Status::Warn {
        notes.push(format!(
            "{} was reached, but {}: a rule by name, as in the full list, covers every address.",
            rule.destination,
            found(connects)
        ));
    }
    if let Some(cut) = of(HANDSHAKE).find(|row| row.status() == Status::Fail) {
        notes.push(format!(
            "{} accepts TCP connections, but TLS does not get through ({}). A firewall that filters by name or inspects TLS does that: \
             see hybridcheck check, and the full list for the rule.",
            rule.destination,
            found(cut)
        ));
    }
    Reach::Open
}

fn revocation(rule: &Access, rows: &[Row], notes: &mut Vec<String>) -> Reach {
    let mut rows = rows.iter().filter(|row| row.check.0.contains(REVOCATION));
    let mut untried = || {
        notes.push(format!(
            "Not tried: TCP {} to {}. Its rule stands in the full list.",
            rule.port, rule.destination
        ));
        Reach::Unasked
    };
    let Some(first) = rows.next() else {
        return untried();
    };
    let worst = rows.fold(first, |worst, row| {
        if row.status() > worst.status() {
            row
        } else {
            worst
        }
    });
    match worst.status() {
        Status::Fail | Status::Warn => shut(worst),
        // Which hosts it would be is told by a chain that was not served.
        Status::Gap => untried(),
        Status::Pass | Status::NotApplicable | Status::Note => Reach::Open,
    }
}

fn shut(row: &Row) -> Reach {
    let tries = row
        .evidence()
        .iter()
        .map(|evidence| format!("{}: {}", evidence.label, evidence.value));
    Reach::Shut {
        found: row.found().to_owned(),
        tries: tries.collect(),
    }
}

fn why(row: &Row) -> String {
    row.gap()
        .as_ref()
        .map_or_else(|| "it was not tried".to_owned(), ToString::to_string)
}

fn is_about(row: &Row, rule: &Access) -> bool {
    match &row.subject {
        Subject::Endpoint { endpoint } => {
            endpoint.port == rule.port
                && Destination::of(&endpoint.host).as_ref() == Some(&rule.destination)
        }
        _ => false,
    }
}

/// The addresses from which the connections that failed were tried.
fn sources(rules: &[Access], facts: &[Entry]) -> Vec<IpAddr> {
    let is_shut = |host, port| {
        rules.iter().any(|rule| {
            rule.port == port
                && matches!(rule.reach, Reach::Shut { .. })
                && Destination::of(host).as_ref() == Some(&rule.destination)
        })
    };
    let mut sources = BTreeSet::new();
    for entry in facts {
        let FactKey::Tcp {
            endpoint,
            route: Route::Direct,
            ..
        } = &entry.key
        else {
            continue;
        };
        if let Recorded::Fact(Fact::Tcp(fact)) = &entry.outcome
            && is_shut(&endpoint.host, endpoint.port)
        {
            let local = fact.attempts.iter().filter_map(|attempt| attempt.local);
            sources.extend(local.map(|local| local.ip()));
        }
    }
    sources.retain(|source| !source.is_unspecified());
    sources.into_iter().collect()
}

/// The last gate, for every text that is not a name in a rule: a name that lost a part of itself would make a wrong rule.
fn clean(list: &mut AccessList, redactor: &Redactor) {
    let gate = |text: &mut String| *text = redactor.gate(std::mem::take(text));
    list.subjects.iter_mut().for_each(gate);
    list.notes.iter_mut().for_each(gate);
    for rule in &mut list.rules {
        match &mut rule.reach {
            Reach::Unasked | Reach::Open => {}
            Reach::Shut { found, tries } => {
                gate(found);
                tries.iter_mut().for_each(gate);
            }
            Reach::Untested { why } => gate(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_core::check::CheckId;
    use hybridcheck_core::endpoint::Host;
    use hybridcheck_core::facts::Gap;
    use hybridcheck_core::finding::{Judgement, Owner};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_core::region::Regions;
    use hybridcheck_core::row::Role;
    use hybridcheck_testkit::objects::healthy;

    fn said(status: Status) -> Judgement {
        let (found, owner) = ("what was found", Owner::NetworkTeam);
        match status {
            Status::Pass => Judgement::pass(found),
            Status::NotApplicable => Judgement::not_applicable(found),
            Status::Note => Judgement::note(found, "", owner),
            Status::Gap => Judgement::open(Gap::Interrupted),
            Status::Warn => Judgement::warn("what should be", found, "what to do", owner),
            Status::Fail => Judgement::fail("what should be", found, "what to do", owner),
        }
    }

    fn row(check: &str, host: &str, port: u16, status: Status) -> Row {
        Row {
            object: ObjectId(0),
            check: CheckId(check.into()),
            subject: Subject::Endpoint {
                endpoint: Endpoint {
                    host: Host::of(host),
                    port,
                },
            },
            title: String::new(),
            required: false,
            judgement: said(status),
            judged_on: Vec::new(),
            role: Role::Independent,
        }
    }

    fn plan() -> Plan {
        let configuration = Configuration {
            objects: vec![healthy()],
            ..Configuration::default()
        };
        connecting(configuration, Settings::default()).plan()
    }

    fn rules() -> Vec<Access> {
        needed(&[healthy()], &Regions::default(), false).expect("a usable object")
    }

    /// How the login host, the API host and revocation are seen, and the notes.
    fn seen(rows: &[Row]) -> (Vec<&'static str>, Vec<String>) {
        let mut notes = Vec::new();
        let word = |reach: &Reach| match reach {
            Reach::Unasked => "unasked",
            Reach::Open => "open",
            Reach::Shut { .. } => "shut",
            Reach::Untested { .. } => "untested",
        };
        let words = rules()
            .iter()
            .map(|rule| word(&reach(rule, rows, &mut notes)))
            .collect();
        (words, notes)
    }

    const LOGIN: &str = "login.mypurecloud.de";
    const API: &str = "api.mypurecloud.de";

    fn connects(login: Status, api: Status) -> Vec<Row> {
        vec![
            row(CONNECTS, LOGIN, 443, login),
            row(CONNECTS, API, 443, api),
        ]
    }

    #[test]
    fn each_endpoint_is_judged_by_its_own_row() {
        let (words, _) = seen(&connects(Status::Pass, Status::Fail));
        assert_eq!(words, ["open", "shut", "unasked"]);
        let (words, _) = seen(&connects(Status::Gap, Status::Note));
        assert_eq!(words, ["untested", "open", "unasked"]);
        let other_port = [row(CONNECTS, LOGIN, 8443, Status::Fail)];
        assert_eq!(seen(&other_port).0[0], "untested");
    }

    #[test]
    fn a_connection_that_was_refused_counts_more_than_a_name_that_one_nameserver_does_not_know() {
        let mut rows = connects(Status::Fail, Status::Pass);
        rows.push(row(RESOLVES, LOGIN, 443, Status::Fail));
        assert_eq!(seen(&rows).0[0], "shut");
    }

    #[test]
    fn addresses_that_only_partly_answer_are_a_note() {
        let (words, notes) = seen(&connects(Status::Warn, Status::Pass));
        assert_eq!(words[0], "open");
        assert!(notes[0].starts_with("login.mypurecloud.de was reached, but what was found"));
    }

    #[test]
    fn revocation_is_judged_by_the_worst_of_its_rows() {
        for (statuses, expected) in [
            (&[Status::Pass][..], "open"),
            (&[Status::Pass, Status::Warn], "shut"),
            (&[Status::Pass, Status::Gap], "unasked"),
            (&[], "unasked"),
        ] {
            let mut rows = connects(Status::Pass, Status::Pass);
            let asked = statuses
                .iter()
                .map(|status| row("tls-revocation", LOGIN, 443, *status));
            rows.extend(asked);
            let (words, notes) = seen(&rows);
            assert_eq!(words[2], expected, "{statuses:?}");
            assert_eq!(notes.len(), usize::from(expected == "unasked"), "{notes:?}");
        }
    }

    #[test]
    fn a_connection_through_a_proxy_is_told() {
        let endpoint = |host: &str, port| Endpoint {
            host: Host::of(host),
            port,
        };
        let mut plan = plan();
        assert!(detours(&plan).is_empty());
        let proxy = Route::Proxy(endpoint("proxy.acme.example", 3128));
        plan.routes.set(endpoint(API, 443), proxy, Vec::new());
        let notes = detours(&plan);
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].starts_with(
            "api.mypurecloud.de:443 is reached through the proxy proxy.acme.example:3128: the proxy needs the rule"
        ));
    }

    #[test]
    fn none_of_the_checks_needs_a_token() {
        let ids: Vec<String> = checks().iter().map(|check| check.id().0).collect();
        for id in [RESOLVES, CONNECTS, HANDSHAKE] {
            assert!(ids.iter().any(|found| found == id), "{id}: {ids:?}");
        }
        let mut steps = plan().steps.into_iter();
        let mints = steps.any(|(_, effect)| effect == hybridcheck_core::facts::Effect::MintsToken);
        assert!(!mints);
    }

    #[test]
    fn the_last_gate_leaves_names_in_rules_alone() {
        let mut redactor = Redactor::default();
        for secret in ["mypurecloud", "Zk3x-9qWe7rTy1u"] {
            redactor.learn(&hybridcheck_core::secret::Secret::new(secret));
        }
        let mut list = AccessList {
            rules: rules(),
            subjects: vec!["of Zk3x-9qWe7rTy1u".into()],
            ..AccessList::default()
        };
        clean(&mut list, &redactor);
        assert_eq!(list.subjects, ["of [secret]"]);
        assert_eq!(list.rules[0].destination.to_string(), LOGIN);
    }
}
