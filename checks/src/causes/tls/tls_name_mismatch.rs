//! Another server answers in place of Genesys Cloud.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::ChainFault;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use super::tls_not_trusted::leads_nowhere;
use crate::evidence::members;
use crate::evidence::rows;
use crate::evidence::tls::{about, differ, show};
use crate::tls;

page! {
    /// A server with a certificate for another name answers.
    ///
    /// ## What it means
    ///
    /// The chain is good, but made for other names: the address leads to another server. A captive portal, an entry in a hosts file,
    /// a split DNS with an old address or a load balancer in front are the usual reasons.
    ///
    /// ## How to fix
    ///
    /// Compare the address with what a public resolver says, and correct DNS, the hosts file or the load balancer. The names in the
    /// certificate tell whose server it is.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST </dev/null | openssl x509 -noout -subject -ext subjectAltName`; in PowerShell
    /// `curl.exe -v https://HOST/` says which name does not match, and `Resolve-DnsName HOST` where it leads.
    ///
    /// ## What we rely on
    ///
    /// Documented: how names are compared (RFC 9525).
    pub(crate) struct TlsNameMismatch;
}

impl Rule for TlsNameMismatch {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let wrong = rows::failing(all, &tls::Name);
        let groups = members::grouped(wrong, |endpoint| {
            if leads_nowhere(case, endpoint) || differ(case, endpoint) {
                return None;
            }
            rows::tls(case, endpoint).iter().find_map(|(_, fact)| {
                fact.faults
                    .iter()
                    .find(|fault| matches!(fault, ChainFault::NameMismatch { .. }))
                    .map(ToString::to_string)
            })
        });
        groups.diagnosed(|made_for, members| {
            let names = members.names();
            let diagnosis = members.diagnosis(
                Certainty::Certain,
                format!("another server answers for {names}: its certificate is {made_for}"),
                Owner::NetworkTeam,
                format!("Please correct what leads {names} from this host to another server (DNS, hosts file, load balancer, portal): its certificate is {made_for}."),
            );
            about(diagnosis, case, members).command(show(members.first()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{FactKey, Trust};
    use hybridcheck_testkit::facts::{addresses_of, tls};

    fn serving(trust: Trust, faults: &[ChainFault]) -> Bench {
        let mut bench = Bench::healthy();
        let auth = bench.auth();
        for address in addresses_of(&auth.host) {
            let fact = tls(&auth.host, trust, faults.to_vec());
            bench = bench.fact(FactKey::tls(&auth, address), fact);
        }
        bench
    }

    #[test]
    fn a_good_chain_for_another_name_fires() {
        let fault = ChainFault::NameMismatch {
            presented: vec!["portal.acme.example".into()],
        };
        let bench = serving(Trust::Public, &[fault]);
        assert!(
            bench.diagnose(&TlsNameMismatch)[0]
                .sentence
                .ends_with("its certificate is made for portal.acme.example")
        );
        assert_eq!(bench.causes(), ["tls-name-mismatch"]);
    }

    #[test]
    fn a_chain_nobody_trusts_is_another_cause() {
        let fault = ChainFault::NameMismatch {
            presented: vec!["portal".into()],
        };
        assert!(
            serving(Trust::Nowhere, &[ChainFault::UnknownIssuer, fault])
                .diagnose(&TlsNameMismatch)
                .is_empty()
        );
        assert!(
            serving(Trust::Public, &[ChainFault::Expired { not_after: None }])
                .diagnose(&TlsNameMismatch)
                .is_empty()
        );
    }
}
