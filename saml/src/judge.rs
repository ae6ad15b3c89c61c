//! What is right and wrong with a message by itself: its structure, signature, times and attributes.

use hybridcheck_core::facts::{CertificateInfo, KeyAlgorithm};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::listed;
use hybridcheck_core::time::Timestamp;

use super::compare::abbreviated;
use super::message::{Assertion, Attribute, Covers, Message, Signature, Verified};
use super::remark::SENDER;
use super::{Remark, times};

/// The moment that times are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moments {
    /// The moment.
    pub as_of: Timestamp,
    /// A person named it: then a message that is over by then is a failure. Otherwise it is only an old capture.
    pub is_named: bool,
}

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// Attributes that Genesys documents, in its own spelling; the names are case-sensitive.
const ORGANIZATION: &str = "OrganizationName";
const EMAIL: &str = "email";

/// Everything to say about a message without anything to compare it with.
pub fn judge(message: &Message, moments: Moments) -> Vec<Remark> {
    let mut remarks = Vec::new();
    wrapping(message, &mut remarks);
    status(message, &mut remarks);
    structure(message, &mut remarks);
    let Some(assertion) = &message.assertion else {
        return remarks;
    };
    signatures(message, moments, &mut remarks);
    times::judge(message, assertion, moments, &mut remarks);
    content(message, assertion, &mut remarks);
    remarks
}

fn wrapping(message: &Message, remarks: &mut Vec<Remark>) {
    for oddity in &message.oddities {
        remarks.push(Remark::warn(
            "form",
            oddity.clone(),
            "check whether the sender does this, or only the tool that captured it",
        ));
    }
}

fn status(message: &Message, remarks: &mut Vec<Remark>) {
    let Some(response) = &message.response else {
        return;
    };
    let is_success = response
        .status
        .first()
        .is_some_and(|code| code.0 == "Success");
    if is_success {
        return;
    }
    let codes = if response.status.is_empty() {
        "no status".to_owned()
    } else {
        format!("the status {}", listed(&response.status))
    };
    let said = response.status_message.as_ref();
    let said = said.map_or_else(String::new, |said| format!(" (\"{said}\")"));
    remarks.push(Remark::fail(
        "status",
        format!(
            "the response says {codes}{said}, not Success: the sender itself refused the login"
        ),
        "the reason stands in the log of the identity provider",
    ));
}

fn structure(message: &Message, remarks: &mut Vec<Remark>) {
    let structure = &message.structure;
    if let Some(encrypted) = &structure.encrypted {
        remarks.push(Remark::fail(
            "encrypted",
            format!("it holds {encrypted}; Genesys Cloud does not support encrypted assertions (documented)"),
            "switch encryption of assertions off at the identity provider; TLS protects them on the way",
        ));
    }
    match structure.assertions {
        1 => {}
        0 => remarks.push(Remark::fail(
            "assertion",
            "the response holds no assertion that can be read, so it logs nobody in",
            SENDER,
        )),
        count => remarks.push(Remark::fail(
            "assertion",
            format!("the response holds {count} assertions; which one a reader uses is not defined, here it is the first"),
            "send exactly one assertion",
        )),
    }
    if !structure.hidden.is_empty() {
        remarks.push(Remark::fail(
            "wrapping",
            format!(
                "a further assertion or response is hidden: {}. That is how signed messages are forged (signature wrapping)",
                listed(structure.hidden.iter().take(3))
            ),
            "treat it as an attack or a broken component until its origin is known, and inform the security team",
        ));
    }
    for id in structure.duplicate_ids.iter().take(3) {
        remarks.push(Remark::fail(
            "duplicate-id",
            format!(
                "several elements have the ID {id}, so it is open which of them a signature covers"
            ),
            SENDER,
        ));
    }
    for element in structure.signed_twice.iter().take(3) {
        remarks.push(Remark::fail(
            "signed-twice",
            format!(
                "{element} is signed twice: it holds two signatures, and the SAML schema allows one"
            ),
            "let only one component sign; a gateway or a second signing step may add its own",
        ));
    }
    for element in structure.split_texts.iter().take(3) {
        remarks.push(Remark::fail(
            "split-text",
            format!("a comment splits the text of {element}; readers differ in whether they see what stands behind it"),
            SENDER,
        ));
    }
}

