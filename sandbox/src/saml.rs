//! The SAML2 bearer grant: the assertion is read and verified against the organisation's identity provider, as the documentation
//! says that Genesys Cloud does.
//!
//! What the genuine service says to a refused assertion is not known: the error name is RFC 7522's (section 3.1), the words are ours.

use base64ct::{Base64, Base64Url, Base64UrlUnpadded, Encoding as _};
use hybridcheck_core::time::Timestamp;

use super::cloud::{Cloud, PUREENGAGE, Provider, User};
use hybridcheck_saml::{self as saml, Assertion, Encoding, Message, Moment, Raw, SKEW_SECONDS};

/// Why an assertion is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("attribute {0} is missing")]
    AttributeMissing(&'static str),
    #[error("assertion is not valid: {0}")]
    Broken(&'static str),
    #[error("assertion encoding is not supported")]
    Encoding,
    #[error("issuer does not match an enabled identity provider")]
    Issuer,
    #[error("identity provider is disabled")]
    ProviderDisabled,
    #[error("assertion is expired or not yet valid")]
    Time,
    #[error("no certificate of the identity provider is valid")]
    NoCertificate,
    #[error("attribute OrganizationName does not match the organization")]
    OrganizationAttribute,
    #[error("organization is not known")]
    OrganizationName,
    #[error("assertion signature is not valid")]
    Signature,
    #[error("user not found")]
    UserUnknown,
    #[error("user is not active")]
    UserInactive,
}

/// The person whom an assertion logs in; an unknown one is created where the provider provisions users.
pub(super) fn login(
    cloud: &Cloud,
    org_name: &str,
    assertion: &str,
    now: Timestamp,
) -> Result<User, Refused> {
    if org_name != cloud.org_short_name {
        return Err(Refused::OrganizationName);
    }
    let (xml, encodings) = decoded(assertion).ok_or(Refused::Broken("no base64"))?;
    let provider = cloud.pureengage().ok_or(Refused::Issuer)?;
    // One valid certificate is enough; what is over or not yet valid verifies nothing.
    let stored = provider.decoded().into_iter();
    let stored: Vec<_> = stored
        .filter(|(info, _)| info.not_before <= now && now <= info.not_after)
        .collect();
    let known: Vec<Vec<u8>> = stored.iter().map(|(_, der)| der.clone()).collect();
    let message = saml::read(&xml, &known).map_err(|_| Refused::Broken("no SAML message"))?;
    let is_taken = |encoding: &Encoding| {
        encoding.is_response() == message.response.is_some() && cloud.encodings.contains(encoding)
    };
    if !encodings.iter().any(is_taken) {
        return Err(Refused::Encoding);
    }
    let assertion = sound(&message)?;
    issued_by(provider, assertion)?;
    if stored.is_empty() {
        return Err(Refused::NoCertificate);
    }
    let is_theirs = |made_by: &[String]| {
        stored
            .iter()
            .any(|(info, _)| made_by.contains(&info.sha256))
    };
    let mut relevant = message.signatures.iter();
    let is_signed = relevant.any(|signature| {
        signature.is_enveloped
            && signature.is_relevant()
            && signature.holds()
            && is_theirs(&signature.made_by)
    });
    if !is_signed {
        return Err(Refused::Signature);
    }
    in_time(assertion, now)?;
    if attribute(assertion, "OrganizationName")? != cloud.org_short_name {
        return Err(Refused::OrganizationAttribute);
    }
    let email = attribute(assertion, "email")?;
    match cloud.user(email) {
        Some(user) if user.state == "active" => Ok(user),
        Some(_) => Err(Refused::UserInactive),
        None if provider.auto_provision => Ok(cloud.create_user(email)),
        None => Err(Refused::UserUnknown),
    }
}

/// The document, and the encodings that it may be in: a text without `+`, `/`, `-`, `_` and padding is both.
fn decoded(text: &str) -> Option<(Vec<u8>, Vec<Encoding>)> {
    let plain = Base64::decode_vec(text).ok();
    let url = Base64UrlUnpadded::decode_vec(text).or_else(|_| Base64Url::decode_vec(text));
    let mut encodings = Vec::new();
    if plain.is_some() {
        encodings.extend([Encoding::ResponseBase64, Encoding::AssertionBase64]);
    }
    if url.is_ok() {
        encodings.extend([Encoding::ResponseBase64url, Encoding::AssertionBase64url]);
    }
    let xml = plain.or(url.ok())?;
    // Neither a second layer of base64 nor a deflated message is an assertion.
    xml.trim_ascii_start()
        .starts_with(b"<")
        .then_some((xml, encodings))
}

/// The assertion of a message that has one way only to be understood.
fn sound(message: &Message) -> Result<&Assertion, Refused> {
    let structure = &message.structure;
    if structure.encrypted.is_some() {
        return Err(Refused::Broken("encrypted assertions are not supported"));
    }
    let is_plain = structure.assertions == 1
        && structure.hidden.is_empty()
        && structure.duplicate_ids.is_empty()
        && structure.signed_twice.is_empty()
        && structure.split_texts.is_empty()
        && structure.unread_signatures == 0;
    let is_success = message.response.as_ref().is_none_or(|response| {
        let mut codes = response.status.iter();
        codes.next().is_some_and(|code| code.0 == "Success")
    });
    if !is_plain || !is_success {
        return Err(Refused::Broken("unexpected structure"));
    }
    let assertion = message.assertion.as_ref();
    assertion.ok_or(Refused::Broken("no assertion"))
}

fn issued_by(provider: &Provider, assertion: &Assertion) -> Result<(), Refused> {
    debug_assert_eq!(
        provider.id, PUREENGAGE,
        "only this provider issues assertions"
    );
    let issuer = assertion.issuer.as_ref().map(|issuer| issuer.0.raw());
    if issuer != Some(provider.issuer.as_str()) {
        return Err(Refused::Issuer);
    }
    if provider.disabled {
        return Err(Refused::ProviderDisabled);
    }
    let is_audience = |audience: &Raw| audience.0 == provider.relying_party.as_str();
    if !provider.relying_party.is_empty() && !assertion.audiences.iter().any(is_audience) {
        return Err(Refused::Broken("unexpected audience"));
    }
    Ok(())
}

/// The clocks of both sides may differ by the documented seconds.
fn in_time(assertion: &Assertion, now: Timestamp) -> Result<(), Refused> {
    let confirmations = assertion.confirmations.iter();
    let ends = confirmations.filter_map(|confirmation| confirmation.not_on_or_after.as_ref());
    let mut ends = ends.chain(&assertion.not_on_or_after);
    let mut starts = assertion.not_before.iter().chain(&assertion.issued);
    let distance = |moment: &Moment| moment.at.map(|at| at.unix() - now.unix());
    let has_begun = |moment| distance(moment).is_some_and(|seconds| seconds <= SKEW_SECONDS);
    let is_over = |moment| distance(moment).is_none_or(|seconds| seconds <= -SKEW_SECONDS);
    if !starts.all(has_begun) || ends.any(is_over) {
        return Err(Refused::Time);
    }
    Ok(())
}

/// The one value of an attribute; names are case-sensitive.
fn attribute<'a>(assertion: &'a Assertion, name: &'static str) -> Result<&'a str, Refused> {
    let mut found = assertion
        .attributes
        .iter()
        .filter(|attribute| attribute.name.0 == name);
    match (
        found.next().map(|found| found.values.as_slice()),
        found.next(),
    ) {
        (Some([value]), None) => Ok(value.0.raw()),
        _ => Err(Refused::AttributeMissing(name)),
    }
}
