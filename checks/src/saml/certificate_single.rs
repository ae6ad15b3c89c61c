//! Whether `saml/certificate` holds one certificate only.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, CertificateOutcome, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The option certificate holds exactly one certificate.
    ///
    /// ## Why it matters
    ///
    /// Certification authorities deliver a certificate together with those above it. A reader of the option takes the first certificate, or
    /// refuses the value; which of the two is not documented. When the chain stands in the wrong order, the first one does not belong to the key.
    ///
    /// ## How to fix
    ///
    /// 1. `openssl x509 -in chain.pem -out cert.pem` keeps the first certificate of a file; check with `openssl x509 -in cert.pem -noout -subject`
    ///    that it is yours and not the authority's.
    /// 2. `openssl base64 -in cert.pem -out cert.pem.b64`
    /// 3. In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, and set `certificate` to the
    ///    content of `cert.pem.b64`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the option holds base64 of `cert.pem`, which the documented command fills with one certificate. Inferred: what readers do with several.
    pub(crate) struct CertificateSingle;
}

impl Judge for CertificateSingle {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "certificate")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::certificate(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "certificate")?;
        case.decoded_certificate()?;
        let certificates = match &case.certificate()?.outcome {
            CertificateOutcome::Certificates { certificates } => certificates.as_slice(),
            _ => &[],
        };
        if certificates.len() <= 1 {
            return Ok(Judgement::pass("one certificate").of(option));
        }
        let mut judgement = Judgement::warn(
            "the certificate of the signing key alone",
            format!(
                "{} certificates; the other checks judge the first",
                certificates.len()
            ),
            "keep only the certificate that belongs to saml/pkey: `openssl x509 -in chain.pem -out cert.pem` keeps the first, then set saml/certificate to the output of `openssl base64 -in cert.pem`",
            Owner::EngageAdmin,
        );
        for (number, info) in (1..).zip(certificates) {
            judgement = judgement.evidence(&format!("certificate {number}"), &info.subject);
        }
        Ok(judgement.of(option))
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::{Gap, Holds};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::healthy;

    use super::*;

    fn judge(outcome: CertificateOutcome) -> Answer<Judgement> {
        let key = material::key_fact(material::decrypted());
        let facts = material::facts(material::certificate_fact(outcome), key);
        material::judge(&CertificateSingle, "certificate", &healthy(), &facts)
    }

    fn of(count: usize) -> Judgement {
        let certificates = vec![material::info(); count];
        judge(CertificateOutcome::Certificates { certificates }).expect("a judgement")
    }

    #[test]
    fn one_passes() {
        assert_eq!(of(1).status(), Status::Pass);
    }

    #[test]
    fn a_chain_warns_and_names_its_members() {
        let judgement = of(3);
        assert_eq!(judgement.status(), Status::Warn);
        assert_eq!(judgement.evidence.len(), 3);
    }

    #[test]
    fn no_certificate_is_a_gap() {
        let outcome = CertificateOutcome::Other { holds: Holds::Guid };
        assert!(matches!(judge(outcome), Err(Gap::Blocked { .. })));
    }
}
