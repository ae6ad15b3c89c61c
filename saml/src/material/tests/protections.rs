//! The protections of a private key, and the passwords that do and do not open them.

use anyhow::{Context, Result};
use hybridcheck_core::facts::{KeyAlgorithm, PasswordFit, PrivateKeyInfo, PrivateKeyOutcome};
use hybridcheck_testkit::openssl::{self, PASSWORD};

use super::{BASE64_DER, PAIR, info};
use crate::material::private_key;

/// Commands that protect a key, and how the protection is called.
const PROTECTIONS: &[(&[&str], &str)] = &[
    (
        &["rsa", "-aes256"],
        "PBES2, AES-256-CBC, PBKDF2-HMAC-SHA256",
    ),
    (
        &["pkcs8", "-topk8", "-v2", "aes128", "-v2prf", "hmacWithSHA1"],
        "PBES2, AES-128-CBC, PBKDF2-HMAC-SHA1",
    ),
    (
        &[
            "pkcs8",
            "-topk8",
            "-v2",
            "aes192",
            "-v2prf",
            "hmacWithSHA512",
        ],
        "PBES2, AES-192-CBC, PBKDF2-HMAC-SHA512",
    ),
    (
        &["pkcs8", "-topk8", "-v2", "aes256", "-iter", "60000"],
        "PBES2, AES-256-CBC, PBKDF2-HMAC-SHA256",
    ),
    (
        &["pkcs8", "-topk8", "-v2", "des3"],
        "PBES2, DES-EDE3-CBC, PBKDF2-HMAC-SHA256",
    ),
    (
        &["pkcs8", "-topk8", "-v2", "des"],
        "PBES2, DES-CBC, PBKDF2-HMAC-SHA256",
    ),
    (
        &["pkcs8", "-topk8", "-scrypt"],
        "PBES2, AES-256-CBC, scrypt",
    ),
    (
        &["rsa", "-traditional", "-aes128"],
        "PEM encryption (DEK-Info), AES-128-CBC",
    ),
    (
        &["rsa", "-traditional", "-aes192"],
        "PEM encryption (DEK-Info), AES-192-CBC",
    ),
    (
        &["rsa", "-traditional", "-aes256"],
        "PEM encryption (DEK-Info), AES-256-CBC",
    ),
    (
        &["rsa", "-traditional", "-des3"],
        "PEM encryption (DEK-Info), DES-EDE3-CBC",
    ),
    (
        &["rsa", "-traditional", "-des"],
        "PEM encryption (DEK-Info), DES-CBC",
    ),
    (
        &["pkcs8", "-topk8", "-v1", "PBE-SHA1-3DES"],
        "PKCS#12 PBE, SHA1, 3DES",
    ),
    (
        &["pkcs8", "-topk8", "-v1", "PBE-SHA1-2DES"],
        "PKCS#12 PBE, SHA1, 2-key 3DES",
    ),
    (
        &["pkcs8", "-topk8", "-v1", "PBE-MD5-DES"],
        "PBES1, MD5, DES",
    ),
    (
        &["pkcs8", "-topk8", "-v1", "PBE-SHA1-DES"],
        "PBES1, SHA1, DES",
    ),
];

#[test]
fn every_protection_is_undone_by_its_password_only() -> Result<()> {
    let spki = info()?.spki_sha256;
    // A password beyond ASCII and the Basic Multilingual Plane, which PKCS#12 treats in its own way.
    for secret in [PASSWORD, "Grüße 𝄞"] {
        for (command, expected) in PROTECTIONS {
            let text = openssl::base64(&openssl::protected_by(command, &PAIR.key, secret)?)?;
            let PrivateKeyOutcome::Decrypted {
                protection,
                password,
                key,
            } = private_key(&text, Some(secret)).outcome
            else {
                panic!("{expected} was not opened");
            };
            assert_eq!(protection, *expected);
            assert_eq!(password, PasswordFit::AsWritten);
            assert_eq!(
                key,
                PrivateKeyInfo {
                    key: KeyAlgorithm::Rsa { bits: 2048 },
                    spki_sha256: Some(spki.clone()),
                }
            );
            for wrong in ["x", "correct horse battery", "𝄞"] {
                assert_eq!(
                    private_key(&text, Some(wrong)).outcome,
                    PrivateKeyOutcome::WrongPassword {
                        protection: protection.clone()
                    },
                    "{expected}"
                );
            }
            for none in [None, Some("")] {
                assert_eq!(
                    private_key(&text, none).outcome,
                    PrivateKeyOutcome::NoPassword {
                        protection: protection.clone()
                    },
                );
            }
        }
    }
    Ok(())
}

