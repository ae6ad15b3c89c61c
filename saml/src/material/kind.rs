//! What a block is, told from its structure; the word after BEGIN is not trusted.

use hybridcheck_core::facts::{Holds, PrivateKeyInfo};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer;

use super::der::{self, Walk};
use super::pem::{self, Block};
use super::{certificate, key};

/// What a block is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Certificate,
    CertificateRequest,
    /// PKCS#8 `EncryptedPrivateKeyInfo`, or a PEM with `DEK-Info`.
    EncryptedPrivateKey,
    Pkcs12,
    Pkcs7,
    PrivateKey(PrivateKeyInfo),
    PublicKey,
    Unknown,
}

impl Kind {
    /// What the block is.
    pub(super) fn of(block: &Block) -> Self {
        if block.dek.is_some() {
            return Self::EncryptedPrivateKey;
        }
        let bytes = &block.bytes;
        if pem::is_pkcs12_ber(bytes) {
            return Self::Pkcs12;
        }
        let Ok((element, _)) = der::read(bytes) else {
            return Self::Unknown;
        };
        if let Some(key) = key::parse(element.whole) {
            return Self::PrivateKey(key);
        }
        if certificate::describe(bytes).is_some() {
            return Self::Certificate;
        }
        if X509CertificationRequest::from_der(element.whole).is_ok() {
            return Self::CertificateRequest;
        }
        Self::of_skeleton(bytes).unwrap_or(Self::Unknown)
    }

    fn of_skeleton(bytes: &[u8]) -> Option<Self> {
        const PKCS7: &str = "1.2.840.113549.1.7";
        let mut walk = Walk::into_sequence(bytes)?;
        let mut first = walk;
        if let Some(oid) = first.take(der::OID).and_then(der::dotted) {
            return oid.starts_with(PKCS7).then_some(Self::Pkcs7);
        }
        if let Some(version) = walk.take(der::INTEGER) {
            let mut store = walk;
            if version == [3] && Walk(store.take(der::SEQUENCE)?).take(der::OID).is_some() {
                return Some(Self::Pkcs12);
            }
            let is_rsa = walk.take(der::INTEGER).is_some() && walk.0.is_empty();
            return is_rsa.then_some(Self::PublicKey);
        }
        walk.take_algorithm()?;
        match walk.next()?.tag {
            der::OCTET_STRING => Some(Self::EncryptedPrivateKey),
            der::BIT_STRING => Some(Self::PublicKey),
            _ => None,
        }
    }

    /// How a person calls it; nothing for the unknown.
    pub(super) fn holds(&self) -> Option<Holds> {
        Some(match self {
            Self::Certificate => Holds::Certificate,
            Self::CertificateRequest => Holds::CertificateRequest,
            Self::EncryptedPrivateKey => Holds::EncryptedPrivateKey,
            Self::Pkcs12 => Holds::Pkcs12,
            Self::Pkcs7 => Holds::Pkcs7,
            Self::PrivateKey(_) => Holds::PrivateKey,
            Self::PublicKey => Holds::PublicKey,
            Self::Unknown => return None,
        })
    }
}
