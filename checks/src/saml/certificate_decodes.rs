//! Whether `saml/certificate` holds a certificate.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, CertificateOutcome, FactKey, Gap, Holds, Undecodable};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::idp_refusals::with_words;

page! {
    /// The option certificate holds an X.509 certificate.
    ///
    /// ## Why it matters
    ///
    /// The certificate belongs to the key that signs the SAML assertions. When the option holds something else, or only the beginning of
    /// a certificate, no agent can log in. Certificate and key swapped, the OAuth client's id, a store with the ending `.p12`, or a value cut at 255
    /// characters have all been pasted here.
    ///
    /// ## How to fix
    ///
    /// 1. Take the `cert.pem` that belongs to the key: it begins with `-----BEGIN CERTIFICATE-----`.
    ///    From a store: `openssl pkcs12 -in store.p12 -clcerts -nokeys | openssl x509 -out cert.pem`.
    ///    From a bundle: `openssl pkcs7 -in bundle.p7b -print_certs | openssl x509 -out cert.pem`.
    /// 2. `openssl base64 -in cert.pem -out cert.pem.b64`
    /// 3. In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, and set `certificate` to the whole content of
    ///    `cert.pem.b64`. If the field cuts the value, put it on one line: `openssl base64 -A -in cert.pem`.
    /// 4. Export the object again, and compare the length.
    ///
    /// ## What we rely on
    ///
    /// Documented: the option holds base64 of the whole PEM file. Observed: what the openssl command writes. Inferred: values are kept in pieces of 255
    /// characters, so a value of exactly that length was probably cut.
    pub(crate) struct CertificateDecodes;
}

impl Judge for CertificateDecodes {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "certificate")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::certificate(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "certificate")?;
        let fact = case.certificate()?;
        let expected = "an X.509 certificate: base64 of a PEM file that begins with -----BEGIN CERTIFICATE-----";
        let encode = "set saml/certificate to the output of `openssl base64 -in cert.pem`";
        let (found, fix) = match &fact.outcome {
            CertificateOutcome::Certificates { certificates } => {
                let subjects = certificates.iter().map(|info| info.subject.shown(120));
                let mut judgement = Judgement::pass(format!("certificate of {}", listed(subjects)));
                for info in certificates {
                    judgement = judgement
                        .evidence("serial number", &info.serial)
                        .evidence("SHA-256 fingerprint", &info.sha256);
                }
                return Ok(judgement.of(option));
            }
            CertificateOutcome::Other { holds } => (holds.to_string(), advice(*holds, encode)),
            CertificateOutcome::Undecodable(Undecodable::Empty) => {
                let key = FactKey::option(case.object.id, "saml", "certificate");
                return Err(Gap::blocked(key));
            }
            CertificateOutcome::Undecodable(cut @ Undecodable::CutOff { characters }) => {
                let hint = if *characters == 255 {
                    ", which is the length of one piece in the Configuration Database"
                } else {
                    ""
                };
                let fix = "export the object again, and if the value is as short there, enter it anew on one line: `openssl base64 -A -in cert.pem`";
                (format!("{cut}{hint}"), fix.to_owned())
            }
            CertificateOutcome::Undecodable(other) => (
                format!("{other} ({} characters)", fact.shape.characters),
                encode.to_owned(),
            ),
        };
        let judgement = Judgement::fail(expected, found, fix, Owner::EngageAdmin).of(option);
        let judgement = with_words(judgement, IdpFault::of_value(&fact.outcome));
        Ok(if option.missing_pieces.is_empty() {
            judgement
        } else {
            judgement.evidence("missing pieces", listed(&option.missing_pieces))
        })
    }
}

fn advice(holds: Holds, encode: &str) -> String {
    match holds {
        Holds::EncryptedPrivateKey => {
            format!(
                "move it to saml/pkey, where private keys belong, and {encode}; perhaps the two are swapped"
            )
        }
        Holds::PrivateKey => format!(
            "replace it: {encode}. The private key stood there unprotected: make a new pair if others could read the object"
        ),
        Holds::Pkcs12 => format!(
            "take the certificate out with `openssl pkcs12 -in store.p12 -clcerts -nokeys | openssl x509 -out cert.pem`, then {encode}"
        ),
        Holds::Pkcs7 => format!(
            "take the certificate out with `openssl pkcs7 -in bundle.p7b -print_certs | openssl x509 -out cert.pem`, then {encode}"
        ),
        Holds::CertificateRequest => format!(
            "a request is not yet signed; take the certificate that was made from it and {encode}"
        ),
        Holds::Certificate | Holds::Guid | Holds::PublicKey | Holds::Url => encode.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::Facts;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::{healthy, with, without};

    use super::*;

    fn judge(outcome: CertificateOutcome) -> Answer<Judgement> {
        let key = material::key_fact(material::decrypted());
        let facts = material::facts(material::certificate_fact(outcome), key);
        material::judge(&CertificateDecodes, "certificate", &healthy(), &facts)
    }

    fn fails_with(outcome: CertificateOutcome) -> Judgement {
        let judgement = judge(outcome).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        judgement
    }

    #[test]
    fn a_certificate_passes_with_its_fingerprint() {
        let certificates = vec![material::info()];
        let judgement =
            judge(CertificateOutcome::Certificates { certificates }).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
        assert_eq!(
            judgement.found(),
            "certificate of C=DE, O=Acme, CN=pureengage"
        );
        assert!(judgement.evidence[1].value.starts_with("c0ffee"));
    }

    #[test]
    fn a_swap_is_named() {
        let judgement = fails_with(CertificateOutcome::Other {
            holds: Holds::EncryptedPrivateKey,
        });
        assert_eq!(judgement.found(), "an encrypted private key");
        assert!(judgement.fix().contains("swapped"), "{}", judgement.fix());
    }

    #[test]
    fn each_kind_of_content_has_its_advice() {
        for (holds, word) in [
            (Holds::PrivateKey, "new pair"),
            (Holds::Pkcs12, "openssl pkcs12"),
            (Holds::Pkcs7, "openssl pkcs7"),
            (Holds::CertificateRequest, "not yet signed"),
            (Holds::Guid, "openssl base64"),
        ] {
            let judgement = fails_with(CertificateOutcome::Other { holds });
            assert!(
                judgement.fix().contains(word),
                "{holds}: {}",
                judgement.fix()
            );
        }
    }

    #[test]
    fn a_cut_at_255_is_explained() {
        let cut = |characters| {
            let cut = Undecodable::CutOff { characters };
            fails_with(CertificateOutcome::Undecodable(cut))
                .found()
                .to_owned()
        };
        assert!(cut(255).contains("one piece"));
        assert!(!cut(256).contains("one piece"));
    }

    #[test]
    fn text_that_is_no_encoding_fails() {
        for reason in [Undecodable::NotEncoded, Undecodable::NotDer] {
            fails_with(CertificateOutcome::Undecodable(reason));
        }
    }

    #[test]
    fn what_is_not_there_is_a_gap() {
        let object = without(healthy(), "saml", "certificate");
        let answer = material::judge(
            &CertificateDecodes,
            "certificate",
            &object,
            &Facts::default(),
        );
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
        let object = with(healthy(), "saml", "certificate", "***");
        let answer = material::judge(
            &CertificateDecodes,
            "certificate",
            &object,
            &Facts::default(),
        );
        assert!(matches!(answer, Err(Gap::Hidden { .. })));
        let empty = CertificateOutcome::Undecodable(Undecodable::Empty);
        assert!(matches!(judge(empty), Err(Gap::Blocked { .. })));
    }
}
