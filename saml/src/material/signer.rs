//! Signing with the object's own key: the key is opened here and never leaves, what comes out is a signature.

use std::fmt;

use hybridcheck_core::facts::{
    CertificateInfo, CertificateOutcome, Gap, Holds, PrivateKeyOutcome, Undecodable,
};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;

use super::kind::Kind;
use super::protection::Protected;
use super::{candidates, certificate, describe, key, option, private_key, text};

/// The object's private key, ready to sign, and the certificate that belongs to it.
pub struct Signer {
    pair: KeyPair,
    certificate: Vec<u8>,
    info: CertificateInfo,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("certificate", &self.info.sha256)
            .finish_non_exhaustive()
    }
}

/// Why nothing can be signed with an object's key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSigner {
    /// An option that is needed is not there, or empty.
    #[error("{option} is missing or empty")]
    Missing {
        /// Section and option.
        option: &'static str,
    },
    /// The export hides an option that is needed.
    #[error("{option} is hidden in this export")]
    Hidden {
        /// Section and option.
        option: &'static str,
    },
    /// An option does not hold what it should.
    #[error("{option} holds {found}; expected {expected}")]
    Unusable {
        /// Section and option.
        option: &'static str,
        /// What it should hold.
        expected: &'static str,
        /// What it holds.
        found: String,
    },
    /// The password does not open the key.
    #[error("saml/password does not open saml/pkey ({protection})")]
    WrongPassword {
        /// How the key is protected.
        protection: Outside,
    },
    /// Key and certificate are of two pairs.
    #[error("saml/pkey does not belong to saml/certificate")]
    Mismatch,
    /// The system gave no randomness, or the key refused to sign.
    #[error("saml/pkey opened, but signing with it failed")]
    Failed,
}

impl Signer {
    /// Opens an object's key.
    pub fn of(object: &HybridObject) -> Result<Self, NoSigner> {
        let certificate = wanted(object, "certificate", "saml/certificate")?;
        let certificate = first_certificate(certificate)?;
        let info = describe(&certificate).ok_or(NoSigner::Unusable {
            option: "saml/certificate",
            expected: "a certificate",
            found: "something that cannot be read".into(),
        })?;
        let pkey = wanted(object, "pkey", "saml/pkey")?;
        // An empty password is told by what the key says of it.
        let der = open_key(pkey, option(object, "password").ok())?;
        let face = key::parse(&der).ok_or(NoSigner::Failed)?;
        if face.spki_sha256.as_ref() != Some(&info.spki_sha256) {
            return Err(match face.spki_sha256 {
                Some(_) => NoSigner::Mismatch,
                None => unusable_key(format!("a key of {}", face.key)),
            });
        }
        let pair = KeyPair::from_pkcs8(&der).or_else(|_| KeyPair::from_der(&der));
        let pair = pair.map_err(|refused| {
            unusable_key(format!("a key of {} that cannot sign: {refused}", face.key))
        })?;
        Ok(Self {
            pair,
            certificate,
            info,
        })
    }

    /// The signature by RSA PKCS#1 v1.5 with SHA-256, the algorithm that Genesys documents for SAML.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, NoSigner> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        self.pair
            .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
            .map_err(|_| NoSigner::Failed)?;
        Ok(signature)
    }

    /// The certificate, DER.
    pub fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    /// What the certificate says.
    pub fn info(&self) -> &CertificateInfo {
        &self.info
    }
}

/// The DER of the first certificate of `saml/certificate`, when there is one.
pub fn certificate_der_of(object: &HybridObject) -> Option<Vec<u8>> {
    first_certificate(option(object, "certificate").ok()?).ok()
}

fn wanted<'a>(
    object: &'a HybridObject,
    name: &str,
    shown: &'static str,
) -> Result<&'a str, NoSigner> {
    match option(object, name) {
        Ok(text) if text.trim().is_empty() => Err(NoSigner::Missing { option: shown }),
        Ok(text) => Ok(text),
        Err(Gap::Hidden { .. }) => Err(NoSigner::Hidden { option: shown }),
        Err(_) => Err(NoSigner::Missing { option: shown }),
    }
}

fn first_certificate(text: &str) -> Result<Vec<u8>, NoSigner> {
    let opened = text::open(text);
    let block = opened
        .blocks
        .iter()
        .find(|block| Kind::of(block) == Kind::Certificate);
    if let Some((element, _)) = block.and_then(|block| super::der::read(&block.bytes).ok()) {
        return Ok(element.whole.to_vec());
    }
    let found = match certificate(text).outcome {
        CertificateOutcome::Other { holds } => holds.to_string(),
        CertificateOutcome::Undecodable(failure) => failure.to_string(),
        CertificateOutcome::Certificates { .. } => Undecodable::NotDer.to_string(),
    };
    Err(NoSigner::Unusable {
        option: "saml/certificate",
        expected: "base64 of a PEM certificate",
        found,
    })
}

fn unusable_key(found: String) -> NoSigner {
    NoSigner::Unusable {
        option: "saml/pkey",
        expected: "base64 of a PEM with an encrypted RSA key",
        found,
    }
}

