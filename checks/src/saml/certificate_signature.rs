//! Whether the certificate is signed with a hash that still holds.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner, Severity};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The certificate is signed with SHA-256 or better.
    ///
    /// ## Why it matters
    ///
    /// Signatures over MD5 can be forged by anyone, those over SHA-1 with some effort. Current security settings of Java, .NET and OpenSSL refuse MD5, and
    /// more and more of them SHA-1, wherever they verify a certificate's signature. Old versions of openssl signed with SHA-1 by default.
    ///
    /// ## How to fix
    ///
    /// A new certificate for the same key suffices: `openssl req -new -x509 -sha256 -key key.pem -days 3652 -out cert.pem`. Then
    /// `openssl base64 -in cert.pem`, and set the result as `certificate` in GAX (Routing/eServices > Transactions > `hybrid_integration` > Options, section
    /// `saml`); set the new certificate at the identity provider as well. From a certification authority, order one with SHA-256.
    ///
    /// ## What we rely on
    ///
    /// RFC 6151 and RFC 6194 on the state of MD5 and SHA-1. Inferred: an identity provider's certificate is trusted as it is and its own signature may
    /// never be verified, so SHA-1 only warns; MD5 fails, since the default settings of current Java and OpenSSL forbid it.
    pub(crate) struct CertificateSignature;
}

impl Judge for CertificateSignature {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "certificate")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::certificate(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "certificate")?;
        let signature = case.decoded_certificate()?.signature.shown(80).to_string();
        let lower = signature.to_ascii_lowercase();
        let (severity, reason) = if lower.contains("md5") || lower.contains("md2") {
            (
                Severity::Fail,
                "MD5 and MD2 can be forged by anyone, and current libraries refuse them",
            )
        } else if lower.contains("sha1") {
            (
                Severity::Warn,
                "SHA-1 can be forged with some effort, and is refused in more and more places",
            )
        } else {
            return Ok(Judgement::pass(signature).of(option));
        };
        Ok(Judgement::finding(
            severity,
            "a signature with SHA-256 or better",
            format!("{signature}: {reason}"),
            "make a new certificate for the same key with `openssl req -new -x509 -sha256 -key key.pem -days 3652 -out cert.pem`, and set it in saml/certificate and at the identity provider",
            Owner::EngageAdmin,
        )
        .of(option))
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::{CertificateOutcome, Gap, Holds};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::healthy;

    use super::*;

    fn judge(outcome: CertificateOutcome) -> Answer<Judgement> {
        let key = material::key_fact(material::decrypted());
        let facts = material::facts(material::certificate_fact(outcome), key);
        material::judge(&CertificateSignature, "certificate", &healthy(), &facts)
    }

    fn status(signature: &str) -> Status {
        let mut info = material::info();
        info.signature = signature.into();
        let certificates = vec![info];
        judge(CertificateOutcome::Certificates { certificates })
            .expect("a judgement")
            .status()
    }

    #[test]
    fn the_sha2_family_passes() {
        for signature in [
            "sha256WithRSAEncryption",
            "sha512WithRSAEncryption",
            "ecdsa-with-SHA256",
            "rsassaPss with sha256",
            "Ed25519",
        ] {
            assert_eq!(status(signature), Status::Pass, "{signature}");
        }
    }

    #[test]
    fn sha1_warns_and_md5_fails() {
        for signature in [
            "sha1WithRSAEncryption",
            "ecdsa-with-SHA1",
            "rsassaPss with sha1",
        ] {
            assert_eq!(status(signature), Status::Warn, "{signature}");
        }
        for signature in ["md5WithRSAEncryption", "md2WithRSAEncryption"] {
            assert_eq!(status(signature), Status::Fail, "{signature}");
        }
    }

    #[test]
    fn no_certificate_is_a_gap() {
        let outcome = CertificateOutcome::Other {
            holds: Holds::PublicKey,
        };
        assert!(matches!(judge(outcome), Err(Gap::Blocked { .. })));
    }
}
