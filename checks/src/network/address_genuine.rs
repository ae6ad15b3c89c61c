//! Whether the addresses of an endpoint can be those of a service on the internet.

use std::net::IpAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{AddressSource, Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::names::{self, Kind};
use crate::evidence::subjects;

page! {
    /// The addresses of the endpoint are those of a host, not of a sinkhole.
    ///
    /// DNS filters answer with the address of their block page, with 0.0.0.0, or with the asking host itself. A private address may
    /// be right (an internal gateway, AWS PrivateLink) and so may one of 100.64.0.0/10 (a cloud proxy's private access): both are
    /// notes. Where the genuine service answers, no address is wrong.
    ///
    /// ## Why it matters
    ///
    /// Everything sent to such an address ends at a filter or nowhere, and looks like a closed port, a wrong certificate or a strange
    /// web page, though no firewall and no certificate is at fault.
    ///
    /// ## How to fix
    ///
    /// Exempt the host from the DNS filter. On a network whose nameservers answer with addresses of their own, ask who runs them
    /// what is at that address.
    ///
    /// ## What we rely on
    ///
    /// Documented and observed: the table of known sinkholes, each with its source. Documented: special addresses (RFC 6890).
    /// Inferred: what a private address means.
    pub(crate) struct AddressGenuine;
}

impl Judge for AddressGenuine {
    type Subject = Endpoint;

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::addresses(&endpoint.host)]
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        subjects::beside_proxy(case, endpoint, judged(endpoint, case))
    }
}

fn judged(endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
    let key = FactKey::addresses(&endpoint.host);
    let addresses = case.addresses(&key)?;
    let given = match addresses.source {
        AddressSource::ConnectTo => Some("--connect-to names the address"),
        AddressSource::Resolve => Some("--resolve names the address"),
        AddressSource::HostsFile => {
            Some("the hosts file names the address, which network-hosts-file judges")
        }
        AddressSource::Literal => Some("an address, no name"),
        AddressSource::Dns | AddressSource::System => None,
    };
    if let Some(given) = given {
        return Ok(Judgement::not_applicable(given));
    }
    let kinds = names::kinds(case, &endpoint.host, addresses);
    let (wrong, others): (Vec<_>, Vec<_>) = kinds.iter().partition(|(_, kind)| kind.is_wrong());
    let Some((_, first)) = wrong.first().or(others.first()) else {
        return Err(Gap::blocked(key));
    };
    let all = listed(kinds.iter().map(|(address, _)| address));
    if names::is_proven(case, endpoint) && !matches!(first, Kind::Sinkhole(_)) {
        return Ok(Judgement::pass(format!(
            "{all}, where the genuine service answers"
        )));
    }
    if wrong.is_empty() {
        return Ok(by_hosts(&all, &kinds));
    }
    let host = &endpoint.host;
    let what = listed(
        wrong
            .iter()
            .map(|(address, kind)| format!("{address}, which is {}", kind.words())),
    );
    let fix = format!(
        "Exempt {host} from the DNS filter that gives this answer, or let the nameservers of this host ask the internet for it."
    );
    let expected = format!("an address of {host} on the internet");
    let found = format!("{host} resolves to {what}");
    let judgement = if others.is_empty() {
        Judgement::fail(expected, found, fix, Owner::SecurityTeam)
    } else {
        Judgement::warn(expected, found, fix, Owner::SecurityTeam)
    };
    Ok(with_marks(case, endpoint, judgement, *first))
}

/// Addresses of hosts: those of this network are worth a note.
fn by_hosts(all: &str, kinds: &[(IpAddr, Kind)]) -> Judgement {
    let inside = kinds
        .iter()
        .filter(|(_, kind)| matches!(kind, Kind::Private | Kind::Shared));
    let inside: Vec<String> = inside
        .map(|(address, kind)| format!("{address}, which is {}", kind.words()))
        .collect();
    if inside.is_empty() {
        return Judgement::pass(all);
    }
    Judgement::note(
        format!(
            "{}: right for an internal gateway, AWS PrivateLink or a cloud proxy's private access, wrong for anything else",
            listed(inside)
        ),
        "Ask who runs the nameservers what is at this address.",
        Owner::NetworkTeam,
    )
}

