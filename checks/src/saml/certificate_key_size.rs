//! Whether the certificate's key is RSA and long enough.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, KeyAlgorithm};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The certificate's key is RSA with at least 2048 bits.
    ///
    /// ## Why it matters
    ///
    /// Who can factor a short key can sign assertions, and log in as any of your users. Current libraries refuse RSA keys below 2048 bits by
    /// default in more and more places. Keys of another kind than RSA are not documented for this object: the recipe protects the key with `openssl rsa`,
    /// which takes RSA keys only.
    ///
    /// ## How to fix
    ///
    /// Make a new pair: `openssl req -new -x509 -newkey rsa:2048 -days 3652 -nodes -keyout key.pem -out cert.pem`. Then set `certificate`, `pkey` and
    /// `password` in GAX (Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`), and the certificate at the identity provider.
    ///
    /// ## What we rely on
    ///
    /// Documented: the recipe with RSA. NIST SP 800-131A: RSA signatures need at least 2048 bits. Inferred: a shorter or another key may still work
    /// today, hence a warning.
    pub(crate) struct CertificateKeySize;
}

impl Judge for CertificateKeySize {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "certificate")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::certificate(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "certificate")?;
        let key = &case.decoded_certificate()?.key;
        let minimum = case.policy.minimum_rsa_bits;
        let found = match key {
            KeyAlgorithm::Rsa { bits } if *bits >= minimum => {
                return Ok(Judgement::pass(key.to_string()).of(option));
            }
            KeyAlgorithm::Rsa { .. } => format!("{key}, which is too short"),
            _ => format!("{key}; only RSA is documented for this object"),
        };
        Ok(Judgement::warn(
            format!("RSA with at least {minimum} bits"),
            found,
            "make a new pair with `openssl req -new -x509 -newkey rsa:2048 -days 3652 -nodes -keyout key.pem -out cert.pem`, and set certificate, pkey and password together",
            Owner::EngageAdmin,
        )
        .of(option))
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::{CertificateOutcome, Gap, Undecodable};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::healthy;

    use super::*;

    fn judge(outcome: CertificateOutcome) -> Answer<Judgement> {
        let key = material::key_fact(material::decrypted());
        let facts = material::facts(material::certificate_fact(outcome), key);
        material::judge(&CertificateKeySize, "certificate", &healthy(), &facts)
    }

    fn status(key: KeyAlgorithm) -> Status {
        let mut info = material::info();
        info.key = key;
        let certificates = vec![info];
        judge(CertificateOutcome::Certificates { certificates })
            .expect("a judgement")
            .status()
    }

    #[test]
    fn rsa_from_the_threshold_on_passes() {
        assert_eq!(status(KeyAlgorithm::Rsa { bits: 2048 }), Status::Pass);
        assert_eq!(status(KeyAlgorithm::Rsa { bits: 4096 }), Status::Pass);
    }

    #[test]
    fn short_keys_and_other_kinds_warn() {
        assert_eq!(status(KeyAlgorithm::Rsa { bits: 2047 }), Status::Warn);
        assert_eq!(status(KeyAlgorithm::Rsa { bits: 1024 }), Status::Warn);
        let curve = "P-256".into();
        assert_eq!(status(KeyAlgorithm::Ec { curve }), Status::Warn);
        let oid = "1.3.101.112".into();
        assert_eq!(status(KeyAlgorithm::Other { oid }), Status::Warn);
    }

    #[test]
    fn no_certificate_is_a_gap() {
        let outcome = CertificateOutcome::Undecodable(Undecodable::NotDer);
        assert!(matches!(judge(outcome), Err(Gap::Blocked { .. })));
    }
}
