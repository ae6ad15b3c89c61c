//! Whether programs on this host see the addresses that the nameservers name.

use std::net::IpAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{
    AddressSource, Answer, FactKey, Gap, SystemLookupFact, SystemOutcome,
};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::names::{self, Kind, Says, View};
use crate::evidence::subjects;

page! {
    /// This system's own look-up agrees with the nameservers.
    ///
    /// Programs do not ask nameservers themselves: they ask the system (getaddrinfo), which consults the hosts file, caches, the
    /// search list and whatever else nsswitch.conf names. Other addresses of the internet are no disagreement.
    ///
    /// ## Why it matters
    ///
    /// When both differ, hybridcheck and `dig` succeed where the components fail, or the other way round.
    ///
    /// ## How to fix
    ///
    /// Look at the line `hosts:` of /etc/nsswitch.conf, which should have `dns`; at the cache (nscd, sssd, systemd-resolved); and at
    /// the search list, whose wildcard entries answer for names that do not exist.
    ///
    /// ## What we rely on
    ///
    /// Documented: nsswitch.conf(5), resolv.conf(5), getaddrinfo(3). Observed: the system's look-up stalls for seconds when the
    /// first nameserver is dead.
    pub(crate) struct LookupAgrees;
}

impl Judge for LookupAgrees {
    type Subject = Endpoint;

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        vec![
            FactKey::system_lookup(&endpoint.host),
            FactKey::addresses(&endpoint.host),
        ]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        subjects::beside_proxy(case, endpoint, judged(endpoint, case))
    }
}

fn judged(endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
    let fact = match case.system_lookup(&FactKey::system_lookup(&endpoint.host)) {
        Err(Gap::NoMeans { what }) => return Ok(Judgement::not_applicable(what)),
        other => other?,
    };
    let key = FactKey::addresses(&endpoint.host);
    let named = case.addresses(&key)?;
    if named.source == AddressSource::HostsFile {
        return Ok(Judgement::not_applicable(
            "the hosts file names the address, which network-hosts-file judges",
        ));
    }
    if named.addresses.is_empty() {
        // Nobody names an address, the system's look-up neither.
        return Err(Gap::blocked(key));
    }
    let views = names::views(case, &endpoint.host)?;
    match differs(&views, fact) {
        Difference::None => Ok(Judgement::pass(format!(
            "{} after {}",
            fact.outcome, fact.took
        ))),
        Difference::Unknown if fact.outcome.addresses().is_empty() => Err(Gap::blocked(key)),
        difference => Ok(found(case, endpoint, &views, fact, difference)),
    }
}

/// How the system's look-up differs from what the nameservers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// It does not.
    None,
    /// The nameservers say nothing that could be compared.
    Unknown,
    /// The nameservers name addresses; the system names none.
    NoAddress,
    /// The nameservers name addresses; the system did not answer in time.
    NoAnswer,
    /// Addresses of another kind.
    OtherKind,
    /// The nameservers say that there is no address; the system names one.
    Invented,
}

