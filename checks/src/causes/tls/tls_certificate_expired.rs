//! A served certificate is out of its dates.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{ChainFault, Trust};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use super::tls_not_trusted::leads_nowhere;
use crate::causes::network::clock_skew;
use crate::evidence::members;
use crate::evidence::rows;
use crate::evidence::tls::{about, differ, show};
use crate::tls;

page! {
    /// The certificate of the endpoint has expired.
    ///
    /// ## What it means
    ///
    /// A server's or proxy's certificate is past its last day. Genesys Cloud's own certificates are renewed by themselves; an expired one
    /// belongs to an inspecting proxy, or to a cache or portal in between, or this host's clock is ahead.
    ///
    /// ## How to fix
    ///
    /// Look at this host's clock first. When it is right, the owner of the issuer named in the diagnosis has to renew.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `date -u` and `openssl s_client -connect HOST:443 -servername HOST </dev/null | openssl x509 -noout -dates -issuer`
    ///
    /// ## What we rely on
    ///
    /// Documented: AWS Certificate Manager renews certificates before they end.
    pub(crate) struct TlsCertificateExpired;
}

impl Rule for TlsCertificateExpired {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let wrong = rows::failing(all, &tls::Validity);
        let groups = members::grouped(wrong, |endpoint| {
            if leads_nowhere(case, endpoint)
                || differ(case, endpoint)
                || clock_skew::explains(case, all, endpoint)
            {
                return None;
            }
            rows::tls(case, endpoint).iter().find_map(|(_, fact)| {
                let fault = fact.faults.iter().find(|fault| {
                    matches!(
                        fault,
                        ChainFault::Expired { .. } | ChainFault::NotYetValid { .. }
                    )
                })?;
                let issuer = fact
                    .chain
                    .first()
                    .map_or_else(String::new, |leaf| leaf.issuer.shown(120).to_string());
                Some((fault.to_string(), issuer, fact.trust))
            })
        });
        groups.diagnosed(|(fault, issuer, trust), members| {
            let names = members.names();
            let owner = match trust {
                Some(Trust::HostStore | Trust::Given) => Owner::SecurityTeam,
                _ => Owner::HostAdmin,
            };
            let diagnosis = members.diagnosis(
                Certainty::Likely,
                format!("the certificate served for {names} is {fault}; it was issued by `{issuer}`"),
                owner,
                format!("Check this host's clock against a time source. If it is right, please have the certificate for {names} renewed by whoever runs `{issuer}`."),
            );
            about(diagnosis, case, members).command(format!("date -u; {}", show(members.first())))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::network::clock_skew::ClockSkew;
    use crate::testing::bench::Bench;
    use hybridcheck_core::endpoint::Endpoint;
    use hybridcheck_core::facts::FactKey;
    use hybridcheck_testkit::facts::{addresses_of, tls};

    fn serving(mut bench: Bench, endpoint: &Endpoint, trust: Trust, fault: &ChainFault) -> Bench {
        for address in addresses_of(&endpoint.host) {
            let fact = tls(&endpoint.host, trust, vec![fault.clone()]);
            bench = bench.fact(FactKey::tls(endpoint, address), fact);
        }
        bench
    }

    #[test]
    fn one_expired_certificate_fires() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = serving(
            bench,
            &auth,
            Trust::HostStore,
            &ChainFault::Expired { not_after: None },
        );
        let found = bench.diagnose(&TlsCertificateExpired);
        assert_eq!(found.len(), 1);
        assert!(found[0].fix.contains("Acme Web Gateway CA"));
    }

    #[test]
    fn a_certificate_that_is_not_valid_yet_speaks_for_the_clock() {
        let mut bench = Bench::healthy();
        for endpoint in [bench.auth(), bench.api()] {
            bench = serving(
                bench,
                &endpoint,
                Trust::Amazon,
                &ChainFault::NotYetValid { not_before: None },
            )
            .blocked_behind(&FactKey::tls(&endpoint, addresses_of(&endpoint.host)[0]));
        }
        assert!(bench.diagnose(&TlsCertificateExpired).is_empty());
        assert_eq!(bench.diagnose(&ClockSkew).len(), 1);
    }
}
