//! One of several addresses is out of order.

use std::net::IpAddr;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, TlsFact, TlsOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::causes::network::clock_skew;
use crate::evidence::members;
use crate::evidence::{rows, tls};
use crate::tls::{Handshake, Name, Trusted, Validity};

page! {
    /// One of several addresses of the endpoint differs from the others in TLS.
    ///
    /// ## What it means
    ///
    /// The name has several addresses. At some of them the handshake finishes with a trusted certificate, at others it is cut, or another
    /// certificate is served. A program that happens to get the bad address fails, and the next one works: faults that come and go.
    ///
    /// ## How to fix
    ///
    /// When the address is Genesys Cloud's, a rule or an inspecting device on the way treats it differently: ask the network team for rules by
    /// host name, not by address. When it is an address of this network (hosts file, split DNS, load balancer), take the bad node out.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect ADDRESS:443 -servername HOST </dev/null` at each address that `dig +short HOST` names; with curl
    /// `curl -v --resolve HOST:443:ADDRESS https://HOST/`. In PowerShell: `Resolve-DnsName HOST`, then
    /// `curl.exe -v --resolve HOST:443:ADDRESS https://HOST/`.
    ///
    /// ## What we rely on
    ///
    /// Inferred: nodes of one service serve alike.
    pub(crate) struct TlsNodeDiffers;
}

impl Rule for TlsNodeDiffers {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let checks: [&dyn Check; 4] = [&Handshake, &Trusted, &Name, &Validity];
        let groups = members::grouped(rows::flagged_any(all, &checks), |endpoint| {
            let differs = tls::differ(case, endpoint) && !clock_skew::explains(case, all, endpoint);
            differs.then(|| endpoint.clone())
        });
        groups.diagnosed(|endpoint, members| {
            let tried = rows::tls(case, &endpoint);
            let (good, bad): (Vec<_>, Vec<_>) =
                tried.into_iter().partition(|(_, fact)| fact.is_trusted());
            let bad_said = listed(bad.iter().map(|(address, fact)| what(*address, fact)));
            let good_said = listed(good.iter().map(|(address, _)| address));
            let addresses = listed(bad.iter().map(|(address, _)| address));
            let mut diagnosis = members.diagnosis(
                Certainty::Certain,
                format!("{} of {} addresses of {endpoint} differ from the others: {bad_said}; {good_said} in order", bad.len(), bad.len() + good.len()),
                Owner::NetworkTeam,
                format!(
                    "Please find out why {addresses} answers for {} otherwise than {good_said}: a rule or inspection by address on the way, or a bad node behind a load balancer, hosts file or split DNS of this network. Rules for Genesys Cloud must be by host name.",
                    endpoint.host
                ),
            )
            .breaks(bad.iter().map(|(address, _)| FactKey::tls(&endpoint, *address)));
            if let Some((address, _)) = bad.first() {
                let at = Endpoint {
                    host: hybridcheck_core::endpoint::Host::of(&address.to_string()),
                    port: endpoint.port,
                };
                diagnosis = diagnosis.command(format!(
                    "openssl s_client -connect {at} -servername {} -showcerts </dev/null",
                    endpoint.host
                ));
            }
            diagnosis
        })
    }
}

/// What is wrong at an address, in a phrase.
fn what(address: IpAddr, fact: &TlsFact) -> String {
    if fact.outcome != TlsOutcome::Done {
        return format!("{address}: {:#}", fact.outcome);
    }
    let issuer = fact.chain.first().map_or_else(String::new, |leaf| {
        format!(", issued by `{}`", leaf.issuer.shown(120))
    });
    format!(
        "{address} serves a certificate {}{issuer}",
        listed(&fact.faults)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ChainFault, Trust};
    use hybridcheck_testkit::facts::{addresses_of, cut, tls, tls_broken};

    fn one_bad(fact: TlsFact) -> Bench {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let address = addresses_of(&auth.host)[1];
        bench.fact(FactKey::tls(&auth, address), fact)
    }

    #[test]
    fn one_bad_node_is_its_own_finding_and_the_others_stay_healthy() {
        let host = Bench::healthy().auth().host;
        for fact in [
            tls(
                &host,
                Trust::Amazon,
                vec![ChainFault::Expired { not_after: None }],
            ),
            tls(&host, Trust::Nowhere, vec![ChainFault::UnknownIssuer]),
            tls(
                &host,
                Trust::Public,
                vec![ChainFault::NameMismatch {
                    presented: vec!["x".into()],
                }],
            ),
            tls_broken(TlsOutcome::Reset),
        ] {
            let bench = one_bad(fact);
            assert_eq!(bench.causes(), ["tls-node-differs"]);
            assert_eq!(bench.unexplained(), Vec::<String>::new());
            let found = bench.diagnose(&TlsNodeDiffers);
            assert!(
                found[0]
                    .sentence
                    .starts_with("1 of 2 addresses of login.mypurecloud.de:443 differ"),
                "{}",
                found[0].sentence
            );
            let auth = bench.auth();
            assert_eq!(
                found[0].broken,
                [FactKey::tls(&auth, addresses_of(&auth.host)[1])]
            );
        }
    }

    #[test]
    fn all_nodes_alike_is_no_difference() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = bench.spoil(|facts| cut(facts, &auth, &TlsOutcome::Reset));
        assert!(bench.diagnose(&TlsNodeDiffers).is_empty());
    }
}
