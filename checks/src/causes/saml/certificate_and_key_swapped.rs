//! Certificate and key stand in each other's option.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::facts::{CertificateOutcome, FactKey, Holds, PrivateKeyOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::saml;

page! {
    /// Certificate and private key are swapped.
    ///
    /// ## What it means
    ///
    /// `saml/certificate` holds a private key, and `saml/pkey` holds a certificate. One of two files was taken for the other.
    ///
    /// ## How to fix
    ///
    /// Exchange the two values. If the key that stood in `certificate` was not encrypted, or was ever given away as a certificate,
    /// make a new pair.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `base64 -d certificate.txt | head -1` must show `BEGIN CERTIFICATE`, `base64 -d pkey.txt | head -1` a `PRIVATE KEY`.
    ///
    /// ## What we rely on
    ///
    /// Documented: what each option holds (provisioning article).
    pub(crate) struct CertificateAndKeySwapped;
}

impl Rule for CertificateAndKeySwapped {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let object = case.object.id;
        let (certificate, key) = (FactKey::certificate(object), FactKey::private_key(object));
        let held = case
            .facts()
            .certificate(&certificate)
            .ok()
            .map(|fact| &fact.outcome);
        let other = case
            .facts()
            .private_key(&key)
            .ok()
            .map(|fact| &fact.outcome);
        let Some(CertificateOutcome::Other {
            holds: holds @ (Holds::EncryptedPrivateKey | Holds::PrivateKey),
        }) = held
        else {
            return Vec::new();
        };
        let Some(PrivateKeyOutcome::Other {
            holds: Holds::Certificate,
        }) = other
        else {
            return Vec::new();
        };
        let checks: [&dyn Check; 3] = [
            &saml::CertificateDecodes,
            &saml::PkeyDecodes,
            &saml::PkeyDecrypts,
        ];
        let shown = members::together(rows::failing_any(all, &checks));
        let leaked = if *holds == Holds::PrivateKey {
            " The key in saml/certificate is not encrypted: make a new pair, because certificates are passed around freely."
        } else {
            ""
        };
        shown.diagnosed(|(), shown| {
            shown.diagnosis(
                Certainty::Certain,
                format!("saml/certificate holds {holds} and saml/pkey holds a certificate: the two are swapped"),
                Owner::EngageAdmin,
                format!("Exchange the values of saml/certificate and saml/pkey.{leaked}"),
            )
            .breaks([certificate.clone(), key.clone()])
            .command("base64 -d certificate.txt | head -1; base64 -d pkey.txt | head -1")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml;
    use crate::testing::bench::Bench;
    use hybridcheck_core::check::Subject;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{certificate, private_key};

    fn holding(certificate_holds: Holds, key_holds: Holds) -> Bench {
        let object = ObjectId(0);
        Bench::healthy()
            .fact(
                FactKey::certificate(object),
                certificate(CertificateOutcome::Other {
                    holds: certificate_holds,
                }),
            )
            .fact(
                FactKey::private_key(object),
                private_key(PrivateKeyOutcome::Other { holds: key_holds }),
            )
            .failing(
                &saml::CertificateDecodes,
                Subject::option("saml", "certificate"),
            )
            .failing(&saml::PkeyDecodes, Subject::option("saml", "pkey"))
    }

    #[test]
    fn a_swap_is_one_cause_with_both_rows() {
        let found = holding(Holds::EncryptedPrivateKey, Holds::Certificate)
            .diagnose(&CertificateAndKeySwapped);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].roots.len(), 2);
        assert!(
            holding(Holds::PrivateKey, Holds::Certificate).diagnose(&CertificateAndKeySwapped)[0]
                .fix
                .contains("make a new pair")
        );
    }

    #[test]
    fn a_key_in_the_certificate_alone_is_no_swap() {
        assert!(
            holding(Holds::EncryptedPrivateKey, Holds::Pkcs12)
                .diagnose(&CertificateAndKeySwapped)
                .is_empty()
        );
        assert!(
            holding(Holds::Url, Holds::Certificate)
                .diagnose(&CertificateAndKeySwapped)
                .is_empty()
        );
    }
}
