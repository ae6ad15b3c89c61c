//! Whether the name of an endpoint resolves.

use std::net::SocketAddr;

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::facts::{AddressSource, Answer, DnsFact, DnsOutcome, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::seen;

page! {
    /// The name of the endpoint resolves.
    ///
    /// *The name does not exist* (NXDOMAIN), *the nameserver failed* (SERVFAIL), *the name has no address* (no data) and *silence*
    /// have different causes and are told apart.
    ///
    /// ## Why it matters
    ///
    /// Every component asks a nameserver for the address of the login and the API host before it can connect.
    ///
    /// ## How to fix
    ///
    /// NXDOMAIN: compare the host with the region's documented hosts; when it is right, a DNS filter or a split DNS on this
    /// network hides it. SERVFAIL, REFUSED or silence: let the nameserver forward questions about the internet.
    /// No data: the nameserver strips the addresses, which DNS filters do. 0.0.0.0: a DNS filter answers in place of the truth.
    ///
    /// ## What we rely on
    ///
    /// Documented: the response codes (RFC 1035, RFC 2308). Observed: filters that answer NXDOMAIN or 0.0.0.0.
    /// Inferred: which of them a closed network shows. A missing IPv6 address is never a fault: it is not documented that the hosts have one.
    pub(crate) struct Resolves;
}

impl Check for Resolves {
    fn subjects(&self, object: &HybridObject) -> Vec<Subject> {
        seen::endpoint_subjects(object)
    }

    fn needs(&self, subject: &Subject, _: &HybridObject) -> Vec<FactKey> {
        let endpoint = seen::endpoint(subject).map(seen::addresses_key);
        endpoint.into_iter().collect()
    }

    fn judge(&self, subject: &Subject, case: &Case<'_>) -> Answer<Judgement> {
        let endpoint = seen::endpoint(subject)?;
        let host = &endpoint.host;
        if host.literal().is_some() {
            return Ok(Judgement::not_applicable(
                "an address, no name, so there is nothing to look up",
            ));
        }
        if let Some(judgement) = seen::is_proxied(case, endpoint) {
            return Ok(judgement);
        }
        let addresses = case.addresses(&seen::addresses_key(endpoint))?;
        let flag = match addresses.source {
            AddressSource::ConnectTo => Some("--connect-to"),
            AddressSource::Resolve => Some("--resolve"),
            AddressSource::Dns
            | AddressSource::HostsFile
            | AddressSource::Literal
            | AddressSource::System => None,
        };
        if let Some(flag) = flag {
            return Ok(Judgement::not_applicable(format!(
                "{flag} names the address {}, so no nameserver was asked",
                listed(&addresses.addresses)
            )));
        }
        if case.regions.of_host(host).is_none() {
            note_option(case, endpoint);
        }
        let answers = answers(case, host)?;
        let Some(((first, _), _)) = answers.split_first() else {
            return Err(Gap::blocked(FactKey::Resolver));
        };
        let judgement = verdict(host, &answers);
        let Some(judgement) = judgement else {
            if !is_any_other_name_answered(case, host) {
                // Silence on everything is the nameservers' defect, and judged there.
                return Err(Gap::blocked(FactKey::Dns {
                    host: host.clone(),
                    nameserver: *first,
                }));
            }
            let silent = listed(answers.iter().map(|(nameserver, _)| nameserver));
            return Ok(with_answers(
                Judgement::fail(
                    format!("an address for {host}"),
                    format!("silence: {silent} answered about other names, but not about this one"),
                    format!(
                        "Let {silent} resolve {host}: it does not get an answer from outside, or a DNS filter drops the question."
                    ),
                    Owner::NetworkTeam,
                ),
                &answers,
            ));
        };
        Ok(with_answers(judgement, &answers))
    }
}

/// The host is in no region table, so a name that does not exist rests on the option first of all.
fn note_option(case: &Case<'_>, endpoint: &Endpoint) {
    let urls = [
        ("base_auth_url", case.object.auth_endpoint()),
        ("base_service_url", case.object.api_endpoint()),
    ];
    for (option, found) in urls {
        if found.as_ref() == Some(endpoint) {
            case.note(&FactKey::option(case.object.id, "general", option));
        }
    }
}

type Answers<'a> = Vec<(SocketAddr, &'a DnsFact)>;

