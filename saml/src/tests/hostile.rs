//! Hostile input: no panic, bounded work, and an error that says what it is.

use base64ct::{Base64, Encoding as _};
use proptest::prelude::*;

use hybridcheck_testkit::openssl;

use super::super::{EXCLUSIVE, Message, Moments, Unreadable, Verified, judge, read};
use super::{now, response};

fn refusal(xml: &str) -> String {
    let error: Unreadable = read(xml.as_bytes(), &[]).expect_err("a refusal");
    assert!(!error.help().is_empty());
    error.to_string()
}

fn judged(message: &Message) -> usize {
    let moments = Moments {
        as_of: now(),
        is_named: false,
    };
    judge(message, moments).len()
}

#[test]
fn what_is_no_message_says_what_it_is() {
    let laughs = "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]><r>&c;</r>";
    let good = response();
    for (xml, expected) in [
        (laughs, "a document type (DTD): refused"),
        (
            "<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>",
            "a document type (DTD): refused",
        ),
        ("<r>&xxe;</r>", "an entity that XML does not know: refused"),
        ("<r><x></r>", "not well-formed"),
        ("<r><x>", "ends too early"),
        (&good[..good.len() / 2], "ends too early"),
        ("<r/>", "neither a samlp:Response nor"),
        (
            "<AuthnRequest xmlns=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>",
            "the service sends to the identity provider",
        ),
        (
            "<Assertion xmlns=\"urn:oasis:names:tc:SAML:1.0:assertion\"/>",
            "SAML 1; Genesys Cloud speaks SAML 2.0",
        ),
        (
            "<EncryptedAssertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>",
            "does not support",
        ),
        (
            "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"/>",
            "a SOAP message",
        ),
    ] {
        let refusal = refusal(xml);
        assert!(refusal.contains(expected), "{expected}: {refusal}");
    }
}

#[test]
fn what_stands_inside_a_wrapping_is_not_said_of_the_file() {
    for (text, expected) in [
        (
            "hello, world",
            "text that is neither XML nor base64 (it holds `,`)",
        ),
        (
            &Base64::encode_string(b"hello, world"),
            "text that is neither XML nor base64 (it holds `,`), wrapped as base64",
        ),
        (
            &format!("SAMLResponse={}", Base64::encode_string(b"hello, world")),
            "wrapped as form field, base64",
        ),
        (
            &Base64::encode_string(b"hello"),
            "text that is neither XML nor base64, wrapped as base64",
        ),
        (
            "SAMLResponse=aGVsbG8aa",
            "the value ends too early: its length is none that base64 has",
        ),
    ] {
        let refusal = refusal(text);
        assert!(refusal.ends_with(expected), "{expected}: {refusal}");
    }
}

#[test]
fn markup_without_end_is_refused_before_it_is_parsed() {
    let deep = format!("{}{}", "<a>".repeat(9_000), "</a>".repeat(9_000));
    let wide = format!("<a {}/>", "a='' ".repeat(30_000));
    let named = format!("<a {}/>", "xmlns:a='u' ".repeat(2_000));
    let flat = "<a/>".repeat(30_000);
    for (xml, expected) in [
        (deep, "neither"),
        (wide, "more attributes"),
        (named, "more namespaces"),
        (flat, "more elements"),
    ] {
        let refusal = refusal(&xml);
        assert!(refusal.contains(expected), "{expected}: {refusal}");
    }
}

#[test]
fn many_signatures_and_deep_messages_are_looked_at_in_bounded_time() {
    let good = response();
    let begin = good.find("<ds:Signature ").expect("a signature");
    let end = good.find("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    let many = format!(
        "{}{}{}",
        &good[..begin],
        good[begin..end].repeat(300),
        &good[end..]
    );
    let nested = format!("{}{}", "<x>".repeat(2_000), "</x>".repeat(2_000));
    let deep = good.replace(
        "<saml:AttributeValue>",
        &format!("<saml:AttributeValue>{nested}"),
    );
    let attributes: Vec<String> = (0..15_000).map(|i| format!("a{i}=''")).collect();
    let wide = good.replacen(
        "<saml:AttributeValue>",
        &format!("<saml:AttributeValue {}>", attributes.join(" ")),
        1,
    );
    let prefixes: Vec<String> = (0..900).map(|i| format!("xmlns:p{i}='urn:{i}'")).collect();
    let elements = "<p1:x></p1:x>".repeat(9_000);
    let named = good.replacen(
        "<saml:AttributeValue>",
        &format!("<saml:AttributeValue {}>{elements}", prefixes.join(" ")),
        1,
    );
    for xml in [many, deep, wide, named] {
        let message = read(xml.as_bytes(), &[]).expect("a message");
        assert!(judged(&message) > 0);
        assert!(
            !message
                .signatures
                .iter()
                .any(super::super::Signature::holds)
        );
    }
}

