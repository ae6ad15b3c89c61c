//! What a person reads: never the signature or the whole, always what differs from object and provider.

use hybridcheck_core::facts::IdentityProvider;
use hybridcheck_core::finding::Status;
use hybridcheck_testkit::{objects, openssl};

use super::super::{Encoding, Explained, Moments, Remark, compare, judge, read};
use super::{minted, now, object, object_of, response, xml};
use crate::material;

fn worst(remarks: &[Remark], id: &str) -> Option<Status> {
    let of_id = remarks.iter().filter(|remark| remark.id == id);
    of_id.map(|remark| remark.status).max()
}

#[test]
fn against_its_own_object_everything_matches() {
    let message = read(response().as_bytes(), &[]).expect("a message");
    let remarks = compare::with_object(&message, &object());
    assert_eq!(remarks.len(), 4, "{remarks:?}");
    assert!(
        remarks.iter().all(|remark| remark.status == Status::Pass),
        "{remarks:?}"
    );
}

#[test]
fn what_differs_from_the_object_is_named() {
    let message = read(response().as_bytes(), &[]).expect("a message");
    let other_pair = object_of(&openssl::pair().expect("another pair"));
    for (object, id, status, words) in [
        (
            objects::with(
                object(),
                "saml",
                "issuer",
                "http://idp.acme.example/pureengage",
            ),
            "object-issuer",
            Status::Fail,
            "they differ only in the scheme",
        ),
        (
            objects::with(object(), "general", "organization_sname", "Acme-Sample"),
            "object-organization",
            Status::Fail,
            "upper and lower case",
        ),
        (
            other_pair,
            "object-certificate",
            Status::Fail,
            "find out who signed it",
        ),
        (
            objects::without(object(), "saml", "certificate"),
            "object-certificate",
            Status::Gap,
            "nothing to be compared",
        ),
        (
            objects::with(
                object(),
                "general",
                "base_auth_url",
                "https://login.mypurecloud.ie/oauth/token",
            ),
            "object-recipient",
            Status::Warn,
            "https://login.mypurecloud.ie/saml",
        ),
    ] {
        let remarks = compare::with_object(&message, &object);
        let remark = remarks
            .iter()
            .find(|remark| remark.id == id)
            .expect("a remark");
        assert_eq!(remark.status, status, "{remark:?}");
        let said = format!("{} {}", remark.found, remark.fix);
        assert!(said.contains(words), "{said}");
        let others = remarks.iter().filter(|remark| remark.id != id);
        assert!(
            others.clone().all(|remark| remark.status == Status::Pass),
            "{remarks:?}"
        );
    }
}

#[test]
fn a_provider_accepts_by_issuer_certificate_and_switch() {
    let message = read(response().as_bytes(), &[]).expect("a message");
    let own = material::certificate_der_of(&object()).and_then(|der| material::describe(&der));
    let provider = IdentityProvider {
        issuer_uri: Some(objects::ISSUER.into()),
        decoded: own.into_iter().collect(),
        disabled: Some(false),
        ..IdentityProvider::default()
    };
    let good = compare::with_provider(&message, &object(), &provider);
    assert!(
        good.iter().all(|remark| remark.status == Status::Pass),
        "{good:?}"
    );
    let mut other = provider.clone();
    other.issuer_uri = Some(format!("{}/", objects::ISSUER).into());
    other.disabled = Some(true);
    for certificate in &mut other.decoded {
        certificate.sha256 = "00".repeat(32);
        certificate.spki_sha256 = "00".repeat(32);
    }
    let bad = compare::with_provider(&message, &object(), &other);
    for id in ["idp-issuer", "idp-certificate", "idp-disabled"] {
        assert_eq!(worst(&bad, id), Some(Status::Fail), "{id}");
    }
    let mut renewed = provider.clone();
    for certificate in &mut renewed.decoded {
        certificate.sha256 = "00".repeat(32);
    }
    let remarks = compare::with_provider(&message, &object(), &renewed);
    assert_eq!(worst(&remarks, "idp-certificate"), Some(Status::Pass));
    let mut unreadable = provider;
    unreadable.decoded.clear();
    let remarks = compare::with_provider(&message, &object(), &unreadable);
    assert_eq!(worst(&remarks, "idp-certificate"), Some(Status::Gap));
}

/// A provider that holds the certificate of a pair of its own.
fn provider_of_another() -> IdentityProvider {
    let another = object_of(&openssl::pair().expect("another pair"));
    let held = material::certificate_der_of(&another).and_then(|der| material::describe(&der));
    IdentityProvider {
        issuer_uri: Some(objects::ISSUER.into()),
        decoded: held.into_iter().collect(),
        disabled: Some(false),
        ..IdentityProvider::default()
    }
}

#[test]
fn only_the_certificate_of_the_objects_own_key_is_advised_for_the_provider() {
    let provider = provider_of_another();
    let own = response();
    let stranger = object_of(&openssl::pair().expect("a stranger's pair"));
    let stranger = xml(&minted(&stranger), true);
    let unreadable = objects::without(object(), "saml", "certificate");
    for (message, object, advised, words) in [
        (&own, object(), true, "the object's own key signed it"),
        (&stranger, object(), false, "Find out who signed"),
        (&own, unreadable, false, "before it is known whose it is"),
    ] {
        let message = read(message.as_bytes(), &[]).expect("a message");
        let remarks = compare::with_provider(&message, &object, &provider);
        let remark = remarks
            .iter()
            .find(|remark| remark.id == "idp-certificate")
            .expect("a remark");
        assert_eq!(remark.status, Status::Fail, "{remark:?}");
        assert!(remark.fix.contains(words), "{words}: {}", remark.fix);
        assert_eq!(
            remark.fix.contains("add saml/certificate"),
            advised,
            "{}",
            remark.fix
        );
        assert_eq!(remark.fix.contains("do not add"), !advised);
    }
}

