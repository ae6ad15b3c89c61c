//! A message held against the object that should have made it, and against the identity provider that should accept it.

use hybridcheck_core::facts::{CertificateInfo, IdentityProvider};
use hybridcheck_core::issuer::difference;
use hybridcheck_core::names::Issuer;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::listed;

use super::{Message, Raw, Remark, Signature, Verified};
use crate::material;

/// Against the object: issuer byte for byte, certificate, short name, and the region of the recipient.
pub fn with_object(message: &Message, object: &HybridObject) -> Vec<Remark> {
    let Some(assertion) = &message.assertion else {
        return Vec::new();
    };
    let mut remarks = Vec::new();
    let issuer = assertion.issuer.as_ref();
    let issuer = issuer.map(|issuer| issuer.0.view());
    same(
        "object-issuer",
        ("Issuer", issuer),
        ("saml/issuer", written(object, "saml", "issuer")),
        &mut remarks,
    );
    let mut values = assertion
        .attributes
        .iter()
        .filter(|attribute| attribute.name.0 == "OrganizationName")
        .flat_map(|attribute| &attribute.values);
    let organization = values.next();
    let organization = organization.map(|value| value.0.view());
    let short_name = written(object, "general", "organization_sname");
    if organization.is_some() {
        same(
            "object-organization",
            ("attribute OrganizationName", organization),
            ("general/organization_sname", short_name),
            &mut remarks,
        );
    }
    remarks.push(object_certificate(message, object));
    recipient(message, object, &mut remarks);
    remarks
}

/// Without anything to compare with: a signature that holds proves a key, not whose key it is.
pub fn with_nothing() -> Remark {
    Remark::note(
        "no-object",
        "no object was given, so it was not compared whose key signed it; anybody can sign with a certificate of their own",
        "name the export of the object behind the file",
    )
}

/// Against an identity provider as the organisation of the object has it: issuer, certificates, and whether it is switched on.
pub fn with_provider(
    message: &Message,
    object: &HybridObject,
    provider: &IdentityProvider,
) -> Vec<Remark> {
    let Some(assertion) = &message.assertion else {
        return Vec::new();
    };
    let mut remarks = Vec::new();
    let issuer = assertion.issuer.as_ref();
    let issuer = issuer.map(|issuer| issuer.0.view());
    same(
        "idp-issuer",
        ("Issuer", issuer),
        (
            "issuerURI of the identity provider",
            provider.issuer_uri.as_ref().map(Issuer::view),
        ),
        &mut remarks,
    );
    if provider.disabled == Some(true) {
        remarks.push(Remark::fail(
            "idp-disabled",
            "the identity provider is disabled, so it accepts nothing",
            "enable it in Genesys Cloud under Admin > Integrations > Single Sign-on",
        ));
    }
    remarks.push(provider_certificate(message, object, provider));
    let relying_party = provider.relying_party_identifier.as_ref();
    let relying_party = relying_party.filter(|text| !text.view().trim().is_empty());
    remarks.extend(relying_party.map(|expected| audience(&assertion.audiences, expected)));
    remarks
}

/// That the audience must be the identifier is inferred from other kinds of providers, so a difference is no failure.
fn audience(audiences: &[Raw], expected: &Outside) -> Remark {
    let id = "idp-audience";
    if audiences.iter().any(|audience| *expected == audience.0) {
        return Remark::pass(
            id,
            "Audience equals relyingPartyIdentifier of the identity provider, byte for byte",
        );
    }
    let found = match audiences {
        [] => "the message names no Audience".to_owned(),
        some => format!("Audience is {}", listed(some.iter().take(3))),
    };
    Remark::warn(
        id,
        format!(
            "{found}; relyingPartyIdentifier of the identity provider is `{}`",
            expected.shown(300)
        ),
        "let the sender name relyingPartyIdentifier as its audience, or clear it at the provider",
    )
}

fn written<'a>(object: &'a HybridObject, section: &str, option: &str) -> Option<Outside<&'a str>> {
    object.option(section, option)?.value.plain()
}

