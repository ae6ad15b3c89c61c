//! Whether the certificate is marked as one of a certification authority.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The certificate is not marked as one of a certification authority.
    ///
    /// ## Why it matters
    ///
    /// A certificate that signs assertions need not be able to sign other certificates. If it is an authority's certificate that was pasted from a chain
    /// instead of your own, its key is not the one in `pkey`. If it is self-signed, the mark does no harm here: `openssl req -x509` sets
    /// `CA:TRUE` unless told otherwise.
    ///
    /// ## How to fix
    ///
    /// For a self-signed certificate nothing has to be done. To leave the mark out next time, add `-addext basicConstraints=critical,CA:FALSE` to
    /// `openssl req -new -x509`. If an authority's certificate was pasted: take the certificate issued to you, `openssl base64 -in cert.pem`, and set it
    /// in GAX (Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, option `certificate`).
    ///
    /// ## What we rely on
    ///
    /// Observed: the documented command writes `CA:TRUE`. Inferred: no reader is known to mind.
    pub(crate) struct CertificateCa;
}

impl Judge for CertificateCa {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "certificate")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::certificate(object.id)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "certificate")?;
        let info = case.decoded_certificate()?;
        let judgement = match (info.is_ca, info.self_issued) {
            (false, _) => Judgement::pass("CA:FALSE, or no mark"),
            (true, true) => Judgement::note(
                "CA:TRUE on a self-signed certificate, as `openssl req -x509` makes it",
                "nothing; add `-addext basicConstraints=critical,CA:FALSE` when it is renewed",
                Owner::EngageAdmin,
            ),
            (true, false) => Judgement::note(
                "CA:TRUE, issued by another authority: perhaps an intermediate certificate of a chain, not yours",
                "compare the subject with the certificate that was issued to you",
                Owner::EngageAdmin,
            ),
        };
        Ok(judgement
            .evidence("subject", &info.subject)
            .evidence("issuer", &info.issuer)
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
        material::judge(&CertificateCa, "certificate", &healthy(), &facts)
    }

    fn of(is_ca: bool, self_issued: bool) -> Judgement {
        let mut info = material::info();
        info.is_ca = is_ca;
        info.self_issued = self_issued;
        let certificates = vec![info];
        judge(CertificateOutcome::Certificates { certificates }).expect("a judgement")
    }

    #[test]
    fn a_leaf_passes() {
        assert_eq!(of(false, false).status(), Status::Pass);
    }

    #[test]
    fn a_mark_is_a_note_that_tells_the_two_cases_apart() {
        let own = of(true, true);
        let authority = of(true, false);
        assert_eq!(own.status(), Status::Note);
        assert_eq!(authority.status(), Status::Note);
        assert!(own.found().contains("self-signed"));
        assert!(authority.found().contains("intermediate"));
    }

    #[test]
    fn no_certificate_is_a_gap() {
        let outcome = CertificateOutcome::Other { holds: Holds::Guid };
        assert!(matches!(judge(outcome), Err(Gap::Blocked { .. })));
    }
}