#[test]
fn why_no_signer_was_matched_agrees_with_what_was_verified() {
    let good = response();
    let broken = good.replace("ann@", "bob@");
    let unknown = good.replace("xmldsig-more#rsa-sha256", "xmldsig-more#ecdsa-sha256");
    let begin = good.find("<ds:Signature ").expect("a signature");
    let end = good.find("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    let unsigned = format!("{}{}", &good[..begin], &good[end..]);
    for (xml, words) in [
        (
            &broken,
            "the signature that covers the assertion does not hold, so",
        ),
        (
            &unknown,
            "the signature that covers the assertion was not verified, so",
        ),
        (&unsigned, "the message is not signed, so"),
        (
            &super::forged::wrapped(),
            "covers something else than the assertion that would be used, so",
        ),
    ] {
        let message = read(xml.as_bytes(), &[]).expect("a message");
        let remarks = compare::with_object(&message, &object());
        let remark = remarks
            .iter()
            .find(|remark| remark.id == "object-certificate")
            .expect("a remark");
        assert_eq!(remark.status, Status::Gap);
        assert!(remark.found.contains(words), "{words}: {}", remark.found);
    }
}

#[test]
fn an_unverified_signature_matches_no_certificate() {
    let forged = response().replace("ann@", "bob@");
    let message = read(forged.as_bytes(), &[]).expect("a message");
    let remarks = compare::with_object(&message, &object());
    assert_eq!(worst(&remarks, "object-certificate"), Some(Status::Gap));
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the test knows what it looks for"
)]
fn neither_text_nor_json_nor_debug_holds_the_credential() {
    let minted = minted(&object());
    let capture = minted.encoded(Encoding::ResponseBase64);
    let message = read(capture.expose().as_bytes(), &[]).expect("a message");
    let moments = Moments {
        as_of: now(),
        is_named: false,
    };
    let remarks = judge(&message, moments);
    let debug = format!("{minted:?} {message:?}");
    let explained = Explained::of("capture", now(), message, remarks);
    let mut outputs = vec![
        debug,
        explained.text(),
        serde_json::to_string(&explained).expect("JSON"),
    ];
    for encoding in Encoding::ALL {
        let shown = minted.shown(encoding);
        outputs.push(shown.text());
        outputs.push(serde_json::to_string(&shown).expect("JSON"));
    }
    for secret in minted.secrets() {
        let secret = secret.expose();
        for output in &outputs {
            // A part would do no harm alone, but has no business there either.
            assert!(
                !output.contains(&secret[..secret.len().min(60)]) || secret.starts_with('<'),
                "{output}"
            );
            assert!(!output.contains(secret), "{output}");
        }
    }
}

#[test]
fn an_old_capture_is_no_failure_unless_its_moment_is_named() {
    let message = read(response().as_bytes(), &[]).expect("a message");
    let later = hybridcheck_core::time::Timestamp::from_unix(now().unix() + 3_600);
    for (is_named, expected) in [(false, Status::Note), (true, Status::Fail)] {
        let moments = Moments {
            as_of: later,
            is_named,
        };
        assert_eq!(worst(&judge(&message, moments), "expired"), Some(expected));
    }
    // Ten seconds of tolerance: the last moment that passes and the first that does not.
    let end = now().unix() + 300;
    for (seconds, is_over) in [(end - 5, false), (end + 5, false), (end + 60, true)] {
        let moments = Moments {
            as_of: hybridcheck_core::time::Timestamp::from_unix(seconds),
            is_named: true,
        };
        assert_eq!(
            worst(&judge(&message, moments), "expired").is_some(),
            is_over,
            "{seconds}"
        );
    }
}

#[test]
fn the_moment_that_is_advised_for_an_old_capture_is_its_own_and_fits() {
    let good = response();
    let bare = good.replace(" IssueInstant=\"", " Other=\"");
    let later = hybridcheck_core::time::Timestamp::from_unix(now().unix() + 86_400);
    let old = Moments {
        as_of: later,
        is_named: false,
    };
    let advice = |xml: &str| {
        let message = read(xml.as_bytes(), &[]).expect("a message");
        let remarks = judge(&message, old);
        let remark = remarks.into_iter().find(|remark| remark.id == "expired");
        (message, remark.expect("a remark").fix)
    };
    let (message, fix) = advice(&good);
    let moment = fix.split("--as-of ").nth(1).expect("a moment");
    let moments = Moments {
        as_of: hybridcheck_core::time::Timestamp::parse(moment).expect("a time"),
        is_named: true,
    };
    let times = judge(&message, moments);
    assert_eq!(worst(&times, "times"), Some(Status::Pass), "{times:?}");
    let (_, fix) = advice(&bare);
    assert!(fix.ends_with("of the capture with --as-of"), "{fix}");
}
