//! Whether every nameserver of this host answers at all.

use std::net::SocketAddr;

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::endpoint::{Host, Route};
use hybridcheck_core::facts::{AddressSource, Answer, DnsFact, DnsOutcome, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner, Severity, Status};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::dns::{Asked, asked, cut, dead, half_silent, hosts};
use crate::evidence::subjects;

page! {
    /// Every nameserver of this host answers.
    ///
    /// Each nameserver is asked on its own, for IPv4 and for IPv6. What it says about the name is judged by `network-resolves`.
    ///
    /// ## Why it matters
    ///
    /// Programs ask the first nameserver and turn to the next one only after a time-out, usually five seconds, for every new
    /// lookup. One dead nameserver in the list makes each first connection slow, and short time-outs fail now and then.
    ///
    /// ## How to fix
    ///
    /// Take the dead nameserver out of this host's configuration, or open UDP and TCP port 53 from this host to it. TCP is needed
    /// too: an answer that does not fit into a UDP packet is asked for again over TCP.
    /// When none answers, this host has no name resolution at all, or the nameservers cannot ask the internet.
    ///
    /// ## What we rely on
    ///
    /// Documented: the order, the time-outs and the number of nameservers of the system's resolver (resolv.conf(5)); truncation
    /// and TCP (RFC 7766).
    /// Observed: nameservers on closed networks stay silent on names they would have to ask outside for.
    pub(crate) struct NameserversAnswer;
}

impl Judge for NameserversAnswer {
    type Subject = Whole;

    fn subjects(&self, object: &HybridObject) -> Vec<Whole> {
        if subjects::endpoints(object).is_empty() {
            return Vec::new();
        }
        vec![Whole]
    }

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        let hosts = hosts(object).into_iter();
        hosts
            .flat_map(|host| [FactKey::addresses(&host), FactKey::system_lookup(host)])
            .collect()
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        answered(case)
    }
}

fn answered(case: &Case<'_>) -> Answer<Judgement> {
    let hosts = asked_for(case);
    if hosts.is_empty() {
        return Ok(Judgement::not_applicable(
            "no name has to be resolved here: URLs or proxies hold addresses",
        ));
    }
    let asked = asked(case, &hosts)?;
    if asked.is_empty() {
        return without_questions(case, &hosts);
    }
    let dead = dead(&asked);
    let judgement = if dead.len() == asked.len() {
        nobody(case, &asked, &dead, &hosts)
    } else if !dead.is_empty() {
        some(case, &asked, &dead)
    } else {
        partly(case, &asked)
    };
    Ok(with_waits(case, &hosts, with_answers(judgement, &asked)))
}

/// No nameserver answered anything.
fn nobody(case: &Case<'_>, asked: &Asked<'_>, dead: &[SocketAddr], hosts: &[Host]) -> Judgement {
    let (severity, despite) = if is_named_otherwise(case, hosts) {
        (
            Severity::Warn,
            "; this system's own look-up names the addresses all the same",
        )
    } else {
        (Severity::Fail, "")
    };
    let is_unreachable = asked.values().flatten().all(|(_, fact)| {
        [&fact.a, &fact.aaaa]
            .iter()
            .all(|answer| answer.outcome == DnsOutcome::Unreachable)
    });
    let expected = "an answer from every nameserver of this host";
    if is_unreachable {
        return Judgement::finding(
            severity,
            expected,
            format!(
                "{} cannot be reached: this host has no route there, or its port is closed{despite}",
                listed(dead)
            ),
            format!(
                "Look at this host's network first (`ip route get {}`), then at its list of nameservers.",
                dead.first()
                    .map_or_else(String::new, |server| server.ip().to_string())
            ),
            Owner::HostAdmin,
        );
    }
    Judgement::finding(
        severity,
        expected,
        format!(
            "no answer from {} to any question about {}{despite}",
            listed(dead),
            listed(hosts)
        ),
        format!(
            "Open UDP and TCP from this host to {}, and make sure that it may resolve names of the internet; \
             or configure nameservers that answer.",
            listed(dead)
        ),
        Owner::NetworkTeam,
    )
}

