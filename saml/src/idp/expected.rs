//! The body of `PUT /api/v2/identityproviders/pureengage` that an object implies, and what the service would say to it.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use hybridcheck_core::facts::{CertificateFact, CertificateInfo, CertificateOutcome, Fact, Gap};
use hybridcheck_core::finding::Status;
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::names::Issuer;
use hybridcheck_core::object::{HybridObject, Opt};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::Timestamp;

use super::body::{Body, Certificates, NAME, OTHERS, PLACEHOLDER};
use crate::Remark;
use crate::material;

/// Where the target comes from: the object does not hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// From the provider as it is now.
    Kept(Outside),
    /// From the command line.
    Named(Outside),
    /// From nowhere.
    Unknown,
}

/// A body, when one can be made, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The body.
    pub body: Option<Body>,
    /// The certificate in it.
    pub certificate: Option<CertificateInfo>,
    /// Where each member comes from, and what is wrong with it.
    pub remarks: Vec<Remark>,
}

impl Expected {
    /// What to do with the body about a difference: what the service would refuse is not sent.
    pub fn advice(&self) -> &'static str {
        let is_flawed = |remark: &&Remark| matches!(remark.status, Status::Fail | Status::Gap);
        let mut flawed = self.remarks.iter().filter(is_flawed).peekable();
        if flawed.peek().is_none() {
            return "send the body";
        }
        if flawed.all(|remark| remark.id == OTHERS) {
            "add the members named above to the body, then send it"
        } else {
            "mend first what is wrong with the body, as said above, then send the new one"
        }
    }
}

/// The body that an object implies.
pub fn expected(object: &HybridObject, target: Target, as_of: Timestamp) -> Expected {
    let mut remarks = Vec::new();
    let issuer = issuer(object, &mut remarks);
    let certificate = certificate(object, as_of, &mut remarks);
    let sso_target_uri = match target {
        Target::Named(url) => {
            remarks.push(Remark::pass(
                "ssoTargetURI",
                "from --sso-target; the object does not hold it",
            ));
            url
        }
        Target::Kept(url) => {
            remarks.push(Remark::note(
                "ssoTargetURI",
                "kept as the provider has it now; the object does not hold it",
                "",
            ));
            url
        }
        Target::Unknown => {
            remarks.push(Remark::gap(
                "ssoTargetURI",
                format!(
                    "a placeholder: the object does not hold it, and none was given. Sent as it is, the body is refused{}",
                    said(IdpFault::TargetNotHttps)
                ),
                "give it with --sso-target; any https URL of yours is accepted, and Workspace Desktop opens none as far as is known",
            ));
            PLACEHOLDER.into()
        }
    };
    let (info, body) = match (issuer, certificate) {
        (Some(issuer_uri), Some((info, certificate))) => (
            Some(info),
            Some(Body {
                name: NAME.into(),
                auto_provision_users: true,
                certificates: Certificates::One(certificate),
                issuer_uri,
                sso_target_uri,
                disabled: false,
                slo_uri: None,
                relying_party_identifier: None,
                name_identifier_format: None,
                others: BTreeMap::new(),
            }),
        ),
        _ => (None, None),
    };
    Expected {
        body,
        certificate: info,
        remarks,
    }
}

/// With which words the service refuses it, as the rest of a sentence.
fn said(fault: IdpFault) -> String {
    fault
        .refusal()
        .map_or_else(String::new, |refusal| format!(" with `{}`", refusal.code))
}

fn hidden(id: &'static str, option: &str) -> Remark {
    Remark::gap(
        id,
        format!("saml/{option} is hidden in this export"),
        "export the object so that the value is in it",
    )
}

fn at(option: &Opt) -> String {
    format!("saml/{} ({})", option.name, option.place)
}

fn issuer(object: &HybridObject, remarks: &mut Vec<Remark>) -> Option<Issuer> {
    const ID: &str = "issuerURI";
    let fix = "put the issuer into saml/issuer of the object first";
    let Some(option) = object.option("saml", "issuer") else {
        let found = format!(
            "saml/issuer is missing; without an issuer the body is refused{}",
            said(IdpFault::IssuerMissing)
        );
        remarks.push(Remark::fail(ID, found, fix));
        return None;
    };
    let shape = option.value.shape();
    if shape.masked {
        remarks.push(hidden(ID, "issuer"));
        return None;
    }
    let Some(text) = option.value.plain().filter(|text| !text.trim().is_empty()) else {
        let found = if shape.is_blank() {
            format!(
                "{} is empty; without an issuer the body is refused{}",
                at(option),
                said(IdpFault::IssuerMissing)
            )
        } else {
            format!("{} is no issuer: key material, or far too long", at(option))
        };
        remarks.push(Remark::fail(ID, found, fix));
        return None;
    };
    let source = format!("{}, byte for byte", at(option));
    remarks.push(
        if text.trim() == text && shape.irregularities().is_empty() {
            Remark::pass(ID, source)
        } else {
            Remark::fail(
                ID,
                format!(
                    "{source}, which holds blanks, quotes or invisible characters: `{}`",
                    text.shown(200)
                ),
                "clean saml/issuer first (`hybridcheck explain saml-options-clean`), so that both sides have the clean text",
            )
        },
    );
    Some(Issuer::from(text))
}

