//! TLS is inspected by a device that this host trusts.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{TlsFact, Trust};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{marks, rows, tls};
use crate::tls::Trusted;

page! {
    /// TLS is inspected, and this host trusts the inspecting device.
    ///
    /// ## What it means
    ///
    /// The chain that was served ends at no public root, but at one in this host's own store: a proxy on the way signs certificates of
    /// its own, and somebody has told this host to trust it. Programs that use the host's store work; Java programs and Genesys components
    /// with a store of their own do not, until they are given that root. Whoever holds the key of that root can read client secrets, so
    /// hybridcheck sends none through it without `--trust-inspection`.
    ///
    /// ## How to fix
    ///
    /// Have the named hosts exempted from TLS inspection; that is what we recommend for a connection that carries secrets. If that is
    /// refused, import the root into the store of every component that connects (Java: `keytool -importcert -cacerts`; Windows: the
    /// machine's trusted roots), and run hybridcheck with `--trust-inspection`.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null` prints the issuer; at Genesys Cloud it is Amazon. In
    /// PowerShell: `$c=[Net.Sockets.TcpClient]::new('HOST',443); $s=[Net.Security.SslStream]::new($c.GetStream()); $s.AuthenticateAsClient('HOST'); $s.RemoteCertificate.Issuer`.
    ///
    /// ## What we rely on
    ///
    /// Documented: Genesys Cloud's chains end at the Amazon roots. Observed by third parties: the names that inspection products put into
    /// their certificates. Inferred: a root that only this host's own store holds is an inspecting device's, or a company's own.
    pub(crate) struct TlsInspected;
}

/// The authority, and the product that it looks like.
pub(crate) type Inspector = (String, Option<&'static str>);

impl Rule for TlsInspected {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, &Trusted);
        let groups = members::grouped(shown, |endpoint| {
            let tried = rows::tls(case, endpoint);
            let worst = tried.iter().filter_map(|(_, fact)| fact.trust).max();
            if worst != Some(Trust::HostStore) {
                return None;
            }
            let (_, fact) = tried
                .iter()
                .find(|(_, fact)| fact.trust == Some(Trust::HostStore))?;
            Some(inspector(fact))
        });
        groups.diagnosed(|(issuer, product), members| {
            let names = members.names();
            let on = product.map_or_else(String::new, |product| format!(" on the {product}"));
            let diagnosis = members.diagnosis(
                Certainty::Likely,
                format!("TLS to {names} is inspected: the certificates come from `{issuer}`, which only this host's own store trusts"),
                Owner::SecurityTeam,
                format!(
                    "Please exempt {names} from TLS inspection{on}. If that is not possible, give the root certificate of `{issuer}` to the administrators of all components that connect: Java and Genesys components may not share this host's store. hybridcheck sends no secret through it without --trust-inspection."
                ),
            );
            tls::about(diagnosis, case, members)
                .evidence("the authority looks like", looks_like(product))
                .command(tls::show(members.first()))
        })
    }
}

/// Whose an authority is, in words: many products have no name of their own.
pub(crate) fn looks_like(product: Option<&str>) -> String {
    product.map_or_else(
        || "no vendor's default name: a customer's own authority (as with Palo Alto, Check Point, F5 and others)".into(),
        str::to_owned,
    )
}

/// The authority nearest to the root, which says most about whose it is, and the product that any name of the chain tells.
pub(crate) fn inspector(fact: &TlsFact) -> Inspector {
    let issuer = fact
        .chain
        .last()
        .map_or(Outside::of("an unnamed authority"), |top| top.issuer.view());
    let issuer = issuer.shown(120);
    (
        issuer.to_string(),
        marks::issuer(&fact.chain).map(|found| found.product),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::tls::tls_not_trusted::TlsNotTrusted;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ChainFault, FactKey};
    use hybridcheck_testkit::facts::{addresses_of, tls};

    fn serving(trust: Trust, issuer: &str, faults: &[ChainFault]) -> Bench {
        let mut bench = Bench::healthy();
        for endpoint in [bench.auth(), bench.api()] {
            for address in addresses_of(&endpoint.host) {
                let mut fact = tls(&endpoint.host, trust, faults.to_vec());
                fact.chain[0].issuer = issuer.into();
                bench = bench.fact(FactKey::tls(&endpoint, address), fact);
            }
        }
        bench
    }

    #[test]
    fn inspection_that_this_host_trusts_is_one_warning_for_both_hosts() {
        let issuer = "CN=Zscaler Intermediate Root CA (zscaler.net), O=Zscaler Inc.";
        let bench = serving(Trust::HostStore, issuer, &[]);
        let found = bench.diagnose(&TlsInspected);
        assert_eq!(found.len(), 1);
        for part in [
            "login.mypurecloud.de:443 and api.mypurecloud.de:443 from TLS inspection on the Zscaler",
            "Java",
            "--trust-inspection",
        ] {
            assert!(found[0].fix.contains(part), "{}", found[0].fix);
        }
        assert_eq!(bench.causes(), ["tls-inspected"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn a_name_of_no_vendor_is_said_to_be_the_customers_own() {
        let found = serving(Trust::HostStore, "CN=Acme Sub CA", &[]).diagnose(&TlsInspected);
        assert!(
            found[0]
                .evidence
                .iter()
                .any(|piece| piece.value.starts_with("no vendor's default name"))
        );
    }

    #[test]
    fn a_chain_that_nobody_trusts_is_another_cause() {
        let bench = serving(Trust::Nowhere, "CN=Acme", &[ChainFault::UnknownIssuer]);
        assert!(bench.diagnose(&TlsInspected).is_empty());
        assert_eq!(bench.diagnose(&TlsNotTrusted).len(), 1);
        for trust in [Trust::Public, Trust::Given] {
            assert_eq!(
                serving(trust, "CN=Other", &[]).causes(),
                Vec::<String>::new()
            );
        }
    }
}
