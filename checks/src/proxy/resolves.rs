//! Whether the name of the proxy resolves.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{AddressSource, Answer, DnsOutcome, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::{proxy, subjects};

page! {
    /// The name of the proxy resolves.
    ///
    /// Behind an explicit proxy this is the only name that this host has to resolve: the proxy looks up the others itself.
    ///
    /// ## Why it matters
    ///
    /// Without the proxy's address nothing goes out.
    ///
    /// ## How to fix
    ///
    /// Compare the name in the flag or variable with the one that works on other hosts; then ask who runs the nameservers for it.
    ///
    /// ## What we rely on
    ///
    /// Documented: CONNECT carries the name, and the proxy resolves it (RFC 9110 section 9.3.6).
    pub(crate) struct Resolves;
}

impl Judge for Resolves {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        subjects::tls_endpoints(object)
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        subjects::connection_needs(endpoint)
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let proxy = match proxy::proxy_of(case, endpoint)? {
            Ok(proxy) => proxy,
            Err(not_applicable) => return Ok(not_applicable),
        };
        if proxy.host.literal().is_some() {
            return Ok(Judgement::not_applicable(format!(
                "the proxy {proxy} is named by its address"
            )));
        }
        let addresses = case.addresses(&FactKey::addresses(&proxy.host))?;
        if !addresses
            .addresses
            .iter()
            .all(std::net::IpAddr::is_unspecified)
        {
            return Ok(Judgement::pass(format!(
                "proxy {} resolves to {}",
                proxy.host,
                listed(&addresses.addresses)
            )));
        }
        if addresses.source != AddressSource::Dns {
            return Err(Gap::NotAnswered {
                what: format!("the addresses given for proxy {} are none", proxy.host),
            });
        }
        let mut said = Vec::new();
        let mut silent = None;
        for (nameserver, answer) in case.dns_of(&proxy.host) {
            let fact = answer?;
            let outcome = &fact.a.outcome;
            if matches!(
                outcome,
                DnsOutcome::TimedOut { .. } | DnsOutcome::Unreachable
            ) {
                silent = silent.or(Some(nameserver));
            } else {
                said.push(format!(
                    "{nameserver} says {}",
                    outcome.ending().label().replace('_', " ")
                ));
            }
        }
        if said.is_empty() {
            // Silence is the nameservers' defect, and judged there.
            return Err(Gap::blocked(match silent {
                Some(nameserver) => FactKey::dns(&proxy.host, nameserver),
                None => FactKey::Resolver,
            }));
        }
        Ok(Judgement::fail(
            format!("an address for proxy {}", proxy.host),
            format!("no address for {}: {}", proxy.host, said.join(", ")),
            format!(
                "Compare {} with the proxy that works on other hosts of this network; if it is right, let the nameservers of this host resolve it.",
                proxy.host
            ),
            Owner::HostAdmin,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{AddressesFact, DnsFact};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{dns, dns_key, took};
    use hybridcheck_testkit::proxied::proxy;

    pub(crate) fn nameless(fact: DnsFact) -> Bench {
        let host = proxy().host;
        let nothing = AddressesFact {
            source: AddressSource::Dns,
            addresses: Vec::new(),
        };
        let key = FactKey::addresses(&host);
        Bench::healthy()
            .behind_proxy()
            .fact(dns_key(&host), fact)
            .fact(key.clone(), nothing)
            .blocked_behind(&key)
    }

    #[test]
    fn a_resolved_proxy_passes_and_without_a_proxy_it_does_not_apply() {
        assert_eq!(
            Bench::healthy().behind_proxy().status(&Resolves),
            Status::Pass
        );
        assert_eq!(Bench::healthy().status(&Resolves), Status::NotApplicable);
    }

    #[test]
    fn a_name_that_does_not_exist_fails() {
        let judgement = nameless(dns(&DnsOutcome::NxDomain)).judge_first(&Resolves);
        let judgement = judgement.expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement.found().contains("nx domain"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn silence_is_judged_at_the_nameservers() {
        let silence = DnsOutcome::TimedOut { waited: took(5000) };
        let bench = nameless(dns(&silence));
        assert_eq!(bench.status(&Resolves), Status::Gap);
        assert!(
            bench
                .failures()
                .contains(&"network-nameservers-answer".to_owned())
        );
    }
}
