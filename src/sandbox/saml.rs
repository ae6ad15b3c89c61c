//! The identity provider's side of a login: an assertion is really verified against what the `PureEngage` provider holds.
//!
//! The genuine service's words for a refused assertion are not known; these are the sandbox's own.

use base64ct::{Base64, Base64UrlUnpadded, Encoding as _};

use super::cloud::{PUREENGAGE, Provider, User};
use super::gateway::Host;
use crate::probes::material;
use crate::saml::{self, Assertion, Encoding, Message};

/// The clocks of both sides may differ by so many seconds (Genesys Cloud help).
const SKEW: i64 = 10;

/// The user that an assertion is for, or why it is refused.
pub(super) fn login(host: &Host, organization: &str, sent: &str) -> Result<User, &'static str> {
    let cloud = &host.cloud;
    if organization != cloud.org_short_name {
        return Err("organization is not known");
    }
    let provider = cloud.providers.iter().find(|known| known.id == PUREENGAGE);
    let provider = provider
        .filter(|provider| !provider.disabled)
        .ok_or("identity provider is not enabled")?;
    let meant = encodings(sent).ok_or("assertion is not encoded")?;
    if !meant.iter().any(|one| cloud.encodings.contains(one)) {
        return Err("assertion cannot be read");
    }
    let known = certificates(provider);
    let message = saml::read(sent.as_bytes(), &known).map_err(|_| "assertion cannot be read")?;
    let assertion = message.assertion.as_ref().ok_or("assertion is missing")?;
    judge(host, provider, &message, assertion)?;
    let email = attribute(assertion, "email").ok_or("attribute email is missing")?;
    cloud
        .user(email, provider.auto_provision)
        .ok_or("user is not known and not provisioned")
}

fn judge(
    host: &Host,
    provider: &Provider,
    message: &Message,
    assertion: &Assertion,
) -> Result<(), &'static str> {
    let mut signatures = message.signatures.iter();
    if !signatures.any(|signature| signature.is_relevant() && signature.holds()) {
        return Err("signature does not verify");
    }
    if assertion.issuer.as_ref().map(|issuer| issuer.0.as_str()) != Some(provider.issuer.as_str()) {
        return Err("issuer is not known");
    }
    let now = jiff::Timestamp::now().as_second() + host.skew;
    let begins = assertion.not_before.as_ref().and_then(|moment| moment.at);
    let ends = assertion
        .not_on_or_after
        .as_ref()
        .and_then(|moment| moment.at);
    let (Some(begins), Some(ends)) = (begins, ends) else {
        return Err("conditions are missing");
    };
    if now + SKEW < begins.unix() || now - SKEW >= ends.unix() {
        return Err("assertion is not valid at this time");
    }
    if attribute(assertion, "OrganizationName") != Some(host.cloud.org_short_name) {
        return Err("attribute OrganizationName does not fit");
    }
    Ok(())
}

/// What the provider holds, as DER.
fn certificates(provider: &Provider) -> Vec<Vec<u8>> {
    let texts = provider.certificates.iter();
    texts
        .flat_map(|text| material::certificates_in(text).0)
        .map(|(_, der)| der)
        .collect()
}

/// Which of the encodings a sender can mean; without padding and without the characters that differ, both alphabets give the same.
fn encodings(sent: &str) -> Option<Vec<Encoding>> {
    let plain = Base64::decode_vec(sent).ok();
    let url = Base64UrlUnpadded::decode_vec(sent).ok();
    let bytes = plain.as_ref().or(url.as_ref())?;
    let is_response = String::from_utf8_lossy(bytes).contains("Response");
    let [of_plain, of_url] = if is_response {
        [Encoding::ResponseBase64, Encoding::ResponseBase64url]
    } else {
        [Encoding::AssertionBase64, Encoding::AssertionBase64url]
    };
    let meant = [plain.map(|_| of_plain), url.map(|_| of_url)];
    Some(meant.into_iter().flatten().collect())
}

fn attribute<'a>(assertion: &'a Assertion, name: &str) -> Option<&'a str> {
    let mut attributes = assertion.attributes.iter();
    let found = attributes.find(|attribute| attribute.name.0 == name)?;
    found.values.first().map(|value| value.0.as_str())
}
