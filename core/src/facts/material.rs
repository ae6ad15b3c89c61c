//! What `saml/certificate` and `saml/pkey` turned out to hold.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Seen;
use crate::outside::Outside;
use crate::text::listed;
use crate::time::Timestamp;

/// How a value is wrapped, outermost first: `[Base64, Pem]` is the documented form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wrapping {
    /// Base64 text.
    Base64,
    /// Raw DER bytes.
    Der,
    /// PEM (RFC 7468, or RFC 1421 with headers).
    Pem,
}

/// Something unusual in how a value is written, that decoding got over.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// Begins with a byte order mark.
    ByteOrderMark,
    /// Lines end in CR LF.
    CrLf,
    /// Line breaks became blanks.
    FlattenedWithBlanks,
    /// Line breaks were removed.
    FlattenedWithoutBreaks,
    /// Lines are indented.
    Indented,
    /// Line breaks are the two characters `\n`.
    LiteralEscapes,
    /// Text stands before the PEM (as `openssl x509 -text` writes).
    Preamble,
    /// Quotes stand around the value.
    Quoted,
    /// Blanks or line breaks stand around the value.
    SurroundingBlanks,
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ByteOrderMark => "byte order mark",
            Self::CrLf => "CR LF line ends",
            Self::FlattenedWithBlanks => "line breaks turned into blanks",
            Self::FlattenedWithoutBreaks => "line breaks removed",
            Self::Indented => "indented lines",
            Self::LiteralEscapes => "line breaks written as \\n",
            Self::Preamble => "text before the PEM",
            Self::Quoted => "quotes around the value",
            Self::SurroundingBlanks => "blanks around the value",
        })
    }
}

/// How a value was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MaterialShape {
    /// Length of the value in characters.
    pub characters: usize,
    /// The wrappings, outermost first.
    pub wrapping: Vec<Wrapping>,
    /// What was unusual.
    pub quirks: Vec<Quirk>,
}

impl MaterialShape {
    /// The form that the documentation asks for: base64 of the whole PEM file. CR LF is how openssl ends lines on Windows.
    pub fn is_documented(&self) -> bool {
        self.wrapping == [Wrapping::Base64, Wrapping::Pem]
            && self.quirks.iter().all(|quirk| *quirk == Quirk::CrLf)
    }

    /// How the value is wrapped, in words.
    pub fn wrapping_label(&self) -> &'static str {
        match self.wrapping.as_slice() {
            [Wrapping::Base64, Wrapping::Pem] => "base64 of a PEM file (the documented form)",
            [Wrapping::Pem] => "PEM, not base64-encoded",
            [Wrapping::Base64, Wrapping::Der] | [Wrapping::Base64] => {
                "base64 of DER, without BEGIN and END lines"
            }
            [Wrapping::Der] => "raw DER",
            [Wrapping::Base64, Wrapping::Base64, ..] => "base64 more than once",
            _ => "an unknown form",
        }
    }
}

impl fmt::Display for MaterialShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wrapping_label())?;
        for quirk in &self.quirks {
            write!(f, ", {quirk}")?;
        }
        Ok(())
    }
}

/// What a value holds when it does not hold what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// A certificate.
    Certificate,
    /// A certificate signing request.
    CertificateRequest,
    /// An encrypted private key.
    EncryptedPrivateKey,
    /// A GUID, such as a client id.
    Guid,
    /// A PKCS#12 store.
    Pkcs12,
    /// A PKCS#7 structure (`.p7b`), in which certification authorities deliver chains.
    Pkcs7,
    /// A private key without encryption.
    PrivateKey,
    /// A public key.
    PublicKey,
    /// A URL.
    Url,
}

impl fmt::Display for Holds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "a certificate",
            Self::CertificateRequest => "a certificate signing request",
            Self::EncryptedPrivateKey => "an encrypted private key",
            Self::Guid => "a GUID",
            Self::Pkcs12 => "a PKCS#12 store",
            Self::Pkcs7 => "a PKCS#7 bundle of certificates",
            Self::PrivateKey => "an unencrypted private key",
            Self::PublicKey => "a public key",
            Self::Url => "a URL",
        })
    }
}

/// Why a value could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Undecodable {
    /// Nothing there.
    Empty,
    /// Neither PEM nor base64 nor DER.
    NotEncoded,
    /// Decodes, but the DER inside is not of the expected structure.
    NotDer,
    /// Ends too early: a PEM without its END line, base64 of the wrong length, DER shorter than it says.
    CutOff {
        /// Length of the value in characters; 255 is the limit of a database column piece.
        characters: usize,
    },
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing"),
            Self::NotEncoded => f.write_str("text that is neither PEM nor base64"),
            Self::NotDer => {
                f.write_str("an encoding of something that is no X.509 or PKCS structure")
            }
            Self::CutOff { characters } => write!(
                f,
                "a value that ends too early, after {characters} characters"
            ),
        }
    }
}

/// What `saml/certificate` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CertificateFact {
    /// How the value is written.
    pub shape: MaterialShape,
    /// What it holds.
    pub outcome: CertificateOutcome,
}

impl Seen for CertificateFact {
    fn seen(&self) -> String {
        match &self.outcome {
            CertificateOutcome::Certificates { certificates } => {
                let each = certificates
                    .iter()
                    .map(|one| format!("{} valid until {}", one.subject, one.not_after));
                listed(each)
            }
            CertificateOutcome::Other { holds } => holds.to_string(),
            CertificateOutcome::Undecodable(why) => why.to_string(),
        }
    }
}

