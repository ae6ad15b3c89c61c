//! Whether `saml/password` opens `saml/pkey`.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap, PasswordFit, PrivateKeyOutcome};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The password opens the private key.
    ///
    /// ## Why it matters
    ///
    /// Without the key no assertion can be signed, and no agent can log in. A password with a blank or a quote too many opens the key here, since it is tried
    /// without as well, but not in a component that takes it as it is written.
    ///
    /// ## How to fix
    ///
    /// 1. Save the value of `pkey` as `pkey.b64` and try the password: `openssl base64 -d -in pkey.b64 | openssl pkey -noout` (with `-A` behind `-d` if
    ///    the value is one line).
    /// 2. If it opens with another password: in GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, and correct `password`.
    /// 3. If the password is lost: protect the original again, `openssl rsa -aes256 -in key.pem -out key.enc.pem`, then set `pkey` to the output of
    ///    `openssl base64 -in key.enc.pem` and `password` to the new password.
    /// 4. Without the original key: make a new pair, and set the new certificate at the identity provider too.
    ///
    /// ## What we rely on
    ///
    /// Documented: `password` decrypts `pkey`. Observed with keys made by OpenSSL: a password counts as right only if what it opens is a private key. A key whose text was changed in the
    /// middle cannot be told from a wrong password. Characters outside ASCII are tried in UTF-8 only.
    pub(crate) struct PkeyDecrypts;
}

impl Judge for PkeyDecrypts {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "password")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::private_key(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let password = case.visible("saml", "password")?;
        let pkey = case.visible("saml", "pkey")?;
        let object = case.object.id;
        let shape = password.value.shape();
        let expected = "the password with which saml/pkey was protected";
        let (protection, judgement) = match &case.private_key()?.outcome {
            PrivateKeyOutcome::Decrypted {
                protection,
                password: PasswordFit::AsWritten,
                key,
            } => {
                let found = format!("the password opens the key, {}", key.key);
                (protection, Judgement::pass(found))
            }
            PrivateKeyOutcome::Decrypted {
                protection,
                password: PasswordFit::Trimmed,
                ..
            } => {
                let found = format!(
                    "the password opens the key only without what stands around it ({shape})"
                );
                let fix =
                    "enter saml/password again without blanks, line breaks and quotes around it";
                (
                    protection,
                    Judgement::warn(expected, found, fix, Owner::EngageAdmin),
                )
            }
            PrivateKeyOutcome::WrongPassword { protection } => {
                let found = format!("a password ({shape}) that does not open the key");
                let fix = "correct saml/password, or protect the key anew with `openssl rsa -aes256 -in key.pem | openssl base64` and set saml/pkey and saml/password together";
                let judgement = Judgement::fail(expected, found, fix, Owner::EngageAdmin);
                let judgement = if shape.non_ascii {
                    let hint = "the password holds characters outside ASCII, tried in UTF-8; a key protected on Windows may need another code page";
                    judgement.evidence("characters", hint)
                } else {
                    judgement
                };
                (protection, judgement)
            }
            PrivateKeyOutcome::Unsupported { protection } => {
                let protection = protection.shown(160);
                return Err(Gap::NotAnswered {
                    what: format!(
                        "hybridcheck cannot undo this protection: {protection}; the password was not tried (see saml-pkey-encoding)"
                    ),
                });
            }
            PrivateKeyOutcome::NoPassword { .. } => {
                let key = FactKey::option(object, "saml", "password");
                return Err(Gap::blocked(key));
            }
            PrivateKeyOutcome::Unencrypted { .. }
            | PrivateKeyOutcome::Other { .. }
            | PrivateKeyOutcome::Undecodable(_) => {
                return Err(Gap::blocked(FactKey::private_key(object)));
            }
        };
        Ok(judgement
            .evidence("protection", protection)
            .of(password)
            .of(pkey))
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::Undecodable;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::{healthy, with, without};

    use super::*;

    fn answer(object: &HybridObject, outcome: PrivateKeyOutcome) -> Answer<Judgement> {
        let certificate = material::certificates(vec![material::info()]);
        let facts = material::facts(certificate, material::key_fact(outcome));
        material::judge(&PkeyDecrypts, "password", object, &facts)
    }

    fn wrong() -> PrivateKeyOutcome {
        PrivateKeyOutcome::WrongPassword {
            protection: "PBES2".into(),
        }
    }

    #[test]
    fn a_password_that_opens_the_key_passes() {
        let judgement = answer(&healthy(), material::decrypted()).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
        assert_eq!(judgement.found(), "the password opens the key, RSA 2048");
    }

    #[test]
    fn a_wrong_password_fails_without_showing_it() {
        let object = with(healthy(), "saml", "password", "hünter2");
        let judgement = answer(&object, wrong()).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(judgement.places.len(), 2);
        let all = format!("{judgement:?}");
        assert!(!all.contains("nter2"));
        assert!(all.contains("code page"));
    }

    #[test]
    fn a_password_that_must_be_trimmed_warns() {
        let outcome = PrivateKeyOutcome::Decrypted {
            protection: "PBES2".into(),
            password: PasswordFit::Trimmed,
            key: material::key(),
        };
        let object = with(healthy(), "saml", "password", "secret ");
        let judgement = answer(&object, outcome).expect("a judgement");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().contains("trailing blank"));
    }

    #[test]
    fn what_could_not_be_tried_is_a_gap() {
        let unsupported = PrivateKeyOutcome::Unsupported {
            protection: "PBES1, MD2, RC2".into(),
        };
        let Err(Gap::NotAnswered { what }) = answer(&healthy(), unsupported) else {
            panic!("no gap");
        };
        assert!(what.contains("PBES1, MD2, RC2"));
        for outcome in [
            PrivateKeyOutcome::Unencrypted {
                key: material::key(),
            },
            PrivateKeyOutcome::Undecodable(Undecodable::NotDer),
        ] {
            let by = FactKey::private_key(healthy().id);
            assert_eq!(answer(&healthy(), outcome), Err(Gap::blocked(by)));
        }
    }

    #[test]
    fn a_missing_or_hidden_password_is_a_gap() {
        let none = || PrivateKeyOutcome::NoPassword {
            protection: "PBES2".into(),
        };
        let object = without(healthy(), "saml", "password");
        assert!(matches!(answer(&object, none()), Err(Gap::Blocked { .. })));
        let object = with(healthy(), "saml", "password", "****");
        assert!(matches!(answer(&object, none()), Err(Gap::Hidden { .. })));
    }
}
