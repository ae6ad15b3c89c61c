//! A chain that leads to no public root.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use super::tls_chain_incomplete;
use super::tls_inspected::{inspector, looks_like};
use crate::evidence::members;
use crate::evidence::{rows, tls};
use crate::tls::{Name, Trusted, Validity};

page! {
    /// Something signs certificates in place of Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// The chain that was served ends at no public root: a proxy on the way inspects TLS with certificates of its own, or another
    /// server answers. Whoever holds that key can read client secrets, so hybridcheck sends none through it.
    ///
    /// ## How to fix
    ///
    /// Have the named hosts exempted from TLS inspection. If that is refused, import the root of the inspecting proxy into the store
    /// of every component that connects (Java: `keytool -importcert -cacerts`; Windows: the machine's trusted roots), and run
    /// hybridcheck with `--cacert`.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null` prints the issuer. At Genesys Cloud it is Amazon. In
    /// PowerShell: `$c=[Net.Sockets.TcpClient]::new('HOST',443); $s=[Net.Security.SslStream]::new($c.GetStream(),$false,{$true}); $s.AuthenticateAsClient('HOST'); $s.RemoteCertificate.Issuer`.
    ///
    /// ## What we rely on
    ///
    /// Documented: Genesys Cloud's chains end at the Amazon roots. Observed by third parties: the names that inspection products
    /// put into their certificates; many use the customer's own name instead.
    pub(crate) struct TlsNotTrusted;
}

impl Rule for TlsNotTrusted {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let untrusted = rows::failing(all, &Trusted);
        let groups = members::grouped(untrusted, |endpoint| {
            let is_other = tls::differ(case, endpoint)
                || tls_chain_incomplete::missing(case, endpoint).is_some();
            if is_other {
                return None;
            }
            let tried = rows::tls(case, endpoint);
            let (_, fact) = tried.iter().find(|(_, fact)| tls::leads_nowhere(fact))?;
            Some(inspector(fact))
        });
        groups.diagnosed(|(issuer, product), members| {
            let endpoints = members.endpoints();
            let names = members.names();
            let on = product.map_or_else(String::new, |product| format!(" on the {product}"));
            // An untrusted certificate that also bears another name or date is one fault, not three.
            let also = rows::failing_any(all, &[&Name, &Validity])
                .into_iter()
                .filter(|row| rows::endpoint(row).is_some_and(|of| endpoints.contains(&of)));
            let diagnosis = members.diagnosis(
                Certainty::Likely,
                format!("TLS to {names} ends at something else, an inspecting device or another server: its certificates come from `{issuer}`, which no store here trusts"),
                Owner::SecurityTeam,
                format!("Please exempt {names} from TLS inspection{on}. If that is not possible, give the root certificate of `{issuer}` to the administrators of all components that connect, for their trust stores (Java has its own). If nobody inspects TLS here, find out whose server answers for {names}."),
            )
            .shown_by(also)
            .breaks(tls::broken(case, members))
            .evidence("the authority looks like", looks_like(product));
            diagnosis.command(tls::show(members.first()))
        })
    }
}

/// Whether an address of an endpoint serves a chain that leads nowhere; its other faults are then part of that.
pub(crate) fn leads_nowhere(case: &Case<'_>, endpoint: &Endpoint) -> bool {
    rows::tls(case, endpoint)
        .iter()
        .any(|(_, fact)| tls::leads_nowhere(fact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ChainFault, FactKey, Trust};
    use hybridcheck_testkit::facts::{addresses_of, tls};

    fn serving(
        mut bench: Bench,
        endpoint: &Endpoint,
        trust: Trust,
        issuer: &str,
        faults: &[ChainFault],
    ) -> Bench {
        for address in addresses_of(&endpoint.host) {
            let mut fact = tls(&endpoint.host, trust, faults.to_vec());
            fact.chain[0].issuer = issuer.into();
            bench = bench.fact(FactKey::tls(endpoint, address), fact);
        }
        bench
    }

    #[test]
    fn one_inspecting_proxy_is_one_cause_for_both_hosts() {
        let bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        let issuer = "CN=Zscaler Intermediate Root CA (zscaler.net), O=Zscaler Inc.";
        let faults = [ChainFault::UnknownIssuer];
        let bench = serving(
            serving(bench, &auth, Trust::Nowhere, issuer, &faults),
            &api,
            Trust::Nowhere,
            issuer,
            &faults,
        );
        let found = bench.diagnose(&TlsNotTrusted);
        assert_eq!(found.len(), 1);
        assert!(found[0].fix.contains("exempt login.mypurecloud.de:443 and api.mypurecloud.de:443 from TLS inspection on the Zscaler"));
        assert_eq!(bench.causes(), ["tls-not-trusted"]);
    }

    #[test]
    fn a_strange_certificate_for_another_name_is_one_fault() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let faults = [
            ChainFault::UnknownIssuer,
            ChainFault::NameMismatch {
                presented: vec!["portal".into()],
            },
        ];
        let bench = serving(bench, &auth, Trust::Nowhere, "CN=portal", &faults);
        assert_eq!(bench.causes(), ["tls-not-trusted"]);
        assert_eq!(bench.diagnose(&TlsNotTrusted)[0].roots.len(), 2);
    }

    #[test]
    fn another_public_authority_is_no_inspection() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = serving(bench, &auth, Trust::Public, "CN=Other Public CA", &[]);
        assert!(bench.diagnose(&TlsNotTrusted).is_empty());
        let bench = serving(bench, &auth, Trust::Given, "CN=Acme", &[]);
        assert!(bench.diagnose(&TlsNotTrusted).is_empty());
    }
}