/// The key in plain DER.
fn open_key(text: &str, password: Option<&str>) -> Result<Vec<u8>, NoSigner> {
    let opened = text::open(text);
    for block in &opened.blocks {
        match Kind::of(block) {
            Kind::EncryptedPrivateKey => {
                let Some(protected) = Protected::read(block) else {
                    continue;
                };
                let Some(password) = password.filter(|password| !password.is_empty()) else {
                    continue;
                };
                for (candidate, _) in candidates(password) {
                    if let Ok(Some(der)) = protected.open_der(candidate) {
                        return Ok(der);
                    }
                }
            }
            Kind::PrivateKey(_) => {
                let read = super::der::read(&block.bytes);
                return read
                    .map(|(element, _)| element.whole.to_vec())
                    .map_err(|_| NoSigner::Failed);
            }
            _ => {}
        }
    }
    Err(match private_key(text, password).outcome {
        PrivateKeyOutcome::WrongPassword { protection } => NoSigner::WrongPassword { protection },
        PrivateKeyOutcome::NoPassword { .. } => NoSigner::Missing {
            option: "saml/password",
        },
        PrivateKeyOutcome::Unsupported { protection } => unusable_key(format!(
            "a key under a protection that cannot be undone here ({protection})"
        )),
        PrivateKeyOutcome::Other { holds } => unusable_key(holds.to_string()),
        PrivateKeyOutcome::Undecodable(failure) => unusable_key(failure.to_string()),
        PrivateKeyOutcome::Decrypted { .. } | PrivateKeyOutcome::Unencrypted { .. } => {
            unusable_key(Holds::PrivateKey.to_string())
        }
    })
}

#[cfg(test)]
mod tests {
    use hybridcheck_testkit::{objects, openssl};
    use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use x509_parser::prelude::{FromDer, X509Certificate};

    use super::*;
    use crate::digest::sha256_hex;

    fn object(certificate: &str, pkey: &str, password: &str) -> HybridObject {
        let object = objects::healthy();
        let object = objects::with(object, "saml", "certificate", certificate);
        let object = objects::with(object, "saml", "pkey", pkey);
        objects::with(object, "saml", "password", password)
    }

    fn refusal(object: &HybridObject) -> String {
        Signer::of(object).expect_err("no signer").to_string()
    }

    #[test]
    fn every_way_to_protect_a_key_ends_in_the_same_signature() {
        let pair = openssl::pair().unwrap();
        let certificate = openssl::base64(&pair.certificate).unwrap();
        let mut signatures = std::collections::BTreeSet::new();
        for command in [
            &["rsa", "-aes256"][..],
            &["rsa", "-traditional", "-aes256"],
            &["pkcs8", "-topk8", "-v2", "aes256"],
        ] {
            let protected = openssl::protected_by(command, &pair.key, openssl::PASSWORD).unwrap();
            let pkey = openssl::base64(&protected).unwrap();
            let signer = Signer::of(&object(&certificate, &pkey, openssl::PASSWORD)).unwrap();
            signatures.insert(signer.sign(b"message").unwrap());
        }
        assert_eq!(signatures.len(), 1);
        let der = openssl::certificate_der(&pair.certificate).unwrap();
        let (_, parsed) = X509Certificate::from_der(&der).unwrap();
        let public = &parsed.public_key().subject_public_key.data;
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
        let signature = signatures.first().unwrap();
        public.verify(b"message", signature).expect("it holds");
        assert!(public.verify(b"massage", signature).is_err());
    }

    #[test]
    fn what_stands_in_the_way_is_named() {
        let (pair, other) = (openssl::pair().unwrap(), openssl::pair().unwrap());
        let certificate = openssl::base64(&pair.certificate).unwrap();
        let pkey = openssl::protected(&pair.key, openssl::PASSWORD).unwrap();
        let stranger = openssl::protected(&other.key, openssl::PASSWORD).unwrap();
        let healthy = object(&certificate, &pkey, openssl::PASSWORD);
        for (object, expected) in [
            (
                object(&certificate, &pkey, "wrong"),
                "saml/password does not open saml/pkey (PBES2",
            ),
            (
                object(&certificate, &stranger, openssl::PASSWORD),
                "saml/pkey does not belong to saml/certificate",
            ),
            (
                object(&certificate, &certificate, openssl::PASSWORD),
                "saml/pkey holds a certificate; expected",
            ),
            (
                object("FAKE words", &pkey, openssl::PASSWORD),
                "saml/certificate holds text that is neither PEM nor base64",
            ),
            (
                object(&certificate, "********", openssl::PASSWORD),
                "saml/pkey is hidden in this export",
            ),
            (
                objects::without(healthy.clone(), "saml", "password"),
                "saml/password is missing or empty",
            ),
            (
                objects::without(healthy, "saml", "certificate"),
                "saml/certificate is missing or empty",
            ),
        ] {
            let refusal = refusal(&object);
            assert!(refusal.starts_with(expected), "{refusal}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let pair = openssl::pair().unwrap();
        let signer = Signer::of(&object(&pair.certificate, &pair.key, "")).unwrap();
        let debug = format!("{signer:?}");
        assert_eq!(
            debug,
            format!("Signer {{ certificate: \"{}\", .. }}", signer.info().sha256)
        );
        assert_eq!(sha256_hex(signer.certificate()), signer.info().sha256);
    }
}
