//! Forged and broken messages: none is called valid, and each is called by its name.

use hybridcheck_core::finding::Status;
use hybridcheck_core::time::Timestamp;
use hybridcheck_testkit::openssl;

use super::super::{Covers, Message, Moments, Remark, judge, read};
use super::{minted, now, object, object_of, response, xml};

fn remarks(xml: &str) -> (Message, Vec<Remark>) {
    let message = read(xml.as_bytes(), &[]).expect("a message");
    let moments = Moments {
        as_of: now(),
        is_named: true,
    };
    let remarks = judge(&message, moments);
    (message, remarks)
}

fn failures(xml: &str) -> Vec<&'static str> {
    let (_, remarks) = remarks(xml);
    let failed = remarks
        .iter()
        .filter(|remark| remark.status == Status::Fail);
    failed.map(|remark| remark.id).collect()
}

fn cut<'a>(xml: &'a str, from: &str, to: &str) -> (&'a str, &'a str, &'a str) {
    let begin = xml.find(from).expect("the beginning");
    let end = begin + xml[begin..].find(to).expect("the end") + to.len();
    (&xml[..begin], &xml[begin..end], &xml[end..])
}

/// The parts of a response: before, the assertion, after; the signature of the assertion, and the assertion without it.
struct Parts {
    before: String,
    assertion: String,
    after: String,
    signature: String,
    bare: String,
}

fn parts() -> Parts {
    let xml = response();
    let (before, assertion, after) = cut(&xml, "<saml:Assertion ", "</saml:Assertion>");
    let (head, signature, tail) = cut(assertion, "<ds:Signature ", "</ds:Signature>");
    Parts {
        before: before.into(),
        assertion: assertion.into(),
        after: after.into(),
        signature: signature.into(),
        bare: format!("{head}{tail}"),
    }
}

/// The assertion of an attacker: another user, another ID.
fn evil(bare: &str) -> String {
    let (head, id, tail) = cut(bare, " ID=\"", "\" ");
    let id = id.replace(" ID=\"_", " ID=\"_evil");
    format!("{head}{id}{tail}").replace("ann@", "mallory@")
}

/// A forged assertion before the signed one.
pub(super) fn wrapped() -> String {
    let Parts {
        before,
        assertion,
        after,
        bare,
        ..
    } = parts();
    format!("{before}{}{assertion}{after}", evil(&bare))
}

#[test]
fn a_healthy_message_has_no_failure() {
    let (message, remarks) = remarks(&response());
    assert!(message.signatures[0].holds());
    assert_eq!(message.signatures[0].covers, Covers::Assertion);
    let worst = remarks.iter().map(|remark| remark.status).max();
    assert_eq!(worst, Some(Status::Pass), "{remarks:?}");
}

/// The eight ways of wrapping of Somorovsky and others ("On Breaking SAML", 2012), as far as they concern assertions and responses.
#[test]
fn every_way_of_wrapping_is_called_so_and_never_valid() {
    let Parts {
        before,
        assertion,
        after,
        signature,
        bare,
    } = parts();
    let evil = evil(&bare);
    let holding = |inner: &str| {
        signature.replace(
            "</ds:Signature>",
            &format!("<ds:Object>{inner}</ds:Object></ds:Signature>"),
        )
    };
    let with_signature = |assertion: &str, signature: &str| {
        assertion.replacen("</saml:Issuer>", &format!("</saml:Issuer>{signature}"), 1)
    };
    let original = format!("{before}{assertion}{after}");
    // Each with whether an assertion or a response lies hidden in it, beside those that stand where they belong.
    let hidden = [true, true, true, false, true, false, false, true];
    let cases = [
        // The signed response or assertion hidden in a signature's Object.
        format!(
            "{before}{}{after}",
            with_signature(&evil, &holding(&original))
        ),
        format!(
            "{before}{}{after}",
            with_signature(&evil, &holding(&assertion))
        ),
        format!("{before}{}{after}", with_signature(&evil, &holding(&bare))),
        // The forged assertion before, around, or with the signature of the signed one.
        format!("{before}{evil}{assertion}{after}"),
        format!(
            "{before}{}{after}",
            evil.replace(
                "</saml:Assertion>",
                &format!("{assertion}</saml:Assertion>")
            )
        ),
        format!("{before}{}{bare}{after}", with_signature(&evil, &signature)),
        format!("{before}{evil}{signature}{bare}{after}"),
        // The signed one under an element for extensions.
        format!("{before}<samlp:Extensions>{assertion}</samlp:Extensions>{evil}{after}"),
    ];
    for (number, (xml, is_hidden)) in cases.iter().zip(hidden).enumerate() {
        let (message, remarks) = remarks(xml);
        let is_told = |remark: &Remark| {
            remark.status == Status::Fail
                && remark.id == "wrapping"
                && remark.found.contains("is hidden")
        };
        assert_eq!(remarks.iter().any(is_told), is_hidden, "{number}");
        let user = message
            .assertion
            .as_ref()
            .and_then(|used| used.subject.clone());
        assert_eq!(
            user.map(|user| user.0),
            Some("mallory@acme.example".into()),
            "{number}"
        );
        let failed: Vec<&str> = remarks
            .iter()
            .filter(|remark| remark.status == Status::Fail)
            .map(|remark| remark.id)
            .collect();
        assert!(failed.contains(&"wrapping"), "{number}: {failed:?}");
        assert!(
            !remarks
                .iter()
                .any(|remark| remark.id == "signature" && remark.status == Status::Pass),
            "{number}: {remarks:?}"
        );
    }
}

