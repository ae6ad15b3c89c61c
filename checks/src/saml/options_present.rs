//! Whether section `saml` has its five options.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::names::Name;
use hybridcheck_core::object::{HybridObject, Lookup, Place, SAML_OPTIONS, ValueType};
use hybridcheck_core::page;

use crate::evidence::idp_refusals::with_words;

page! {
    /// The option of section saml is there and has a value.
    ///
    /// ## Why it matters
    ///
    /// Workspace Desktop Edition logs its users in to Genesys Cloud with a SAML assertion that it signs itself. Issuer,
    /// certificate, private key and the password of that key all come from section `saml`; without one of them no
    /// assertion can be made, and no agent can log in.
    ///
    /// ## How to fix
    ///
    /// In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, and add the option:
    ///
    /// - `issuer`: the same text as `issuerURI` of the PureEngage identity provider.
    /// - `certificate`: `openssl base64 -in cert.pem -out cert.pem.b64`, then the content of `cert.pem.b64`.
    /// - `pkey`: `openssl rsa -aes256 -in key.pem -out key.enc.pem`, then `openssl base64 -in key.enc.pem -out key.enc.pem.b64`,
    ///   then the content of `key.enc.pem.b64`.
    /// - `password`: the password given to `openssl rsa`.
    /// - `expire_time`: `24`.
    ///
    /// A form in which a person selects what is exported (option file or CSV of GAX) may lack the section although the
    /// object has it: select all sections and export again. These forms also leave out options that are stored as numbers,
    /// which may concern `expire_time`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the five options, and 24 hours as the default of `expire_time`. Documented for GAX: the export of options holds
    /// what was selected, and text options only. Inferred: without `expire_time` the default is used, hence only a warning.
    pub(crate) struct OptionsPresent;
}

impl Judge for OptionsPresent {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        SAML_OPTIONS
            .iter()
            .map(|option| OptionName::new("saml", *option))
            .collect()
    }

    fn judge(&self, name: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let OptionName { section, option } = name;
        let object = case.object;
        let is_number_lost = object.form.is_selection() && option == "expire_time";
        let Some(found) = case.option(section.raw(), option.raw()) else {
            let (what, place) = match object.lookup(section.raw(), option.raw()) {
                Lookup::NoSection if object.form.is_selection() => {
                    let form = object.form.label();
                    return Err(Gap::NotInForm {
                        what: format!("section [{section}]; this {form} holds what was selected"),
                    });
                }
                Lookup::NoSection => (format!("no section [{section}]"), &object.place),
                Lookup::NoOption(there) => (
                    format!("section [{section}] without {option}"),
                    &there.place,
                ),
                Lookup::Exact(found) | Lookup::OtherCase(found) => (String::new(), &found.place),
            };
            if is_number_lost {
                return Err(Gap::NotInForm {
                    what: format!("{name}, if it is stored as a number"),
                });
            }
            return Ok(missing(option, what, place));
        };
        let shape = found.value.shape();
        if shape.masked {
            return Err(Gap::hidden(section.raw(), option.raw()));
        }
        if shape.is_blank() {
            let what = if found.value_type == ValueType::Null {
                format!("{option} with no value (null)")
            } else {
                format!("{option} with an empty value")
            };
            return Ok(missing(option, what, &found.place));
        }
        let judgement = Judgement::pass(format!("{} ({})", found.name, shape)).of(found);
        Ok(if found.name == *option {
            judgement
        } else {
            judgement.evidence("written as", &found.name)
        })
    }
}

fn missing(option: &Name, found: String, place: &Place) -> Judgement {
    let how = match option.raw() {
        "certificate" => "the output of `openssl base64 -in cert.pem`",
        "expire_time" => "the wanted life of a token in hours, such as 24",
        "issuer" => "the issuerURI of the PureEngage identity provider",
        "password" => "the password that protects saml/pkey",
        _ => "the output of `openssl rsa -aes256 -in key.pem | openssl base64`",
    };
    let fix = format!("add {option} to section [saml]: {how}");
    if option == "expire_time" {
        let expected = "saml/expire_time with a value; without it the documented default of 24 hours is presumably used";
        return Judgement::warn(expected, found, fix, Owner::EngageAdmin).at(place);
    }
    let expected = format!("saml/{option} with a value");
    let fault = (option == "issuer").then_some(IdpFault::IssuerMissing);
    with_words(
        Judgement::fail(expected, found, fix, Owner::EngageAdmin).at(place),
        fault,
    )
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::Facts;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::Form;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::{healthy, with, without, without_section};

    use super::*;

    fn judge(option: &str, object: &HybridObject) -> Answer<Judgement> {
        material::judge(&OptionsPresent, option, object, &Facts::default())
    }

    fn status(option: &str, object: &HybridObject) -> Status {
        judge(option, object).expect("a judgement").status()
    }

    #[test]
    fn passes_for_each_of_the_five_and_shows_no_value() {
        for option in SAML_OPTIONS {
            let judgement = judge(option, &healthy()).expect("a judgement");
            assert_eq!(judgement.status(), Status::Pass, "{option}");
            assert!(!judgement.found().contains("placeholder"), "{option}");
        }
    }

    #[test]
    fn a_missing_or_empty_option_fails() {
        for option in ["issuer", "certificate", "pkey", "password"] {
            let missing = without(healthy(), "saml", option);
            assert_eq!(status(option, &missing), Status::Fail, "{option}");
            for blank in ["", " \n"] {
                let blank = with(healthy(), "saml", option, blank);
                assert_eq!(status(option, &blank), Status::Fail, "{option}");
            }
        }
    }

    #[test]
    fn without_expire_time_the_default_is_used() {
        let object = without(healthy(), "saml", "expire_time");
        assert_eq!(status("expire_time", &object), Status::Warn);
    }

    #[test]
    fn a_missing_section_fails_where_the_form_would_hold_it() {
        let object = without_section(healthy(), "saml");
        assert_eq!(status("issuer", &object), Status::Fail);
    }

    #[test]
    fn what_a_selection_leaves_out_is_a_gap() {
        let mut object = without_section(healthy(), "saml");
        object.form = Form::OptionFile;
        assert!(matches!(
            judge("issuer", &object),
            Err(Gap::NotInForm { .. })
        ));
        let mut object = without(healthy(), "saml", "expire_time");
        object.form = Form::OptionCsv;
        assert!(matches!(
            judge("expire_time", &object),
            Err(Gap::NotInForm { .. })
        ));
        let mut object = without(healthy(), "saml", "issuer");
        object.form = Form::OptionCsv;
        assert_eq!(status("issuer", &object), Status::Fail);
    }

    #[test]
    fn a_hidden_value_is_a_gap() {
        let object = with(healthy(), "saml", "password", "****");
        assert_eq!(
            judge("password", &object),
            Err(Gap::Hidden {
                option: "saml/password".into()
            })
        );
    }
}
