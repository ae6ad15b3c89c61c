//! A nameserver of this host is dead, while others answer.

use std::net::SocketAddr;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{FactKey, SystemOutcome};
use hybridcheck_core::finding::{Owner, Status};
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::dns::{asked, cut, dead, half_silent, hosts};
use crate::evidence::members::Rows;
use crate::evidence::rows;
use crate::network;

page! {
    /// A nameserver in this host's list does not answer.
    ///
    /// ## What it means
    ///
    /// Other nameservers of the list answer, so names resolve; but a program that comes to the silent one waits, usually for five
    /// seconds, at every new look-up. When it is the first of the list, every first connection is slow, and programs with shorter
    /// time-outs fail now and then. Tools that ask all nameservers at once do not show it.
    ///
    /// ## How to fix
    ///
    /// Take it out of the list, or let this host reach it: UDP and TCP port 53.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `dig @NAMESERVER HOST A +tries=1 +time=5` ends with *no servers could be reached*; `time getent ahosts HOST` shows what
    /// programs wait. In PowerShell: `Resolve-DnsName HOST -Server NAMESERVER` and `Measure-Command { Resolve-DnsName HOST }`.
    ///
    /// ## What we rely on
    ///
    /// Documented: order and time-outs of the system's resolver (resolv.conf(5)). Observed: the system's look-up stalls while other
    /// tools answer at once.
    pub(crate) struct NameserverSilent;
}

impl Rule for NameserverSilent {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, &network::NameserversAnswer).into_iter();
        let shown = Rows::all(shown.filter(|row| row.status() == Status::Warn));
        let hosts = hosts(case.object);
        let (Some(shown), Ok(asked), Some(host)) = (shown, asked(case, &hosts), hosts.first())
        else {
            return Vec::new();
        };
        let dead = dead(&asked);
        if dead.is_empty() {
            return partly(&shown, &half_silent(&asked), !cut(&asked).is_empty());
        }
        let questions = asked.get(&dead[0]).map_or(0, |answers| {
            let tries = answers
                .iter()
                .map(|(_, fact)| fact.a.attempts.len() + fact.aaaa.attempts.len());
            tries.sum::<usize>()
        });
        let mut diagnosis = shown.diagnosis(
            // Silence within our patience: a nameserver that needs longer looks the same.
            Certainty::Likely,
            format!(
                "{} {} not answer ({questions} questions each): {}",
                listed(&dead),
                if dead.len() == 1 { "does" } else { "do" },
                harm(case, &dead, asked.len())
            ),
            Owner::HostAdmin,
            format!(
                "Take {} out of this host's list of nameservers, or have UDP and TCP port 53 opened from this host to it.",
                listed(dead.iter().map(SocketAddr::ip))
            ),
        )
        .shown_by(stalled(case, all))
        .breaks(hosts.iter().flat_map(|host| {
            dead.iter().map(move |nameserver| FactKey::dns(host, *nameserver))
        }));
        for host in &hosts {
            diagnosis = waited(case, host, diagnosis);
        }
        let command = rows::questions(host, dead.first());
        vec![diagnosis.command(format!(
            "{command} +tries=1 +time=5; time getent ahosts {host}"
        ))]
    }
}

/// What the silence costs.
fn harm(case: &Case<'_>, dead: &[SocketAddr], asked: usize) -> String {
    if dead.len() == asked {
        return "this system resolves names by other means than the nameservers of its list".into();
    }
    let list = case.facts().resolver(&FactKey::Resolver);
    let list = list.map_or(&[][..], |fact| fact.nameservers.as_slice());
    let first = list.iter().position(|nameserver| dead.contains(nameserver));
    match first {
        Some(0) => "the first of the list, so every new look-up of a program waits for it before the next one is asked".into(),
        Some(place) => format!(
            "number {} of the list, so programs wait in vain when those before it fail",
            place + 1
        ),
        None => "programs that come to it wait in vain".into(),
    }
}

