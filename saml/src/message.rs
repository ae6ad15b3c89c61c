//! What a SAML message says, as facts: nothing here is a judgement.

use std::fmt;

use hybridcheck_core::facts::CertificateInfo;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::Timestamp;
use serde::{Serialize, Serializer};

use super::capture::Layer;

/// A text of the message. Comparisons see it as it is; whoever shows or serialises it gets it capped and made visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw(pub Outside);

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.shown(500).fmt(f)
    }
}

impl Serialize for Raw {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A moment as the message writes it, and as it is understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// As written.
    pub text: Raw,
    /// The moment; nothing when it is no xs:dateTime in UTC.
    pub at: Option<Timestamp>,
}

/// A captured message, read.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// How it was wrapped, outermost first.
    pub form: Vec<Layer>,
    /// What was odd about the wrapping.
    pub oddities: Vec<String>,
    /// The response around the assertion; nothing where the assertion stands alone.
    pub response: Option<Response>,
    /// The assertion that a reader would use: the first below the response.
    pub assertion: Option<Assertion>,
    /// Every signature, in the order of the document.
    pub signatures: Vec<Signature>,
    /// What is unusual about the structure.
    pub structure: Structure,
}

/// A `samlp:Response`.
#[derive(Clone, Debug, Serialize)]
pub struct Response {
    /// `ID`.
    pub id: Option<Raw>,
    /// `saml:Issuer`.
    pub issuer: Option<Raw>,
    /// `Destination`.
    pub destination: Option<Raw>,
    /// `InResponseTo`.
    pub in_response_to: Option<Raw>,
    /// `IssueInstant`.
    pub issued: Option<Moment>,
    /// The status codes, outermost first, without their common beginning.
    pub status: Vec<Raw>,
    /// `StatusMessage`.
    pub status_message: Option<Raw>,
}

/// A `saml:Assertion`.
#[derive(Clone, Debug, Serialize)]
pub struct Assertion {
    /// `ID`.
    pub id: Option<Raw>,
    /// `Version`.
    pub version: Option<Raw>,
    /// `saml:Issuer`.
    pub issuer: Option<Raw>,
    /// `IssueInstant`.
    pub issued: Option<Moment>,
    /// `NameID`.
    pub subject: Option<Raw>,
    /// The format of `NameID`.
    pub subject_format: Option<Raw>,
    /// Every `SubjectConfirmation`.
    pub confirmations: Vec<Confirmation>,
    /// `Conditions/NotBefore`.
    pub not_before: Option<Moment>,
    /// `Conditions/NotOnOrAfter`.
    pub not_on_or_after: Option<Moment>,
    /// Every `Audience`.
    pub audiences: Vec<Raw>,
    /// `AuthnStatement/AuthnInstant`.
    pub authenticated: Option<Moment>,
    /// Every attribute.
    pub attributes: Vec<Attribute>,
}

/// A `SubjectConfirmation`.
#[derive(Clone, Debug, Serialize)]
pub struct Confirmation {
    /// `Method`.
    pub method: Option<Raw>,
    /// `Recipient`.
    pub recipient: Option<Raw>,
    /// `NotBefore`, which a bearer confirmation must not have.
    pub not_before: Option<Moment>,
    /// `NotOnOrAfter`.
    pub not_on_or_after: Option<Moment>,
    /// `InResponseTo`.
    pub in_response_to: Option<Raw>,
}

/// An attribute of the subject.
#[derive(Clone, Debug, Serialize)]
pub struct Attribute {
    /// `Name`.
    pub name: Raw,
    /// `NameFormat`.
    pub name_format: Option<Raw>,
    /// Its values.
    pub values: Vec<Raw>,
}

/// What a signature covers, seen from the assertion that would be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", content = "element", rename_all = "kebab-case")]
pub enum Covers {
    /// The assertion that would be used.
    Assertion,
    /// Another element.
    Other(String),
    /// The response around the assertion that would be used.
    Response,
    /// It cannot be told.
    Unknown(String),
}

/// What came of verifying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Verified {
    /// It does not fit.
    Broken,
    /// It fits.
    Holds,
    /// It was not verified.
    Not {
        /// Why.
        because: String,
    },
}

/// A `ds:Signature`, without its value.
#[derive(Clone, Debug, Serialize)]
pub struct Signature {
    /// The element it stands in.
    pub stands_in: String,
    /// The element it stands in is the one it covers.
    pub is_enveloped: bool,
    /// What it covers.
    pub covers: Covers,
    /// The signature algorithm.
    pub algorithm: String,
    /// The digest algorithm.
    pub digest_algorithm: String,
    /// Whether the content is what was signed.
    pub digest: Verified,
    /// Whether the signature was made by a known key.
    pub value: Verified,
    /// The certificates that the signature carries.
    pub certificates: Vec<CertificateInfo>,
    /// SHA-256 of the certificates whose key made it.
    pub made_by: Vec<String>,
    /// It was not verified for want of a certificate alone.
    pub lacks_certificate: bool,
}

impl Signature {
    /// Both digest and signature were verified and hold.
    pub fn holds(&self) -> bool {
        self.digest == Verified::Holds && self.value == Verified::Holds
    }

    /// It covers the assertion that would be used, or the response around it.
    pub fn is_relevant(&self) -> bool {
        matches!(self.covers, Covers::Assertion | Covers::Response)
    }
}

/// What is unusual about a message's structure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Structure {
    /// How many assertions stand directly in the response.
    pub assertions: usize,
    /// Where further assertions or responses are hidden.
    pub hidden: Vec<String>,
    /// Whether there is an `EncryptedAssertion`, `EncryptedID` or `EncryptedAttribute`.
    pub encrypted: Option<String>,
    /// Ids that several elements have.
    pub duplicate_ids: Vec<Raw>,
    /// Elements that hold several signatures.
    pub signed_twice: Vec<String>,
    /// Elements whose text is split by a comment.
    pub split_texts: Vec<String>,
    /// Signatures beyond those that were looked at.
    pub unread_signatures: usize,
}
