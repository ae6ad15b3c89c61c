//! Whether `saml/pkey` holds a protected private key.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap, Holds, PrivateKeyOutcome, Undecodable};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

page! {
    /// The option pkey holds an encrypted private key.
    ///
    /// ## Why it matters
    ///
    /// With this key the SAML assertions are signed. When the option holds something else no agent can log in, and when it holds the key without
    /// protection, everyone who may read the object can sign as any of your users.
    ///
    /// ## How to fix
    ///
    /// 1. `openssl rsa -aes256 -in key.pem -out key.enc.pem` asks for a new password; it becomes option `password`.
    ///    From a store: `openssl pkcs12 -in store.p12 -nocerts -nodes | openssl rsa -aes256 -out key.enc.pem`.
    /// 2. `openssl base64 -in key.enc.pem -out key.enc.pem.b64`
    /// 3. In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, and set `pkey` to the whole content of
    ///    `key.enc.pem.b64`. If the field cuts the value, put it on one line: `openssl base64 -A -in key.enc.pem`.
    ///
    /// A key that stood unprotected in the object should be replaced, with its certificate.
    ///
    /// ## What we rely on
    ///
    /// Documented: the private key, encrypted with AES-256 under `password`, then base64 of the whole PEM file. Observed: `openssl rsa -aes256` writes
    /// `BEGIN ENCRYPTED PRIVATE KEY` (OpenSSL 3) or `BEGIN RSA PRIVATE KEY` with `DEK-Info` (OpenSSL 1); both are accepted here.
    pub(crate) struct PkeyDecodes;
}

impl Judge for PkeyDecodes {
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
        let expected = "an encrypted private key: base64 of a PEM file that begins with -----BEGIN ENCRYPTED PRIVATE KEY----- or, with DEK-Info, -----BEGIN RSA PRIVATE KEY-----";
        let encode = "set saml/pkey to the output of `openssl rsa -aes256 -in key.pem | openssl base64`, and saml/password to the password given there";
        let (found, fix) = match &fact.outcome {
            PrivateKeyOutcome::Decrypted { protection, .. }
            | PrivateKeyOutcome::NoPassword { protection }
            | PrivateKeyOutcome::Unsupported { protection }
            | PrivateKeyOutcome::WrongPassword { protection } => {
                let found = format!("an encrypted private key ({})", protection.shown(160));
                return Ok(Judgement::pass(found).of(option));
            }
            PrivateKeyOutcome::Unencrypted { key } => (
                format!("an unencrypted private key, {}", key.key),
                format!(
                    "{encode}; better make a new pair, since everyone who may read the object has had the key"
                ),
            ),
            PrivateKeyOutcome::Other { holds } => (holds.to_string(), advice(*holds, encode)),
            PrivateKeyOutcome::Undecodable(Undecodable::Empty) => {
                let key = FactKey::option(case.object.id, "saml", "pkey");
                return Err(Gap::blocked(key));
            }
            PrivateKeyOutcome::Undecodable(cut @ Undecodable::CutOff { characters }) => {
                let hint = if *characters == 255 {
                    ", which is the length of one piece in the Configuration Database"
                } else {
                    ""
                };
                let fix = "export the object again, and if the value is as short there, enter it anew on one line: `openssl base64 -A -in key.enc.pem`";
                (format!("{cut}{hint}"), fix.to_owned())
            }
            PrivateKeyOutcome::Undecodable(other) => (
                format!("{other} ({} characters)", fact.shape.characters),
                encode.to_owned(),
            ),
        };
        let judgement = Judgement::fail(expected, found, fix, Owner::EngageAdmin).of(option);
        Ok(if option.missing_pieces.is_empty() {
            judgement
        } else {
            judgement.evidence("missing pieces", listed(&option.missing_pieces))
        })
    }
}