#[test]
fn padding_that_fits_by_chance_does_not_open_a_key() -> Result<()> {
    for command in [
        &["rsa", "-traditional", "-aes256"][..],
        &["rsa", "-traditional", "-des"],
    ] {
        let text = openssl::protected_by(command, &PAIR.key, PASSWORD)?;
        // With 1 in 256 for the padding alone, 1000 tries would all but surely be fooled by it.
        for number in 0..1000 {
            let outcome = private_key(&text, Some(&format!("wrong {number}"))).outcome;
            assert!(
                matches!(outcome, PrivateKeyOutcome::WrongPassword { .. }),
                "{number}: {outcome:?}"
            );
        }
    }
    Ok(())
}

#[test]
fn blanks_and_quotes_around_the_password_are_got_over_and_told() -> Result<()> {
    let text = openssl::protected(&PAIR.key, PASSWORD)?;
    for password in [
        format!("{PASSWORD}\n"),
        format!(" {PASSWORD}\t"),
        format!("\"{PASSWORD}\""),
        format!("\u{a0}'{PASSWORD}'"),
    ] {
        let outcome = private_key(&text, Some(&password)).outcome;
        let PrivateKeyOutcome::Decrypted { password: fit, .. } = outcome else {
            panic!("{password:?}: {outcome:?}");
        };
        assert_eq!(fit, PasswordFit::Trimmed, "{password:?}");
    }
    let spaced = openssl::protected(&PAIR.key, " spaced ")?;
    let outcome = private_key(&spaced, Some(" spaced ")).outcome;
    let PrivateKeyOutcome::Decrypted { password: fit, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(fit, PasswordFit::AsWritten);
    Ok(())
}

#[test]
fn ciphers_that_cannot_be_undone_are_named_and_accuse_nobody() -> Result<()> {
    for (command, expected) in [
        (
            &["pkcs8", "-topk8", "-v1", "PBE-SHA1-RC2-40"][..],
            "PKCS#12 PBE, SHA1, RC2-40",
        ),
        (
            &["pkcs8", "-topk8", "-v1", "PBE-MD5-RC2-64"],
            "PBES1, MD5, RC2",
        ),
        (
            &["pkcs8", "-topk8", "-v2", "camellia256"],
            "PBES2, CAMELLIA-256-CBC, PBKDF2-HMAC-SHA256",
        ),
        (
            &["rsa", "-traditional", "-camellia256"],
            "PEM encryption (DEK-Info), CAMELLIA-256-CBC",
        ),
        (
            &["pkcs8", "-topk8", "-iter", "5000001"],
            "PBES2, AES-256-CBC, PBKDF2-HMAC-SHA256 with 5000001 rounds (hybridcheck tries 1 to 5000000)",
        ),
        (
            &["pkcs8", "-topk8", "-v1", "PBE-SHA1-DES", "-iter", "5000001"],
            "PBES1, SHA1, DES with 5000001 rounds (hybridcheck tries 1 to 5000000)",
        ),
    ] {
        let text = openssl::protected_by(command, &PAIR.key, PASSWORD)?;
        assert_eq!(
            private_key(&text, Some("any")).outcome,
            PrivateKeyOutcome::Unsupported {
                protection: expected.into()
            }
        );
    }
    Ok(())
}

#[test]
fn costly_scrypt_is_not_tried() -> Result<()> {
    let passout = format!("pass:{PASSWORD}");
    let arguments = [
        "pkcs8", "-topk8", "-scrypt", "-outform", "DER", "-passout", &passout,
    ];
    let mut der = openssl::run_bytes(&arguments, PAIR.key.as_bytes())?;
    // openssl itself refuses to make such a key, so the block size r is raised from 8 to 127 in a finished one.
    let usual = [0x02, 0x02, 0x40, 0x00, 0x02, 0x01, 0x08, 0x02, 0x01, 0x01];
    let at = der
        .windows(usual.len())
        .position(|window| window == usual)
        .context("N, r and p as openssl writes them")?;
    der[at + 6] = 127;
    let outcome = private_key(&openssl::base64_line(&der)?, Some(PASSWORD)).outcome;
    let PrivateKeyOutcome::Unsupported { protection } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        protection,
        "PBES2, AES-256-CBC, scrypt with 254 MiB times 1 (hybridcheck tries at most 64 MiB times 16)"
    );
    Ok(())
}

#[test]
fn a_protected_key_in_bare_base64_is_opened() -> Result<()> {
    let passout = format!("pass:{PASSWORD}");
    let der = openssl::run_bytes(
        &["pkcs8", "-topk8", "-outform", "DER", "-passout", &passout],
        PAIR.key.as_bytes(),
    )?;
    let fact = private_key(&openssl::base64_line(&der)?, Some(PASSWORD));
    assert!(matches!(fact.outcome, PrivateKeyOutcome::Decrypted { .. }));
    assert_eq!(fact.shape.wrapping, BASE64_DER);
    Ok(())
}