fn answers<'a>(case: &Case<'a>, host: &Host) -> Answer<Answers<'a>> {
    let mut answers = Vec::new();
    let mut missing = None;
    for (nameserver, answer) in case.dns_of(host) {
        match answer {
            Ok(fact) => answers.push((nameserver, fact)),
            Err(gap) => missing = missing.or(Some(gap)),
        }
    }
    match missing {
        Some(gap) if answers.is_empty() => Err(gap),
        _ => Ok(answers),
    }
}

/// The verdict over all nameservers; none when all stayed silent.
fn verdict(host: &Host, answers: &Answers<'_>) -> Option<Judgement> {
    let holding = |wanted: fn(&DnsFact) -> bool| holding(answers, wanted);
    let good = holding(|fact| {
        fact.addresses()
            .iter()
            .any(|address| !address.is_unspecified())
    });
    let denying = holding(is_denial);
    if let Some((_, fact)) = answers
        .iter()
        .find(|(nameserver, _)| good.contains(nameserver))
    {
        if denying.is_empty() {
            let addresses = fact.addresses();
            return Some(Judgement::pass(format!(
                "{host} resolves to {}",
                listed(addresses)
            )));
        }
        return Some(Judgement::warn(
            "the same answer from every nameserver",
            format!(
                "{} say that {host} does not exist, {} know its address",
                listed(&denying),
                listed(&good)
            ),
            "Use nameservers of one view only: programs take the first answer, and a denial is final.",
            Owner::HostAdmin,
        ));
    }
    without_address(host, answers)
}

/// The verdict when nobody gave an address.
fn without_address(host: &Host, answers: &Answers<'_>) -> Option<Judgement> {
    let holding = |wanted: fn(&DnsFact) -> bool| holding(answers, wanted);
    let expected = format!("an address for {host}");
    let fail = |found: String, fix: String| {
        Some(Judgement::fail(
            expected.clone(),
            found,
            fix,
            Owner::NetworkTeam,
        ))
    };
    let denying = holding(is_denial);
    let zero = holding(|fact| !fact.addresses().is_empty());
    if !zero.is_empty() {
        return fail(
            format!(
                "{} answer 0.0.0.0 or ::, which is no address: a DNS filter answers in place of the truth",
                listed(&zero)
            ),
            format!("Exempt {host} from the DNS filter at {}.", listed(&zero)),
        );
    }
    if !denying.is_empty() {
        return fail(
            format!(
                "NXDOMAIN from {}: the name {host} does not exist there",
                listed(&denying)
            ),
            format!(
                "Compare {host} with the documented hosts of your region. If it is right, let {} resolve it: a DNS filter or split DNS hides it.",
                listed(&denying)
            ),
        );
    }
    // An empty AAAA is normal; without an answer about A it proves nothing about the name.
    let empty = holding(|fact| fact.a.outcome == DnsOutcome::NoData);
    if !empty.is_empty() {
        return fail(
            format!(
                "{} {} for it",
                listed(&empty),
                if empty.len() == 1 {
                    format!("knows the name {host}, but gives no address")
                } else {
                    format!("know the name {host}, but give no address")
                }
            ),
            format!(
                "Let {} answer with the addresses of {host}; a DNS filter strips them.",
                listed(&empty)
            ),
        );
    }
    let failing = holding(|fact| {
        has(fact, |outcome| {
            !is_silent(outcome) && !matches!(outcome, DnsOutcome::Addresses { .. })
        })
    });
    if failing.is_empty() {
        return None;
    }
    let half = holding(|fact| is_silent(&fact.a.outcome) && !is_silent(&fact.aaaa.outcome));
    if half == failing {
        return fail(
            format!(
                "silence: {} answered about AAAA of {host}, but not about A",
                listed(&half)
            ),
            format!(
                "Run again, with a longer --connect-timeout. If it stays, let {} answer the question for A of {host}.",
                listed(&half)
            ),
        );
    }
    let (_, fact) = answers
        .iter()
        .find(|(nameserver, _)| failing.contains(nameserver))?;
    fail(
        format!(
            "{} from {}: it could not resolve {host}",
            fact.a.outcome,
            listed(&failing)
        ),
        format!(
            "Let {} forward questions about {host} to the internet.",
            listed(&failing)
        ),
    )
}

fn holding(answers: &Answers<'_>, wanted: fn(&DnsFact) -> bool) -> Vec<SocketAddr> {
    let matching = answers.iter().filter(|(_, fact)| wanted(fact));
    matching.map(|(nameserver, _)| *nameserver).collect()
}

