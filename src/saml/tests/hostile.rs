//! Hostile input: no panic, bounded work, and an error that says what it is.

use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use proptest::prelude::*;

use super::super::{Message, Moments, Unreadable, judge, read};
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
    let started = Instant::now();
    for (xml, expected) in [
        (deep, "neither"),
        (wide, "more attributes"),
        (named, "more namespaces"),
        (flat, "more elements"),
    ] {
        let refusal = refusal(&xml);
        assert!(refusal.contains(expected), "{expected}: {refusal}");
    }
    assert!(started.elapsed() < Duration::from_secs(20));
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
    let started = Instant::now();
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
    assert!(started.elapsed() < Duration::from_secs(20));
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
