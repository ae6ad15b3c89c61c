//! Whether the hosts file of this host names an endpoint.

use std::net::IpAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, FactKey, Gap, HostsFileFact};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, Place};
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::names::{self, Kind, Says};
use crate::evidence::subjects;

page! {
    /// The hosts file of this host does not name the endpoint.
    ///
    /// The file is `/etc/hosts`, on Windows `%SystemRoot%\System32\drivers\etc\hosts`. An entry decides which address every program
    /// uses, whatever the nameservers say.
    ///
    /// ## Why it matters
    ///
    /// The addresses of the login and the API host change without notice. An entry is right on the day on which it is written, and
    /// sends every program of this host to a stranger's address on a later one.
    ///
    /// ## How to fix
    ///
    /// Delete the named lines. When this host has no nameserver that knows the names, let it use a proxy or a nameserver that does
    /// instead of an entry.
    ///
    /// ## What we rely on
    ///
    /// Documented: server addresses are taken from large pools and change at any time (Genesys Cloud help); the form of the file
    /// (hosts(5)). Inferred: an address that no nameserver names, and at which nothing genuine answers, is a stale one.
    pub(crate) struct HostsFile;
}

impl Judge for HostsFile {
    type Subject = Endpoint;

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        vec![
            FactKey::hosts_file(&endpoint.host),
            FactKey::addresses(&endpoint.host),
        ]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let fact = match case.hosts_file(&FactKey::hosts_file(&endpoint.host)) {
            Err(Gap::NoMeans { what }) => return Ok(Judgement::not_applicable(what)),
            other => other?,
        };
        if let Some(problem) = &fact.problem {
            return Err(Gap::NotAnswered {
                what: format!("{} {}", fact.path.shown(120), problem.shown(200)),
            });
        }
        if fact.entries.is_empty() {
            return Ok(unnamed(endpoint, fact));
        }
        // Noted: everything after it goes to the address of the entry.
        let _ = case.addresses(&FactKey::addresses(&endpoint.host));
        subjects::beside_proxy(case, endpoint, Ok(named(case, endpoint, fact)))
    }
}

fn unnamed(endpoint: &Endpoint, fact: &HostsFileFact) -> Judgement {
    let found = format!("no entry for {} in {}", endpoint.host, fact.path);
    if fact.oddities.is_empty() {
        return Judgement::pass(found);
    }
    Judgement::note(
        format!(
            "{found}; lines that say nothing: {}",
            fact.oddities.join("; ")
        ),
        "Correct or delete these lines.",
        Owner::HostAdmin,
    )
}

/// What an entry does to an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The nameservers name the same addresses today.
    Same,
    /// The genuine service answers at another address than the nameservers name.
    Works,
    /// No nameserver names an address to compare with.
    Alone,
    /// Another address than the nameservers name, and nothing genuine there.
    Wrong,
}

/// Judges the entries of the hosts file by what the nameservers say and by who answers.
pub(crate) fn entry(case: &Case<'_>, endpoint: &Endpoint, fact: &HostsFileFact) -> Entry {
    let host = &endpoint.host;
    let views = names::views(case, host).unwrap_or_default();
    let said: Vec<IpAddr> = views
        .iter()
        .filter(|view| matches!(view.says, Says::Public | Says::Private))
        .flat_map(|view| view.fact.addresses())
        .collect();
    let is_proven = names::is_proven(case, endpoint);
    let is_wrong = |address: IpAddr| Kind::of(address).is_wrong();
    if fact
        .entries
        .iter()
        .all(|entry| said.contains(&entry.address))
    {
        Entry::Same
    } else if is_proven {
        Entry::Works
    } else if said.is_empty() && !fact.entries.iter().any(|entry| is_wrong(entry.address)) {
        Entry::Alone
    } else {
        Entry::Wrong
    }
}