fn certificate(
    object: &HybridObject,
    as_of: Timestamp,
    remarks: &mut Vec<Remark>,
) -> Option<(CertificateInfo, String)> {
    const ID: &str = "certificate";
    let fix = "put the certificate into saml/certificate of the object first: `openssl base64 -in cert.pem`";
    let fact = match material::certificate_of(object) {
        Ok(Fact::Certificate(fact)) => fact,
        Err(Gap::Hidden { .. }) => {
            remarks.push(hidden(ID, "certificate"));
            return None;
        }
        Ok(_) | Err(_) => {
            remarks.push(Remark::fail(ID, "saml/certificate is missing", fix));
            return None;
        }
    };
    let certificates = match &fact.outcome {
        CertificateOutcome::Certificates { certificates } => certificates,
        other => {
            let holds = match other {
                CertificateOutcome::Other { holds } => holds.to_string(),
                CertificateOutcome::Undecodable(why) => why.to_string(),
                CertificateOutcome::Certificates { .. } => String::new(),
            };
            let words = IdpFault::of_value(other).map_or_else(String::new, said);
            let found = format!(
                "saml/certificate holds {holds}, no certificate; such a body is refused{words}"
            );
            remarks.push(Remark::fail(ID, found, fix));
            return None;
        }
    };
    let info = certificates.first()?;
    let der = material::certificate_der_of(object)?;
    remarks.push(Remark::pass(ID, form(&fact, info)));
    if certificates.len() > 1 {
        remarks.push(Remark::warn(
            ID,
            format!(
                "saml/certificate holds {} certificates; the body has the first",
                certificates.len()
            ),
            "leave the one in the option that belongs to saml/pkey",
        ));
    }
    if let Some(fault) = IdpFault::of_dates(info, as_of) {
        let when = if fault == IdpFault::CertificateExpired {
            format!("expired on {}", info.not_after)
        } else {
            format!("is not valid before {}", info.not_before)
        };
        remarks.push(Remark::fail(
            ID,
            format!("the certificate {when}; the body is refused{}", said(fault)),
            "make a new certificate and key; add the certificate to the provider, then set saml/certificate, saml/pkey and saml/password together",
        ));
    }
    Some((info.clone(), Base64::encode_string(&der)))
}