fn same(
    id: &'static str,
    (what, found): (&str, Option<Outside<&str>>),
    (reference, expected): (&str, Option<Outside<&str>>),
    remarks: &mut Vec<Remark>,
) {
    let remark = match (found, expected) {
        (_, None) => Remark::gap(
            id,
            format!(
                "{reference} is missing, empty or hidden, so {what} has nothing to be compared with"
            ),
            "",
        ),
        (None, Some(_)) => return,
        (Some(found), Some(expected)) if found == expected => {
            Remark::pass(id, format!("{what} equals {reference}, byte for byte"))
        }
        (Some(found), Some(expected)) => Remark::fail(
            id,
            format!(
                "{what} is `{}`, {reference} is `{}`: {}",
                found.shown(300),
                expected.shown(300),
                differing(found, expected)
            ),
            format!("make {what} and {reference} the same, letter by letter"),
        ),
    };
    remarks.push(remark);
}

/// The kind of difference, where it is one that the eye misses.
fn differing(found: Outside<&str>, expected: Outside<&str>) -> String {
    let how = difference(&found.into(), &expected.into());
    match how.strip_prefix("; ") {
        Some(how) => how.to_owned(),
        None => "they differ".into(),
    }
}

fn object_certificate(message: &Message, object: &HybridObject) -> Remark {
    let id = "object-certificate";
    let Some(own) = own_certificate(object) else {
        return Remark::gap(
            id,
            "saml/certificate is missing, hidden or cannot be decoded, so the certificate has nothing to be compared with",
            "",
        );
    };
    certificate(
        id,
        message,
        &[own],
        "saml/certificate of the object",
        "find out who signed it: with the key of another object, with this one's of before a renewal, or a stranger",
    )
}

fn own_certificate(object: &HybridObject) -> Option<CertificateInfo> {
    material::certificate_der_of(object).and_then(|der| material::describe(&der))
}

fn provider_certificate(
    message: &Message,
    object: &HybridObject,
    provider: &IdentityProvider,
) -> Remark {
    let id = "idp-certificate";
    if provider.decoded.is_empty() {
        let found = if provider.undecodable > 0 {
            "the identity provider's certificates cannot be decoded"
        } else {
            "the identity provider has no certificate that could be read"
        };
        return Remark::gap(id, found, "");
    }
    let own = own_certificate(object);
    // Whoever holds a key whose certificate stands at the provider logs in as anybody.
    let fix = match own {
        Some(own) if key_of(&in_force(message), std::slice::from_ref(&own)).is_some() => {
            "the object's own key signed it: add saml/certificate to the identity provider beside the present ones (up to five), then retire the old one"
        }
        Some(_) => {
            "do not add the signer's certificate to the identity provider: it is not the object's, and anybody can sign with a key of their own. Find out who signed the message"
        }
        None => {
            "do not add the signer's certificate to the identity provider before it is known whose it is: saml/certificate of the object cannot be read, and anybody can sign with a key of their own"
        }
    };
    certificate(
        id,
        message,
        &provider.decoded,
        "a certificate of the identity provider",
        fix,
    )
}

/// The signatures that hold and cover the assertion that would be used.
fn in_force(message: &Message) -> Vec<&Signature> {
    let signatures = message.signatures.iter();
    signatures
        .filter(|signature| signature.holds() && signature.is_relevant())
        .collect()
}

/// How the key of one of these certificates made one of these signatures.
enum Key<'a> {
    /// The certificate itself is known to the signature.
    Same(&'a CertificateInfo),
    /// The signature carries another certificate of the key: a renewed one signs the same.
    Renewed,
}

fn key_of<'a>(signatures: &[&Signature], expected: &'a [CertificateInfo]) -> Option<Key<'a>> {
    let made_by = |certificate: &CertificateInfo| {
        signatures
            .iter()
            .any(|signature| signature.made_by.contains(&certificate.sha256))
    };
    if let Some(found) = expected.iter().find(|certificate| made_by(certificate)) {
        return Some(Key::Same(found));
    }
    let carried = signatures.iter().flat_map(|signature| {
        let made_by = &signature.made_by;
        signature
            .certificates
            .iter()
            .filter(|certificate| made_by.contains(&certificate.sha256))
    });
    let keys: Vec<&str> = carried
        .map(|certificate| certificate.spki_sha256.as_str())
        .collect();
    expected
        .iter()
        .any(|certificate| keys.contains(&certificate.spki_sha256.as_str()))
        .then_some(Key::Renewed)
}