fn named(case: &Case<'_>, endpoint: &Endpoint, fact: &HostsFileFact) -> Judgement {
    let lines = listed(
        fact.entries
            .iter()
            .map(|entry| format!("{} (line {})", entry.address, entry.line)),
    );
    let expected = format!("no entry for {} in {}", endpoint.host, fact.path);
    let fix = format!(
        "Delete {} of {}, so that the nameservers decide.",
        lines_of(fact),
        fact.path
    );
    let found = format!("{} sends {} to {lines}", fact.path, endpoint.host);
    let judgement = match entry(case, endpoint, fact) {
        Entry::Same => Judgement::warn(
            expected,
            format!("{found}: what the nameservers name today, and not on the day they change it"),
            fix,
            Owner::HostAdmin,
        ),
        Entry::Works => Judgement::warn(
            expected,
            format!(
                "{found}: the service answers there today, though the nameservers name other addresses"
            ),
            fix,
            Owner::HostAdmin,
        ),
        Entry::Alone => Judgement::warn(
            expected,
            format!("{found}, and no nameserver says otherwise"),
            fix,
            Owner::HostAdmin,
        ),
        Entry::Wrong => Judgement::fail(
            expected,
            format!("{found}, where nothing genuine answers, and the nameservers do not name it"),
            fix,
            Owner::HostAdmin,
        ),
    };
    let mut judgement = fact.entries.iter().fold(judgement, |judgement, entry| {
        judgement.at(&Place::line(fact.path.raw(), entry.line))
    });
    for view in names::views(case, &endpoint.host).unwrap_or_default() {
        judgement = judgement.evidence(&view.nameserver.to_string(), view.words());
    }
    judgement
}

/// `line 7`, or `lines 7 and 9`.
pub(crate) fn lines_of(fact: &HostsFileFact) -> String {
    let mut numbers: Vec<u32> = fact.entries.iter().map(|entry| entry.line).collect();
    numbers.dedup();
    let word = if numbers.len() == 1 { "line" } else { "lines" };
    format!("{word} {}", listed(numbers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{addresses_of, dns, dns_key, hosts_file, through_proxy};

    fn naming(addresses: &[IpAddr]) -> Bench {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        bench.fact(FactKey::hosts_file(&host), hosts_file(addresses))
    }

    fn unproven(bench: Bench) -> Bench {
        let key = FactKey::addresses(&bench.auth().host);
        bench.blocked_behind(&key)
    }

    fn stale() -> Vec<IpAddr> {
        vec![IpAddr::from([198, 51, 100, 7])]
    }

    #[test]
    fn a_file_without_an_entry_passes() {
        assert_eq!(Bench::healthy().status(&HostsFile), Status::Pass);
    }

    #[test]
    fn a_stale_entry_fails_and_names_its_line() {
        let judgement = unproven(naming(&stale()))
            .judge_first(&HostsFile)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(
            judgement.found(),
            "/etc/hosts sends login.mypurecloud.de to 198.51.100.7 (line 7), where nothing genuine answers, and the nameservers do not name it"
        );
        assert_eq!(judgement.places, [Place::line("/etc/hosts", 7)]);
    }

    #[test]
    fn an_entry_at_which_the_service_answers_warns() {
        assert_eq!(naming(&stale()).status(&HostsFile), Status::Warn);
    }

    #[test]
    fn an_entry_that_the_nameservers_confirm_warns_even_when_nothing_answers() {
        let host = Bench::healthy().auth().host;
        let bench = unproven(naming(&addresses_of(&host)));
        assert_eq!(bench.status(&HostsFile), Status::Warn);
    }

    #[test]
    fn an_entry_that_nobody_can_contradict_warns() {
        let bench = naming(&stale());
        let host = bench.auth().host;
        let denied = dns(&hybridcheck_core::facts::DnsOutcome::NxDomain);
        let bench = unproven(bench.fact(dns_key(&host), denied));
        assert_eq!(bench.status(&HostsFile), Status::Warn);
    }

    #[test]
    fn behind_a_proxy_an_entry_is_a_note() {
        let bench = unproven(naming(&stale()));
        let auth = bench.auth();
        let bench = bench.fact(FactKey::routing(&auth), through_proxy());
        assert_eq!(bench.status(&HostsFile), Status::Note);
    }

    #[test]
    fn junk_is_a_note_and_an_unreadable_file_a_gap_that_names_it() {
        let host = Bench::healthy().auth().host;
        let mut fact = hosts_file(&[]);
        fact.oddities = vec!["line 3: no address at its start: foo".into()];
        let bench = Bench::healthy().fact(FactKey::hosts_file(&host), fact.clone());
        assert_eq!(bench.status(&HostsFile), Status::Note);
        fact.problem = Some("cannot be read: Permission denied".into());
        let bench = Bench::healthy().fact(FactKey::hosts_file(&host), fact);
        assert_eq!(
            bench.judge_first(&HostsFile),
            Err(Gap::NotAnswered {
                what: "/etc/hosts cannot be read: Permission denied".into()
            })
        );
    }

    #[test]
    fn a_file_that_was_not_looked_at_does_not_apply() {
        let gap = Gap::NoMeans {
            what: "--resolve was given".into(),
        };
        let key = FactKey::hosts_file(&Bench::healthy().auth().host);
        let bench = Bench::healthy().gap(key, gap);
        assert_eq!(bench.status(&HostsFile), Status::NotApplicable);
    }
}