/// Some nameservers answered nothing, while others answered.
fn some(case: &Case<'_>, asked: &Asked<'_>, dead: &[SocketAddr]) -> Judgement {
    let list = case.resolver(&FactKey::Resolver);
    let list = list.map_or(&[][..], |fact| fact.nameservers.as_slice());
    let is_first = list.first().is_some_and(|first| dead.contains(first));
    let harm = if is_first {
        "it is the first of the list: programs wait for it, usually five seconds at each new look-up, before they ask the next one"
    } else {
        "programs come to it when those before it fail, and then wait in vain"
    };
    Judgement::warn(
        "an answer from every nameserver of this host",
        format!(
            "{} of {} nameservers did not answer: {}; {harm}",
            dead.len(),
            asked.len(),
            listed(dead)
        ),
        format!(
            "Take {} out of this host's resolver configuration, or open UDP and TCP port 53 to it.",
            listed(dead)
        ),
        Owner::HostAdmin,
    )
}

/// Every nameserver answered something.
fn partly(case: &Case<'_>, asked: &Asked<'_>) -> Judgement {
    let cut = cut(asked);
    if let Some((nameserver, host, over_tcp)) = cut.first() {
        return Judgement::warn(
            "whole answers",
            format!(
                "{nameserver} cuts its answer about {host}, which is too long for UDP, and over TCP port 53 none comes: {over_tcp}"
            ),
            format!(
                "Open TCP port 53, besides UDP, from this host to {}.",
                nameserver.ip()
            ),
            Owner::NetworkTeam,
        );
    }
    let halves = half_silent(asked);
    if !halves.is_empty() {
        return Judgement::warn(
            "an answer to every question",
            format!("silence on some questions: {}", halves.join("; ")),
            "Ask who runs this nameserver to answer AAAA questions too (an empty answer is enough); programs wait for both answers.",
            Owner::NetworkTeam,
        );
    }
    let answering = format!("answers from {}", listed(asked.keys()));
    let refusing: Vec<&SocketAddr> = asked
        .iter()
        .filter(|(_, answers)| answers.iter().any(|(_, fact)| is_refusal(fact)))
        .map(|(nameserver, _)| nameserver)
        .collect();
    if !refusing.is_empty() && refusing.len() < asked.len() {
        return Judgement::note(
            format!(
                "{answering}; {} fails or refuses, and programs turn to the next nameserver",
                listed(refusing)
            ),
            "Take it out of the list when it is not meant to resolve names of the internet.",
            Owner::HostAdmin,
        );
    }
    match case.resolver(&FactKey::Resolver) {
        Ok(resolver) if !resolver.oddities.is_empty() => Judgement::note(
            format!(
                "{answering}; {} has lines that say nothing: {}",
                resolver.source.shown(120),
                resolver.oddities.join("; ")
            ),
            "Correct or delete these lines.",
            Owner::HostAdmin,
        ),
        _ => Judgement::pass(answering),
    }
}

