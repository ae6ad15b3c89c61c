//! Whether the nameservers of this host say the same about an endpoint.

use std::net::SocketAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{AddressSource, Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::names::{self, Says, View};
use crate::evidence::subjects;

page! {
    /// The nameservers of this host agree on the endpoint.
    ///
    /// Other addresses from another nameserver are normal for names with many addresses. A disagreement is: one names addresses of
    /// the internet, another says that the name does not exist, has no address, is a sinkhole, or is inside this network.
    ///
    /// ## Why it matters
    ///
    /// Programs take the first answer, and a denial is final. Which nameserver is asked first differs by host, by system and after
    /// each time-out, so connections fail here and now, and work there and then.
    ///
    /// ## How to fix
    ///
    /// Let all nameservers of this host have one view: either all of them ask the internet, or none is in the list that does not.
    ///
    /// ## What we rely on
    ///
    /// Documented: the order of nameservers, and that a denial ends the search (resolv.conf(5), RFC 2308).
    pub(crate) struct NameserversAgree;
}

impl Judge for NameserversAgree {
    type Subject = Endpoint;

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::addresses(&endpoint.host)]
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        subjects::beside_proxy(case, endpoint, judged(endpoint, case))
    }
}

fn judged(endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
    let host = &endpoint.host;
    let key = FactKey::addresses(&endpoint.host);
    let given = match case.addresses(&key)?.source {
        AddressSource::ConnectTo => Some("--connect-to names the address"),
        AddressSource::Resolve => Some("--resolve names the address"),
        AddressSource::Literal => Some("an address, no name"),
        AddressSource::Dns | AddressSource::HostsFile | AddressSource::System => None,
    };
    if let Some(given) = given {
        return Ok(Judgement::not_applicable(format!(
            "{given}, so no nameserver was asked"
        )));
    }
    let views = names::views(case, host)?;
    let speaking: Vec<&View<'_>> = views.iter().filter(|view| speaks(view.says)).collect();
    let Some(first) = speaking.first() else {
        return Err(Gap::blocked(key));
    };
    if speaking.len() == 1 {
        return Ok(Judgement::pass(format!(
            "only {} answers, so there is nothing to compare",
            first.nameserver
        )));
    }
    if !disagree(&speaking) {
        let servers = listed(speaking.iter().map(|view| view.nameserver));
        return Ok(Judgement::pass(format!("the same from {servers}")));
    }
    let mut judgement = Judgement::warn(
        "the same answer from every nameserver",
        format!("about {host}, {}", each(&speaking)),
        "Use nameservers of one view only: programs take the first answer, and a denial is final.",
        Owner::NetworkTeam,
    );
    for view in &views {
        judgement = judgement.evidence(&view.nameserver.to_string(), view.words());
    }
    Ok(judgement)
}

/// Whether an answer says something about the name itself.
fn speaks(says: Says) -> bool {
    says <= Says::Empty
}

/// A mixture of answers of which programs may get either.
fn disagree(speaking: &[&View<'_>]) -> bool {
    let is_there = |wanted: Says| speaking.iter().any(|view| view.says == wanted);
    let usable = [Says::Public, Says::Private].map(is_there);
    let useless = [Says::Wrong, Says::Denies, Says::Empty].map(is_there);
    usable == [true, true] || (usable.contains(&true) && useless.contains(&true))
}

/// Each nameserver in words, those that say the same together.
pub(crate) fn each(views: &[&View<'_>]) -> String {
    let mut groups: Vec<(Says, Vec<SocketAddr>)> = Vec::new();
    for view in views.iter().filter(|view| speaks(view.says)) {
        match groups.iter_mut().find(|(says, _)| *says == view.says) {
            Some((_, servers)) => servers.push(view.nameserver),
            None => groups.push((view.says, vec![view.nameserver])),
        }
    }
    groups.sort_unstable();
    let groups = groups.iter().map(|(says, servers)| {
        let says = match says {
            Says::Public => "names addresses of the internet",
            Says::Private => "names addresses inside this network",
            Says::Wrong => "names an address that is no host's",
            Says::Denies => "says that it does not exist",
            _ => "knows no address",
        };
        format!("{} {says}", listed(servers))
    });
    listed(groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{DnsFact, DnsOutcome};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{dns, dns_addresses, dns_key, through_proxy, took};

    fn beside(fact: DnsFact) -> Bench {
        let bench = Bench::healthy();
        let key = FactKey::dns(bench.auth().host, SocketAddr::from(([10, 0, 0, 54], 53)));
        bench.fact(key, fact)
    }

    fn addresses(text: &str) -> DnsFact {
        dns_addresses(vec![text.parse().expect("an address")])
    }

    #[test]
    fn other_addresses_of_the_internet_are_no_disagreement() {
        let bench = beside(addresses("198.51.100.99"));
        assert_eq!(bench.status(&NameserversAgree), Status::Pass);
    }

    #[test]
    fn silence_and_failure_say_nothing_about_the_name() {
        for outcome in [
            DnsOutcome::ServFail,
            DnsOutcome::Refused,
            DnsOutcome::TimedOut { waited: took(5000) },
        ] {
            let bench = beside(dns(&outcome));
            assert_eq!(bench.status(&NameserversAgree), Status::Pass, "{outcome}");
        }
    }

    #[test]
    fn a_denial_a_sinkhole_or_an_inside_address_beside_the_internets_warns() {
        for fact in [
            dns(&DnsOutcome::NxDomain),
            dns(&DnsOutcome::NoData),
            addresses("0.0.0.0"),
            addresses("10.1.2.3"),
        ] {
            let bench = beside(fact.clone());
            assert_eq!(bench.status(&NameserversAgree), Status::Warn, "{fact:?}");
        }
        let judgement = beside(dns(&DnsOutcome::NxDomain))
            .judge_first(&NameserversAgree)
            .expect("a verdict");
        assert_eq!(
            judgement.found(),
            "about login.mypurecloud.de, 10.0.0.53:53 names addresses of the internet and 10.0.0.54:53 says that it does not exist"
        );
    }

    #[test]
    fn behind_a_proxy_a_disagreement_is_a_note() {
        let bench = beside(dns(&DnsOutcome::NxDomain));
        let auth = bench.auth();
        let bench = bench.fact(FactKey::routing(&auth), through_proxy());
        assert_eq!(bench.status(&NameserversAgree), Status::Note);
    }

    #[test]
    fn without_an_answer_there_is_nothing_to_compare() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let bench = bench.fact(dns_key(&host), dns(&DnsOutcome::ServFail));
        assert!(matches!(
            bench.judge_first(&NameserversAgree),
            Err(Gap::Blocked { .. })
        ));
    }
}