/// What the signature of a message says of itself, when neither digest nor value was verified.
fn unverified(xml: &str, known: &[Vec<u8>]) -> String {
    let message = read(xml.as_bytes(), known).expect("a message");
    let signature = &message.signatures[0];
    assert!(!signature.holds());
    [&signature.digest, &signature.value]
        .map(|verified| match verified {
            Verified::Not { because } => because.clone(),
            other => format!("{other:?}"),
        })
        .join("; ")
}

#[test]
fn a_long_declaration_that_stands_at_every_sibling_anew_is_not_written_out() {
    let declared = format!("xmlns:a='urn:{}'", "u".repeat(200_000));
    let siblings = "<a:x/>".repeat(9_000);
    let good = response();
    let long = good.replacen(
        "<saml:AttributeValue>",
        &format!("<saml:AttributeValue {declared}>{siblings}"),
        1,
    );
    let told = unverified(&long, &[]);
    assert!(told.contains("larger than any message"), "{told}");
}

#[test]
fn a_list_of_prefixes_that_never_ends_is_not_followed() {
    let good = response();
    let transform = format!(
        "<ds:Transform Algorithm=\"{EXCLUSIVE}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"{}\"/></ds:Transform>",
        "b ".repeat(100_000)
    );
    let plain = format!("<ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform>");
    let listed = good.replace(&plain, &transform);
    assert_ne!(listed, good);
    let told = unverified(&listed, &[]);
    assert!(told.contains("PrefixList is longer"), "{told}");
}

/// A key that an algorithm is not verified with here may have made the signature: it is not called broken.
#[test]
fn a_key_of_a_size_that_is_not_supported_proves_nothing() {
    let short = openssl::pair_of(&["-newkey", "rsa:1024"]).expect("a short key");
    let der = openssl::certificate_der(&short.certificate).expect("DER");
    let good = response();
    let (head, rest) = good.split_once("<ds:KeyInfo>").expect("a certificate");
    let (_, tail) = rest.split_once("</ds:KeyInfo>").expect("its end");
    let bare = format!("{head}{tail}");
    let known = [der];
    let told = unverified(&bare.replace("rsa-sha256", "rsa-sha384"), &known);
    assert!(
        told.contains("keys of 1024 bits are not supported here"),
        "{told}"
    );
    let told = unverified(&bare, &known);
    assert!(told.contains("Broken"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes, &[]);
        let _ = read(Base64::encode_string(&bytes).as_bytes(), &[]);
    }

    #[test]
    fn no_text_panics(text in "[<>/=&%+?'\" a-zSAML:#;\u{e4}-]{0,200}") {
        let _ = read(text.as_bytes(), &[]);
        let _ = read(format!("SAMLResponse={text}").as_bytes(), &[]);
        let _ = read(format!("<form><input name=\"SAMLResponse\" value={text}").as_bytes(), &[]);
    }

    #[test]
    fn no_damaged_message_panics_or_holds(at in 0_usize..3_000, with in "[<>/=\"a&\u{e4}]{0,3}", gone in 0_usize..40) {
        static GOOD: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        let good = GOOD.get_or_init(response);
        let begin = good.floor_char_boundary(at.min(good.len()));
        let end = good.floor_char_boundary((begin + gone).min(good.len()));
        let damaged = format!("{}{with}{}", &good[..begin], &good[end..]);
        if let Ok(message) = read(damaged.as_bytes(), &[]) {
            let _ = judged(&message);
            let _ = serde_json::to_string(&message).expect("JSON");
        }
    }
}