fn is_silent(outcome: &DnsOutcome) -> bool {
    matches!(
        outcome,
        DnsOutcome::TimedOut { .. } | DnsOutcome::Unreachable
    )
}

fn is_denial(fact: &DnsFact) -> bool {
    has(fact, |outcome| *outcome == DnsOutcome::NxDomain)
}

fn has(fact: &DnsFact, wanted: impl Fn(&DnsOutcome) -> bool) -> bool {
    wanted(&fact.a.outcome) || wanted(&fact.aaaa.outcome)
}

fn is_any_other_name_answered(case: &Case<'_>, host: &Host) -> bool {
    let others = seen::endpoints(case.object).into_iter();
    others
        .filter(|endpoint| endpoint.host != *host)
        .flat_map(|endpoint| case.dns_of(&endpoint.host))
        .filter_map(|(_, answer)| answer.ok())
        .any(|fact| has(fact, |outcome| !is_silent(outcome)))
}

fn with_answers(mut judgement: Judgement, answers: &Answers<'_>) -> Judgement {
    for (nameserver, fact) in answers {
        let said = format!("A: {}; AAAA: {}", fact.a.outcome, fact.aaaa.outcome);
        judgement = judgement.evidence(&nameserver.to_string(), said);
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::AddressesFact;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{
        addresses_key, addresses_of, dns, dns_addresses, dns_key, took,
    };

    fn answering(outcome: &DnsOutcome) -> Bench {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        bench.fact(dns_key(&host), dns(outcome))
    }

    #[test]
    fn a_name_with_addresses_passes_and_shows_them() {
        let judgement = Bench::healthy().judge_first(&Resolves).expect("a verdict");
        assert_eq!(
            judgement.found,
            "login.mypurecloud.de resolves to 192.0.2.10 and 192.0.2.11"
        );
    }

    #[test]
    fn failures_are_told_apart() {
        let silence = DnsOutcome::TimedOut { waited: took(5000) };
        for (outcome, word) in [
            (DnsOutcome::NxDomain, "NXDOMAIN"),
            (DnsOutcome::ServFail, "SERVFAIL"),
            (DnsOutcome::Refused, "REFUSED"),
            (DnsOutcome::NoData, "gives no address"),
            (silence, "silence"),
            (
                DnsOutcome::Addresses {
                    addresses: vec!["0.0.0.0".parse().unwrap()],
                    cnames: Vec::new(),
                    ttl: 1,
                },
                "DNS filter",
            ),
        ] {
            let judgement = answering(&outcome)
                .judge_first(&Resolves)
                .expect("a verdict");
            assert_eq!(judgement.status, Status::Fail, "{word}");
            assert!(judgement.found.contains(word), "{}", judgement.found);
        }
    }

    #[test]
    fn an_empty_aaaa_is_no_verdict_about_a_name_whose_a_stayed_silent() {
        let mut fact = dns(&DnsOutcome::TimedOut { waited: took(5000) });
        fact.aaaa = dns(&DnsOutcome::NoData).aaaa;
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let judgement = bench
            .fact(dns_key(&host), fact)
            .judge_first(&Resolves)
            .expect("a verdict");
        assert_eq!(judgement.status, Status::Fail);
        assert_eq!(
            judgement.found,
            "silence: 10.0.0.53:53 answered about AAAA of login.mypurecloud.de, but not about A"
        );
    }

    #[test]
    fn nameservers_that_disagree_warn() {
        let bench = answering(&DnsOutcome::NxDomain);
        let host = bench.auth().host;
        let nameserver = SocketAddr::from(([10, 0, 0, 54], 53));
        let key = FactKey::Dns {
            host: host.clone(),
            nameserver,
        };
        let bench = bench.fact(key, dns_addresses(addresses_of(&host)));
        assert_eq!(bench.status(&Resolves), Status::Warn);
    }

    #[test]
    fn given_addresses_prove_nothing_about_names() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let given = AddressesFact {
            source: AddressSource::Resolve,
            addresses: addresses_of(&host),
        };
        let bench = bench.fact(addresses_key(&host), given);
        assert_eq!(bench.status(&Resolves), Status::NotApplicable);
    }

    #[test]
    fn an_interrupted_run_is_a_gap() {
        let bench = Bench::healthy();
        let key = addresses_key(&bench.auth().host);
        assert_eq!(
            bench.gap(key, Gap::Interrupted).judge_first(&Resolves),
            Err(Gap::Interrupted)
        );
    }
}
