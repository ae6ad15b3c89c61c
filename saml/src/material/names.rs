//! Names of the object identifiers that certificates and protected keys are made of.

/// rsaEncryption.
pub(super) const RSA: &str = "1.2.840.113549.1.1.1";
/// id-ecPublicKey.
pub(super) const EC: &str = "1.2.840.10045.2.1";
/// RSASSA-PSS, whose hash stands in the parameters.
pub(super) const PSS: &str = "1.2.840.113549.1.1.10";
/// PBES2.
pub(super) const PBES2: &str = "1.2.840.113549.1.5.13";

/// What a person calls an object identifier; the identifier itself when it is not a known one.
pub(super) fn name(oid: &str) -> &str {
    NAMES
        .iter()
        .find(|(known, _)| *known == oid)
        .map_or(oid, |(_, name)| name)
}

const NAMES: &[(&str, &str)] = &[
    // Signatures.
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.10", "rsassaPss"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.3.14.3.2.3", "md5WithRSA"),
    ("1.3.14.3.2.29", "sha1WithRSA"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.10040.4.3", "dsa-with-SHA1"),
    ("2.16.840.1.101.3.4.3.2", "dsa-with-SHA256"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    // Hashes.
    ("1.3.14.3.2.26", "sha1"),
    ("2.16.840.1.101.3.4.2.1", "sha256"),
    ("2.16.840.1.101.3.4.2.2", "sha384"),
    ("2.16.840.1.101.3.4.2.3", "sha512"),
    ("2.16.840.1.101.3.4.2.4", "sha224"),
    // Curves.
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.132.0.10", "secp256k1"),
    // Protections as a whole (RFC 8018 PBES1, RFC 7292 appendix C).
    ("1.2.840.113549.1.5.1", "PBES1, MD2, DES"),
    ("1.2.840.113549.1.5.3", "PBES1, MD5, DES"),
    ("1.2.840.113549.1.5.4", "PBES1, MD2, RC2"),
    ("1.2.840.113549.1.5.6", "PBES1, MD5, RC2"),
    ("1.2.840.113549.1.5.10", "PBES1, SHA1, DES"),
    ("1.2.840.113549.1.5.11", "PBES1, SHA1, RC2"),
    ("1.2.840.113549.1.12.1.1", "PKCS#12 PBE, SHA1, RC4-128"),
    ("1.2.840.113549.1.12.1.2", "PKCS#12 PBE, SHA1, RC4-40"),
    ("1.2.840.113549.1.12.1.3", "PKCS#12 PBE, SHA1, 3DES"),
    ("1.2.840.113549.1.12.1.4", "PKCS#12 PBE, SHA1, 2-key 3DES"),
    ("1.2.840.113549.1.12.1.5", "PKCS#12 PBE, SHA1, RC2-128"),
    ("1.2.840.113549.1.12.1.6", "PKCS#12 PBE, SHA1, RC2-40"),
    // Parts of PBES2.
    ("1.2.840.113549.1.5.12", "PBKDF2"),
    ("1.3.6.1.4.1.11591.4.11", "scrypt"),
    ("1.2.840.113549.2.7", "HMAC-SHA1"),
    ("1.2.840.113549.2.8", "HMAC-SHA224"),
    ("1.2.840.113549.2.9", "HMAC-SHA256"),
    ("1.2.840.113549.2.10", "HMAC-SHA384"),
    ("1.2.840.113549.2.11", "HMAC-SHA512"),
    ("1.3.14.3.2.7", "DES-CBC"),
    ("1.2.840.113549.3.2", "RC2-CBC"),
    ("1.2.840.113549.3.7", "DES-EDE3-CBC"),
    ("2.16.840.1.101.3.4.1.2", "AES-128-CBC"),
    ("2.16.840.1.101.3.4.1.6", "AES-128-GCM"),
    ("2.16.840.1.101.3.4.1.22", "AES-192-CBC"),
    ("2.16.840.1.101.3.4.1.26", "AES-192-GCM"),
    ("2.16.840.1.101.3.4.1.42", "AES-256-CBC"),
    ("2.16.840.1.101.3.4.1.46", "AES-256-GCM"),
    ("1.2.392.200011.61.1.1.1.2", "CAMELLIA-128-CBC"),
    ("1.2.392.200011.61.1.1.1.3", "CAMELLIA-192-CBC"),
    ("1.2.392.200011.61.1.1.1.4", "CAMELLIA-256-CBC"),
    ("1.2.410.200004.1.4", "SEED-CBC"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_identifier_is_named_once() {
        let known: BTreeSet<&str> = NAMES.iter().map(|(oid, _)| *oid).collect();
        assert_eq!(known.len(), NAMES.len());
        assert_eq!(name("1.3.132.0.34"), "P-384");
        assert_eq!(name("1.2.3"), "1.2.3");
    }
}
