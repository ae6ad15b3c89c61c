//! Whether every nameserver of this host answers at all.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::endpoint::{Host, Route};
use hybridcheck_core::facts::{AddressSource, Answer, DnsFact, DnsOutcome, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::{listed, visible};

use crate::seen;

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
    /// Take the dead nameserver out of this host's configuration, or open UDP and TCP port 53 from this host to it.
    /// When none answers, this host has no name resolution at all, or the nameservers cannot ask the internet.
    ///
    /// ## What we rely on
    ///
    /// Documented: the order and the time-outs of the system's resolver (resolv.conf(5)).
    /// Observed: nameservers on closed networks stay silent on names they would have to ask outside for.
    pub(crate) struct NameserversAnswer;
}

impl Check for NameserversAnswer {
    fn subjects(&self, object: &HybridObject) -> Vec<Subject> {
        if seen::endpoints(object).is_empty() {
            return Vec::new();
        }
        vec![Subject::Object]
    }

    fn needs(&self, _: &Subject, object: &HybridObject) -> Vec<FactKey> {
        let hosts = hosts(object).into_iter();
        hosts.map(|host| FactKey::Addresses { host }).collect()
    }

    fn judge(&self, _: &Subject, case: &Case<'_>) -> Answer<Judgement> {
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
        let dead: Vec<SocketAddr> = asked
            .iter()
            .filter(|(_, answers)| answers.iter().all(|(_, fact)| is_silent(fact)))
            .map(|(nameserver, _)| *nameserver)
            .collect();
        let questions = listed(hosts.iter());
        let is_unreachable = asked.values().flatten().all(|(_, fact)| {
            [&fact.a, &fact.aaaa]
                .iter()
                .all(|answer| answer.outcome == DnsOutcome::Unreachable)
        });
        let judgement = if dead.len() == asked.len() && is_unreachable {
            Judgement::fail(
                "an answer from every nameserver of this host",
                format!(
                    "{} cannot be reached: this host has no route there, or its port is closed",
                    listed(&dead)
                ),
                format!(
                    "Look at this host's network first (`ip route get {}`), then at its list of nameservers.",
                    dead.first()
                        .map_or_else(String::new, |server| server.ip().to_string())
                ),
                Owner::HostAdmin,
            )
        } else if dead.len() == asked.len() {
            Judgement::fail(
                "an answer from every nameserver of this host",
                format!(
                    "no answer from {} to any question about {questions}",
                    listed(&dead)
                ),
                format!(
                    "Open UDP and TCP from this host to {}, and make sure that it may resolve names of the internet; \
                     or configure nameservers that answer.",
                    listed(&dead)
                ),
                Owner::NetworkTeam,
            )
        } else if !dead.is_empty() {
            Judgement::warn(
                "an answer from every nameserver of this host",
                format!(
                    "{} of {} nameservers did not answer: {}; programs wait for it before they ask the next one",
                    dead.len(),
                    asked.len(),
                    listed(&dead)
                ),
                format!(
                    "Take {} out of this host's resolver configuration, or open UDP and TCP port 53 to it.",
                    listed(&dead)
                ),
                Owner::HostAdmin,
            )
        } else {
            let halves = half_silent(&asked);
            if halves.is_empty() {
                let answering = asked.keys();
                Judgement::pass(format!("answers from {}", listed(answering)))
            } else {
                Judgement::warn(
                    "an answer to every question",
                    format!("silence on some questions: {}", halves.join("; ")),
                    "Ask who runs this nameserver to answer AAAA questions too (an empty answer is enough); programs wait for both answers.",
                    Owner::NetworkTeam,
                )
            }
        };
        Ok(with_answers(judgement, &asked))
    }
}

type Asked<'a> = BTreeMap<SocketAddr, Vec<(Host, &'a DnsFact)>>;

fn hosts(object: &HybridObject) -> Vec<Host> {
    let mut hosts = Vec::new();
    for endpoint in seen::endpoints(object) {
        if endpoint.host.literal().is_none() && !hosts.contains(&endpoint.host) {
            hosts.push(endpoint.host);
        }
    }
    hosts
}