impl CertificateFact {
    /// The first certificate, when there is one.
    pub fn certificate(&self) -> Option<&CertificateInfo> {
        match &self.outcome {
            CertificateOutcome::Certificates { certificates } => certificates.first(),
            _ => None,
        }
    }
}

/// What a value that should be a certificate holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum CertificateOutcome {
    /// One certificate or several.
    Certificates {
        /// In the order of the value; never empty.
        certificates: Vec<CertificateInfo>,
    },
    /// Something else.
    Other {
        /// What.
        holds: Holds,
    },
    /// Nothing that can be decoded.
    Undecodable(Undecodable),
}

/// The family and size of a public key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "algorithm", rename_all = "snake_case")]
pub enum KeyAlgorithm {
    /// Elliptic curve.
    Ec {
        /// Curve name or object identifier.
        curve: Outside,
    },
    /// Another algorithm.
    Other {
        /// Its object identifier.
        oid: Outside,
    },
    /// RSA.
    Rsa {
        /// Modulus length.
        bits: u32,
    },
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Longer than this no algorithm is shown.
        const LONGEST: usize = 80;
        match self {
            Self::Ec { curve } => write!(f, "EC {}", curve.shown(LONGEST - "EC ".len())),
            Self::Other { oid } => {
                write!(f, "algorithm {}", oid.shown(LONGEST - "algorithm ".len()))
            }
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
        }
    }
}

/// A certificate's facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CertificateInfo {
    /// Subject, RFC 4514-like.
    pub subject: Outside,
    /// Issuer.
    pub issuer: Outside,
    /// Serial number, lower-case hexadecimal.
    pub serial: String,
    /// First moment of validity.
    pub not_before: Timestamp,
    /// Last moment of validity.
    pub not_after: Timestamp,
    /// Public key.
    pub key: KeyAlgorithm,
    /// Signature algorithm, such as `sha256WithRSAEncryption`, or its object identifier.
    pub signature: Outside,
    /// Basic constraints say CA.
    pub is_ca: bool,
    /// Subject equals issuer.
    pub self_issued: bool,
    /// SHA-256 of the DER, lower-case hexadecimal.
    pub sha256: String,
    /// SHA-256 of the subject public key info, lower-case hexadecimal.
    pub spki_sha256: String,
}

/// What `saml/pkey` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrivateKeyFact {
    /// How the value is written.
    pub shape: MaterialShape,
    /// What it holds.
    pub outcome: PrivateKeyOutcome,
}

impl Seen for PrivateKeyFact {
    fn seen(&self) -> String {
        match &self.outcome {
            PrivateKeyOutcome::Decrypted {
                protection, key, ..
            } => format!("{}, {protection}", key.key),
            PrivateKeyOutcome::NoPassword { protection } => {
                format!("{protection}, no password to try")
            }
            PrivateKeyOutcome::Other { holds } => holds.to_string(),
            PrivateKeyOutcome::Undecodable(why) => why.to_string(),
            PrivateKeyOutcome::Unencrypted { key } => format!("{}, not encrypted", key.key),
            PrivateKeyOutcome::Unsupported { protection } => {
                format!("unsupported protection {protection}")
            }
            PrivateKeyOutcome::WrongPassword { protection } => {
                format!("{protection}, the password does not open it")
            }
        }
    }
}

/// What a value that should be an encrypted private key holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", rename_all = "snake_case")]
pub enum PrivateKeyOutcome {
    /// Decrypted.
    Decrypted {
        /// The protection, such as `PBES2, AES-256-CBC, PBKDF2-HMAC-SHA256`.
        protection: Outside,
        /// How the password fitted.
        password: PasswordFit,
        /// The key.
        key: PrivateKeyInfo,
    },
    /// A private key without encryption.
    Unencrypted {
        /// The key.
        key: PrivateKeyInfo,
    },
    /// The password does not open it.
    WrongPassword {
        /// The protection.
        protection: Outside,
    },
    /// The password option is missing or empty, so it was not tried.
    NoPassword {
        /// The protection.
        protection: Outside,
    },
    /// A protection that hybridcheck cannot undo.
    Unsupported {
        /// The protection's name or object identifier.
        protection: Outside,
    },
    /// Something else.
    Other {
        /// What.
        holds: Holds,
    },
    /// Nothing that can be decoded.
    Undecodable(Undecodable),
}

/// How the password opened the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PasswordFit {
    /// As it is written.
    AsWritten,
    /// Only without the blanks, line breaks or quotes around it.
    Trimmed,
}

/// A private key's public face.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PrivateKeyInfo {
    /// Family and size.
    pub key: KeyAlgorithm,
    /// SHA-256 of the subject public key info that belongs to it; absent when it could not be derived (not RSA).
    pub spki_sha256: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_outcomes_survive_a_round_trip_through_json() {
        let outcome = CertificateOutcome::Undecodable(Undecodable::CutOff { characters: 255 });
        let json = serde_json::to_string(&outcome).expect("json");
        assert_eq!(
            serde_json::from_str::<CertificateOutcome>(&json).expect("the same"),
            outcome
        );
    }
}
