//! Programs on this host see other addresses than the nameservers name.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::{Owner, Status};
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use super::nameservers_disagree::is_disputed;
use crate::evidence::dns::{asked, dead, hosts};
use crate::evidence::members;
use crate::evidence::names;
use crate::evidence::rows;
use crate::network::{
    self,
    lookup_agrees::{Difference, differs},
};

page! {
    /// This system's own look-up differs from what the nameservers say.
    ///
    /// ## What it means
    ///
    /// The nameservers of this host agree on the addresses, but programs get something else, because they ask the system: its
    /// nsswitch.conf may leave DNS out, its cache may be old, a domain of its search list may answer for every name, or it may ask
    /// other nameservers than those in its list (VPN clients do that).
    ///
    /// ## How to fix
    ///
    /// Look at the line `hosts:` of /etc/nsswitch.conf, empty the cache (`resolvectl flush-caches`, `nscd -i hosts`, on Windows
    /// `ipconfig /flushdns`), and take search domains with wildcard entries off the list.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `getent ahosts HOST`, compared with `dig HOST A`; with a dot behind the name no search domain is tried. In PowerShell:
    /// `[System.Net.Dns]::GetHostAddresses('HOST')`, compared with `Resolve-DnsName HOST -DnsOnly`.
    ///
    /// ## What we rely on
    ///
    /// Documented: nsswitch.conf(5), resolv.conf(5), getaddrinfo(3). Inferred: which of the reasons it is.
    pub(crate) struct SystemLookupDiffers;
}

impl Rule for SystemLookupDiffers {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let differing = rows::flagged(all, &network::LookupAgrees);
        let is_stalled =
            asked(case, &hosts(case.object)).is_ok_and(|asked| !dead(&asked).is_empty());
        let groups = members::grouped(differing, |endpoint| {
            let difference = difference(case, endpoint)?;
            let is_waiting =
                is_stalled && matches!(difference, Difference::NoAddress | Difference::NoAnswer);
            let is_sinkholed = rows::is_flagged(
                all,
                &network::AddressGenuine,
                endpoint,
                &[Status::Fail, Status::Warn],
            );
            let is_explained = is_waiting || is_sinkholed || is_disputed(all, endpoint);
            (!is_explained).then_some(difference)
        });
        groups.diagnosed(|difference, members| {
            let hosts = members.hosts();
            let found = members.row().found();
            let (certainty, fix) = advice(case, difference);
            let diagnosis = members.diagnosis(
                certainty,
                format!("programs on this host see something else for {hosts} than its nameservers say: {found}"),
                Owner::HostAdmin,
                fix,
            );
            diagnosis.command(format!(
                    "getent ahosts {host}; dig {host} A; grep hosts: /etc/nsswitch.conf",
                    host = members.first().host
                ))
        })
    }
}

fn difference(case: &Case<'_>, endpoint: &Endpoint) -> Option<Difference> {
    let key = FactKey::system_lookup(&endpoint.host);
    let fact = case.facts().system_lookup(&key).ok()?;
    let views = names::views(case, &endpoint.host).ok()?;
    Some(differs(&views, fact))
}

/// How sure it is, and what to do first.
fn advice(case: &Case<'_>, difference: Difference) -> (Certainty, String) {
    let resolver = case.facts().resolver(&FactKey::Resolver);
    let search = resolver.map_or(&[][..], |fact| fact.search.as_slice());
    match difference {
        Difference::Invented if !search.is_empty() => (
            Certainty::Likely,
            format!(
                "A domain of the search list ({}) probably has a wildcard entry that answers for names that do not exist: \
                 ask the system for the name with a dot behind it; if it then knows no address, take that domain off the search list.",
                listed(search)
            ),
        ),
        Difference::NoAddress => (
            Certainty::Certain,
            "See that the line `hosts:` of /etc/nsswitch.conf has `dns`, and empty the resolver's cache: it may remember a denial."
                .into(),
        ),
        Difference::NoAnswer => (
            Certainty::Possible,
            "The system's resolver is slow, or asks something that does not answer: look at the services named in `hosts:` of \
             /etc/nsswitch.conf, then run again with a longer --connect-timeout."
                .into(),
        ),
        _ => (
            Certainty::Possible,
            "The system has another source for the name: a cache that is old, a VPN client with nameservers of its own, or a service \
             named in `hosts:` of /etc/nsswitch.conf. Empty the cache first and run again; if it stays, the service decides."
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::SystemOutcome;
    use hybridcheck_testkit::facts::system_lookup;

    fn system(outcome: &SystemOutcome) -> Bench {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            bench = bench.fact(
                FactKey::system_lookup(&host),
                system_lookup(outcome.clone()),
            );
        }
        bench
    }

    #[test]
    fn a_system_without_dns_is_one_cause_for_both_names() {
        let bench = system(&SystemOutcome::Failed {
            error: "Name or service not known".into(),
        });
        let found = bench.diagnose(&SystemLookupDiffers);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].certainty, Certainty::Certain);
        assert!(found[0].fix.contains("nsswitch.conf"), "{}", found[0].fix);
        assert_eq!(bench.causes(), ["system-lookup-differs"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn another_kind_of_address_has_several_explanations() {
        let bench = system(&SystemOutcome::Addresses {
            addresses: vec![std::net::IpAddr::from([10, 9, 9, 9])],
        });
        assert_eq!(
            bench.diagnose(&SystemLookupDiffers)[0].certainty,
            Certainty::Possible
        );
    }

    #[test]
    fn other_addresses_of_the_internet_are_no_cause() {
        let bench = system(&SystemOutcome::Addresses {
            addresses: vec![std::net::IpAddr::from([198, 51, 100, 9])],
        });
        assert_eq!(bench.causes(), Vec::<String>::new());
    }
}