#[test]
fn a_signature_that_moved_out_of_its_assertion_is_not_accepted() {
    let Parts {
        before,
        after,
        signature,
        bare,
        ..
    } = parts();
    let failed = failures(&format!("{before}{signature}{bare}{after}"));
    assert!(failed.contains(&"wrapping"), "{failed:?}");
}

#[test]
fn signed_twice_is_called_so() {
    let Parts {
        before,
        assertion,
        after,
        signature,
        ..
    } = parts();
    let twice = assertion.replacen(&signature, &format!("{signature}{signature}"), 1);
    let (_, remarks) = remarks(&format!("{before}{twice}{after}"));
    assert!(remarks.iter().any(|remark| remark.id == "signed-twice"));
    for (at, remark) in remarks.iter().enumerate() {
        assert!(!remarks[..at].contains(remark), "said twice: {remark:?}");
    }
    let signature = remarks.iter().find(|remark| remark.id == "signature");
    let found = &signature.expect("a remark").found;
    assert!(found.starts_with("of each of 2 signatures: "), "{found}");
}

#[test]
fn one_id_for_two_elements_is_no_reference() {
    let Parts {
        before,
        assertion,
        after,
        ..
    } = parts();
    let (_, id, _) = cut(&assertion, " ID=\"", "\" ");
    let (head, _, tail) = cut(&before, " ID=\"", "\" ");
    let xml = format!("{head}{id}{tail}{assertion}{after}");
    let (message, _) = remarks(&xml);
    assert!(!message.signatures[0].holds());
    let failed = failures(&xml);
    for expected in ["duplicate-id", "signature-target", "signature"] {
        assert!(failed.contains(&expected), "{expected}: {failed:?}");
    }
}

#[test]
fn what_a_message_lacks_or_spells_otherwise_is_named() {
    let good = response();
    let Parts {
        before,
        after,
        bare,
        ..
    } = parts();
    let unsigned = format!("{before}{bare}{after}");
    let empty = format!("{before}{after}");
    for (xml, expected) in [
        (unsigned.clone(), "signature"),
        (empty.clone(), "assertion"),
        (
            empty.replace("status:Success", "status:Responder"),
            "status",
        ),
        (
            format!(
                "{before}<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"></saml:EncryptedAssertion>{after}"
            ),
            "encrypted",
        ),
        (
            good.replace("\"OrganizationName\"", "\"organizationName\""),
            "organization-name",
        ),
        (good.replace("Name=\"email\"", "Name=\"Email\""), "email"),
        (
            good.replace(">acme-sample<", ">acme-sample <"),
            "organization-name",
        ),
        (good.replace("cm:bearer", "cm:holder-of-key"), "bearer"),
        (
            good.replace(
                "ann@acme.example</saml:NameID>",
                "<!-- -->ann@acme.example</saml:NameID>",
            ),
            "split-text",
        ),
        (good.replace("NotBefore=\"20", "NotBefore=\"21"), "clock"),
        (
            good.replace("NotOnOrAfter=\"20", "NotOnOrAfter=\"19"),
            "expired",
        ),
        (
            good.replace("NotBefore=\"20", "NotBefore=\"3. Mai 20"),
            "time-form",
        ),
        (
            good.replace(
                "Version=\"2.0\"><saml:Issuer>",
                "Version=\"1.1\"><saml:Issuer>",
            ),
            "version",
        ),
        (
            good.replace("<saml:Issuer>https", "<saml:Issuer> https"),
            "issuer",
        ),
    ] {
        assert_ne!(xml, good, "{expected}");
        let failed = failures(&xml);
        assert!(failed.contains(&expected), "{expected}: {failed:?}");
    }
}