/// The names that this host has to resolve: a proxy's in place of those behind it.
fn asked_for(case: &Case<'_>) -> Vec<Host> {
    let mut hosts = Vec::new();
    for endpoint in seen::endpoints(case.object) {
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

fn asked<'a>(case: &Case<'a>, hosts: &[Host]) -> Answer<Asked<'a>> {
    let mut asked = Asked::new();
    let mut missing = None;
    for host in hosts {
        for (nameserver, answer) in case.dns_of(host) {
            match answer {
                Ok(fact) => asked
                    .entry(nameserver)
                    .or_default()
                    .push((host.clone(), fact)),
                Err(gap) => missing = missing.or(Some(gap)),
            }
        }
    }
    match missing {
        Some(gap) if asked.is_empty() => Err(gap),
        _ => Ok(asked),
    }
}

/// No question was sent: because addresses were given, or because there is nobody to ask.
fn without_questions(case: &Case<'_>, hosts: &[Host]) -> Answer<Judgement> {
    let mut given = true;
    for host in hosts {
        let key = FactKey::Addresses { host: host.clone() };
        given &= case.addresses(&key)?.source != AddressSource::Dns;
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
    let problem = resolver.problem.as_deref().unwrap_or("the list is empty");
    Ok(Judgement::fail(
        "at least one nameserver",
        format!("no nameserver in {}", visible(&resolver.source, 120)),
        "Configure a nameserver on this host, or name one with --dns-server.",
        Owner::HostAdmin,
    )
    .evidence("resolver", problem))
}

fn silences(fact: &DnsFact) -> [bool; 2] {
    [&fact.a, &fact.aaaa].map(|answer| {
        matches!(
            answer.outcome,
            DnsOutcome::TimedOut { .. } | DnsOutcome::Unreachable
        )
    })
}

fn is_silent(fact: &DnsFact) -> bool {
    silences(fact) == [true, true]
}

/// Questions that a nameserver left without an answer although it, or another one, answered about the same name.
fn half_silent(asked: &Asked<'_>) -> Vec<String> {
    let is_answered = |host: &Host| {
        asked
            .values()
            .flatten()
            .any(|(of, fact)| of == host && !is_silent(fact))
    };
    let mut found = Vec::new();
    for (nameserver, answers) in asked {
        for (host, fact) in answers.iter().filter(|(host, _)| is_answered(host)) {
            for (family, _) in ["A", "AAAA"]
                .into_iter()
                .zip(silences(fact))
                .filter(|(_, silent)| *silent)
            {
                found.push(format!("{nameserver}, {family} of {host}"));
            }
        }
    }
    found
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
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::{AddressesFact, ResolverFact};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{
        addresses_key, addresses_of, dns, dns_addresses, dns_answer, dns_key, took, without,
    };

    fn silence() -> DnsOutcome {
        DnsOutcome::TimedOut { waited: took(5000) }
    }

    fn second(host: &Host) -> FactKey {
        FactKey::Dns {
            host: host.clone(),
            nameserver: SocketAddr::from(([10, 0, 0, 54], 53)),
        }
    }

    #[test]
    fn answering_nameservers_pass_and_are_named() {
        let judgement = Bench::healthy()
            .judge_first(&NameserversAnswer)
            .expect("a verdict");
        assert_eq!(judgement.status, Status::Pass);
        assert_eq!(judgement.found, "answers from 10.0.0.53:53");
    }

    #[test]
    fn one_dead_nameserver_among_several_warns() {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            bench = bench.fact(second(&host), dns(&silence()));
        }
        let judgement = bench.judge_first(&NameserversAnswer).expect("a verdict");
        assert_eq!(judgement.status, Status::Warn);
        assert!(
            judgement
                .found
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
                .fact(addresses_key(&host), empty)
                .blocked_behind(&addresses_key(&host));
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
        assert_eq!(judgement.status, Status::Warn);
        assert!(judgement.found.contains("AAAA of login.mypurecloud.de"));
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
            source: "/etc/resolv.conf".into(),
            nameservers: Vec::new(),
            problem: None,
        };
        let bench = bench.fact(FactKey::Resolver, resolver);
        assert_eq!(bench.status(&NameserversAnswer), Status::Fail);
    }

    #[test]
    fn an_offline_run_is_a_gap() {
        let mut bench = Bench::healthy();
        bench.facts = hybridcheck_core::facts::Facts::without(Gap::Offline);
        assert_eq!(bench.judge_first(&NameserversAnswer), Err(Gap::Offline));
    }
}
