//! Whether key and certificate belong together.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{
    Answer, CertificateInfo, CertificateOutcome, FactKey, Gap, KeyAlgorithm, PrivateKeyInfo,
};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The private key belongs to the certificate.
    ///
    /// ## Why it matters
    ///
    /// Genesys Cloud verifies the signature of an assertion with the certificate. A key of another pair signs without any error here, and every login is
    /// refused there. It happens when a certificate is renewed and only one of the two options is changed.
    ///
    /// ## How to fix
    ///
    /// 1. Compare the public keys; both commands must print the same:
    ///    `openssl x509 -in cert.pem -noout -pubkey | openssl sha256` and `openssl pkey -in key.pem -pubout | openssl sha256`
    /// 2. Find the certificate or the key that belongs to the other, or make a new pair with
    ///    `openssl req -new -x509 -newkey rsa:2048 -days 3652 -nodes -keyout key.pem -out cert.pem`.
    /// 3. In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, and set `certificate` (`openssl base64 -in cert.pem`), `pkey`
    ///    (`openssl rsa -aes256 -in key.pem | openssl base64`) and `password` together; set the certificate at the identity provider too.
    ///
    /// ## What we rely on
    ///
    /// The public key of an RSA private key follows from it, and is compared with the one in the certificate. Keys of other kinds are not compared.
    pub(crate) struct PkeyMatchesCertificate;
}

impl Judge for PkeyMatchesCertificate {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "pkey")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        let object = object.id;
        vec![FactKey::certificate(object), FactKey::private_key(object)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let pkey = case.visible("saml", "pkey")?;
        let certificate = case.visible("saml", "certificate")?;
        let info = case.decoded_certificate()?;
        let key = case.decoded_private_key()?;
        let expected = "the private key of the certificate in saml/certificate";
        let judgement = match compared(info, key) {
            Some(true) => Judgement::pass(format!(
                "the {} key of {}",
                key.key,
                info.subject.shown(120)
            )),
            Some(false) => match later_match(case, key)? {
                Some(number) => Judgement::warn(
                    expected,
                    format!(
                        "the key of certificate {number} in saml/certificate; readers may take the first"
                    ),
                    format!("keep only certificate {number} in saml/certificate"),
                    Owner::EngageAdmin,
                ),
                None => Judgement::fail(
                    expected,
                    format!(
                        "a key ({}) of another pair than the certificate ({})",
                        key.key, info.key
                    ),
                    "set certificate, pkey and password of one pair together, and that certificate at the identity provider",
                    Owner::EngageAdmin,
                ),
            },
            None => {
                return Err(Gap::NotAnswered {
                    what: format!(
                        "hybridcheck compares RSA keys only (certificate: {}, key: {}); compare by hand: see the page of this check",
                        info.key, key.key
                    ),
                });
            }
        };
        let unknown = "not derived".to_owned();
        Ok(judgement
            .evidence("public key of the certificate, SHA-256", &info.spki_sha256)
            .evidence(
                "public key of the private key, SHA-256",
                key.spki_sha256.as_ref().unwrap_or(&unknown),
            )
            .of(pkey)
            .of(certificate))
    }
}

/// Whether key and certificate belong together; nothing when that cannot be told.
fn compared(info: &CertificateInfo, key: &PrivateKeyInfo) -> Option<bool> {
    if key.spki_sha256.as_ref() == Some(&info.spki_sha256) {
        return Some(true);
    }
    match (&info.key, &key.key) {
        (KeyAlgorithm::Rsa { .. }, KeyAlgorithm::Rsa { .. }) => {
            key.spki_sha256.as_ref().map(|_| false)
        }
        (KeyAlgorithm::Rsa { .. }, KeyAlgorithm::Ec { .. })
        | (KeyAlgorithm::Ec { .. }, KeyAlgorithm::Rsa { .. }) => Some(false),
        // One RSA key may be labelled in more than one way (RSASSA-PSS), so other kinds prove nothing.
        _ => None,
    }
}

/// The number of a later certificate of the value to which the key belongs.
fn later_match(case: &Case<'_>, key: &PrivateKeyInfo) -> Answer<Option<usize>> {
    let CertificateOutcome::Certificates { certificates } = &case.certificate()?.outcome else {
        return Ok(None);
    };
    let index = certificates
        .iter()
        .position(|info| compared(info, key) == Some(true));
    Ok(index.map(|index| index + 1))
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::PrivateKeyOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::healthy;

    use super::*;

    fn answer(certificates: Vec<CertificateInfo>, outcome: PrivateKeyOutcome) -> Answer<Judgement> {
        let facts = material::facts(
            material::certificates(certificates),
            material::key_fact(outcome),
        );
        material::judge(&PkeyMatchesCertificate, "pkey", &healthy(), &facts)
    }

    fn other() -> CertificateInfo {
        let mut info = material::info();
        info.spki_sha256 = "0".repeat(64);
        info
    }

    fn of_kind(key: KeyAlgorithm) -> CertificateInfo {
        CertificateInfo { key, ..other() }
    }

    fn ec() -> KeyAlgorithm {
        KeyAlgorithm::Ec {
            curve: "P-256".into(),
        }
    }

    fn ec_key() -> PrivateKeyOutcome {
        let key = PrivateKeyInfo {
            key: ec(),
            spki_sha256: None,
        };
        PrivateKeyOutcome::Unencrypted { key }
    }

    #[test]
    fn one_pair_passes_protected_or_not() {
        for outcome in [
            material::decrypted(),
            PrivateKeyOutcome::Unencrypted {
                key: material::key(),
            },
        ] {
            let judgement = answer(vec![material::info()], outcome).expect("a judgement");
            assert_eq!(judgement.status(), Status::Pass);
            assert_eq!(judgement.places.len(), 2);
        }
    }

    #[test]
    fn another_pair_fails() {
        let judgement = answer(vec![other()], material::decrypted()).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        let judgement = answer(vec![other()], ec_key()).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        let judgement = answer(vec![of_kind(ec())], material::decrypted()).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
    }

    #[test]
    fn a_chain_in_the_wrong_order_is_told_from_another_pair() {
        let chain = vec![other(), material::info()];
        let judgement = answer(chain, material::decrypted()).expect("a judgement");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().contains("certificate 2"));
    }

    #[test]
    fn what_cannot_be_compared_accuses_nobody() {
        let pss = KeyAlgorithm::Other {
            oid: "1.2.840.113549.1.1.10".into(),
        };
        for (certificate, outcome) in [
            (of_kind(ec()), ec_key()),
            (of_kind(pss), material::decrypted()),
        ] {
            assert!(matches!(
                answer(vec![certificate], outcome),
                Err(Gap::NotAnswered { .. })
            ));
        }
    }

    #[test]
    fn a_key_that_does_not_open_is_a_gap() {
        let wrong = PrivateKeyOutcome::WrongPassword {
            protection: "PBES2".into(),
        };
        let by = FactKey::private_key(healthy().id);
        assert_eq!(answer(vec![material::info()], wrong), Err(Gap::blocked(by)));
    }
}
