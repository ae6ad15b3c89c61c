//! SAML: what Workspace Desktop would send, made and signed from the object, and what somebody did send, explained.
//!
//! No network. A whole assertion is a bearer credential while it lives: it and its signature are `Secret` by type, and neither is
//! ever part of what is shown or serialised here.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]

mod canonical;
mod capture;
mod claims;
pub mod compare;
pub mod digest;
mod element;
mod encoding;
pub mod idp;
mod judge;
pub mod material;
mod message;
mod mint;
mod read;
mod remark;
mod show;
mod signature;
mod template;
mod times;
mod unreadable;
mod words;

#[cfg(test)]
mod tests;

pub use capture::{CAPTURE_CAP, Layer};
pub use claims::{Claims, Unmintable, Wish};
pub use judge::{Moments, judge};
pub use message::{
    Assertion, Attribute, Confirmation, Covers, Message, Moment, Raw, Response, Signature,
    Structure, Verified,
};
pub use mint::{Encoding, Minted, mint};
pub use read::read;
pub use remark::{Remark, verdict};
pub use show::Shown;
pub use unreadable::Unreadable;
pub use words::Explained;

/// The clocks of an identity provider and of Genesys Cloud may differ by this much (documented).
pub const SKEW_SECONDS: i64 = 10;

/// The namespace of assertions.
const NS_ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// The namespace of messages.
const NS_PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// The namespace of signatures.
const NS_SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Exclusive canonicalisation without comments.
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// Leaves the signature itself out of what is signed.
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// RSA PKCS#1 v1.5 with SHA-256.
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
/// SHA-256.
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
