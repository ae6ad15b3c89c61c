//! No gap is a verdict, no secret is a fact, no input panics.

use std::sync::LazyLock;

use anyhow::Result;
use hybridcheck_core::facts::{CertificateOutcome, Fact, Gap, PrivateKeyOutcome, Undecodable};
use hybridcheck_testkit::objects;
use hybridcheck_testkit::openssl;
use proptest::prelude::*;

use super::PAIR;
use crate::material::{
    certificate, certificate_of, certificates_in, describe, private_key, private_key_of,
};

#[test]
fn facts_of_an_object_tell_missing_hidden_and_empty_apart() {
    let missing = objects::without(objects::healthy(), "saml", "certificate");
    assert!(matches!(certificate_of(&missing), Err(Gap::Blocked { .. })));
    let hidden = objects::with(objects::healthy(), "saml", "certificate", "*****");
    assert_eq!(
        certificate_of(&hidden),
        Err(Gap::Hidden {
            option: "saml/certificate".into()
        })
    );
    let empty = objects::with(objects::healthy(), "saml", "certificate", "");
    let Ok(Fact::Certificate(fact)) = certificate_of(&empty) else {
        panic!("no fact");
    };
    assert_eq!(
        fact.outcome,
        CertificateOutcome::Undecodable(Undecodable::Empty)
    );
    let hidden = objects::with(objects::healthy(), "saml", "pkey", "*****");
    assert!(matches!(private_key_of(&hidden), Err(Gap::Hidden { .. })));
}

#[test]
fn a_hidden_password_is_not_tried() -> Result<()> {
    let pkey = openssl::base64(&openssl::protected(&PAIR.key, "*****")?)?;
    let object = objects::with(objects::healthy(), "saml", "pkey", &pkey);
    let object = objects::with(object, "saml", "password", "*****");
    let Ok(Fact::PrivateKey(fact)) = private_key_of(&object) else {
        panic!("no fact");
    };
    assert!(matches!(fact.outcome, PrivateKeyOutcome::NoPassword { .. }));
    Ok(())
}

#[test]
fn facts_carry_nothing_of_the_secret() -> Result<()> {
    let secret = "canary-7f3a";
    let pkey = openssl::protected(&PAIR.key, secret)?;
    let object = objects::with(objects::healthy(), "saml", "pkey", &pkey);
    let object = objects::with(object, "saml", "password", secret);
    let fact = private_key_of(&object).expect("a fact");
    let seen = format!("{fact:?}{}", serde_json::to_string(&fact)?);
    assert!(seen.contains("AES-256-CBC"));
    assert!(!seen.contains(secret));
    assert!(!seen.contains(&pkey[40..80]));
    Ok(())
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,400}", password in proptest::option::of("\\PC{0,20}")) {
        certificate(&text);
        private_key(&text, password.as_deref());
        certificates_in(&text);
    }

    #[test]
    fn nothing_that_looks_like_material_panics(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("-----BEGIN ".to_owned()),
                Just("CERTIFICATE".to_owned()),
                Just("-----".to_owned()),
                Just("-----END CERTIFICATE-----".to_owned()),
                Just("DEK-Info: AES-256-CBC,".to_owned()),
                Just("Proc-Type: 4,ENCRYPTED\n".to_owned()),
                Just("\\n".to_owned()),
                Just("\u{feff}".to_owned()),
                Just("00112233445566778899AABBCCDDEEFF".to_owned()),
                "[A-Za-z0-9+/=\n ]{0,80}",
            ],
            0..12,
        ),
    ) {
        let text = parts.concat();
        certificate(&text);
        private_key(&text, Some("password"));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        use base64ct::{Base64, Encoding};
        let text = Base64::encode_string(&bytes);
        describe(&bytes);
        certificate(&text);
        private_key(&text, Some("password"));
    }

    #[test]
    fn no_damage_panics(which in 0_usize..MATERIAL, at in 0_usize..1400, byte in any::<u8>()) {
        use base64ct::{Base64, Encoding};
        let mut der = material(which);
        let index = at % der.len();
        der[index] = byte;
        describe(&der);
        certificate(&Base64::encode_string(&der));
        private_key(&Base64::encode_string(&der), Some("password"));
    }
}

/// How many kinds of DER are damaged.
const MATERIAL: usize = 5;

/// A certificate and keys under each family of protection, all DER, made once.
fn material(which: usize) -> Vec<u8> {
    static ALL: LazyLock<[Vec<u8>; MATERIAL]> = LazyLock::new(|| {
        let protected = |scheme: &[&str]| {
            let common = ["pkcs8", "-topk8", "-outform", "DER", "-passout", "pass:x"];
            let providers = ["-provider", "legacy", "-provider", "default"];
            let arguments = [&common[..], scheme, &providers].concat();
            openssl::run_bytes(&arguments, PAIR.key.as_bytes()).expect("openssl protects a key")
        };
        [
            openssl::certificate_der(&PAIR.certificate).expect("openssl writes DER"),
            openssl::key_der(&PAIR.key).expect("openssl writes DER"),
            protected(&["-v2", "aes256", "-iter", "1"]),
            protected(&["-v1", "PBE-SHA1-3DES", "-iter", "1"]),
            protected(&["-v1", "PBE-MD5-DES", "-iter", "1"]),
        ]
    });
    ALL[which].clone()
}
