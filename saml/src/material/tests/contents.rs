//! What a value holds, and how it is described.

use anyhow::{Context, Result};
use hybridcheck_core::facts::{
    CertificateInfo, CertificateOutcome, Holds, KeyAlgorithm, PrivateKeyOutcome,
};
use hybridcheck_testkit::openssl::{self, PASSWORD};

use super::{PAIR, info};
use crate::material::{certificate, private_key};

#[test]
fn the_key_of_another_certificate_has_another_public_key() -> Result<()> {
    let other = openssl::pair()?;
    let outcome = private_key(&other.key, None).outcome;
    let PrivateKeyOutcome::Unencrypted { key } = outcome else {
        panic!("{outcome:?}");
    };
    assert_ne!(key.spki_sha256, Some(info()?.spki_sha256));
    let theirs = certificate(&other.certificate);
    assert_eq!(
        key.spki_sha256.as_deref(),
        theirs.certificate().map(|info| info.spki_sha256.as_str())
    );
    Ok(())
}

#[test]
fn keys_without_protection_are_told_in_every_structure() -> Result<()> {
    let pkcs1 = openssl::run(&["rsa", "-traditional"], &PAIR.key)?;
    let bare = openssl::base64_line(&openssl::key_der(&PAIR.key)?)?;
    for text in [PAIR.key.clone(), openssl::base64(&PAIR.key)?, pkcs1, bare] {
        let outcome = private_key(&text, Some(PASSWORD)).outcome;
        let PrivateKeyOutcome::Unencrypted { key } = outcome else {
            panic!("{outcome:?}");
        };
        assert_eq!(key.spki_sha256, Some(info()?.spki_sha256));
    }
    Ok(())
}

#[test]
fn elliptic_curves_are_named() -> Result<()> {
    let curve = |name: &str| KeyAlgorithm::Ec { curve: name.into() };
    let arguments = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    let pair = openssl::pair_of(&arguments)?;
    let fact = certificate(&pair.certificate);
    assert_eq!(
        fact.certificate().map(|info| &info.key),
        Some(&curve("P-256"))
    );
    assert_eq!(
        fact.certificate().map(|info| info.signature.raw()),
        Some("ecdsa-with-SHA256")
    );
    let sec1 = openssl::run(&["ec"], &pair.key)?;
    let with_parameters = openssl::run(&["ecparam", "-name", "secp384r1", "-genkey"], "")?;
    for (text, name) in [
        (pair.key, "P-256"),
        (sec1, "P-256"),
        (with_parameters, "P-384"),
    ] {
        let PrivateKeyOutcome::Unencrypted { key } = private_key(&text, None).outcome else {
            panic!("no key: {name}");
        };
        assert_eq!(key.key, curve(name));
        assert_eq!(key.spki_sha256, None);
    }
    Ok(())
}

#[test]
fn what_stands_in_the_wrong_option_is_named() -> Result<()> {
    let protected = openssl::protected(&PAIR.key, PASSWORD)?;
    let public = openssl::run(&["rsa", "-pubout"], &PAIR.key)?;
    let public_pkcs1 = openssl::run(&["rsa", "-RSAPublicKey_out"], &PAIR.key)?;
    let store = openssl::base64_line(&openssl::pkcs12(&PAIR, PASSWORD)?)?;
    let room = tempfile::tempdir()?;
    let key = room.path().join("key.pem");
    std::fs::write(&key, &PAIR.key)?;
    let key = key.to_str().context("a path")?;
    let request = openssl::run(&["req", "-new", "-key", key, "-subj", "/CN=x"], "")?;
    let certificates = room.path().join("cert.pem");
    std::fs::write(&certificates, &PAIR.certificate)?;
    let certificates = certificates.to_str().context("a path")?;
    let bundle = openssl::run(&["crl2pkcs7", "-nocrl", "-certfile", certificates], "")?;
    let guid = "11111111-aaaa-4bbb-8ccc-111111111111".to_owned();
    let url = "https://idp.acme.example/pureengage".to_owned();

    for (text, expected) in [
        (&protected, Holds::EncryptedPrivateKey),
        (&PAIR.key, Holds::PrivateKey),
        (&public, Holds::PublicKey),
        (&public_pkcs1, Holds::PublicKey),
        (&store, Holds::Pkcs12),
        (&request, Holds::CertificateRequest),
        (&bundle, Holds::Pkcs7),
        (&guid, Holds::Guid),
        (&url, Holds::Url),
    ] {
        for text in [text.clone(), openssl::base64(text)?] {
            assert_eq!(
                certificate(&text).outcome,
                CertificateOutcome::Other { holds: expected },
                "{expected}"
            );
        }
    }
    for (text, expected) in [
        (&PAIR.certificate, Holds::Certificate),
        (&public, Holds::PublicKey),
        (&public_pkcs1, Holds::PublicKey),
        (&store, Holds::Pkcs12),
        (&request, Holds::CertificateRequest),
        (&bundle, Holds::Pkcs7),
        (&guid, Holds::Guid),
        (&url, Holds::Url),
    ] {
        for text in [text.clone(), openssl::base64(text)?] {
            assert_eq!(
                private_key(&text, Some(PASSWORD)).outcome,
                PrivateKeyOutcome::Other { holds: expected },
                "{expected}"
            );
        }
    }
    Ok(())
}

