//! Whether `saml/pkey` is written and protected in the documented way.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap, PrivateKeyOutcome};
use hybridcheck_core::finding::{Judgement, Owner, Severity};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The private key is protected with AES-256 and written as base64 of the whole PEM file.
    ///
    /// ## Why it matters
    ///
    /// hybridcheck reads a key however it is written. The components that use the object were made for one form: `openssl rsa -aes256`, then `openssl base64` of
    /// the whole file. Old ciphers (DES, RC2, MD5-based) are easily broken, and switched off in current libraries, so a component that is
    /// upgraded may suddenly be unable to open the key.
    ///
    /// ## How to fix
    ///
    /// 1. `openssl rsa -aes256 -in key.old.pem -out key.enc.pem` asks for the old password and for a new one. For RC2, DES or Camellia keys OpenSSL 3 needs
    ///    `-provider legacy -provider default` as well.
    /// 2. `openssl base64 -in key.enc.pem -out key.enc.pem.b64`
    /// 3. In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`; set `pkey` to the content of `key.enc.pem.b64` and `password` to
    ///    the new password.
    ///
    /// ## What we rely on
    ///
    /// Documented: `openssl rsa -aes256`, then `openssl base64`. Observed: OpenSSL 1 and 3 write different PEM forms for this command; both pass, since
    /// which of them a component reads is not documented. Inferred: other forms and ciphers may be read, hence no failure.
    pub(crate) struct PkeyEncoding;
}

impl Judge for PkeyEncoding {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "pkey")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::private_key(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "pkey")?;
        let fact = case.private_key()?;
        let protection = match &fact.outcome {
            PrivateKeyOutcome::Decrypted { protection, .. }
            | PrivateKeyOutcome::NoPassword { protection }
            | PrivateKeyOutcome::Unsupported { protection }
            | PrivateKeyOutcome::WrongPassword { protection } => Some(protection),
            PrivateKeyOutcome::Unencrypted { .. } => None,
            PrivateKeyOutcome::Other { .. } | PrivateKeyOutcome::Undecodable(_) => {
                let object = case.object.id;
                return Err(Gap::blocked(FactKey::private_key(object)));
            }
        };
        // That there is no protection at all is judged by saml-pkey-decodes.
        let weakness = protection.and_then(|protection| weakness(protection.raw()));
        let mut found = fact.shape.to_string();
        if let Some(protection) = protection {
            found = format!("{found}; {}", protection.shown(160));
        }
        let deviation = if fact.shape.is_documented() {
            weakness
        } else {
            Some(Severity::Warn)
        };
        let judgement = if let Some(severity) = deviation {
            let fix = if weakness.is_none() {
                "set saml/pkey to the output of `openssl base64 -in key.enc.pem`, where key.enc.pem is the protected key"
            } else {
                "protect the key anew with `openssl rsa -aes256 -in key.old.pem -out key.enc.pem` (OpenSSL 3 may need `-provider legacy -provider default`), then set saml/pkey to the output of `openssl base64 -in key.enc.pem` and saml/password to the new password"
            };
            let expected = "base64 of a PEM file, the key inside protected with AES-256";
            Judgement::finding(severity, expected, found, fix, Owner::EngageAdmin)
        } else {
            Judgement::pass(found)
        };
        Ok(judgement.of(option))
    }
}

/// AES-256 is documented; shorter AES and triple DES hold well enough to be a note.
fn weakness(protection: &str) -> Option<Severity> {
    if protection.contains("AES-256") {
        None
    } else if ["AES-", "DES-EDE3", "3DES"]
        .iter()
        .any(|strong| protection.contains(strong))
    {
        Some(Severity::Note)
    } else {
        Some(Severity::Warn)
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::{Holds, Quirk, Wrapping};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::healthy;

    use super::*;

    fn judge(
        wrapping: &[Wrapping],
        quirks: &[Quirk],
        outcome: PrivateKeyOutcome,
    ) -> Answer<Judgement> {
        let mut key = material::key_fact(outcome);
        key.shape.wrapping = wrapping.to_vec();
        key.shape.quirks = quirks.to_vec();
        let facts = material::facts(material::certificates(vec![material::info()]), key);
        material::judge(&PkeyEncoding, "pkey", &healthy(), &facts)
    }

    const DOCUMENTED: &[Wrapping] = &[Wrapping::Base64, Wrapping::Pem];

    fn protected(protection: &str) -> PrivateKeyOutcome {
        PrivateKeyOutcome::WrongPassword {
            protection: protection.into(),
        }
    }

    #[test]
    fn both_generations_of_openssl_pass() {
        for protection in [
            "PBES2, AES-256-CBC, PBKDF2-HMAC-SHA256",
            "PEM encryption (DEK-Info), AES-256-CBC",
        ] {
            let judgement = judge(DOCUMENTED, &[Quirk::CrLf], protected(protection));
            assert_eq!(judgement.expect("a judgement").status(), Status::Pass);
        }
    }

    #[test]
    fn weaker_protections_are_noted_or_warned_about() {
        for (protection, status) in [
            ("PBES2, AES-128-CBC, PBKDF2-HMAC-SHA1", Status::Note),
            ("PKCS#12 PBE, SHA1, 3DES", Status::Note),
            ("PBES1, MD5, DES", Status::Warn),
            ("PKCS#12 PBE, SHA1, RC2-40", Status::Warn),
            ("PEM encryption (DEK-Info), DES-CBC", Status::Warn),
        ] {
            let judgement = judge(DOCUMENTED, &[], protected(protection)).expect("a judgement");
            assert_eq!(judgement.status(), status, "{protection}");
            assert!(judgement.fix().contains("openssl rsa -aes256"));
        }
    }

    #[test]
    fn other_forms_warn() {
        for (wrapping, quirks) in [
            (&[Wrapping::Pem][..], &[][..]),
            (&[Wrapping::Base64, Wrapping::Der], &[]),
            (DOCUMENTED, &[Quirk::FlattenedWithBlanks]),
        ] {
            let judgement = judge(wrapping, quirks, material::decrypted()).expect("a judgement");
            assert_eq!(judgement.status(), Status::Warn, "{wrapping:?}");
            assert!(judgement.fix().contains("openssl base64 -in key.enc.pem"));
        }
    }

    #[test]
    fn an_unprotected_key_is_judged_by_its_form_alone() {
        let plain = || PrivateKeyOutcome::Unencrypted {
            key: material::key(),
        };
        let status = |wrapping| judge(wrapping, &[], plain()).expect("a judgement").status();
        assert_eq!(status(DOCUMENTED), Status::Pass);
        assert_eq!(status(&[Wrapping::Pem]), Status::Warn);
    }

    #[test]
    fn what_is_no_key_is_a_gap() {
        let other = PrivateKeyOutcome::Other {
            holds: Holds::Certificate,
        };
        assert!(matches!(
            judge(DOCUMENTED, &[], other),
            Err(Gap::Blocked { .. })
        ));
    }
}