/// Rows of look-ups of this system that found no address in time: it waits for the dead nameserver.
pub(crate) fn stalled<'r>(case: &Case<'_>, all: &'r [Row]) -> Vec<&'r Row> {
    let differing = rows::flagged(all, &network::LookupAgrees).into_iter();
    differing
        .filter(|row| {
            rows::endpoint(row).is_some_and(|endpoint| {
                let key = FactKey::system_lookup(&endpoint.host);
                case.facts()
                    .system_lookup(&key)
                    .is_ok_and(|fact| !matches!(fact.outcome, SystemOutcome::Addresses { .. }))
            })
        })
        .collect()
}

fn waited(case: &Case<'_>, host: &Host, diagnosis: Diagnosis) -> Diagnosis {
    let key = FactKey::system_lookup(host);
    match case.facts().system_lookup(&key) {
        Ok(fact) => diagnosis.evidence(&format!("this system's look-up of {host} took"), fact.took),
        Err(_) => diagnosis,
    }
}

/// Every nameserver answers something, one of them not every question.
fn partly(shown: &Rows<'_>, halves: &[String], is_cut: bool) -> Vec<Diagnosis> {
    if halves.is_empty() || is_cut {
        return Vec::new();
    }
    vec![shown.diagnosis(
        Certainty::Likely,
        format!(
            "a nameserver leaves some questions without an answer ({}), and programs wait for it",
            halves.join("; ")
        ),
        Owner::NetworkTeam,
        "Ask who runs this nameserver, or the firewall before it, to let these questions be answered: an empty answer is enough.",
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{DnsFact, DnsOutcome};
    use hybridcheck_testkit::facts::{
        addresses_of, dns, dns_addresses, dns_answer, dns_key, system_lookup, took,
    };

    fn beside(first: &DnsFact, second: impl Fn(&Host) -> DnsFact) -> Bench {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            let key = FactKey::dns(&host, SocketAddr::from(([10, 0, 0, 54], 53)));
            bench = bench
                .fact(dns_key(&host), first.clone())
                .fact(key, second(&host));
        }
        bench
    }

    fn healthy_second(host: &Host) -> DnsFact {
        dns_addresses(addresses_of(host))
    }

    fn silence() -> DnsOutcome {
        DnsOutcome::TimedOut { waited: took(5000) }
    }

    #[test]
    fn a_dead_first_nameserver_is_named_with_what_it_costs() {
        let bench = beside(&dns(&silence()), healthy_second);
        let found = bench.diagnose(&NameserverSilent);
        assert_eq!(
            found[0].sentence,
            "10.0.0.53:53 does not answer (4 questions each): the first of the list, so every new look-up of a program waits for it before the next one is asked"
        );
        assert_eq!(bench.causes(), ["nameserver-silent"]);
    }

    #[test]
    fn a_system_look_up_that_waits_for_it_is_the_same_cause() {
        let mut bench = beside(&dns(&silence()), healthy_second);
        for host in [bench.auth().host, bench.api().host] {
            let waited = SystemOutcome::TimedOut { waited: took(5000) };
            bench = bench.fact(FactKey::system_lookup(&host), system_lookup(waited));
        }
        assert_eq!(bench.causes(), ["nameserver-silent"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_nameserver_that_refuses_is_not_silent() {
        let bench = beside(&dns(&DnsOutcome::Refused), healthy_second);
        assert_eq!(bench.causes(), Vec::<String>::new());
    }

    #[test]
    fn silence_on_ipv6_questions_alone_is_named_as_such() {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            let fact = DnsFact {
                aaaa: dns_answer(silence()),
                ..dns_addresses(addresses_of(&host))
            };
            bench = bench.fact(dns_key(&host), fact);
        }
        let found = bench.diagnose(&NameserverSilent);
        assert!(found[0].sentence.contains("AAAA of login.mypurecloud.de"));
        assert_eq!(bench.causes(), ["nameserver-silent"]);
    }
}
