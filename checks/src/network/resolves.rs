//! Whether the name of an endpoint resolves.

use std::net::SocketAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::facts::{AddressSource, Answer, DnsOutcome, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::names::{self, Says, View};
use crate::evidence::subjects;

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
    /// No data: the nameserver strips the addresses, which DNS filters do. An answer that was cut: open TCP port 53 as well.
    /// Whether the addresses are the right ones is judged by `network-address-genuine`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the response codes (RFC 1035, RFC 2308). Observed: filters that answer NXDOMAIN.
    /// Inferred: which of them a closed network shows. A missing IPv6 address is never a fault: it is not documented that the hosts have one.
    pub(crate) struct Resolves;
}

impl Judge for Resolves {
    type Subject = Endpoint;

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::addresses(&endpoint.host)]
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        if endpoint.host.literal().is_none()
            && let Some(judgement) = subjects::is_proxied(case, endpoint)
        {
            return Ok(judgement);
        }
        resolved(endpoint, case)
    }
}

fn resolved(endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
    let host = &endpoint.host;
    if host.literal().is_some() {
        return Ok(Judgement::not_applicable(
            "an address, no name, so there is nothing to look up",
        ));
    }
    let addresses = case.addresses(&FactKey::addresses(&endpoint.host))?;
    let named = listed(&addresses.addresses);
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
            "{flag} names the address {named}, so no nameserver was asked"
        )));
    }
    if case.regions.of_host(host).is_none() {
        note_option(case, endpoint);
    }
    let views = names::views(case, host);
    let elsewhere = match addresses.source {
        AddressSource::HostsFile => Some(format!("the hosts file names {named}")),
        AddressSource::System => Some(format!(
            "this system's own look-up names {named}, though no nameserver does"
        )),
        _ => None,
    };
    if let Some(found) = elsewhere {
        return Ok(with_answers(
            Judgement::pass(found),
            &views.unwrap_or_default(),
        ));
    }
    let views = views?;
    let Some(first) = views.first() else {
        return Err(Gap::blocked(FactKey::Resolver));
    };
    let judgement = match verdict(host, &views) {
        Some(judgement) => judgement,
        None if !is_any_other_name_answered(case, host) => {
            // Silence on everything is the nameservers' defect, and judged there.
            return Err(Gap::blocked(FactKey::dns(host, first.nameserver)));
        }
        None => {
            let silent = listed(views.iter().map(|view| view.nameserver));
            Judgement::fail(
                format!("an address for {host}"),
                format!("silence: {silent} answered about other names, but not about this one"),
                format!(
                    "Let {silent} resolve {host}: it does not get an answer from outside, or a DNS filter drops the question."
                ),
                Owner::NetworkTeam,
            )
        }
    };
    Ok(with_answers(judgement, &views))
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

