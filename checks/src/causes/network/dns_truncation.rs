//! An answer of a nameserver is cut, and TCP port 53 brings nothing.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::dns::{asked, cut, hosts};
use crate::evidence::members::Rows;
use crate::evidence::names::{self, Says};
use crate::evidence::rows;
use crate::network;

page! {
    /// Long DNS answers do not reach this host.
    ///
    /// ## What it means
    ///
    /// The answer does not fit into a UDP packet, so the nameserver cuts it and the resolver asks again over TCP, which brings
    /// nothing: a firewall opens only UDP port 53, or the nameserver does not listen on TCP. Short answers work, so it looks as if
    /// only some names were broken; and it starts on the day on which a name gets more addresses.
    ///
    /// ## How to fix
    ///
    /// Open TCP port 53, besides UDP, from this host to its nameservers, and let the nameservers listen on it.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `dig @NAMESERVER HOST A +noedns +ignore` shows the flag `tc`; `dig @NAMESERVER HOST A +tcp` fails. In PowerShell:
    /// `Resolve-DnsName HOST -Server NAMESERVER -TcpOnly` and `Test-NetConnection NAMESERVER -Port 53`.
    ///
    /// ## What we rely on
    ///
    /// Documented: truncation and the retry over TCP, which every nameserver must support (RFC 7766).
    pub(crate) struct DnsTruncation;
}

impl Rule for DnsTruncation {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let Some(shown) = Rows::all(rows::flagged(all, &network::NameserversAnswer)) else {
            return Vec::new();
        };
        let Ok(asked) = asked(case, &hosts(case.object)) else {
            return Vec::new();
        };
        let cut = cut(&asked);
        let Some((nameserver, host, over_tcp)) = cut.first() else {
            return Vec::new();
        };
        let lost = rows::failing(all, &network::Resolves)
            .into_iter()
            .filter(|row| {
                rows::endpoint(row).is_some_and(|endpoint| {
                    let views = names::views(case, &endpoint.host).unwrap_or_default();
                    let denies = views.iter().any(|view| view.says <= Says::Empty);
                    !denies && views.iter().any(|view| view.says == Says::Cut)
                })
            });
        let lost: Vec<&Row> = lost.collect();
        let endpoints: Vec<_> = lost.iter().filter_map(|row| rows::endpoint(row)).collect();
        let mut servers: Vec<_> = cut.iter().map(|(nameserver, ..)| nameserver.ip()).collect();
        servers.dedup();
        let mut names: Vec<_> = cut.iter().map(|(_, host, _)| host).collect();
        names.sort_unstable();
        names.dedup();
        let diagnosis = shown.diagnosis(
            Certainty::Likely,
            format!(
                "the answer about {} is too long for UDP, and over TCP port 53 none comes from {} ({over_tcp}): a firewall lets only UDP through, or the nameserver does not answer over TCP",
                listed(names),
                listed(&servers)
            ),
            Owner::NetworkTeam,
            format!(
                "Please open TCP port 53, besides UDP port 53, from this host to {}. If it is open, let the nameserver answer over TCP.",
                listed(&servers)
            ),
        )
        .shown_by(lost)
        .breaks(endpoints.iter().flat_map(|endpoint| rows::name_keys(case, &endpoint.host)))
        .breaks(endpoints.iter().map(|endpoint| FactKey::connection((*endpoint).clone())))
        .command(format!("{} +tcp", rows::questions(host, [nameserver])));
        vec![diagnosis]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{AddressSource, AddressesFact, DnsFact, DnsOutcome};
    use hybridcheck_testkit::facts::{addresses_of, dns, dns_addresses, dns_key};

    fn cut_short() -> DnsFact {
        let mut fact = dns(&DnsOutcome::CutShort {
            over_tcp: "no answer within 5.0 s".into(),
        });
        fact.a.truncated = true;
        fact
    }

    #[test]
    fn a_cut_answer_without_tcp_is_one_cause_for_all_it_blocks() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let nothing = AddressesFact {
            source: AddressSource::Dns,
            addresses: Vec::new(),
        };
        let bench = bench
            .fact(dns_key(&host), cut_short())
            .fact(FactKey::addresses(&host), nothing)
            .blocked_behind(&FactKey::addresses(&host));
        assert_eq!(bench.causes(), ["dns-truncation"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
        let found = bench.diagnose(&DnsTruncation);
        assert_eq!(
            found[0].command.as_deref(),
            Some("dig @10.0.0.53 login.mypurecloud.de A +tcp")
        );
    }

    #[test]
    fn an_answer_that_came_whole_over_tcp_is_none() {
        let bench = Bench::healthy();
        let host = bench.auth().host;
        let mut fact = dns_addresses(addresses_of(&host));
        fact.a.truncated = true;
        assert_eq!(
            bench.fact(dns_key(&host), fact).causes(),
            Vec::<String>::new()
        );
    }
}