#[test]
fn a_certificate_is_described_as_openssl_describes_it() -> Result<()> {
    let info = info()?;
    let asked = |option: &str| openssl::run(&["x509", "-noout", option], &PAIR.certificate);
    let serial = asked("-serial")?;
    assert_eq!(
        serial.trim().to_ascii_lowercase(),
        format!(
            "serial={}",
            format_args!(
                "{:0>1$}",
                info.serial,
                info.serial.len().next_multiple_of(2)
            )
        )
    );
    let arguments = ["x509", "-noout", "-fingerprint", "-sha256"];
    let fingerprint = openssl::run(&arguments, &PAIR.certificate)?;
    let fingerprint = fingerprint.trim().rsplit('=').next().unwrap_or_default();
    assert_eq!(
        fingerprint.replace(':', "").to_ascii_lowercase(),
        info.sha256
    );
    let public = openssl::run(&["rsa", "-pubout", "-outform", "PEM"], &PAIR.key)?;
    let spki = openssl::run_bytes(&["pkey", "-pubin", "-outform", "DER"], public.as_bytes())?;
    let digest = openssl::run_bytes(&["dgst", "-sha256", "-binary"], &spki)?;
    let digest: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest.concat(), info.spki_sha256);
    assert_eq!(info.key, KeyAlgorithm::Rsa { bits: 2048 });
    assert_eq!(info.signature, "sha256WithRSAEncryption");
    assert!(info.self_issued && info.is_ca);
    assert_eq!(info.not_before.days_until(info.not_after), 3652);
    Ok(())
}

#[test]
fn weak_and_unusual_certificates_are_described() -> Result<()> {
    let of = |arguments: &[&str]| -> Result<CertificateInfo> {
        let pair = openssl::pair_of(arguments)?;
        certificate(&pair.certificate)
            .certificate()
            .cloned()
            .context("a certificate")
    };
    let sha1 = of(&["-newkey", "rsa:1024", "-sha1"])?;
    assert_eq!(sha1.signature, "sha1WithRSAEncryption");
    assert_eq!(sha1.key, KeyAlgorithm::Rsa { bits: 1024 });
    assert_eq!(
        of(&["-newkey", "rsa:1024", "-md5"])?.signature,
        "md5WithRSAEncryption"
    );
    let pss = of(&[
        "-newkey",
        "rsa:2048",
        "-sigopt",
        "rsa_padding_mode:pss",
        "-sha256",
    ])?;
    assert_eq!(pss.signature, "rsassaPss with sha256");
    let leaf = of(&[
        "-newkey",
        "rsa:1024",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ])?;
    assert!(!leaf.is_ca);
    let hostile = of(&[
        "-newkey",
        "rsa:1024",
        "-utf8",
        "-subj",
        "/CN=a\u{202e}b\u{7}",
    ])?;
    assert_eq!(hostile.subject, "CN=a\\u{202e}b\\u{7}");
    Ok(())
}

#[test]
fn dates_beyond_the_calendar_do_not_panic() -> Result<()> {
    for (from, to) in [
        ("19500101000000Z", "19600101000000Z"),
        ("20240101000000Z", "99991231235959Z"),
        ("00010101000000Z", "20300101000000Z"),
    ] {
        let room = tempfile::tempdir()?;
        let path = |name: &str| room.path().join(name).to_string_lossy().into_owned();
        std::fs::write(path("key.pem"), &PAIR.key)?;
        let request = openssl::run(
            &["req", "-new", "-key", &path("key.pem"), "-subj", "/CN=x"],
            "",
        )?;
        std::fs::write(path("x.csr"), request)?;
        std::fs::write(path("index"), "")?;
        std::fs::write(
            path("ca.cnf"),
            format!(
                "[ca]\ndefault_ca=c\n[c]\ndatabase={}\nnew_certs_dir={}\nrand_serial=yes\npolicy=p\ndefault_md=sha256\n[p]\ncommonName=supplied\n",
                path("index"),
                room.path().display(),
            ),
        )?;
        let made = openssl::run(
            &[
                "ca",
                "-batch",
                "-selfsign",
                "-notext",
                "-config",
                &path("ca.cnf"),
                "-keyfile",
                &path("key.pem"),
                "-in",
                &path("x.csr"),
                "-startdate",
                from,
                "-enddate",
                to,
            ],
            "",
        )?;
        let fact = certificate(&made);
        let info = fact
            .certificate()
            .with_context(|| format!("{from} to {to}: {:?}", fact.outcome))?;
        assert!(info.not_before < info.not_after, "{from} to {to}");
    }
    Ok(())
}
