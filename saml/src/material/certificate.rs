//! An X.509 certificate's facts.

use hybridcheck_core::facts::{CertificateInfo, KeyAlgorithm};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::Timestamp;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::der::{self, Walk};
use super::{key, names};
use crate::digest::{hex, sha256_hex};

/// The facts of a DER certificate; nothing when it is none.
pub fn describe(der: &[u8]) -> Option<CertificateInfo> {
    let (rest, certificate) = X509Certificate::from_der(der).ok()?;
    let whole = der.strip_suffix(rest)?;
    let spki = certificate.public_key().raw;
    let is_ca = certificate
        .basic_constraints()
        .ok()
        .flatten()
        .is_some_and(|constraints| constraints.value.ca);
    let serial = certificate.raw_serial();
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    Some(CertificateInfo {
        subject: Outside::escaped(&certificate.subject().to_string(), 300),
        issuer: Outside::escaped(&certificate.issuer().to_string(), 300),
        serial: hex(serial.get(zeros.min(serial.len().saturating_sub(1))..)?),
        not_before: Timestamp::from_unix(certificate.validity().not_before.timestamp()),
        not_after: Timestamp::from_unix(certificate.validity().not_after.timestamp()),
        key: key_algorithm(spki)?,
        signature: Outside::of(signature(whole)?),
        is_ca,
        self_issued: certificate.subject().as_raw() == certificate.issuer().as_raw(),
        sha256: sha256_hex(whole),
        spki_sha256: sha256_hex(spki),
    })
}

fn key_algorithm(spki: &[u8]) -> Option<KeyAlgorithm> {
    let mut walk = Walk::into_sequence(spki)?;
    let (oid, mut parameters) = walk.take_algorithm()?;
    // The first octet of a BIT STRING counts its unused bits.
    let bits = walk.take(der::BIT_STRING)?.get(1..)?;
    Some(match oid.as_str() {
        names::RSA => {
            let modulus = Walk::into_sequence(bits)?.take(der::INTEGER)?;
            KeyAlgorithm::Rsa {
                bits: key::bit_length(der::positive(modulus)?),
            }
        }
        names::EC => KeyAlgorithm::Ec {
            curve: key::curve(&mut parameters),
        },
        _ => KeyAlgorithm::Other { oid: oid.into() },
    })
}

fn signature(certificate: &[u8]) -> Option<String> {
    let mut walk = Walk::into_sequence(certificate)?;
    walk.take(der::SEQUENCE)?;
    let (oid, mut parameters) = walk.take_algorithm()?;
    let name = names::name(&oid);
    if oid != names::PSS {
        return Some(name.to_owned());
    }
    // RFC 4055 section 3.1: without hashAlgorithm it is SHA-1.
    let hash = parameters
        .take(der::SEQUENCE)
        .and_then(|content| Walk(content).take(der::CONTEXT_0))
        .and_then(|content| Some(Walk(content).take_algorithm()?.0));
    let hash = hash.map_or("sha1".to_owned(), |oid| names::name(&oid).to_owned());
    Some(format!("{name} with {hash}"))
}
