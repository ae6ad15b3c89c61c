//! Certificate and key of the object.

use hybridcheck_core::facts::{
    CertificateFact, CertificateInfo, CertificateOutcome, KeyAlgorithm, MaterialShape,
    PrivateKeyFact, PrivateKeyOutcome, Wrapping,
};
use hybridcheck_core::time::Timestamp;

use super::now;

/// SHA-256 of the healthy certificate.
pub const CERTIFICATE_SHA256: &str =
    "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00";

/// SHA-256 of the healthy certificate's public key.
pub const KEY_SHA256: &str = "5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed";

/// The healthy certificate.
pub fn certificate_info() -> CertificateInfo {
    CertificateInfo {
        subject: "CN=acme-pureengage".into(),
        issuer: "CN=acme-pureengage".into(),
        serial: "0a1b2c".into(),
        not_before: Timestamp::from_unix(now().unix() - 365 * 86_400),
        not_after: Timestamp::from_unix(now().unix() + 9 * 365 * 86_400),
        key: KeyAlgorithm::Rsa { bits: 2048 },
        signature: "sha256WithRSAEncryption".into(),
        is_ca: false,
        self_issued: true,
        sha256: CERTIFICATE_SHA256.into(),
        spki_sha256: KEY_SHA256.into(),
    }
}

/// What the documented form of a value looks like.
pub fn documented_shape() -> MaterialShape {
    MaterialShape {
        characters: 1720,
        wrapping: vec![Wrapping::Base64, Wrapping::Pem],
        quirks: Vec::new(),
    }
}

/// A certificate option that holds this.
pub fn certificate(outcome: CertificateOutcome) -> CertificateFact {
    CertificateFact {
        shape: documented_shape(),
        outcome,
    }
}

/// A key option that holds this.
pub fn private_key(outcome: PrivateKeyOutcome) -> PrivateKeyFact {
    PrivateKeyFact {
        shape: documented_shape(),
        outcome,
    }
}
