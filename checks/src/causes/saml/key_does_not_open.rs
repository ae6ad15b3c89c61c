//! The password does not open the key.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{FactKey, PasswordFit, PrivateKeyOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::saml;

page! {
    /// The password in saml/password does not open the key in saml/pkey.
    ///
    /// ## What it means
    ///
    /// The key is there and whole, but its password is another one, or is written with a blank or quotes around it. Components cannot
    /// sign an assertion then, and no login through SAML works.
    ///
    /// ## How to fix
    ///
    /// Enter the password with which the key was made. When nobody knows it, make a new pair, and give the new certificate to the
    /// PureEngage identity provider too.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `base64 -d pkey.txt > key.pem; openssl pkey -in key.pem -noout` (openssl asks for the password).
    ///
    /// ## What we rely on
    ///
    /// Documented: the key is encrypted with the option `password` (provisioning article).
    pub(crate) struct KeyDoesNotOpen;
}

impl Rule for KeyDoesNotOpen {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let key = FactKey::private_key(case.object.id);
        let Ok(fact) = case.facts().private_key(&key) else {
            return Vec::new();
        };
        let (certainty, sentence, fix) = match &fact.outcome {
            PrivateKeyOutcome::WrongPassword { protection } => (
                Certainty::Certain,
                format!(
                    "saml/password does not open the key in saml/pkey ({})",
                    protection.shown(80)
                ),
                "Enter the password with which the key was made in saml/password. If nobody knows it, make a new pair, set saml/certificate, saml/pkey and saml/password together, and add the certificate to the PureEngage identity provider.",
            ),
            PrivateKeyOutcome::Decrypted {
                password: PasswordFit::Trimmed,
                ..
            } => (
                Certainty::Certain,
                "saml/password opens the key only without the blanks or quotes around it"
                    .to_owned(),
                "Remove the blanks, line breaks or quotes around saml/password.",
            ),
            PrivateKeyOutcome::Unsupported { protection } => (
                Certainty::Possible,
                format!(
                    "the key in saml/pkey is protected in a way that hybridcheck cannot undo ({}), so components may not either",
                    protection.shown(80)
                ),
                "Protect the key as documented: openssl rsa -aes256 -in key.pem, then base64 of the whole file.",
            ),
            _ => return Vec::new(),
        };
        let shown = members::together(rows::failing(all, &saml::PkeyDecrypts));
        shown.diagnosed(|(), shown| {
            shown
                .diagnosis(certainty, sentence.as_str(), Owner::EngageAdmin, fix)
                .breaks([key.clone()])
                .command("base64 -d pkey.txt > key.pem; openssl pkey -in key.pem -noout")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::check::Subject;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::private_key;

    fn failing(outcome: PrivateKeyOutcome) -> Bench {
        let key = FactKey::private_key(ObjectId(0));
        Bench::healthy()
            .fact(key, private_key(outcome))
            .failing(&saml::PkeyDecrypts, Subject::option("saml", "pkey"))
    }

    #[test]
    fn a_wrong_password_fires() {
        let found = failing(PrivateKeyOutcome::WrongPassword {
            protection: "PBES2".into(),
        })
        .diagnose(&KeyDoesNotOpen);
        assert_eq!(
            found[0].sentence,
            "saml/password does not open the key in saml/pkey (PBES2)"
        );
        assert_eq!(found[0].broken, [FactKey::private_key(ObjectId(0))]);
    }

    #[test]
    fn a_missing_password_is_an_incomplete_object() {
        let bench = failing(PrivateKeyOutcome::NoPassword {
            protection: "PBES2".into(),
        });
        assert!(bench.diagnose(&KeyDoesNotOpen).is_empty());
        assert!(Bench::healthy().diagnose(&KeyDoesNotOpen).is_empty());
    }
}
