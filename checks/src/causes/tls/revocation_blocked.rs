//! The hosts at which revocation is asked cannot be reached.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members;
use crate::evidence::rows;
use crate::tls::{self, revocation};

page! {
    /// The revocation hosts of the served certificates cannot be reached.
    ///
    /// ## What it means
    ///
    /// A certificate names the hosts at which its revocation is asked (CRL and OCSP), over plain HTTP, usually on port 80. Windows
    /// components, and Java with revocation switched on, ask them while connecting: where the answer does not come, they wait for seconds
    /// or refuse the connection. Programs that do not ask never notice, so this is a warning.
    ///
    /// ## How to fix
    ///
    /// Allow outbound TCP to the named hosts and ports. For Genesys Cloud that is `*.amazontrust.com` port 80; the names change with the
    /// intermediate certificates. Behind a proxy that the system's own services use, nothing is needed.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v --connect-timeout 10 http://HOST/` on Linux; any status proves that the host is reached. On Windows
    /// `Test-NetConnection HOST -Port 80`, and `certutil -url FILE.cer` asks as Windows does.
    ///
    /// ## What we rely on
    ///
    /// Documented: where a certificate names these hosts (RFC 5280). Observed by third parties: the hosts in Amazon's certificates.
    pub(crate) struct RevocationBlocked;
}

impl Rule for RevocationBlocked {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::grouped(rows::flagged(all, &tls::Revocation), |_| Some(()));
        let Some(shown) = shown.joined() else {
            return Vec::new();
        };
        let mut shut: Vec<Endpoint> = Vec::new();
        for endpoint in shown.each() {
            for host in revocation::shut(case, endpoint) {
                if !shut.contains(&host) {
                    shut.push(host);
                }
            }
        }
        let Some(first) = shut.first() else {
            return Vec::new();
        };
        let names = listed(&shut);
        let diagnosis = shown.diagnosis(
            Certainty::Likely,
            format!("the hosts at which the revocation of the served certificates is asked cannot be reached from here: {names}"),
            Owner::NetworkTeam,
            format!("Please allow outbound TCP from this host to {names}, for Genesys Cloud `*.amazontrust.com` port 80 in general: Windows components and Java with revocation checks ask there while connecting, and wait or refuse without an answer."),
        )
        .breaks(shut.iter().map(FactKey::reach))
        .command(format!("curl -v --connect-timeout 10 http://{first}/"));
        vec![diagnosis]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::facts::revocable;

    #[test]
    fn shut_revocation_hosts_are_one_warning_and_no_failure() {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        let bench = bench
            .spoil(|facts| revocable(facts, &auth, false))
            .spoil(|facts| revocable(facts, &api, false));
        let found = bench.diagnose(&RevocationBlocked);
        assert_eq!(found.len(), 1);
        assert!(found[0].fix.contains("crl.ca.example:80"));
        assert_eq!(bench.causes(), ["revocation-blocked"]);
        assert_eq!(bench.failures(), Vec::<String>::new());
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn reachable_ones_are_nothing() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = bench.spoil(|facts| revocable(facts, &auth, true));
        assert_eq!(bench.causes(), Vec::<String>::new());
    }
}
