//! No nameserver forwards questions about Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::DnsOutcome;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members;
use crate::evidence::names::{self, Says, View};
use crate::evidence::rows;
use crate::network;

page! {
    /// The nameservers of this host refuse to look up Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// A nameserver answers, but with REFUSED or SERVFAIL, and none says anything about the name itself. On closed networks the
    /// nameservers know inside names only and forward nothing to the internet. SERVFAIL has other reasons too: the nameserver's own
    /// way to the internet is broken, or it does not believe the answer (DNSSEC).
    ///
    /// ## How to fix
    ///
    /// Let the nameservers forward questions about the named hosts. When this network reaches the internet only through a proxy, no
    /// nameserver needs to know these names: name the proxy with `--proxy`, as the components do.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `dig @NAMESERVER HOST A` shows `status: REFUSED` or `SERVFAIL`; `Resolve-DnsName HOST -Server NAMESERVER` in PowerShell. Ask
    /// the same nameserver for an inside name, and another nameserver for the same host.
    ///
    /// ## What we rely on
    ///
    /// Documented: the response codes (RFC 1035, RFC 8499). Inferred: that closed networks answer so.
    pub(crate) struct NameserverRefuses;
}

impl Rule for NameserverRefuses {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        if rows::fails(all, &network::NameserversAnswer) {
            return Vec::new();
        }
        let unresolved = rows::failing(all, &network::Resolves);
        let groups = members::grouped(unresolved, |endpoint| refusing(case, &endpoint.host));
        groups.diagnosed(|refusing, members| {
            let hosts = members.hosts();
            let servers = listed(refusing.iter().map(|one| one.nameserver));
            let words = listed(
                refusing
                    .iter()
                    .map(|one| format!("{} from {}", one.outcome, one.nameserver)),
            );
            let is_refused = refusing
                .iter()
                .all(|one| *one.outcome == DnsOutcome::Refused);
            let (certainty, doubt) = if is_refused {
                (Certainty::Certain, "")
            } else {
                (
                    Certainty::Likely,
                    ", or their own way to the internet is broken: asking them for another name of the internet decides",
                )
            };
            let known = members.each().all(|endpoint| case.regions.of_host(&endpoint.host).is_some());
            let also = if known {
                String::new()
            } else {
                format!(
                    " The region table does not have {hosts}: compare the option with the hosts of your region too."
                )
            };
            members.diagnosis(
                certainty,
                format!("no nameserver of this host looks up {hosts} ({words}): they do not forward the question{doubt}"),
                Owner::NetworkTeam,
                format!(
                    "Please let {servers} answer this host's questions about {hosts} by forwarding them to the internet. \
                     If this network reaches the internet only through a proxy, name it with --proxy instead: the proxy looks the names up.{also}"
                ),
            )
            .breaks(members.each().flat_map(|endpoint| rows::name_keys(case, &endpoint.host)))
            .breaks(members.connections())
            .command(rows::questions(&members.first().host, refusing.iter().map(|one| &one.nameserver)))
        })
    }
}

#[derive(PartialEq, Eq)]
struct Refusing<'a> {
    nameserver: std::net::SocketAddr,
    outcome: &'a DnsOutcome,
}

/// The nameservers that fail or refuse, when no other says anything about the name.
fn refusing<'a>(case: &Case<'a>, host: &Host) -> Option<Vec<Refusing<'a>>> {
    let views = names::views(case, host).ok()?;
    let is_speaking = |view: &View<'_>| view.says <= Says::Empty;
    let is_cut = |view: &View<'_>| view.says == Says::Cut;
    if views.iter().any(|view| is_speaking(view) || is_cut(view)) {
        return None;
    }
    let refusing = views.iter().filter(|view| view.says == Says::Refuses);
    let refusing: Vec<Refusing<'a>> = refusing
        .map(|view| Refusing {
            nameserver: view.nameserver,
            outcome: &view.fact.a.outcome,
        })
        .collect();
    (!refusing.is_empty()).then_some(refusing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{AddressSource, AddressesFact, FactKey};
    use hybridcheck_testkit::facts::{dns, dns_key};

    fn answering(outcome: &DnsOutcome) -> Bench {
        let mut bench = Bench::healthy();
        for host in [bench.auth().host, bench.api().host] {
            let nothing = AddressesFact {
                source: AddressSource::Dns,
                addresses: Vec::new(),
            };
            bench = bench
                .fact(dns_key(&host), dns(outcome))
                .fact(FactKey::addresses(&host), nothing)
                .blocked_behind(&FactKey::addresses(&host));
        }
        bench
    }

    #[test]
    fn a_refusal_about_both_names_is_one_cause_for_certain() {
        let bench = answering(&DnsOutcome::Refused);
        let found = bench.diagnose(&NameserverRefuses);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].certainty, Certainty::Certain);
        assert_eq!(bench.causes(), ["nameserver-refuses"]);
        assert!(found[0].fix.contains("--proxy"), "{}", found[0].fix);
    }

    #[test]
    fn a_failure_has_two_explanations_and_says_what_decides() {
        let found = answering(&DnsOutcome::ServFail).diagnose(&NameserverRefuses);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(
            found[0].sentence.ends_with("decides"),
            "{}",
            found[0].sentence
        );
    }

    #[test]
    fn a_denial_is_no_refusal() {
        assert!(
            answering(&DnsOutcome::NxDomain)
                .diagnose(&NameserverRefuses)
                .is_empty()
        );
    }
}