/// Why there is no signer to compare with.
fn no_signer(message: &Message) -> &'static str {
    let relevant: Vec<&Signature> = message
        .signatures
        .iter()
        .filter(|signature| signature.is_relevant())
        .collect();
    let is_broken = |signature: &&Signature| {
        signature.digest == Verified::Broken || signature.value == Verified::Broken
    };
    if message.signatures.is_empty() {
        "the message is not signed"
    } else if relevant.iter().any(is_broken) {
        "the signature that covers the assertion does not hold"
    } else if !relevant.is_empty() {
        "the signature that covers the assertion was not verified"
    } else if message.signatures.iter().any(Signature::holds) {
        "the signature that holds covers something else than the assertion that would be used"
    } else {
        "no signature covers the assertion that would be used"
    }
}

/// Whether the key that verifiably signed the message is that of one of these certificates.
fn certificate(
    id: &'static str,
    message: &Message,
    expected: &[CertificateInfo],
    what: &str,
    fix: &str,
) -> Remark {
    let holds = in_force(message);
    if holds.is_empty() {
        return Remark::gap(
            id,
            format!(
                "{}, so {what} cannot be matched with its signer",
                no_signer(message)
            ),
            "",
        );
    }
    match key_of(&holds, expected) {
        Some(Key::Same(found)) => {
            return Remark::pass(
                id,
                format!(
                    "it was signed with the key of {what} ({})",
                    abbreviated(&found.sha256)
                ),
            );
        }
        Some(Key::Renewed) => {
            return Remark::pass(
                id,
                format!(
                    "it was signed with the key of {what}, though it carries another certificate of that key"
                ),
            );
        }
        None => {}
    }
    let signers = holds.iter().flat_map(|signature| &signature.made_by);
    let signers: Vec<String> = signers.map(|sha256| abbreviated(sha256)).collect();
    let known = expected.iter();
    let known: Vec<String> = known.map(|known| abbreviated(&known.sha256)).collect();
    Remark::fail(
        id,
        format!(
            "it was signed with the key of certificate {}, and {what} is {}",
            signers.join(", "),
            known.join(", ")
        ),
        fix,
    )
}

/// The start of a fingerprint, enough to find it again.
pub(super) fn abbreviated(sha256: &str) -> String {
    let start: String = sha256.chars().take(16).collect();
    format!("{start}…")
}

fn recipient(message: &Message, object: &HybridObject, remarks: &mut Vec<Remark>) {
    let Some(endpoint) = object.auth_endpoint() else {
        return;
    };
    let expected = format!("https://{}/saml", endpoint.host);
    let confirmations = message
        .assertion
        .iter()
        .flat_map(|assertion| &assertion.confirmations);
    let recipients = confirmations.filter_map(|confirmation| confirmation.recipient.as_ref());
    for recipient in recipients.take(3) {
        let host = url::Url::parse(recipient.0.raw()).ok();
        let host = host.as_ref().and_then(url::Url::host_str);
        if host == Some(endpoint.host.as_str()) {
            remarks.push(Remark::pass(
                "object-recipient",
                format!("Recipient {recipient} is the login host of the object's region"),
            ));
        } else {
            remarks.push(Remark::warn(
                "object-recipient",
                format!("Recipient is `{recipient}`; the object's region has {expected}"),
                "compare the region of the object with where the message is meant to go",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::finding::Status;

    use super::*;

    #[test]
    fn differences_that_the_eye_misses_are_named() {
        for (found, expected, said) in [
            (
                "http://x/y",
                "https://x/y",
                "they differ only in the scheme",
            ),
            (
                "https://x/y/",
                "https://x/y",
                "they differ only in the slash at the end",
            ),
            ("https://x/y", "https://x/z", "they differ"),
        ] {
            assert_eq!(differing(Outside::of(found), Outside::of(expected)), said);
        }
    }

    #[test]
    fn an_audience_is_held_against_the_identifier_of_the_provider() {
        let named =
            |names: &[&str]| -> Vec<Raw> { names.iter().map(|name| Raw((*name).into())).collect() };
        let status = |names: &[&str]| audience(&named(names), &"urn:acme".into()).status;
        assert_eq!(status(&["urn:other", "urn:acme"]), Status::Pass);
        assert_eq!(status(&["urn:ACME"]), Status::Warn);
        assert_eq!(status(&[]), Status::Warn);
        let said = audience(&named(&["urn:ACME"]), &"urn:acme".into()).found;
        assert!(
            said.contains("urn:ACME") && said.contains("`urn:acme`"),
            "{said}"
        );
    }
}