fn with_marks(
    case: &Case<'_>,
    endpoint: &Endpoint,
    mut judgement: Judgement,
    first: Kind,
) -> Judgement {
    if let Kind::Sinkhole(sinkhole) = first {
        judgement = judgement.evidence("known from", sinkhole.source);
    }
    for view in names::views(case, &endpoint.host).unwrap_or_default() {
        judgement = judgement.evidence(&view.nameserver.to_string(), view.words());
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{AddressesFact, DnsFact, DnsOutcome, ResolverFact};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{dns_addresses, dns_answer, dns_key, through_proxy};

    fn answering(fact: DnsFact) -> Bench {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let named = AddressesFact {
            source: AddressSource::Dns,
            addresses: fact.addresses(),
        };
        bench
            .fact(dns_key(&host), fact)
            .fact(FactKey::addresses(&host), named)
            .blocked_behind(&FactKey::addresses(&host))
    }

    fn at(address: &str) -> Bench {
        answering(dns_addresses(vec![address.parse().expect("an address")]))
    }

    #[test]
    fn addresses_of_the_internet_pass() {
        assert_eq!(Bench::healthy().status(&AddressGenuine), Status::Pass);
        assert_eq!(at("198.51.100.7").status(&AddressGenuine), Status::Pass);
    }

    #[test]
    fn sinkholes_and_addresses_that_lead_nowhere_fail_and_are_named() {
        for (address, words) in [
            ("146.112.61.106", "the sinkhole of Cisco Umbrella"),
            ("0.0.0.0", "how a DNS filter says no"),
            ("127.0.0.1", "this host itself"),
            ("169.254.7.7", "one cable only"),
        ] {
            let judgement = at(address).judge_first(&AddressGenuine).expect("a verdict");
            assert_eq!(judgement.status(), Status::Fail, "{address}");
            assert!(judgement.found().contains(words), "{}", judgement.found());
        }
    }

    #[test]
    fn an_alias_of_a_sinkhole_fails_at_any_address() {
        let mut fact = dns_addresses(Vec::new());
        fact.a = dns_answer(DnsOutcome::Addresses {
            addresses: vec![IpAddr::from([198, 51, 100, 7])],
            cnames: vec!["sinkhole.paloaltonetworks.com.".into()],
            ttl: 1,
        });
        assert_eq!(answering(fact).status(&AddressGenuine), Status::Fail);
    }

    #[test]
    fn private_and_shared_addresses_are_notes() {
        for address in ["10.1.2.3", "100.64.0.7", "fd00::7"] {
            assert_eq!(
                at(address).status(&AddressGenuine),
                Status::Note,
                "{address}"
            );
        }
    }

    #[test]
    fn where_the_genuine_service_answers_a_loopback_address_is_right() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let named = AddressesFact {
            source: AddressSource::Dns,
            addresses: vec![IpAddr::from([127, 0, 0, 1])],
        };
        let bench = bench.fact(FactKey::addresses(&host), named);
        assert_eq!(bench.status(&AddressGenuine), Status::Pass);
    }

    #[test]
    fn a_nameserver_on_this_host_named_by_hand_may_name_this_host() {
        let bench = at("127.0.0.1");
        let stage = ResolverFact {
            source: "--dns-server".into(),
            nameservers: vec!["127.0.0.1:5353".parse().expect("an address")],
            search: Vec::new(),
            ndots: None,
            oddities: Vec::new(),
            problem: None,
        };
        let bench = bench.fact(FactKey::Resolver, stage);
        assert_eq!(bench.status(&AddressGenuine), Status::Pass);
    }

    #[test]
    fn behind_a_proxy_a_sinkhole_is_a_note() {
        let bench = at("0.0.0.0");
        let auth = bench.auth();
        let bench = bench.fact(FactKey::routing(&auth), through_proxy());
        assert_eq!(bench.status(&AddressGenuine), Status::Note);
    }

    #[test]
    fn no_address_at_all_is_judged_elsewhere() {
        let bench = answering(dns_addresses(Vec::new()));
        let key = FactKey::addresses(&bench.auth().host);
        assert_eq!(bench.judge_first(&AddressGenuine), Err(Gap::blocked(key)));
    }
}
