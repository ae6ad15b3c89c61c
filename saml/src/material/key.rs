//! Private keys in plain DER: PKCS#8, PKCS#1 and SEC 1; only their public face leaves this file.

use hybridcheck_core::facts::{KeyAlgorithm, PrivateKeyInfo};
use hybridcheck_core::outside::Outside;

use super::der::{self, Walk};
use super::names;
use crate::digest::sha256_hex;

/// The public face of a private key. The input must be one key and nothing more, which also tells a right password
/// from one whose padding happens to fit.
pub(super) fn parse(input: &[u8]) -> Option<PrivateKeyInfo> {
    let (element, rest) = der::read(input).ok()?;
    if element.tag != der::SEQUENCE || !rest.is_empty() {
        return None;
    }
    let walk = Walk(element.content);
    pkcs8(walk).or_else(|| pkcs1(walk)).or_else(|| sec1(walk))
}

/// The length of a magnitude in bits.
pub(super) fn bit_length(magnitude: &[u8]) -> u32 {
    let Some(first) = magnitude.first() else {
        return 0;
    };
    let bits = magnitude.len() * 8 - usize::try_from(first.leading_zeros()).unwrap_or(0);
    u32::try_from(bits).unwrap_or(u32::MAX)
}

/// The name of a curve given by its object identifier.
pub(super) fn curve(parameters: &mut Walk<'_>) -> Outside {
    parameters
        .take(der::OID)
        .and_then(der::dotted)
        .map_or("with explicit parameters".into(), |oid| {
            names::name(&oid).into()
        })
}

fn pkcs8(mut walk: Walk<'_>) -> Option<PrivateKeyInfo> {
    if walk.take_number()? > 1 {
        return None;
    }
    let (oid, mut parameters) = walk.take_algorithm()?;
    let inner = walk.take(der::OCTET_STRING)?;
    let other = |key| PrivateKeyInfo {
        key,
        spki_sha256: None,
    };
    match oid.as_str() {
        names::RSA => pkcs1(Walk::into_sequence(inner)?),
        names::EC => Some(other(KeyAlgorithm::Ec {
            curve: curve(&mut parameters),
        })),
        _ => Some(other(KeyAlgorithm::Other { oid: oid.into() })),
    }
}

/// `RSAPrivateKey`: a version and at least eight numbers (RFC 8017 appendix A.1.2); a DSA key has fewer.
fn pkcs1(mut walk: Walk<'_>) -> Option<PrivateKeyInfo> {
    if walk.take_number()? > 1 {
        return None;
    }
    let modulus = der::positive(walk.take(der::INTEGER)?)?;
    let exponent = der::positive(walk.take(der::INTEGER)?)?;
    for _ in 0..6 {
        walk.take(der::INTEGER)?;
    }
    if modulus.is_empty() || exponent.is_empty() {
        return None;
    }
    Some(PrivateKeyInfo {
        key: KeyAlgorithm::Rsa {
            bits: bit_length(modulus),
        },
        spki_sha256: Some(sha256_hex(&rsa_spki(modulus, exponent))),
    })
}

/// `ECPrivateKey` (RFC 5915): version 1, the secret, the curve in `[0]`.
fn sec1(mut walk: Walk<'_>) -> Option<PrivateKeyInfo> {
    if walk.take_number()? != 1 {
        return None;
    }
    walk.take(der::OCTET_STRING)?;
    let curve = match walk.take(der::CONTEXT_0) {
        Some(parameters) => curve(&mut Walk(parameters)),
        None => "of an unnamed curve".into(),
    };
    Some(PrivateKeyInfo {
        key: KeyAlgorithm::Ec { curve },
        spki_sha256: None,
    })
}

/// The subject public key info as every certificate carries it for this key.
fn rsa_spki(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    const ALGORITHM: [u8; 15] = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
    ];
    let numbers = [der::write_integer(modulus), der::write_integer(exponent)].concat();
    let mut bits = vec![0];
    bits.extend(der::write(der::SEQUENCE, &numbers));
    let content = [&ALGORITHM[..], &der::write(der::BIT_STRING, &bits)].concat();
    der::write(der::SEQUENCE, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rsa(numbers: usize) -> Vec<u8> {
        let mut content = der::write_integer(&[]);
        for _ in 0..numbers {
            content.extend(der::write_integer(&[0x81]));
        }
        der::write(der::SEQUENCE, &content)
    }

    #[test]
    fn an_rsa_key_has_eight_numbers() {
        let key = parse(&rsa(8)).expect("a key");
        assert_eq!(key.key, KeyAlgorithm::Rsa { bits: 8 });
        assert!(key.spki_sha256.is_some());
        assert!(parse(&rsa(5)).is_none(), "DSA");
    }

    #[test]
    fn anything_behind_the_key_makes_it_no_key() {
        let mut bytes = rsa(8);
        bytes.push(0);
        assert!(parse(&bytes).is_none());
    }

    #[test]
    fn bits_are_counted_from_the_first_that_is_set() {
        assert_eq!(bit_length(&[]), 0);
        assert_eq!(bit_length(&[1]), 1);
        assert_eq!(bit_length(&[0x80, 0]), 16);
    }
}
