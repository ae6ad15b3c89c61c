//! A chain that leads to no public root.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, Trust};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;
use hybridcheck_core::text::visible;

use crate::rows;

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
    /// `openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null` prints the issuer. At Genesys Cloud it is Amazon.
    ///
    /// ## What we rely on
    ///
    /// Documented: Genesys Cloud's chains end at the Amazon roots. Observed by third parties: the names that inspection products
    /// put into their certificates; many use the customer's own name instead.
    pub(crate) struct TlsNotTrusted;
}

impl Rule for TlsNotTrusted {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let untrusted = rows::flagged(all, "tls-trusted");
        let groups = rows::grouped(untrusted, |endpoint| worst(case, endpoint));
        let of_group = |((trust, issuer), members): ((Trust, String), Vec<(&Endpoint, &Row)>)| {
            let endpoints: Vec<&Endpoint> = members.iter().map(|(endpoint, _)| *endpoint).collect();
            let names = rows::names(&members);
            let (certainty, sentence) = if trust == Trust::HostStore {
                (
                    Certainty::Likely,
                    format!(
                        "TLS to {names} is inspected: the certificates come from `{issuer}`, which only this host's own store trusts"
                    ),
                )
            } else {
                (
                    Certainty::Likely,
                    format!(
                        "TLS to {names} ends at something else: its certificates come from `{issuer}`, which no store here trusts"
                    ),
                )
            };
            let product = product(&issuer);
            let fix = format!(
                "Please exempt {names} from TLS inspection{}. If that is not possible, give the root certificate of `{issuer}` to the administrators of all components that connect, for their trust stores (Java has its own).",
                product.map_or_else(String::new, |product| format!(" on the {product}"))
            );
            // An untrusted certificate that also bears another name or date is one fault, not three.
            let also = ["tls-name", "tls-validity"]
                .into_iter()
                .flat_map(|check| rows::failing(all, check));
            let also = also.filter(|row| {
                rows::endpoint(row).is_some_and(|endpoint| {
                    trust == Trust::Nowhere && endpoints.contains(&endpoint)
                })
            });
            let mut diagnosis = Diagnosis::new(certainty, sentence, Owner::SecurityTeam, fix)
                .shown_by(members.iter().map(|(_, row)| *row))
                .shown_by(also)
                .breaks(broken(case, &endpoints));
            if let Some(product) = product {
                diagnosis = diagnosis.evidence("the issuer looks like", product);
            }
            if let Some(first) = endpoints.first() {
                diagnosis = diagnosis.command(show(first));
            }
            diagnosis
        };
        groups.into_iter().map(of_group).collect()
    }
}

/// How to see a served chain with openssl.
pub(super) fn show(endpoint: &Endpoint) -> String {
    format!(
        "openssl s_client -connect {endpoint} -servername {} -showcerts </dev/null",
        endpoint.host
    )
}

/// The handshakes of endpoints, and what every later request would use.
pub(super) fn broken(case: &Case<'_>, endpoints: &[&Endpoint]) -> Vec<FactKey> {
    let mut keys = Vec::new();
    for endpoint in endpoints {
        let tried = rows::tls(case, endpoint).into_iter();
        keys.extend(tried.map(|(address, _)| rows::tls_key(endpoint, address)));
        keys.push(FactKey::connection((*endpoint).clone()));
    }
    keys
}

/// Whether an address of an endpoint serves a chain that leads nowhere; its other faults are then part of that.
pub(super) fn leads_nowhere(case: &Case<'_>, endpoint: &Endpoint) -> bool {
    rows::tls(case, endpoint).iter().any(|(_, fact)| {
        fact.trust == Some(Trust::Nowhere)
            && fact.faults.iter().any(|fault| {
                matches!(
                    fault,
                    hybridcheck_core::facts::ChainFault::UnknownIssuer
                        | hybridcheck_core::facts::ChainFault::Other { .. }
                )
            })
    })
}

fn worst(case: &Case<'_>, endpoint: &Endpoint) -> Option<(Trust, String)> {
    let tried = rows::tls(case, endpoint);
    let (_, fact) = tried
        .iter()
        .filter(|(_, fact)| fact.trust.is_some_and(|trust| trust >= Trust::HostStore))
        .max_by_key(|(_, fact)| fact.trust)?;
    // The authority nearest to the root says most about whose it is.
    let issuer = fact.chain.last().map_or_else(
        || "an unnamed authority".into(),
        |top| visible(&top.issuer, 120),
    );
    Some((fact.trust?, issuer))
}

/// Products whose certificates bear their name; short facts from public certificates and lists.
const PRODUCTS: &[(&str, &str)] = &[
    ("zscaler", "Zscaler"),
    ("goskope", "Netskope"),
    ("netskope", "Netskope"),
    ("cisco umbrella", "Cisco Umbrella"),
    ("fortinet", "FortiGate"),
    ("fortigate", "FortiGate"),
    ("forcepoint", "Forcepoint"),
    ("blue coat", "Blue Coat or Symantec proxy"),
    ("mcafee web gateway", "McAfee or Skyhigh Web Gateway"),
    ("sophos", "Sophos appliance"),
    ("sonicwall", "SonicWall"),
    ("cloudflare managed", "Cloudflare Gateway"),
    ("avast", "Avast on this host"),
    ("kaspersky", "Kaspersky on this host"),
    ("bitdefender", "Bitdefender on this host"),
];

fn product(issuer: &str) -> Option<&'static str> {
    let issuer = issuer.to_lowercase();
    let found = PRODUCTS.iter().find(|(mark, _)| issuer.contains(mark));
    found.map(|(_, product)| *product)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::ChainFault;
    use hybridcheck_testkit::facts::{addresses_of, tls, tls_key};

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
            bench = bench.fact(tls_key(endpoint, address), fact);
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
    fn inspection_that_this_host_trusts_fires_too() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = serving(bench, &auth, Trust::HostStore, "CN=Acme", &[]);
        assert!(
            bench.diagnose(&TlsNotTrusted)[0]
                .sentence
                .contains("only this host's own store trusts")
        );
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
