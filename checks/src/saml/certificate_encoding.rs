//! Whether `saml/certificate` is written in the documented form.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, MaterialShape, Wrapping};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The certificate is written as base64 of the whole PEM file.
    ///
    /// ## Why it matters
    ///
    /// hybridcheck reads a certificate however it is written. The components that use the object were made for one form: base64 of the whole
    /// PEM file, BEGIN and END lines included. The identity provider in Genesys Cloud wants another one, the body alone; the same text pasted into both
    /// is a common mistake.
    ///
    /// ## How to fix
    ///
    /// 1. `openssl base64 -in cert.pem -out cert.pem.b64`
    /// 2. In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, and set `certificate` to the content
    ///    of `cert.pem.b64`, which begins with `LS0tLS1CRUdJTi`.
    ///
    /// If only the body is at hand (it begins with `MII`): `openssl base64 -d -A -in body.txt | openssl x509 -inform DER -out cert.pem`, then as above.
    ///
    /// ## What we rely on
    ///
    /// Documented: `openssl base64` of `cert.pem`. Observed: that command writes lines of 64 characters, and on Windows the PEM inside has
    /// CR LF; both pass. Inferred: other forms may be read by some components, hence only a warning.
    pub(crate) struct CertificateEncoding;
}

impl Judge for CertificateEncoding {
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
        let shape = &case.certificate()?.shape;
        let judgement = if shape.is_documented() {
            Judgement::pass(shape.to_string())
        } else {
            let expected = "base64 of a PEM file, beginning with LS0tLS1CRUdJTi";
            Judgement::warn(
                expected,
                shape.to_string(),
                command(shape),
                Owner::EngageAdmin,
            )
        };
        Ok(judgement.of(option))
    }
}

fn command(shape: &MaterialShape) -> &'static str {
    match shape.wrapping.as_slice() {
        [Wrapping::Base64, Wrapping::Der] => {
            "save the value as body.txt, run `openssl base64 -d -A -in body.txt | openssl x509 -inform DER -out cert.pem` (without -A if it has several lines), then set saml/certificate to the output of `openssl base64 -in cert.pem`"
        }
        [Wrapping::Base64, Wrapping::Base64, ..] => {
            "it was encoded once too often: set saml/certificate to the output of `openssl base64 -in cert.pem`, run once"
        }
        _ => "set saml/certificate to the output of `openssl base64 -in cert.pem`",
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::{CertificateOutcome, Facts, Gap, Quirk, Undecodable};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::healthy;

    use super::*;

    fn judge(wrapping: &[Wrapping], quirks: &[Quirk]) -> Judgement {
        let mut certificate = material::certificates(vec![material::info()]);
        certificate.shape.wrapping = wrapping.to_vec();
        certificate.shape.quirks = quirks.to_vec();
        let facts = material::facts(certificate, material::key_fact(material::decrypted()));
        material::judge(&CertificateEncoding, "certificate", &healthy(), &facts)
            .expect("a judgement")
    }

    #[test]
    fn the_documented_form_passes_also_when_made_on_windows() {
        let form = [Wrapping::Base64, Wrapping::Pem];
        assert_eq!(judge(&form, &[]).status(), Status::Pass);
        assert_eq!(judge(&form, &[Quirk::CrLf]).status(), Status::Pass);
    }

    #[test]
    fn every_other_form_warns_with_its_command() {
        use Wrapping::{Base64, Der, Pem};
        for (wrapping, quirks, word) in [
            (&[Pem][..], &[][..], "openssl base64 -in cert.pem"),
            (&[Base64, Der], &[], "openssl x509 -inform DER"),
            (&[Base64, Base64, Pem], &[], "once too often"),
            (
                &[Base64, Pem],
                &[Quirk::Quoted],
                "openssl base64 -in cert.pem",
            ),
        ] {
            let judgement = judge(wrapping, quirks);
            assert_eq!(judgement.status(), Status::Warn, "{wrapping:?}");
            assert!(judgement.fix().contains(word), "{}", judgement.fix());
        }
    }

    #[test]
    fn quirks_are_named() {
        let judgement = judge(&[Wrapping::Pem], &[Quirk::Indented, Quirk::Quoted]);
        assert_eq!(
            judgement.found(),
            "PEM, not base64-encoded, indented lines, quotes around the value"
        );
    }

    #[test]
    fn what_does_not_decode_is_a_gap() {
        let outcome = CertificateOutcome::Undecodable(Undecodable::NotDer);
        let key = material::key_fact(material::decrypted());
        let facts = material::facts(material::certificate_fact(outcome), key);
        let object = healthy();
        let answer = material::judge(&CertificateEncoding, "certificate", &object, &facts);
        let by = FactKey::certificate(object.id);
        assert_eq!(answer, Err(Gap::blocked(by)));
        let none = Facts::without(Gap::Offline);
        let answer = material::judge(&CertificateEncoding, "certificate", &object, &none);
        assert_eq!(answer, Err(Gap::Offline));
    }
}
