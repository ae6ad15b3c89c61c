//! No gap is a verdict, no secret is a fact, no input panics.

use std::sync::LazyLock;

use anyhow::Result;
use hybridcheck_core::facts::{CertificateOutcome, Fact, Gap, PrivateKeyOutcome, Undecodable};
use hybridcheck_testkit::objects;
use hybridcheck_testkit::openssl;
use proptest::prelude::*;

use super::PAIR;
use crate::probes::material::{
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
    fn no_damage_panics(at in 0_usize..900, byte in any::<u8>()) {
        use base64ct::{Base64, Encoding};
        let mut der = openssl_der();
        let index = at % der.len();
        der[index] = byte;
        certificate(&Base64::encode_string(&der));
        private_key(&Base64::encode_string(&der), Some("password"));
    }
}

/// A protected key's DER, made once.
fn openssl_der() -> Vec<u8> {
    static DER: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let arguments = [
            "pkcs8", "-topk8", "-outform", "DER", "-iter", "1", "-passout", "pass:x",
        ];
        openssl::run_bytes(&arguments, PAIR.key.as_bytes()).expect("openssl protects a key")
    });
    DER.clone()
}
