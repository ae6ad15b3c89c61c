//! The ways of writing a value: whole, cut, damaged, several in one.

use anyhow::Result;
use hybridcheck_core::facts::{
    CertificateOutcome, PasswordFit, PrivateKeyOutcome, Quirk, Undecodable, Wrapping,
};
use hybridcheck_testkit::openssl::{self, PASSWORD};

use super::{BASE64_DER, PAIR, info};
use crate::material::{certificate, certificates_in, describe, private_key};

/// A name, a value, and how it is to be seen.
type Written = (&'static str, String, Vec<Wrapping>, Vec<Quirk>);

const BASE64_PEM: [Wrapping; 2] = [Wrapping::Base64, Wrapping::Pem];

/// Every way of writing a PEM that decodes, with what is to be noticed about it.
#[expect(clippy::too_many_lines, reason = "one list of the forms")]
fn written(pem: &str, der: &[u8]) -> Result<Vec<Written>> {
    let pem = pem.trim_end();
    let documented = openssl::base64(&format!("{pem}\n"))?;
    let line = openssl::base64_line(format!("{pem}\n").as_bytes())?;
    let windows = pem.replace('\n', "\r\n");
    let der_line = openssl::base64_line(der)?;
    let der_wrapped = der_line
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect::<Vec<_>>()
        .join("\n");
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(pem.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let base64 = |text: &str| openssl::base64_line(text.as_bytes());
    Ok(vec![
        ("documented", documented.clone(), BASE64_PEM.into(), vec![]),
        ("one line", line.clone(), BASE64_PEM.into(), vec![]),
        (
            "documented, made on Windows",
            base64(&windows)?,
            BASE64_PEM.into(),
            vec![Quirk::CrLf],
        ),
        (
            "documented, indented in XML",
            format!(
                "\n    {}\n  ",
                documented.trim_end().replace('\n', "\n    ")
            ),
            BASE64_PEM.into(),
            vec![Quirk::Indented, Quirk::SurroundingBlanks],
        ),
        (
            "documented, an XML attribute",
            documented.replace('\n', " "),
            BASE64_PEM.into(),
            vec![Quirk::FlattenedWithBlanks, Quirk::SurroundingBlanks],
        ),
        (
            "documented, quoted with literal breaks",
            format!("\"{}\"", documented.replace('\n', "\\n")),
            BASE64_PEM.into(),
            vec![Quirk::LiteralEscapes, Quirk::Quoted],
        ),
        ("PEM", format!("{pem}\n"), vec![Wrapping::Pem], vec![]),
        (
            "PEM, CR LF",
            windows.clone(),
            vec![Wrapping::Pem],
            vec![Quirk::CrLf],
        ),
        (
            "PEM with a byte order mark",
            format!("\u{feff}{pem}"),
            vec![Wrapping::Pem],
            vec![Quirk::ByteOrderMark],
        ),
        (
            "PEM, indented",
            pem.replace('\n', "\n  "),
            vec![Wrapping::Pem],
            vec![Quirk::Indented],
        ),
        (
            "PEM, literal breaks",
            pem.replace('\n', "\\n"),
            vec![Wrapping::Pem],
            vec![Quirk::LiteralEscapes],
        ),
        (
            "PEM, quoted with literal CR LF",
            format!("\"{}\"", pem.replace('\n', "\\r\\n")),
            vec![Wrapping::Pem],
            vec![Quirk::LiteralEscapes, Quirk::Quoted],
        ),
        (
            "PEM, blanks for breaks",
            pem.replace('\n', " "),
            vec![Wrapping::Pem],
            vec![Quirk::FlattenedWithBlanks],
        ),
        (
            "PEM, no breaks",
            pem.replace('\n', ""),
            vec![Wrapping::Pem],
            vec![Quirk::FlattenedWithoutBreaks],
        ),
        (
            "PEM behind other text",
            format!("Bag Attributes\n    friendlyName: pureengage\n{pem}"),
            vec![Wrapping::Pem],
            vec![Quirk::Preamble],
        ),
        (
            "base64 of base64 of PEM",
            base64(&documented)?,
            vec![Wrapping::Base64, Wrapping::Base64, Wrapping::Pem],
            vec![],
        ),
        (
            "base64 of PEM in UTF-16",
            openssl::base64_line(&utf16)?,
            BASE64_PEM.into(),
            vec![Quirk::ByteOrderMark],
        ),
        ("base64 of DER", der_line.clone(), BASE64_DER.into(), vec![]),
        (
            "base64 of DER, wrapped",
            der_wrapped,
            BASE64_DER.into(),
            vec![],
        ),
        (
            "base64 of base64 of DER",
            base64(&der_line)?,
            vec![Wrapping::Base64, Wrapping::Base64, Wrapping::Der],
            vec![],
        ),
    ])
}

#[test]
fn every_way_of_writing_a_certificate_gives_the_same_certificate() -> Result<()> {
    let expected = info()?;
    let der = openssl::certificate_der(&PAIR.certificate)?;
    for (name, text, wrapping, quirks) in written(&PAIR.certificate, &der)? {
        let fact = certificate(&text);
        assert_eq!(fact.certificate(), Some(&expected), "{name}");
        assert_eq!(fact.shape.wrapping, wrapping, "{name}");
        assert_eq!(fact.shape.quirks, quirks, "{name}");
        assert_eq!(fact.shape.characters, text.chars().count(), "{name}");
    }
    Ok(())
}

#[test]
fn the_preamble_of_x509_text_is_got_over() -> Result<()> {
    let text = openssl::run(&["x509", "-text"], &PAIR.certificate)?;
    let fact = certificate(&openssl::base64(&text)?);
    assert_eq!(fact.certificate(), Some(&info()?));
    assert_eq!(fact.shape.quirks, [Quirk::Preamble]);
    Ok(())
}

#[test]
fn every_way_of_writing_a_key_gives_the_same_key() -> Result<()> {
    let expected = info()?.spki_sha256;
    for command in [&["rsa", "-aes256"][..], &["rsa", "-aes256", "-traditional"]] {
        let pem = openssl::protected_by(command, &PAIR.key, PASSWORD)?;
        for (name, text, wrapping, quirks) in written(&pem, b"")? {
            if wrapping.contains(&Wrapping::Der) {
                // DEK-Info has no DER form; PKCS#8 in DER is tested on its own.
                continue;
            }
            let name = format!("{name} of {command:?}");
            let fact = private_key(&text, Some(PASSWORD));
            let PrivateKeyOutcome::Decrypted { password, key, .. } = fact.outcome else {
                panic!("{name}: {:?}", fact.outcome);
            };
            assert_eq!(password, PasswordFit::AsWritten, "{name}");
            assert_eq!(key.spki_sha256.as_deref(), Some(&*expected), "{name}");
            assert_eq!(fact.shape.wrapping, wrapping, "{name}");
            assert_eq!(fact.shape.quirks, quirks, "{name}");
        }
    }
    Ok(())
}

#[test]
fn a_value_cut_anywhere_is_cut_off() -> Result<()> {
    let der = openssl::certificate_der(&PAIR.certificate)?;
    for (name, text, ..) in written(&PAIR.certificate, &der)? {
        let whole: Vec<char> = text.trim_end().trim_end_matches('"').chars().collect();
        for length in [255, 256, 600, whole.len() - 8] {
            let cut: String = whole[..length].iter().collect();
            let fact = certificate(&cut);
            assert_eq!(
                fact.outcome,
                CertificateOutcome::Undecodable(Undecodable::CutOff { characters: length }),
                "{name} cut at {length}"
            );
        }
    }
    let protected = openssl::base64(&openssl::protected(&PAIR.key, PASSWORD)?)?;
    assert_eq!(
        private_key(&protected[..255], Some(PASSWORD)).outcome,
        PrivateKeyOutcome::Undecodable(Undecodable::CutOff { characters: 255 })
    );
    Ok(())
}

#[test]
fn lines_lost_inside_are_damage() -> Result<()> {
    let mut lines: Vec<&str> = PAIR.certificate.lines().collect();
    lines.remove(5);
    assert_eq!(
        certificate(&lines.join("\n")).outcome,
        CertificateOutcome::Undecodable(Undecodable::NotDer)
    );
    let key = openssl::protected_by(&["rsa", "-traditional", "-aes256"], &PAIR.key, PASSWORD)?;
    let mut lines: Vec<&str> = key.lines().collect();
    // A line of 64 characters is 48 octets, whole blocks of AES: only what follows can tell.
    lines.remove(lines.len() - 2);
    let outcome = private_key(&lines.join("\n"), Some(PASSWORD)).outcome;
    assert!(
        !matches!(outcome, PrivateKeyOutcome::Decrypted { .. }),
        "{outcome:?}"
    );
    Ok(())
}

#[test]
fn a_chain_keeps_its_order_and_a_cut_chain_is_cut() -> Result<()> {
    let other = openssl::pair_of(&["-newkey", "rsa:2048", "-subj", "/CN=second"])?;
    let chain = format!("{}{}", PAIR.certificate, other.certificate);
    let CertificateOutcome::Certificates { certificates } = certificate(&chain).outcome else {
        panic!("no certificates");
    };
    let subjects: Vec<&str> = certificates.iter().map(|info| info.subject.raw()).collect();
    assert_eq!(subjects, ["C=DE, O=Acme, CN=pureengage", "CN=second"]);
    let cut = &chain[..chain.len() - 100];
    assert!(matches!(
        certificate(cut).outcome,
        CertificateOutcome::Undecodable(Undecodable::CutOff { .. })
    ));

    let (all, undecodable) = certificates_in(&chain);
    assert_eq!((all.len(), undecodable), (2, 0));
    let (all, undecodable) = certificates_in(cut);
    assert_eq!((all.len(), undecodable), (1, 1));
    Ok(())
}

#[test]
fn the_identity_providers_forms_are_read() -> Result<()> {
    let der = openssl::certificate_der(&PAIR.certificate)?;
    let body = openssl::base64_line(&der)?;
    for text in [&body, &PAIR.certificate] {
        let (found, undecodable) = certificates_in(text);
        let (described, ders): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        assert_eq!((described, undecodable), (vec![info()?], 0));
        assert_eq!(ders.first().and_then(|der| describe(der)), Some(info()?));
    }
    for (name, text, ..) in written(&PAIR.certificate, &der)? {
        let (found, undecodable) = certificates_in(&text);
        let ders: Vec<Vec<u8>> = found.into_iter().map(|(_, der)| der).collect();
        assert_eq!((ders, undecodable), (vec![der.clone()], 0), "{name}");
    }
    let several = format!("{}\n{}", PAIR.certificate, openssl::pair()?.certificate);
    for text in [&several, &openssl::base64_line(several.as_bytes())?] {
        let (found, undecodable) = certificates_in(text);
        assert_eq!((found.len(), undecodable), (2, 0));
    }
    assert_eq!(certificates_in(""), (vec![], 0));
    assert_eq!(certificates_in("no certificate"), (vec![], 1));
    assert_eq!(certificates_in(&PAIR.key), (vec![], 1));
    Ok(())
}