fn signatures(message: &Message, moments: Moments, remarks: &mut Vec<Remark>) {
    let useful: Vec<&Signature> = message
        .signatures
        .iter()
        .filter(|signature| signature.is_relevant())
        .collect();
    if message.structure.unread_signatures > 0 {
        remarks.push(Remark::gap(
            "signature-count",
            format!(
                "{} more signatures were not looked at; no message needs so many",
                message.structure.unread_signatures
            ),
            SENDER,
        ));
    }
    let mut placed = Vec::new();
    for signature in &message.signatures {
        misplaced(signature, &mut placed);
    }
    extend_with_new(remarks, placed);
    if useful.is_empty() {
        uncovered(message, remarks);
        return;
    }
    let mut said: Vec<(Remark, usize)> = Vec::new();
    for signature in &useful {
        let remark = verified(signature);
        match said.iter_mut().find(|(known, _)| *known == remark) {
            Some((_, times)) => *times += 1,
            None => said.push((remark, 1)),
        }
    }
    for (mut remark, times) in said {
        if times > 1 {
            remark.found = format!("of each of {times} signatures: {}", remark.found);
        }
        remarks.push(remark);
    }
    let mut details = Vec::new();
    for signature in &useful {
        weak(signature, &mut details);
        let signers = signature
            .certificates
            .iter()
            .filter(|certificate| signature.made_by.contains(&certificate.sha256));
        for certificate in signers {
            let others = signature.made_by.iter();
            let is_renewed = others.clone().any(|sha256| *sha256 != certificate.sha256);
            validity(certificate, is_renewed, moments, &mut details);
        }
    }
    extend_with_new(remarks, details);
}

/// Several signatures have much in common, and each thing is said once.
fn extend_with_new(remarks: &mut Vec<Remark>, found: Vec<Remark>) {
    for remark in found {
        if !remarks.contains(&remark) {
            remarks.push(remark);
        }
    }
}

/// A signature that covers something else than what it stands in, or what nobody uses.
fn misplaced(signature: &Signature, remarks: &mut Vec<Remark>) {
    match &signature.covers {
        Covers::Other(element) => remarks.push(Remark::fail(
            "wrapping",
            format!(
                "the signature in {} covers another element ({element}) than the assertion that would be used: signature wrapping, or a broken sender",
                signature.stands_in
            ),
            "do not trust it; find out who changed the message, and inform the security team",
        )),
        Covers::Unknown(because) => remarks.push(Remark::fail(
            "signature-target",
            format!(
                "what the signature in {} covers cannot be told: {because}",
                signature.stands_in
            ),
            SENDER,
        )),
        Covers::Assertion | Covers::Response if !signature.is_enveloped => {
            remarks.push(Remark::fail(
                "wrapping",
                format!(
                    "the signature stands in {}, not in what it covers; SAML allows it only there, and moving it is how messages are forged",
                    signature.stands_in
                ),
                "do not trust it; find out who changed the message, and inform the security team",
            ));
        }
        Covers::Assertion | Covers::Response => {}
    }
}

fn uncovered(message: &Message, remarks: &mut Vec<Remark>) {
    let found = if message.signatures.is_empty() {
        "neither the assertion nor the response is signed; Genesys Cloud needs a signature by a certificate of its identity provider"
    } else {
        "no signature covers the assertion that would be used"
    };
    let fix = "let the sender sign the assertion with the key of saml/pkey, RSA-SHA256";
    remarks.push(Remark::fail("signature", found, fix));
}

