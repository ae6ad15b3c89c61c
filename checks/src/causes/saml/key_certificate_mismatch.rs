//! Key and certificate do not belong together.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{logins, rows};
use crate::saml;

page! {
    /// The private key does not belong to the certificate.
    ///
    /// ## What it means
    ///
    /// Both can be read, but the key's public half is not the one in the certificate: after a renewal only one of the two options was
    /// changed. Every signature is then refused.
    ///
    /// ## How to fix
    ///
    /// Set `certificate`, `pkey` and `password` to values from one and the same renewal, and check that the PureEngage provider holds
    /// that certificate.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `base64 -d certificate.txt | openssl x509 -noout -pubkey` and `base64 -d pkey.txt | openssl pkey -pubout` must print the same.
    ///
    /// ## What we rely on
    ///
    /// Documented: the key belongs to the certificate (provisioning article); a signature verifies with its own public key only.
    pub(crate) struct KeyCertificateMismatch;
}

impl Rule for KeyCertificateMismatch {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::failing(all, &saml::PkeyMatchesCertificate));
        shown.diagnosed(|(), shown| {
            shown.diagnosis(
                Certainty::Certain,
                "the key in saml/pkey does not belong to the certificate in saml/certificate",
                Owner::EngageAdmin,
                "Set saml/certificate, saml/pkey and saml/password to values of one and the same pair, and make sure that the PureEngage identity provider holds that certificate.",
            )
            .shown_by(logins::refused_assertion(case, all))
            .breaks(logins::refused_login(case, all))
            .command("base64 -d certificate.txt | openssl x509 -noout -pubkey; base64 -d pkey.txt | openssl pkey -pubout")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::check::Subject;

    #[test]
    fn a_strange_key_fires() {
        let bench = Bench::healthy().failing(
            &saml::PkeyMatchesCertificate,
            Subject::option("saml", "pkey"),
        );
        assert_eq!(bench.causes(), ["key-certificate-mismatch"]);
    }

    #[test]
    fn a_key_that_does_not_open_is_another_cause() {
        let bench = Bench::healthy().failing(&saml::PkeyDecrypts, Subject::option("saml", "pkey"));
        assert!(bench.diagnose(&KeyCertificateMismatch).is_empty());
    }
}
