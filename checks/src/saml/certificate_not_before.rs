//! Whether the certificate's validity has begun.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::idp_refusals::with_words;

page! {
    /// The certificate is already valid.
    ///
    /// ## Why it matters
    ///
    /// A certificate whose validity begins in the future is refused, with Genesys Cloud as with any reader. It happens when the clock of the host
    /// that made it was ahead, or when it was ordered for a later day.
    ///
    /// ## How to fix
    ///
    /// - If the day of going live is later: judge for that day with `--as-of`.
    /// - If it begins within hours: compare the clock of the host that made it, or wait.
    /// - Else make it anew: `openssl req -new -x509 -key key.pem -days 3652 -out cert.pem`, `openssl base64 -in cert.pem`; set `certificate` in GAX (Routing/eServices >
    ///   Transactions > `hybrid_integration` > Options, section `saml`) and at the identity provider.
    ///
    /// ## What we rely on
    ///
    /// Documented: the identity provider refuses the certificate with `certificate.not.yet.valid`.
    pub(crate) struct CertificateNotBefore;
}

impl Judge for CertificateNotBefore {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "certificate")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::certificate(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "certificate")?;
        let begin = case.decoded_certificate()?.not_before;
        let judgement = if begin <= case.as_of {
            Judgement::pass(format!("valid since {}", begin.day()))
        } else {
            let judgement = Judgement::fail(
                format!("a certificate that is valid on {}", case.as_of.day()),
                format!("valid only from {begin} on"),
                "wait until then, or make the certificate anew on a host whose clock is right",
                Owner::EngageAdmin,
            );
            with_words(judgement, Some(IdpFault::CertificateNotYetValid))
        };
        Ok(judgement.evidence("judged for", case.as_of).of(option))
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::{CertificateOutcome, Gap, Holds};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::time::Timestamp;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::healthy;

    use super::*;

    fn judge(outcome: CertificateOutcome) -> Answer<Judgement> {
        let key = material::key_fact(material::decrypted());
        let facts = material::facts(material::certificate_fact(outcome), key);
        material::judge(&CertificateNotBefore, "certificate", &healthy(), &facts)
    }

    fn begins(seconds_ahead: i64) -> Judgement {
        let mut info = material::info();
        info.not_before = Timestamp::from_unix(material::AS_OF + seconds_ahead);
        let certificates = vec![info];
        judge(CertificateOutcome::Certificates { certificates }).expect("a judgement")
    }

    #[test]
    fn the_first_moment_is_valid() {
        assert_eq!(begins(0).status(), Status::Pass);
        assert_eq!(begins(-86_400).found(), "valid since 2026-11-22");
    }

    #[test]
    fn the_future_fails() {
        let judgement = begins(3600);
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(judgement.found(), "valid only from 2026-11-23T13:00:00Z on");
    }

    #[test]
    fn no_certificate_is_a_gap() {
        let outcome = CertificateOutcome::Other { holds: Holds::Url };
        assert!(matches!(judge(outcome), Err(Gap::Blocked { .. })));
    }
}