fn verified(signature: &Signature) -> Remark {
    let what = match signature.covers {
        Covers::Response => "the whole response",
        _ => "the assertion",
    };
    match (&signature.digest, &signature.value) {
        (Verified::Broken, Verified::Holds) => Remark::fail(
            "signature",
            format!(
                "the signature of {what} was made by {}, but the content is no longer what was signed (the digest differs)",
                makers(signature)
            ),
            "something changed the message after it was signed: a proxy, an editor that re-indents XML, or a hand",
        ),
        (_, Verified::Broken) => Remark::fail(
            "signature",
            format!(
                "the signature of {what} does not hold with the certificate{}: it was made by another key, or SignedInfo was changed",
                carried(signature)
            ),
            "compare key and certificate of the sender: after a renewal only one of the two may have been replaced",
        ),
        (Verified::Broken, Verified::Not { because }) => Remark::fail(
            "signature",
            format!(
                "the content of {what} is not what was signed (the digest differs); the signature itself was not verified, because {because}"
            ),
            "something changed the message after it was signed",
        ),
        (Verified::Holds | Verified::Not { .. }, Verified::Not { because })
        | (Verified::Not { because }, Verified::Holds) => Remark::gap(
            "signature",
            format!("the signature of {what} was not verified, because {because}"),
            if signature.lacks_certificate {
                "give the export of the object that should have signed it, with a saml/certificate that can be read"
            } else {
                "verify it with another tool, such as xmlsec1"
            },
        ),
        (Verified::Holds, Verified::Holds) => Remark::pass(
            "signature",
            format!(
                "{what} is signed, digest and signature hold, made by {}",
                makers(signature)
            ),
        ),
    }
}

fn makers(signature: &Signature) -> String {
    let fingerprints = signature.made_by.iter().take(3);
    let shown = fingerprints.map(|sha256| abbreviated(sha256));
    format!("the key of certificate {}", listed(shown))
}

fn carried(signature: &Signature) -> String {
    match signature.certificates.first() {
        Some(certificate) => format!(
            " that it carries ({}, SHA-256 {})",
            certificate.subject,
            abbreviated(&certificate.sha256)
        ),
        None => " that is known".into(),
    }
}

fn weak(signature: &Signature, remarks: &mut Vec<Remark>) {
    for (what, name) in [
        ("signature", &signature.algorithm),
        ("digest", &signature.digest_algorithm),
    ] {
        if name.to_ascii_lowercase().ends_with("sha1") {
            remarks.push(Remark::warn(
                "weak-algorithm",
                format!("the {what} uses {name}, which is weak; Genesys documents RSA-SHA256"),
                "set the sender to RSA-SHA256 and SHA-256",
            ));
        }
    }
    let short = signature
        .certificates
        .iter()
        .find_map(|certificate| match certificate.key {
            KeyAlgorithm::Rsa { bits } if bits < 2048 => Some(bits),
            _ => None,
        });
    if let Some(bits) = short {
        remarks.push(Remark::warn(
            "weak-algorithm",
            format!("the key has {bits} bits, which is too few"),
            "make a new pair with 2048 bits or more",
        ));
    }
}

fn validity(
    certificate: &CertificateInfo,
    is_renewed: bool,
    moments: Moments,
    remarks: &mut Vec<Remark>,
) {
    if certificate.not_after < moments.as_of && is_renewed {
        // One valid certificate at the provider is enough, whichever the message carries.
        remarks.push(Remark::warn(
            "certificate-validity",
            format!(
                "the certificate that it carries expired on {}; another one of the same key is known, and counts where the identity provider holds it",
                certificate.not_after.day()
            ),
            "make the sender carry the certificate that is in force",
        ));
    } else if certificate.not_after < moments.as_of {
        remarks.push(Remark::fail(
            "certificate-validity",
            format!(
                "the certificate that signed it expired on {}",
                certificate.not_after.day()
            ),
            "renew key and certificate, first at the identity provider of Genesys Cloud, then in the object",
        ));
    } else if certificate.not_before > moments.as_of {
        remarks.push(Remark::fail(
            "certificate-validity",
            format!(
                "the certificate that signed it is not valid before {}",
                certificate.not_before
            ),
            "look at the clock of the host that made the certificate",
        ));
    }
}