fn advice(holds: Holds, encode: &str) -> String {
    match holds {
        Holds::Certificate => {
            format!("move it to saml/certificate, where it belongs, and {encode}; perhaps the two are swapped")
        }
        Holds::Pkcs12 => "take the key out with `openssl pkcs12 -in store.p12 -nocerts -nodes | openssl rsa -aes256 -out key.enc.pem`, then set saml/pkey to the output of `openssl base64 -in key.enc.pem`, and saml/password to the password given there".into(),
        Holds::PublicKey => format!("a public key cannot sign; find the private one and {encode}"),
        _ => encode.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::Facts;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::{healthy, with, without};

    use super::*;

    fn judge(outcome: PrivateKeyOutcome) -> Answer<Judgement> {
        let certificate = material::certificates(vec![material::info()]);
        let facts = material::facts(certificate, material::key_fact(outcome));
        material::judge(&PkeyDecodes, "pkey", &healthy(), &facts)
    }

    fn fails_with(outcome: PrivateKeyOutcome) -> Judgement {
        let judgement = judge(outcome).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        judgement
    }

    #[test]
    fn a_protected_key_passes_whether_or_not_it_opens() {
        let protection = || "PBES2".into();
        for outcome in [
            material::decrypted(),
            PrivateKeyOutcome::WrongPassword {
                protection: protection(),
            },
            PrivateKeyOutcome::NoPassword {
                protection: protection(),
            },
            PrivateKeyOutcome::Unsupported {
                protection: protection(),
            },
        ] {
            assert_eq!(judge(outcome).expect("a judgement").status(), Status::Pass);
        }
    }

    #[test]
    fn an_unprotected_key_fails_and_is_to_be_replaced() {
        let judgement = fails_with(PrivateKeyOutcome::Unencrypted {
            key: material::key(),
        });
        assert_eq!(judgement.found(), "an unencrypted private key, RSA 2048");
        assert!(judgement.fix().contains("new pair"));
    }

    #[test]
    fn each_kind_of_content_has_its_advice() {
        for (holds, word) in [
            (Holds::Certificate, "swapped"),
            (Holds::Pkcs12, "openssl pkcs12"),
            (Holds::PublicKey, "cannot sign"),
            (Holds::Guid, "openssl rsa -aes256"),
        ] {
            let judgement = fails_with(PrivateKeyOutcome::Other { holds });
            assert!(
                judgement.fix().contains(word),
                "{holds}: {}",
                judgement.fix()
            );
        }
    }

    #[test]
    fn what_does_not_decode_fails() {
        for reason in [Undecodable::NotEncoded, Undecodable::NotDer] {
            fails_with(PrivateKeyOutcome::Undecodable(reason));
        }
        let cut = Undecodable::CutOff { characters: 255 };
        let judgement = fails_with(PrivateKeyOutcome::Undecodable(cut));
        assert!(judgement.found().contains("one piece"));
    }

    #[test]
    fn missing_pieces_of_a_table_are_evidence() {
        let mut object = healthy();
        let saml = object
            .sections
            .iter_mut()
            .find(|s| s.name == "saml")
            .expect("saml");
        saml.options[2].missing_pieces = vec![3, 4];
        let outcome = PrivateKeyOutcome::Undecodable(Undecodable::CutOff { characters: 510 });
        let facts = material::facts(
            material::certificates(vec![material::info()]),
            material::key_fact(outcome),
        );
        let judgement =
            material::judge(&PkeyDecodes, "pkey", &object, &facts).expect("a judgement");
        assert_eq!(judgement.evidence[0].value, "3 and 4");
    }

    #[test]
    fn what_is_not_there_is_a_gap() {
        let none = Facts::default();
        let object = without(healthy(), "saml", "pkey");
        let answer = material::judge(&PkeyDecodes, "pkey", &object, &none);
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
        let object = with(healthy(), "saml", "pkey", "***");
        let answer = material::judge(&PkeyDecodes, "pkey", &object, &none);
        assert!(matches!(answer, Err(Gap::Hidden { .. })));
    }
}
