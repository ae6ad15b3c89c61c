//! Signing an assertion of the fixed template, and the encodings in which a token endpoint may want it.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};
use hybridcheck_core::facts::CertificateInfo;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::secret::Secret;
use hybridcheck_core::time::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Claims, Unmintable, Wish, template};
use crate::digest::hex;
use crate::material::Signer;

/// How an assertion is encoded for the token endpoint; the documentation leaves it open, so these are tried in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// base64 of the whole Response: Workspace "sends a SAMLResponse" (documented), and browsers send those so.
    #[default]
    ResponseBase64,
    /// base64url of the bare Assertion (RFC 7522).
    AssertionBase64url,
    /// base64 of the bare Assertion.
    AssertionBase64,
    /// base64url of the whole Response.
    ResponseBase64url,
}

impl Encoding {
    /// All of them, the most likely first.
    pub const ALL: [Self; 4] = [
        Self::ResponseBase64,
        Self::AssertionBase64url,
        Self::AssertionBase64,
        Self::ResponseBase64url,
    ];

    /// Its name as a value of `--saml-encoding`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ResponseBase64 => "response-base64",
            Self::AssertionBase64url => "assertion-base64url",
            Self::AssertionBase64 => "assertion-base64",
            Self::ResponseBase64url => "response-base64url",
        }
    }

    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ResponseBase64 => "base64 of the whole Response",
            Self::AssertionBase64url => "base64url of the bare Assertion",
            Self::AssertionBase64 => "base64 of the bare Assertion",
            Self::ResponseBase64url => "base64url of the whole Response",
        }
    }

    /// Whether the Response is sent, or only the Assertion.
    pub fn is_response(self) -> bool {
        matches!(self, Self::ResponseBase64 | Self::ResponseBase64url)
    }
}

/// A signed assertion. What it says may be shown; the whole and its signature may not.
#[derive(Clone, Debug)]
pub struct Minted {
    claims: Claims,
    certificate: CertificateInfo,
    assertion: Secret,
    response: Secret,
    signature: Secret,
}

/// Makes and signs an assertion from the object's own issuer, key and certificate, for an existing user.
pub fn mint(object: &HybridObject, wish: &Wish, now: Timestamp) -> Result<Minted, Unmintable> {
    let claims = Claims::of(object, wish, [random_id()?, random_id()?], now)?;
    let signer = Signer::of(object)?;
    let digest = Sha256::digest(template::assertion(&claims, ""));
    let digest = Base64::encode_string(&digest);
    let signed_info = template::signed_info(&claims.id, &digest);
    let signature = signer.sign(signed_info.as_bytes())?;
    let signature = Base64::encode_string(&signature);
    let certificate = Base64::encode_string(signer.certificate());
    let element = template::signature(&claims.id, &digest, &signature, &certificate);
    let assertion = template::assertion(&claims, &element);
    let response = template::response(&claims, &assertion);
    Ok(Minted {
        claims,
        certificate: signer.info().clone(),
        assertion: Secret::new(assertion),
        response: Secret::new(response),
        signature: Secret::new(signature),
    })
}

impl Minted {
    /// What it says.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The certificate whose key signed it.
    pub fn certificate(&self) -> &CertificateInfo {
        &self.certificate
    }

    /// The value of the form field `assertion`, not yet URL-encoded.
    #[expect(
        clippy::disallowed_methods,
        reason = "the assertion is encoded here, and what comes out is a secret again"
    )]
    pub fn encoded(&self, encoding: Encoding) -> Secret {
        let xml = self.xml(encoding.is_response()).expose().as_bytes();
        Secret::new(match encoding {
            Encoding::ResponseBase64 | Encoding::AssertionBase64 => Base64::encode_string(xml),
            // RFC 7522 section 2.1: without line breaks and without padding.
            Encoding::ResponseBase64url | Encoding::AssertionBase64url => {
                Base64UrlUnpadded::encode_string(xml)
            }
        })
    }

    /// The document itself: the whole Response, or the Assertion alone.
    pub fn xml(&self, response: bool) -> &Secret {
        if response {
            &self.response
        } else {
            &self.assertion
        }
    }

    /// Everything of it that no output may hold, for the redaction filter.
    pub fn secrets(&self) -> Vec<Secret> {
        let mut secrets = vec![
            self.signature.clone(),
            self.assertion.clone(),
            self.response.clone(),
        ];
        secrets.extend(Encoding::ALL.map(|encoding| self.encoded(encoding)));
        secrets
    }
}

/// An xs:ID that nobody can guess; it must not begin with a digit.
fn random_id() -> Result<String, Unmintable> {
    let mut bytes = [0; 16];
    let filled = SystemRandom::new().fill(&mut bytes);
    filled.map_err(|_| Unmintable::NoRandom)?;
    Ok(format!("_{}", hex(&bytes)))
}
