//! What `saml/certificate` and `saml/pkey` hold, however they were written.
//!
//! Nothing here contacts anyone. Values are hostile: no input may panic, hang, or bring a secret into a fact.

mod certificate;
mod der;
mod key;
mod kind;
mod names;
mod pem;
mod protection;
mod quirks;
mod signer;
mod text;

#[cfg(test)]
mod tests;

use hybridcheck_core::facts::{
    Answer, CertificateFact, CertificateInfo, CertificateOutcome, Fact, FactKey, Gap, PasswordFit,
    PrivateKeyFact, PrivateKeyOutcome, Undecodable,
};
use hybridcheck_core::object::{HybridObject, Value};
use hybridcheck_core::outside::Outside;

pub use self::certificate::describe;
use self::kind::Kind;
use self::protection::{NotTried, Protected};
use self::quirks::is_blank;
pub use self::signer::{NoSigner, Signer, certificate_der_of};
use self::text::{Failure, Opened};

/// Decodes the value of `saml/certificate`.
pub fn certificate(text: &str) -> CertificateFact {
    let Opened {
        shape,
        blocks,
        failures,
    } = text::open(text);
    let kinds = blocks.iter().map(|block| (Kind::of(block), block));
    let mut certificates = Vec::new();
    let mut other = None;
    for (kind, block) in kinds {
        match kind {
            Kind::Certificate => certificates.extend(describe(&block.bytes)),
            kind => other = other.or(kind.holds()),
        }
    }
    let outcome = match (failures.into_iter().next(), other) {
        // Something was lost at the end, whatever came before it.
        (Some(Failure::Undecodable(cut @ Undecodable::CutOff { .. })), _) => {
            CertificateOutcome::Undecodable(cut)
        }
        _ if !certificates.is_empty() => CertificateOutcome::Certificates { certificates },
        (_, Some(holds)) | (Some(Failure::Holds(holds)), None) => {
            CertificateOutcome::Other { holds }
        }
        (Some(Failure::Undecodable(failure)), None) => CertificateOutcome::Undecodable(failure),
        (None, None) => CertificateOutcome::Undecodable(Undecodable::NotDer),
    };
    CertificateFact { shape, outcome }
}

/// All certificates of a text in any of the known forms, and how many pieces could not be decoded.
pub fn certificates_in(text: &str) -> (Vec<(CertificateInfo, Vec<u8>)>, usize) {
    let Opened {
        blocks, failures, ..
    } = text::open(text);
    if failures == [Failure::Undecodable(Undecodable::Empty)] {
        return (Vec::new(), 0);
    }
    let all = blocks.len();
    let certificates: Vec<(CertificateInfo, Vec<u8>)> = blocks
        .iter()
        .filter(|block| block.dek.is_none())
        .filter_map(|block| Some((describe(&block.bytes)?, block.bytes.clone())))
        .collect();
    let undecodable = all - certificates.len() + failures.len();
    (certificates, undecodable)
}

/// Decodes the value of `saml/pkey`, and decrypts it when there is a password that opens it.
pub fn private_key(text: &str, password: Option<&str>) -> PrivateKeyFact {
    let Opened {
        shape,
        blocks,
        failures,
    } = text::open(text);
    let mut other = None;
    let mut plain = None;
    let mut protected = None;
    for block in &blocks {
        match Kind::of(block) {
            Kind::EncryptedPrivateKey => protected = protected.or(Some(block)),
            Kind::PrivateKey(key) => plain = plain.or(Some(key)),
            kind => other = other.or(kind.holds()),
        }
    }
    let outcome = match (protected, plain, other, failures.into_iter().next()) {
        (Some(block), ..) => match Protected::read(block) {
            Some(protected) => opened(&protected, password),
            None => PrivateKeyOutcome::Undecodable(Undecodable::NotDer),
        },
        (_, Some(key), ..) => PrivateKeyOutcome::Unencrypted { key },
        (.., Some(Failure::Undecodable(cut @ Undecodable::CutOff { .. }))) => {
            PrivateKeyOutcome::Undecodable(cut)
        }
        (.., Some(holds), _) | (.., None, Some(Failure::Holds(holds))) => {
            PrivateKeyOutcome::Other { holds }
        }
        (.., Some(Failure::Undecodable(failure))) => PrivateKeyOutcome::Undecodable(failure),
        (.., None) => PrivateKeyOutcome::Undecodable(Undecodable::NotDer),
    };
    PrivateKeyFact { shape, outcome }
}

fn opened(protected: &Protected, password: Option<&str>) -> PrivateKeyOutcome {
    let protection = Outside::of(protected.protection.clone());
    if !protected.is_supported() {
        return PrivateKeyOutcome::Unsupported { protection };
    }
    let Some(password) = password.filter(|password| !password.is_empty()) else {
        return PrivateKeyOutcome::NoPassword { protection };
    };
    for (candidate, fit) in candidates(password) {
        match protected.open(candidate) {
            Ok(Some(key)) => {
                return PrivateKeyOutcome::Decrypted {
                    protection,
                    password: fit,
                    key,
                };
            }
            Ok(None) => {}
            Err(NotTried) => return PrivateKeyOutcome::Unsupported { protection },
        }
    }
    PrivateKeyOutcome::WrongPassword { protection }
}

/// The password as it is written, then without the blanks and the quotes that a form may have left around it.
fn candidates(password: &str) -> Vec<(&str, PasswordFit)> {
    let trimmed = password.trim_matches(is_blank);
    let mut all = vec![(password, PasswordFit::AsWritten)];
    let unquoted = ['"', '\''].into_iter().find_map(|quote| {
        trimmed
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
    });
    for candidate in [Some(trimmed), unquoted].into_iter().flatten() {
        if !candidate.is_empty() && candidate != password {
            all.push((candidate, PasswordFit::Trimmed));
        }
    }
    all
}

/// The fact `saml/certificate, decoded` of an object.
pub fn certificate_of(object: &HybridObject) -> Answer<Fact> {
    let text = option(object, "certificate")?;
    Ok(certificate(text).into())
}

/// The fact `saml/pkey, decrypted` of an object; a password that is missing, empty or hidden is not tried.
pub fn private_key_of(object: &HybridObject) -> Answer<Fact> {
    let text = option(object, "pkey")?;
    let password = option(object, "password").ok();
    Ok(private_key(text, password).into())
}

#[expect(
    clippy::disallowed_methods,
    reason = "key material and its password are decoded here, and only their public face becomes a fact"
)]
fn option<'a>(object: &'a HybridObject, name: &str) -> Answer<&'a str> {
    let key = FactKey::option(object.id, "saml", name);
    let found = object
        .option("saml", name)
        .ok_or_else(|| Gap::blocked(key))?;
    if found.value.shape().masked {
        return Err(Gap::hidden("saml", name));
    }
    Ok(match &found.value {
        Value::Plain(text) => text.raw(),
        Value::Secret(secret) => secret.expose(),
    })
}