/// In which form the option holds it, and in which the body does, and why.
fn form(fact: &CertificateFact, info: &CertificateInfo) -> String {
    let decoded = if fact.shape.is_documented() {
        "decoded once"
    } else {
        "decoded"
    };
    format!(
        "saml/certificate, which holds {}, {decoded}: `{}`, valid until {}, SHA-256 {}. Written as the PEM's body without BEGIN and END \
         lines, as the later provisioning article has it (the earlier one has them; the service is documented to take both)",
        fact.shape,
        info.subject.shown(80),
        info.not_after.day(),
        info.sha256
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::verdict;
    use anyhow::Result;
    use hybridcheck_core::run::Verdict;
    use hybridcheck_testkit::facts::certificate_info;
    use hybridcheck_testkit::objects::{ISSUER, healthy, with, without};
    use hybridcheck_testkit::openssl;

    const URL: &str = "https://idp.acme.example/sso";

    /// What is expected of the healthy object's provider.
    pub(in crate::idp) fn made() -> Expected {
        Expected {
            body: Some(body()),
            certificate: Some(certificate_info()),
            remarks: Vec::new(),
        }
    }

    /// A body of the healthy object.
    pub(in crate::idp) fn body() -> Body {
        Body {
            name: NAME.into(),
            auto_provision_users: true,
            certificates: Certificates::One("MII".into()),
            issuer_uri: ISSUER.into(),
            sso_target_uri: "https://idp.acme.example/target".into(),
            disabled: false,
            slo_uri: None,
            relying_party_identifier: None,
            name_identifier_format: None,
            others: BTreeMap::new(),
        }
    }

    fn named() -> Target {
        Target::Named(URL.into())
    }

    fn now() -> Timestamp {
        hybridcheck_testkit::clock::now()
    }

    fn of(certificate: &str) -> Expected {
        let object = with(healthy(), "saml", "certificate", certificate);
        expected(&object, named(), now())
    }

    fn failures(expected: &Expected) -> Vec<&str> {
        let failed = expected.remarks.iter();
        failed
            .filter(|remark| remark.status == Status::Fail)
            .map(|remark| &*remark.found)
            .collect()
    }

    #[test]
    fn every_form_of_the_option_gives_the_same_body() -> Result<()> {
        let pair = openssl::pair()?;
        let der = openssl::certificate_der(&pair.certificate)?;
        let body = openssl::base64_line(&der)?;
        let once = openssl::base64_line(pair.certificate.as_bytes())?;
        let twice = openssl::base64_line(once.as_bytes())?;
        for text in [&once, &pair.certificate, &body, &twice] {
            let made = of(text);
            let found = made.body.as_ref().expect("a body");
            assert_eq!(found.certificates, Certificates::One(body.clone()));
            assert_eq!(found.issuer_uri, ISSUER);
            assert_eq!(found.name, "PureEngage");
            assert!(found.auto_provision_users && !found.disabled);
            assert_eq!(verdict(&made.remarks), Verdict::Ready, "{:?}", made.remarks);
        }
        assert!(
            of(&once)
                .remarks
                .iter()
                .any(|remark| { remark.found.contains("(the documented form), decoded once") })
        );
        Ok(())
    }

    #[test]
    fn members_are_spelt_as_the_definition_spells_them() -> Result<()> {
        let pair = openssl::pair()?;
        let made = of(&pair.certificate).body.expect("a body");
        let value = serde_json::to_value(made)?;
        let members: Vec<&String> = value.as_object().expect("an object").keys().collect();
        assert_eq!(
            members,
            [
                "autoProvisionUsers",
                "certificate",
                "disabled",
                "issuerURI",
                "name",
                "ssoTargetURI"
            ]
        );
        Ok(())
    }

    #[test]
    fn what_the_service_would_refuse_is_said_in_its_words() -> Result<()> {
        let pair = openssl::pair()?;
        let key = openssl::base64_line(pair.key.as_bytes())?;
        for (text, code) in [
            ("not encoded at all!", "`certificate.invalid.base64`"),
            (&key, "`certificate.unparseable`"),
        ] {
            let made = of(text);
            assert_eq!(made.body, None);
            assert!(failures(&made)[0].ends_with(code), "{:?}", failures(&made));
        }
        let object = with(healthy(), "saml", "certificate", &pair.certificate);
        let later = Timestamp::from_unix(now().unix() + 100 * 365 * 86_400);
        let made = expected(&object, named(), later);
        assert!(made.body.is_some());
        assert!(failures(&made)[0].ends_with("`certificate.expired`"));
        let early = expected(&object, named(), Timestamp::from_unix(0));
        assert!(failures(&early)[0].ends_with("`certificate.not.yet.valid`"));
        let made = expected(&without(object, "saml", "issuer"), named(), now());
        assert_eq!(made.body, None);
        assert!(failures(&made)[0].ends_with("`missing.issuer.uri`"));
        Ok(())
    }

    #[test]
    fn an_issuer_with_blanks_stays_as_it_is_and_is_named() -> Result<()> {
        let pair = openssl::pair()?;
        let object = with(healthy(), "saml", "certificate", &pair.certificate);
        let object = with(object, "saml", "issuer", &format!("{ISSUER} "));
        let made = expected(&object, named(), now());
        assert_eq!(
            made.body.as_ref().map(|body| body.issuer_uri.clone()),
            Some(format!("{ISSUER} ").into())
        );
        assert_eq!(verdict(&made.remarks), Verdict::NotReady);
        Ok(())
    }

    #[test]
    fn without_a_target_the_body_is_one_that_is_refused() -> Result<()> {
        let pair = openssl::pair()?;
        let object = with(healthy(), "saml", "certificate", &pair.certificate);
        let made = expected(&object, Target::Unknown, now());
        let target = made.body.as_ref().expect("a body").sso_target_uri.clone();
        assert_eq!(
            IdpFault::of_target(target.raw()),
            Some(IdpFault::TargetNotHttps)
        );
        assert_eq!(verdict(&made.remarks), Verdict::Incomplete);
        Ok(())
    }

    #[test]
    fn hidden_values_are_gaps() {
        let object = with(healthy(), "saml", "certificate", "***");
        let made = expected(&object, named(), now());
        assert_eq!(made.body, None);
        assert_eq!(verdict(&made.remarks), Verdict::Incomplete);
    }
}
