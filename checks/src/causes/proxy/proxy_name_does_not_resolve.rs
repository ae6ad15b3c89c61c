//! The name of the proxy cannot be resolved on this host.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members::Rows;
use crate::evidence::{proxy, rows, subjects};
use crate::network;
use crate::proxy::Resolves;

page! {
    /// The name of the proxy cannot be resolved on this host.
    ///
    /// ## What it means
    ///
    /// The proxy is named by a name for which the nameservers of this host give no address, or no nameserver answers at all.
    /// Behind an explicit proxy that is the only look-up that matters here.
    ///
    /// ## How to fix
    ///
    /// Compare the name with the one that works on other hosts; a short name may need this network's search domain. If it is right, the
    /// nameservers of this host must resolve it.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `dig PROXY` on Linux, `Resolve-DnsName PROXY` in PowerShell.
    ///
    /// ## What we rely on
    ///
    /// Documented: response codes (RFC 1035).
    pub(crate) struct ProxyNameDoesNotResolve;
}

impl Rule for ProxyNameDoesNotResolve {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let denied = rows::failing(all, &Resolves);
        let (shown, certainty) = if denied.is_empty() {
            let endpoints = subjects::endpoints(case.object);
            let all_proxied = !endpoints.is_empty()
                && endpoints
                    .iter()
                    .all(|endpoint| proxy::proxy(case, endpoint).is_some());
            if !all_proxied {
                return Vec::new();
            }
            // Silence within our patience: a nameserver that needs longer looks the same.
            (
                rows::failing(all, &network::NameserversAnswer),
                Certainty::Likely,
            )
        } else {
            (denied, Certainty::Certain)
        };
        let Some(shown) = Rows::all(shown) else {
            return Vec::new();
        };
        let mut broken = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for endpoint in subjects::endpoints(case.object) {
            let Some(proxy) = proxy::proxy(case, &endpoint) else {
                continue;
            };
            if proxy.host.literal().is_some() || names.contains(&proxy.host.to_string()) {
                continue;
            }
            broken.push(FactKey::addresses(&proxy.host));
            let asked = case.dns_of(&proxy.host).into_iter();
            broken.extend(asked.map(|(nameserver, _)| FactKey::dns(&proxy.host, nameserver)));
            names.push(proxy.host.to_string());
        }
        let Some(name) = names.first().cloned() else {
            return Vec::new();
        };
        let names = hybridcheck_core::text::listed(names);
        let sentence = format!(
            "the proxy's name {names} cannot be resolved on this host: {}",
            shown.row().found()
        );
        let fix = format!(
            "Compare {names} with the proxy that works on other hosts of this network, with its domain. If it is right, please let the nameservers of this host resolve it."
        );
        vec![
            shown
                .diagnosis(certainty, sentence, Owner::HostAdmin, fix)
                .breaks(broken)
                .command(format!("dig {name}")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{AddressSource, AddressesFact, DnsOutcome};
    use hybridcheck_testkit::facts::{dns, dns_key, took};
    use hybridcheck_testkit::proxied::{proxy, routing};

    fn nameless(
        bench: Bench,
        host: &hybridcheck_core::endpoint::Host,
        outcome: &DnsOutcome,
    ) -> Bench {
        let nothing = AddressesFact {
            source: AddressSource::Dns,
            addresses: Vec::new(),
        };
        let key = FactKey::addresses(host);
        bench
            .fact(dns_key(host), dns(outcome))
            .fact(key.clone(), nothing)
            .blocked_behind(&key)
    }

    #[test]
    fn denial_and_silence_are_one_cause_that_explains_everything() {
        let silence = DnsOutcome::TimedOut { waited: took(5000) };
        for outcome in [DnsOutcome::NxDomain, silence] {
            let bench = nameless(Bench::healthy().behind_proxy(), &proxy().host, &outcome);
            assert_eq!(
                bench.causes(),
                ["proxy-name-does-not-resolve"],
                "{outcome:?}"
            );
            assert_eq!(bench.unexplained(), Vec::<String>::new());
        }
    }

    #[test]
    fn a_failed_look_up_of_the_target_behind_a_proxy_is_no_cause_at_all() {
        let mut bench = Bench::healthy().behind_proxy();
        for endpoint in [bench.auth(), bench.api()] {
            bench = nameless(bench, &endpoint.host, &DnsOutcome::NxDomain);
        }
        assert_eq!(bench.causes(), Vec::<String>::new());
        assert_eq!(bench.failures(), Vec::<String>::new());
    }

    #[test]
    fn without_a_proxy_it_is_not_it() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let bench = nameless(bench, &host, &DnsOutcome::NxDomain);
        assert!(bench.diagnose(&ProxyNameDoesNotResolve).is_empty());
    }

    #[test]
    fn a_name_that_nobody_answers_for_is_the_proxys_only_where_all_go_through_one() {
        let silence = DnsOutcome::TimedOut { waited: took(5000) };
        let bench = Bench::healthy();
        let (proxied, direct) = (bench.auth(), bench.api());
        let bench = bench.fact(FactKey::routing(&proxied), routing());
        let bench = nameless(bench, &direct.host, &silence);
        assert!(!bench.failures().is_empty());
        let found = bench.diagnose(&ProxyNameDoesNotResolve);
        assert!(found.is_empty(), "{found:?}");
    }
}