/// The names that this host has to resolve: a proxy's in place of those behind it.
fn asked_for(case: &Case<'_>) -> Vec<Host> {
    let mut hosts = Vec::new();
    for endpoint in subjects::endpoints(case.object) {
        let host = match case.route(&endpoint) {
            Route::Direct => endpoint.host,
            Route::Proxy(proxy) => proxy.host,
        };
        if host.literal().is_none() && !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

/// No question was sent: because addresses were given, or because there is nobody to ask.
fn without_questions(case: &Case<'_>, hosts: &[Host]) -> Answer<Judgement> {
    let mut given = true;
    for host in hosts {
        let key = FactKey::addresses(host);
        given &= !matches!(
            case.addresses(&key)?.source,
            AddressSource::Dns | AddressSource::HostsFile | AddressSource::System
        );
    }
    if given {
        return Ok(Judgement::not_applicable(
            "the addresses were given on the command line, so no nameserver was asked",
        ));
    }
    let resolver = case.resolver(&FactKey::Resolver)?;
    if !resolver.nameservers.is_empty() {
        return Err(Gap::NotAnswered {
            what: "no nameserver was asked".into(),
        });
    }
    let problem = resolver.problem.as_ref();
    let problem = problem.map_or(Outside::of("the list is empty"), Outside::view);
    let severity = if is_named_otherwise(case, hosts) {
        Severity::Note
    } else {
        Severity::Fail
    };
    let mut judgement = Judgement::finding(
        severity,
        "at least one nameserver",
        format!(
            "no nameserver in {}: {}",
            resolver.source.shown(120),
            problem.shown(200)
        ),
        "Configure a nameserver on this host, or name one with --dns-server.",
        Owner::HostAdmin,
    );
    for oddity in &resolver.oddities {
        judgement = judgement.evidence(&resolver.source.to_string(), oddity);
    }
    Ok(judgement)
}

/// The hosts file or the system's own look-up names every host, so programs do without the nameservers.
fn is_named_otherwise(case: &Case<'_>, hosts: &[Host]) -> bool {
    hosts.iter().all(|host| {
        let key = FactKey::addresses(host);
        case.addresses(&key).is_ok_and(|fact| {
            matches!(
                fact.source,
                AddressSource::HostsFile | AddressSource::System
            )
        })
    })
}

fn is_refusal(fact: &DnsFact) -> bool {
    matches!(
        fact.a.outcome,
        DnsOutcome::ServFail | DnsOutcome::Refused | DnsOutcome::OtherCode { .. }
    )
}

/// How long this system's own look-ups took: what a dead nameserver costs.
fn with_waits(case: &Case<'_>, hosts: &[Host], mut judgement: Judgement) -> Judgement {
    if judgement.status() == Status::Pass {
        return judgement;
    }
    for host in hosts {
        let key = FactKey::system_lookup(host);
        if let Ok(fact) = case.system_lookup(&key) {
            let label = format!("this system's look-up of {host}");
            judgement = judgement.evidence(&label, format!("{} after {}", fact.outcome, fact.took));
        }
    }
    judgement
}

fn with_answers(mut judgement: Judgement, asked: &Asked<'_>) -> Judgement {
    for (nameserver, answers) in asked {
        for (host, fact) in answers {
            let said = format!("A: {}; AAAA: {}", fact.a.outcome, fact.aaaa.outcome);
            judgement = judgement.evidence(&format!("{nameserver} on {host}"), said);
        }
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{AddressesFact, ResolverFact};
    use hybridcheck_testkit::facts::{
        addresses_of, dns, dns_addresses, dns_answer, dns_key, through_proxy, took, without,
    };

    fn silence() -> DnsOutcome {
        DnsOutcome::TimedOut { waited: took(5000) }
    }

    fn second(host: &Host) -> FactKey {
        FactKey::dns(host, SocketAddr::from(([10, 0, 0, 54], 53)))
    }

    #[test]
    fn answering_nameservers_pass_and_are_named() {
        let judgement = Bench::healthy()
            .judge_first(&NameserversAnswer)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Pass);
        assert_eq!(judgement.found(), "answers from 10.0.0.53:53");
    }

    #[test]
    fn one_dead_nameserver_among_several_warns() {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            bench = bench.fact(second(&host), dns(&silence()));
        }
        let judgement = bench.judge_first(&NameserversAnswer).expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(
            judgement
                .found()
                .starts_with("1 of 2 nameservers did not answer: 10.0.0.54:53")
        );
    }

    #[test]
    fn silence_of_all_fails_once() {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            let empty = AddressesFact {
                source: AddressSource::Dns,
                addresses: Vec::new(),
            };
            bench = bench
                .fact(dns_key(&host), dns(&silence()))
                .fact(FactKey::addresses(&host), empty)
                .blocked_behind(&FactKey::addresses(&host));
        }
        assert_eq!(bench.failures(), ["network-nameservers-answer"]);
    }

    #[test]
    fn silence_on_ipv6_alone_warns() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let fact = DnsFact {
            aaaa: dns_answer(silence()),
            ..dns_addresses(addresses_of(&host))
        };
        let judgement = bench
            .fact(dns_key(&host), fact)
            .judge_first(&NameserversAnswer)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().contains("AAAA of login.mypurecloud.de"));
    }

    #[test]
    fn a_host_without_nameservers_fails() {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            bench.facts = without(&bench.facts, &dns_key(&host));
        }
        let resolver = ResolverFact {
            search: Vec::new(),
            ndots: None,
            oddities: Vec::new(),
            source: "/etc/resolv.conf".into(),
            nameservers: Vec::new(),
            problem: None,
        };
        let bench = bench.fact(FactKey::Resolver, resolver);
        assert_eq!(bench.status(&NameserversAnswer), Status::Fail);
    }

    #[test]
    fn the_first_of_the_list_costs_a_wait_at_each_look_up() {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            bench = bench
                .fact(second(&host), dns_addresses(addresses_of(&host)))
                .fact(dns_key(&host), dns(&silence()));
        }
        let judgement = bench.judge_first(&NameserversAnswer).expect("a verdict");
        assert!(
            judgement.found().contains("it is the first of the list"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn an_answer_cut_short_without_tcp_warns() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let cut = DnsOutcome::CutShort {
            over_tcp: "refused".into(),
        };
        let judgement = bench
            .fact(second(&host), dns(&cut))
            .judge_first(&NameserversAnswer)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(
            judgement
                .found()
                .starts_with("10.0.0.54:53 cuts its answer about login.mypurecloud.de"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn a_nameserver_that_refuses_beside_one_that_answers_is_a_note() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let bench = bench.fact(second(&host), dns(&DnsOutcome::Refused));
        assert_eq!(bench.status(&NameserversAnswer), Status::Note);
    }

    #[test]
    fn junk_in_the_list_is_a_note_with_its_line() {
        let odd = ResolverFact {
            oddities: vec!["line 2: not understood: namserver 10.0.0.54".into()],
            ..Bench::healthy()
                .facts
                .resolver(&FactKey::Resolver)
                .expect("a list")
                .clone()
        };
        let judgement = Bench::healthy()
            .fact(FactKey::Resolver, odd)
            .judge_first(&NameserversAnswer)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Note);
        assert!(
            judgement
                .found()
                .contains("/etc/resolv.conf has lines that say nothing: line 2"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn silence_of_all_warns_when_programs_resolve_without_them() {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            let named = AddressesFact {
                source: AddressSource::System,
                addresses: addresses_of(&host),
            };
            bench = bench
                .fact(dns_key(&host), dns(&silence()))
                .fact(FactKey::addresses(&host), named);
        }
        assert_eq!(bench.status(&NameserversAnswer), Status::Warn);
    }

    #[test]
    fn behind_a_proxy_silence_about_the_endpoints_is_not_judged() {
        let mut bench = Bench::healthy();
        for endpoint in [bench.auth(), bench.api()] {
            bench = bench
                .fact(dns_key(&endpoint.host), dns(&silence()))
                .fact(FactKey::routing(&endpoint), through_proxy());
        }
        assert!(!matches!(
            bench.status(&NameserversAnswer),
            Status::Fail | Status::Warn
        ));
    }

    #[test]
    fn an_offline_run_is_a_gap() {
        let mut bench = Bench::healthy();
        bench.facts = hybridcheck_core::facts::Facts::without(Gap::Offline);
        assert_eq!(bench.judge_first(&NameserversAnswer), Err(Gap::Offline));
    }
}