/// The verdict over all nameservers; none when all stayed silent.
fn verdict(host: &Host, views: &[View<'_>]) -> Option<Judgement> {
    let saying = |wanted: Says| {
        let matching = views.iter().filter(|view| view.says == wanted);
        matching
            .map(|view| view.nameserver)
            .collect::<Vec<SocketAddr>>()
    };
    let naming = views.iter().find(|view| view.says <= Says::Wrong);
    if let Some(view) = naming {
        return Some(Judgement::pass(format!(
            "{host} resolves to {}",
            listed(view.fact.addresses())
        )));
    }
    let fail = |found: String, fix: String| {
        let expected = format!("an address for {host}");
        Some(Judgement::fail(expected, found, fix, Owner::NetworkTeam))
    };
    let denying = saying(Says::Denies);
    if !denying.is_empty() {
        let denying = listed(denying);
        return fail(
            format!("NXDOMAIN from {denying}: the name {host} does not exist there"),
            format!(
                "Compare {host} with the documented hosts of your region. If it is right, let {denying} resolve it: a DNS filter or split DNS hides it."
            ),
        );
    }
    let empty = saying(Says::Empty);
    if !empty.is_empty() {
        let knows = if empty.len() == 1 {
            format!("knows the name {host}, but gives no address")
        } else {
            format!("know the name {host}, but give no address")
        };
        return fail(
            format!("{} {knows} for it", listed(&empty)),
            format!(
                "Let {} answer with the addresses of {host}; a DNS filter strips them.",
                listed(&empty)
            ),
        );
    }
    let failing: Vec<&View<'_>> = views
        .iter()
        .filter(|view| view.says != Says::Silent)
        .collect();
    let Some(first) = failing.first() else {
        return half(host, views);
    };
    let servers = listed(failing.iter().map(|view| view.nameserver));
    let outcome = &first.fact.a.outcome;
    let fix = match outcome {
        DnsOutcome::NotAName => return fail(
            format!("{host} is no name that can be asked for"),
            "Correct the host in the option: a label has at most 63 characters, a name at most 253.".into(),
        ),
        DnsOutcome::CutShort { .. } => {
            format!("Open TCP port 53, besides UDP, from this host to {servers}.")
        }
        DnsOutcome::AliasLoop { .. } | DnsOutcome::Malformed => format!(
            "Ask who runs {servers} what it answers about {host}: other programs cannot use that answer either."
        ),
        _ => format!("Let {servers} forward questions about {host} to the internet."),
    };
    fail(
        format!("{outcome} from {servers}: it could not resolve {host}"),
        fix,
    )
}

/// No answer about A, though there was one about AAAA.
fn half(host: &Host, views: &[View<'_>]) -> Option<Judgement> {
    let half = views.iter().filter(|view| {
        let aaaa = &view.fact.aaaa.outcome;
        !matches!(aaaa, DnsOutcome::TimedOut { .. } | DnsOutcome::Unreachable)
    });
    let half: Vec<SocketAddr> = half.map(|view| view.nameserver).collect();
    if half.is_empty() {
        return None;
    }
    let half = listed(half);
    Some(Judgement::fail(
        format!("an address for {host}"),
        format!("silence: {half} answered about AAAA of {host}, but not about A"),
        format!(
            "Run again, with a longer --connect-timeout. If it stays, let {half} answer the question for A of {host}."
        ),
        Owner::NetworkTeam,
    ))
}

fn is_any_other_name_answered(case: &Case<'_>, host: &Host) -> bool {
    let others = subjects::endpoints(case.object).into_iter();
    others
        .filter(|endpoint| endpoint.host != *host)
        .filter_map(|endpoint| names::views(case, &endpoint.host).ok())
        .flatten()
        .any(|view| view.says != Says::Silent)
}

fn with_answers(mut judgement: Judgement, views: &[View<'_>]) -> Judgement {
    for view in views {
        judgement = judgement.evidence(&view.nameserver.to_string(), view.words());
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::AddressesFact;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{
        addresses_of, dns, dns_addresses, dns_key, through_proxy, took,
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
            judgement.found(),
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
                DnsOutcome::CutShort {
                    over_tcp: "refused".into(),
                },
                "over TCP: refused",
            ),
            (DnsOutcome::Malformed, "cannot be read"),
        ] {
            let judgement = answering(&outcome)
                .judge_first(&Resolves)
                .expect("a verdict");
            assert_eq!(judgement.status(), Status::Fail, "{word}");
            assert!(judgement.found().contains(word), "{}", judgement.found());
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
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(
            judgement.found(),
            "silence: 10.0.0.53:53 answered about AAAA of login.mypurecloud.de, but not about A"
        );
    }

    #[test]
    fn one_nameserver_that_names_an_address_is_enough() {
        let bench = answering(&DnsOutcome::NxDomain);
        let host = bench.auth().host;
        let nameserver = SocketAddr::from(([10, 0, 0, 54], 53));
        let key = FactKey::dns(&host, nameserver);
        let bench = bench.fact(key, dns_addresses(addresses_of(&host)));
        assert_eq!(bench.status(&Resolves), Status::Pass);
    }

    #[test]
    fn the_hosts_file_and_the_systems_look_up_name_addresses_too() {
        for (source, words) in [
            (AddressSource::HostsFile, "the hosts file names 192.0.2.10"),
            (
                AddressSource::System,
                "this system's own look-up names 192.0.2.10",
            ),
        ] {
            let bench = answering(&DnsOutcome::NxDomain);
            let host = bench.auth().host;
            let named = AddressesFact {
                source,
                addresses: addresses_of(&host),
            };
            let judgement = bench
                .fact(FactKey::addresses(&host), named)
                .judge_first(&Resolves)
                .expect("a verdict");
            assert_eq!(judgement.status(), Status::Pass);
            assert!(
                judgement.found().starts_with(words),
                "{}",
                judgement.found()
            );
        }
    }

    #[test]
    fn behind_a_proxy_the_name_is_the_proxys_to_resolve() {
        let bench = answering(&DnsOutcome::NxDomain);
        let auth = bench.auth();
        let bench = bench.fact(FactKey::routing(&auth), through_proxy());
        let judgement = bench.judge_first(&Resolves).expect("a verdict");
        assert_eq!(judgement.status(), Status::NotApplicable);
        assert!(
            judgement.found().contains("proxy.acme.example:3128"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn given_addresses_prove_nothing_about_names() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let given = AddressesFact {
            source: AddressSource::Resolve,
            addresses: addresses_of(&host),
        };
        let bench = bench.fact(FactKey::addresses(&host), given);
        assert_eq!(bench.status(&Resolves), Status::NotApplicable);
    }

    #[test]
    fn an_interrupted_run_is_a_gap() {
        let bench = Bench::healthy();
        let key = FactKey::addresses(&bench.auth().host);
        assert_eq!(
            bench.gap(key, Gap::Interrupted).judge_first(&Resolves),
            Err(Gap::Interrupted)
        );
    }
}