#[test]
fn the_signature_of_another_key_does_not_hold() {
    let other = openssl::pair().expect("another pair");
    let stranger = xml(&minted(&object_of(&other)), true);
    let good = response();
    let (_, theirs, _) = cut(&stranger, "<ds:X509Certificate>", "</ds:X509Certificate>");
    let (head, _, tail) = cut(&good, "<ds:X509Certificate>", "</ds:X509Certificate>");
    let failed = failures(&format!("{head}{theirs}{tail}"));
    assert_eq!(failed, ["signature"]);
}

#[test]
fn an_algorithm_that_is_not_understood_is_a_gap_and_no_verdict() {
    let good = response();
    for (from, to) in [
        ("xmldsig-more#rsa-sha256", "xmldsig-more#ecdsa-sha256"),
        (
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"",
            "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"",
        ),
        (
            "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"",
            "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"",
        ),
    ] {
        let xml = good.replace(from, to);
        assert_ne!(xml, good);
        let (_, remarks) = remarks(&xml);
        let signature = remarks
            .iter()
            .find(|remark| remark.id == "signature")
            .expect("a remark");
        assert_ne!(signature.status, Status::Pass, "{signature:?}");
        assert!(!signature.found.contains("holds"), "{signature:?}");
        // Its certificate is at hand: an object would not help.
        assert!(!signature.fix.contains("object"), "{signature:?}");
    }
    let bare = good
        .replace("<ds:KeyInfo>", "<ds:KeyInfo><!--")
        .replace("</ds:KeyInfo>", "--></ds:KeyInfo>");
    let (_, remarks) = remarks(&bare);
    let signature = remarks
        .iter()
        .find(|remark| remark.id == "signature")
        .expect("a remark");
    assert_eq!(signature.status, Status::Gap);
    assert!(
        signature.found.contains("no RSA certificate"),
        "{signature:?}"
    );
    let known = openssl::certificate_der(&super::pair().certificate).expect("DER");
    let message = read(bare.as_bytes(), &[known]).expect("a message");
    assert!(
        message.signatures[0].holds(),
        "with the object's own certificate it is verified"
    );
    let _ = object();
}

#[test]
fn the_dates_of_the_signing_certificate_decide_whether_it_fails() {
    const DAY: i64 = 86_400;
    let mut message = read(response().as_bytes(), &[]).expect("a message");
    let signer = &message.signatures[0].certificates[0];
    let (first, last) = (signer.not_before.unix(), signer.not_after.unix());
    let own = vec![signer.sha256.clone()];
    let renewed = [own.clone(), vec!["another".into()]].concat();
    for (at, made_by, expected) in [
        (first - DAY, &own, Some(Status::Fail)),
        (first - DAY, &renewed, Some(Status::Fail)),
        (first, &own, None),
        (last, &own, None),
        (last + DAY, &own, Some(Status::Fail)),
        (last + DAY, &renewed, Some(Status::Warn)),
    ] {
        message.signatures[0].made_by.clone_from(made_by);
        let moments = Moments {
            as_of: Timestamp::from_unix(at),
            is_named: true,
        };
        let said = judge(&message, moments).into_iter();
        let said = said.filter(|remark| remark.id == "certificate-validity");
        let said: Vec<Status> = said.map(|remark| remark.status).collect();
        assert_eq!(said, Vec::from_iter(expected), "at {at}, {made_by:?}");
    }
}
