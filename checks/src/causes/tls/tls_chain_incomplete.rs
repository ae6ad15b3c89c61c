//! A server does not send the certificate of its issuer.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{ChainFault, ServedCertificate, TlsFact, Trust};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{marks, rows, tls};
use crate::tls::Trusted;

page! {
    /// The served chain lacks an intermediate certificate.
    ///
    /// ## What it means
    ///
    /// The server shows its own certificate without the one of its issuer, so no way leads to a root. Browsers fetch the missing
    /// certificate by themselves from the address that the certificate names; Java, OpenSSL and hybridcheck do not.
    ///
    /// ## How to fix
    ///
    /// Whoever runs the server or proxy that answers has to install the intermediate certificate beside its own. Do not import the
    /// intermediate into the components: it is replaced without notice.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST -showcerts </dev/null` shows one certificate and *unable to get local issuer
    /// certificate*; `openssl x509 -noout -ext authorityInfoAccess` of it names the address of the missing one. In PowerShell:
    /// `certutil -urlfetch -verify FILE.cer`.
    ///
    /// ## What we rely on
    ///
    /// Documented: a server must send its chain but for the root (RFC 8446 section 4.4.2). Inferred: a certificate that names its issuer's
    /// address and comes without its issuer is one half of a chain. The issuer itself was not seen, so a company's own authority that
    /// nobody here trusts remains possible.
    pub(crate) struct TlsChainIncomplete;
}

impl Rule for TlsChainIncomplete {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::failing(all, &Trusted);
        let groups = members::grouped(shown, |endpoint| {
            if tls::differ(case, endpoint) {
                return None;
            }
            missing(case, endpoint)
        });
        groups.diagnosed(|missing, members| {
            let names = members.names();
            let Missing {
                issuer,
                url,
                public,
            } = missing;
            let (certainty, doubt) = if public {
                (Certainty::Likely, "")
            } else {
                (
                    Certainty::Possible,
                    ", or that issuer is an authority that nobody here trusts",
                )
            };
            let diagnosis = members.diagnosis(
                certainty,
                format!("what answers at {names} does not send the certificate of its issuer `{issuer}`{doubt}"),
                Owner::NetworkTeam,
                format!("Please have the intermediate certificate `{issuer}` installed on the server or proxy that answers for {names}; it is at {url}. When the chain still ends at no public root with it, an inspecting device answers: exempt {names} from it."),
            );
            tls::about(diagnosis, case, members)
                .evidence("where the certificate says its issuer is", url)
                .command(tls::show(members.first()))
        })
    }
}

/// The issuer that was not served.
#[derive(PartialEq)]
pub(crate) struct Missing {
    issuer: String,
    url: String,
    /// It bears the name of the authority that Genesys Cloud uses.
    public: bool,
}

/// The issuer that an endpoint's leaf names and that was not served; none when the chain has another fault, or an inspecting product's name.
pub(crate) fn missing(case: &Case<'_>, endpoint: &Endpoint) -> Option<Missing> {
    rows::tls(case, endpoint)
        .iter()
        .find_map(|(_, fact)| missing_of(fact))
}

fn missing_of(fact: &TlsFact) -> Option<Missing> {
    let leaf = fact.chain.first()?;
    let is_lost = fact.trust == Some(Trust::Nowhere) && fact.faults == [ChainFault::UnknownIssuer];
    let is_served = |served: &ServedCertificate| served.subject == leaf.issuer;
    if !is_lost || fact.chain.iter().any(is_served) || marks::issuer(&fact.chain).is_some() {
        return None;
    }
    Some(Missing {
        issuer: leaf.issuer.shown(120).to_string(),
        url: leaf.issuer_urls.first()?.shown(200).to_string(),
        public: leaf.issuer.raw().contains("O=Amazon"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::tls::tls_not_trusted::TlsNotTrusted;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::FactKey;
    use hybridcheck_testkit::facts::{addresses_of, tls};

    fn serving(change: impl Fn(&mut TlsFact)) -> Bench {
        let mut bench = Bench::healthy();
        let auth = bench.auth();
        for address in addresses_of(&auth.host) {
            let mut fact = tls(&auth.host, Trust::Nowhere, vec![ChainFault::UnknownIssuer]);
            fact.chain[0].issuer_urls = vec!["http://crt.ca.example/ca.cer".into()];
            change(&mut fact);
            let key = FactKey::tls(&auth, address);
            bench = bench.fact(key.clone(), fact).blocked_behind(&key);
        }
        bench
    }

    #[test]
    fn a_leaf_without_its_issuer_is_half_a_chain() {
        let bench = serving(|_| {});
        let found = bench.diagnose(&TlsChainIncomplete);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].sentence.contains("or that issuer is an authority"));
        assert_eq!(bench.causes(), ["tls-chain-incomplete"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
        let amazon =
            serving(|fact| fact.chain[0].issuer = "C=US, O=Amazon, CN=Amazon RSA 2048 M02".into());
        assert_eq!(
            amazon.diagnose(&TlsChainIncomplete)[0].certainty,
            Certainty::Likely
        );
    }

    #[test]
    fn a_served_issuer_a_self_signed_leaf_and_a_products_name_are_no_trust_at_all() {
        let with_issuer = serving(|fact| {
            let mut issuer = fact.chain[0].clone();
            issuer.subject = issuer.issuer.clone();
            fact.chain.push(issuer);
        });
        let self_signed = serving(|fact| fact.chain[0].issuer = fact.chain[0].subject.clone());
        let without_url = serving(|fact| fact.chain[0].issuer_urls.clear());
        let product = serving(|fact| fact.chain[0].issuer = "CN=FortiGate CA, O=Fortinet".into());
        for bench in [with_issuer, self_signed, without_url, product] {
            assert!(bench.diagnose(&TlsChainIncomplete).is_empty());
            assert_eq!(bench.diagnose(&TlsNotTrusted).len(), 1);
        }
    }

    #[test]
    fn an_unknown_issuer_is_half_a_chain_only_where_nothing_else_is_wrong_with_it() {
        let host = Bench::healthy().auth().host;
        let unknown = || ChainFault::UnknownIssuer;
        let expired = || ChainFault::Expired { not_after: None };
        for (trust, faults, expected) in [
            (Trust::Nowhere, vec![unknown()], true),
            (Trust::Nowhere, vec![expired()], false),
            (Trust::Nowhere, vec![unknown(), expired()], false),
            (Trust::HostStore, vec![unknown()], false),
            (Trust::HostStore, vec![], false),
        ] {
            let mut fact = tls(&host, trust, faults);
            fact.chain[0].issuer_urls = vec!["http://crt.ca.example/ca.cer".into()];
            let is_missing = missing_of(&fact).is_some();
            assert_eq!(is_missing, expected, "{trust:?} {:?}", fact.faults);
        }
    }
}