fn content(message: &Message, assertion: &Assertion, remarks: &mut Vec<Remark>) {
    if assertion
        .version
        .as_ref()
        .is_none_or(|version| version.0 != "2.0")
    {
        let version = assertion.version.as_ref();
        let version = version.map_or_else(|| "missing".into(), |version| format!("`{version}`"));
        remarks.push(Remark::fail(
            "version",
            format!("Version is {version}, not 2.0"),
            SENDER,
        ));
    }
    match &assertion.issuer {
        None => remarks.push(Remark::fail(
            "issuer",
            "it has no Issuer, by which Genesys Cloud finds the identity provider",
            SENDER,
        )),
        Some(issuer) if issuer.0.view().trim() != issuer.0.view() || issuer.0.is_empty() => {
            remarks.push(Remark::fail(
                "issuer",
                format!("its Issuer is `{issuer}`, empty or with blanks around it; it must equal issuerURI exactly"),
                "remove the blanks from saml/issuer",
            ));
        }
        Some(issuer) => {
            let outer = message
                .response
                .as_ref()
                .and_then(|response| response.issuer.as_ref());
            if let Some(outer) = outer.filter(|outer| *outer != issuer) {
                remarks.push(Remark::warn(
                    "issuer",
                    format!("the response's Issuer is `{outer}`, the assertion's `{issuer}`"),
                    SENDER,
                ));
            }
        }
    }
    attribute(
        &assertion.attributes,
        ORGANIZATION,
        "the organisation's short name",
        remarks,
    );
    attribute(
        &assertion.attributes,
        EMAIL,
        "the user's Genesys Cloud address",
        remarks,
    );
    let is_bearer = assertion.confirmations.iter().any(|confirmation| {
        confirmation
            .method
            .as_ref()
            .is_some_and(|method| method.0 == BEARER)
    });
    if !is_bearer {
        remarks.push(Remark::fail(
            "bearer",
            "it has no SubjectConfirmation of method bearer, without which nobody may log in with it",
            SENDER,
        ));
    }
    if assertion
        .subject
        .as_ref()
        .is_none_or(|subject| subject.0.view().trim().is_empty())
    {
        remarks.push(Remark::fail("subject", "it has no NameID", SENDER));
    }
}

/// An attribute that must be there once, under exactly this name, with one value.
fn attribute(all: &[Attribute], name: &'static str, meaning: &str, remarks: &mut Vec<Remark>) {
    let id = if name == EMAIL {
        "email"
    } else {
        "organization-name"
    };
    let exact: Vec<&Attribute> = all.iter().filter(|found| found.name.0 == name).collect();
    let values: Vec<Outside<&str>> = exact
        .iter()
        .flat_map(|found| &found.values)
        .map(|value| value.0.view())
        .collect();
    match (exact.is_empty(), values.as_slice()) {
        (true, _) => {
            let near = all.iter().find(|found| {
                found.name.0.view().trim().eq_ignore_ascii_case(name)
                    || !hybridcheck_core::text::nearest(found.name.0.raw(), [name]).is_empty()
            });
            let found = match near {
                Some(near) => format!(
                    "it has no attribute {name} ({meaning}), but `{}`: names are case-sensitive and exact",
                    near.name
                ),
                None => format!("it has no attribute {name} ({meaning})"),
            };
            remarks.push(Remark::fail(
                id,
                found,
                format!("name the attribute exactly {name}"),
            ));
        }
        (false, [value]) if !value.is_empty() && value.trim() == *value => {}
        (false, [value]) => remarks.push(Remark::fail(
            id,
            format!(
                "attribute {name} is `{}`, empty or with blanks around it",
                value.shown(200)
            ),
            "remove the blanks where the value comes from",
        )),
        (false, values) => remarks.push(Remark::fail(
            id,
            format!(
                "attribute {name} has {} values, and one is expected",
                values.len()
            ),
            SENDER,
        )),
    }
}
