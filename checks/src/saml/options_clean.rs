//! Whether values of section `saml` were copied without blanks, quotes and invisible characters.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, PasswordFit, PrivateKeyOutcome};
use hybridcheck_core::finding::{Judgement, Owner, Severity};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The value has no stray blanks, line breaks, quotes or invisible characters.
    ///
    /// ## Why it matters
    ///
    /// Values are copied from mails, documents and terminals, and bring characters along that nobody sees. The issuer is compared
    /// byte for byte, a password with a blank too many opens nothing, and a number in quotes is no number.
    ///
    /// ## How to fix
    ///
    /// In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, delete the value and type it
    /// again, or paste it through a plain text editor. In an option file, write the value right behind the `=`, without quotes.
    ///
    /// ## What we rely on
    ///
    /// Documented: the issuer must be an exact match. RFC 3986: blanks, line breaks, quotes and characters outside ASCII are no part of a URI.
    /// Inferred: what a reader does with blanks around a number or a password is not documented, so these only warn; a password
    /// that opens the private key exactly as it is written passes, whatever is around it.
    pub(crate) struct OptionsClean;
}

impl Judge for OptionsClean {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        ["issuer", "password", "expire_time"]
            .iter()
            .map(|option| OptionName::new("saml", *option))
            .collect()
    }

    fn needs(&self, name: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        if *name == OptionName::new("saml", "password") {
            return vec![FactKey::private_key(object.id)];
        }
        Vec::new()
    }

    fn judge(&self, name: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let found = case.visible(name.section.raw(), name.option.raw())?;
        let shape = found.value.shape();
        let mut stray = shape.irregularities();
        if shape.inner_newline {
            stray.push("line break inside");
        }
        if stray.is_empty() {
            return Ok(Judgement::pass(shape.to_string()).of(found));
        }
        let stray = stray.join(", ");
        let only_around = !(shape.quoted
            || shape.invisible_blank
            || shape.typographic_quote
            || shape.inner_newline);
        let severity = match name.option.raw() {
            "password" => match password_fit(case) {
                Some(PasswordFit::AsWritten) => {
                    let said = format!("{stray}; the private key opens with exactly this password");
                    return Ok(Judgement::pass(said).of(found));
                }
                Some(PasswordFit::Trimmed) => {
                    let reason = format!(
                        "{stray}; the private key opens only without: see saml-pkey-decrypts"
                    );
                    return Ok(Judgement::not_applicable(reason).of(found));
                }
                None => Severity::Warn,
            },
            "expire_time" if only_around => Severity::Warn,
            _ => Severity::Fail,
        };
        let expected = "nothing before, behind or inside the value that does not belong to it";
        let fix = format!("enter {name} again, without: {stray}");
        let value = found.value.shown();
        let said = if value.contains(&stray) {
            value
        } else {
            format!("{value}: {stray}")
        };
        Ok(Judgement::finding(severity, expected, said, fix, Owner::EngageAdmin).of(found))
    }
}

fn password_fit(case: &Case<'_>) -> Option<PasswordFit> {
    match case.private_key().ok()?.outcome {
        PrivateKeyOutcome::Decrypted { password, .. } => Some(password),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::{Facts, Gap};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::{healthy, with, without};

    use super::*;

    fn judge(option: &str, value: &str, facts: &Facts) -> Judgement {
        let object = with(healthy(), "saml", option, value);
        material::judge(&OptionsClean, option, &object, facts).expect("a judgement")
    }

    fn status(option: &str, value: &str) -> Status {
        judge(option, value, &Facts::default()).status()
    }

    fn opened(password: PasswordFit) -> Facts {
        let outcome = PrivateKeyOutcome::Decrypted {
            protection: "PBES2".into(),
            password,
            key: material::key(),
        };
        material::facts(
            material::certificates(vec![material::info()]),
            material::key_fact(outcome),
        )
    }

    #[test]
    fn clean_values_pass() {
        for (option, value) in [
            ("issuer", "https://a.example/b"),
            ("password", "a b"),
            ("expire_time", "24"),
        ] {
            assert_eq!(status(option, value), Status::Pass, "{option}");
        }
    }

    #[test]
    fn an_issuer_must_be_exact() {
        for value in [
            "https://a.example/b ",
            "\"https://a.example/b\"",
            "https://a.example/\u{200b}b",
            "https://a.example/\nb",
        ] {
            assert_eq!(status("issuer", value), Status::Fail, "{value:?}");
        }
    }

    #[test]
    fn invisible_characters_are_made_visible() {
        let judgement = judge("issuer", "https://a.example/\u{a0}b", &Facts::default());
        assert_eq!(
            judgement.found(),
            "`https://a.example/\\u{a0}b`: non-breaking or invisible blank"
        );
    }

    #[test]
    fn blanks_around_a_number_warn_and_quotes_fail() {
        assert_eq!(status("expire_time", "24 "), Status::Warn);
        assert_eq!(status("expire_time", "'24'"), Status::Fail);
    }

    #[test]
    fn a_blank_in_a_password_may_be_meant() {
        assert_eq!(status("password", "secret\n"), Status::Warn);
        let judgement = judge("password", "secret ", &opened(PasswordFit::AsWritten));
        assert_eq!(judgement.status(), Status::Pass);
        let judgement = judge("password", "secret ", &opened(PasswordFit::Trimmed));
        assert_eq!(judgement.status(), Status::NotApplicable);
    }

    #[test]
    fn a_password_is_never_shown() {
        let judgement = judge("password", " secret ", &Facts::default());
        let found = judgement.found();
        assert!(!found.contains("secret"), "{found}");
    }

    #[test]
    fn a_missing_option_is_a_gap() {
        let object = without(healthy(), "saml", "issuer");
        let answer = material::judge(&OptionsClean, "issuer", &object, &Facts::default());
        let key = FactKey::option(object.id, "saml", "issuer");
        assert_eq!(answer, Err(Gap::blocked(key)));
    }
}