/// Compares the system's look-up with the nameservers.
pub(crate) fn differs(views: &[View<'_>], fact: &SystemLookupFact) -> Difference {
    let said: Vec<IpAddr> = views
        .iter()
        .flat_map(|view| view.fact.addresses())
        .collect();
    let system = fact.outcome.addresses();
    if said.is_empty() {
        let denied = |view: &View<'_>| matches!(view.says, Says::Denies | Says::Empty);
        return if views.iter().any(denied) && !system.is_empty() {
            Difference::Invented
        } else {
            Difference::Unknown
        };
    }
    match &fact.outcome {
        SystemOutcome::Failed { .. } => Difference::NoAddress,
        SystemOutcome::TimedOut { .. } => Difference::NoAnswer,
        SystemOutcome::Addresses { .. } if system.is_empty() => Difference::NoAddress,
        SystemOutcome::Addresses { .. } => {
            let is_like = |address: &IpAddr| {
                let mut said = said.iter();
                said.any(|other| place(*other) == place(*address))
            };
            if system.iter().any(is_like) {
                Difference::None
            } else {
                Difference::OtherKind
            }
        }
    }
}

/// Where an address lies: on the internet, inside this network, or nowhere.
fn place(address: IpAddr) -> u8 {
    match Kind::of(address) {
        Kind::Host => 0,
        Kind::Private | Kind::Shared => 1,
        _ => 2,
    }
}

fn found(
    case: &Case<'_>,
    endpoint: &Endpoint,
    views: &[View<'_>],
    fact: &SystemLookupFact,
    difference: Difference,
) -> Judgement {
    let host = &endpoint.host;
    let said: Vec<IpAddr> = views
        .iter()
        .flat_map(|view| view.fact.addresses())
        .collect();
    let system = fact.outcome.addresses();
    let expected = format!("the addresses that the nameservers name for {host}");
    let fix = "Look at `hosts:` in /etc/nsswitch.conf, at the resolver's cache and at the search list of this host.";
    let judgement = match difference {
        Difference::NoAddress => Judgement::fail(
            expected,
            format!(
                "the nameservers name {}, and this system's own look-up fails: {}",
                listed(&said),
                fact.outcome
            ),
            fix,
            Owner::HostAdmin,
        ),
        Difference::NoAnswer => Judgement::warn(
            expected,
            format!(
                "the nameservers name {}, and this system's own look-up gave {}",
                listed(&said),
                fact.outcome
            ),
            fix,
            Owner::HostAdmin,
        ),
        Difference::OtherKind => Judgement::warn(
            expected,
            format!(
                "the nameservers name {}, and this system's own look-up names {}, which is {}",
                listed(&said),
                listed(system),
                system
                    .first()
                    .map_or_else(String::new, |address| Kind::of(*address).words())
            ),
            fix,
            Owner::HostAdmin,
        ),
        Difference::Invented => Judgement::warn(
            format!("no address for {host}, as the nameservers say"),
            format!(
                "no nameserver knows an address of {host}, and this system's own look-up names {}",
                listed(system)
            ),
            "Look whether a wildcard in a search domain answers for the name: `getent ahosts` with a dot behind the name asks without the search list.",
            Owner::HostAdmin,
        ),
        Difference::None | Difference::Unknown => Judgement::note(
            format!(
                "no nameserver answers, and this system's own look-up names {}",
                listed(system)
            ),
            "",
            Owner::HostAdmin,
        ),
    };
    with_search(case, views, fact, judgement)
}

/// What the system looked at besides the nameservers.
fn with_search(
    case: &Case<'_>,
    views: &[View<'_>],
    fact: &SystemLookupFact,
    judgement: Judgement,
) -> Judgement {
    let mut judgement = judgement.evidence(
        "this system's look-up",
        format!("{} after {}", fact.outcome, fact.took),
    );
    for view in views {
        judgement = judgement.evidence(&view.nameserver.to_string(), view.words());
    }
    if let Ok(resolver) = case.resolver(&FactKey::Resolver)
        && !resolver.search.is_empty()
    {
        let dots = resolver.ndots.unwrap_or(1);
        judgement = judgement.evidence(
            "search list",
            format!("{}, ndots {dots}", listed(&resolver.search)),
        );
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{AddressesFact, DnsOutcome, ResolverFact};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{dns, dns_key, system_lookup, through_proxy, took};

    fn system(outcome: SystemOutcome) -> Bench {
        let bench = Bench::healthy();
        let key = FactKey::system_lookup(&bench.auth().host);
        bench.fact(key, system_lookup(outcome))
    }

    fn names(text: &str) -> SystemOutcome {
        SystemOutcome::Addresses {
            addresses: vec![text.parse().expect("an address")],
        }
    }

    fn fails() -> SystemOutcome {
        SystemOutcome::Failed {
            error: "Name or service not known".into(),
        }
    }

    #[test]
    fn the_same_and_other_addresses_of_the_internet_agree() {
        assert_eq!(Bench::healthy().status(&LookupAgrees), Status::Pass);
        assert_eq!(
            system(names("198.51.100.7")).status(&LookupAgrees),
            Status::Pass
        );
    }

    #[test]
    fn a_look_up_that_fails_where_nameservers_answer_fails() {
        let judgement = system(fails())
            .judge_first(&LookupAgrees)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement.found().contains("Name or service not known"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn a_look_up_that_hangs_or_names_another_kind_warns() {
        let hangs = SystemOutcome::TimedOut { waited: took(5000) };
        for outcome in [hangs, names("10.1.2.3"), names("127.0.0.1")] {
            assert_eq!(system(outcome).status(&LookupAgrees), Status::Warn);
        }
    }

    #[test]
    fn an_address_for_a_name_that_does_not_exist_warns_and_shows_the_search_list() {
        let bench = system(names("10.1.2.3"));
        let host = bench.auth().host;
        let named = AddressesFact {
            source: AddressSource::System,
            addresses: vec!["10.1.2.3".parse().expect("an address")],
        };
        let resolver = ResolverFact {
            search: vec!["acme.example".into()],
            ..bench
                .facts
                .resolver(&FactKey::Resolver)
                .expect("a list")
                .clone()
        };
        let judgement = bench
            .fact(dns_key(&host), dns(&DnsOutcome::NxDomain))
            .fact(FactKey::addresses(&host), named)
            .fact(FactKey::Resolver, resolver)
            .judge_first(&LookupAgrees)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(
            judgement
                .evidence
                .iter()
                .any(|piece| piece.value == "acme.example, ndots 1"),
            "{:?}",
            judgement.evidence
        );
    }

    #[test]
    fn two_failures_are_judged_elsewhere() {
        let bench = system(fails());
        let host = bench.auth().host;
        let nothing = AddressesFact {
            source: AddressSource::Dns,
            addresses: Vec::new(),
        };
        let bench = bench
            .fact(dns_key(&host), dns(&DnsOutcome::NxDomain))
            .fact(FactKey::addresses(&host), nothing);
        assert!(matches!(
            bench.judge_first(&LookupAgrees),
            Err(Gap::Blocked { .. })
        ));
    }

    #[test]
    fn behind_a_proxy_a_look_up_that_fails_is_a_note() {
        let bench = system(fails());
        let auth = bench.auth();
        let bench = bench.fact(FactKey::routing(&auth), through_proxy());
        assert_eq!(bench.status(&LookupAgrees), Status::Note);
    }
}
