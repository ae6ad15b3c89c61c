//! Whether the provider knows the object's certificate.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, CertificateInfo, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::{Outside, Shown};
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::{providers, subjects};

page! {
    /// The PureEngage identity provider holds the certificate of option saml/certificate.
    ///
    /// Compared are fingerprints, not texts: the option holds base64 of a PEM file, the provider the certificate in a form of its own.
    ///
    /// ## Why it matters
    ///
    /// Genesys Cloud verifies the signature of every assertion with the certificates that the provider holds. After a renewal on one
    /// side only, every login is refused.
    ///
    /// ## How to fix
    ///
    /// Add the new certificate to the provider beside the old one, then change the options `certificate`, `pkey` and `password`
    /// together, then remove the old one. A provider may hold several; one that fits is enough.
    ///
    /// ## What we rely on
    ///
    /// Documented: up to four more certificates beside the first (Genesys Cloud help). Inferred: another certificate for the same key
    /// verifies the same signatures, so that warns only.
    pub(crate) struct CertificateKnown;
}

impl Judge for CertificateKnown {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "certificate")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![
            FactKey::certificate(object.id),
            FactKey::pureengage_idp(object.id),
        ]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let Some(ours) = case.certificate()?.certificate() else {
            return Err(Gap::blocked(FactKey::certificate(case.object.id)));
        };
        let (fact, provider) = providers::pureengage(case)?;
        let is_held = provider
            .decoded
            .iter()
            .any(|held| held.sha256 == ours.sha256);
        if !is_held && provider.undecodable > 0 {
            return Err(Gap::NotAnswered {
                what: format!(
                    "{} of the provider's certificates cannot be decoded, and it may be one of them",
                    provider.undecodable
                ),
            });
        }
        let has_same_key = provider
            .decoded
            .iter()
            .any(|held| held.spki_sha256 == ours.spki_sha256);
        let held = listed(provider.decoded.iter().map(|held| {
            format!(
                "{} until {}, SHA-256 {}",
                held.subject.shown(80),
                held.not_after.day(),
                fingerprint(held)
            )
        }));
        let expected = format!(
            "SHA-256 {}, the certificate of the option",
            fingerprint(ours)
        );
        let fix = rotation(provider.decoded.len() + provider.undecodable);
        let judgement = if is_held {
            Judgement::pass(format!("SHA-256 {}", fingerprint(ours)))
        } else if has_same_key {
            Judgement::warn(
                expected,
                format!("another certificate for the same key: {held}"),
                fix.clone(),
                Owner::CloudAdmin,
            )
        } else if provider.decoded.is_empty() {
            Judgement::fail(
                expected,
                "the provider holds no certificate",
                fix,
                Owner::CloudAdmin,
            )
        } else {
            Judgement::fail(
                expected,
                format!("the provider holds {held}"),
                fix,
                Owner::CloudAdmin,
            )
        };
        let judgement = subjects::with_api(judgement, fact);
        Ok(match case.option("saml", "certificate") {
            Some(option) => judgement.of(option),
            None => judgement,
        })
    }
}

/// So many certificates a provider holds at most.
const MOST: usize = 5;

/// The order in which certificates change without anybody being turned away.
fn rotation(held: usize) -> String {
    let room = match held {
        0 => "",
        1..MOST => " beside what is there",
        _ => " in place of the oldest: it holds as many as it can",
    };
    let rest = if held == 0 {
        ""
    } else {
        " Remove the old one only when every component has read the object anew."
    };
    format!(
        "Add the option's certificate to `certificates` of the provider in PUT /api/v2/identityproviders/pureengage{room}; `hybridcheck idp --expected` prints it.{rest} \
         In a renewal the order is: new certificate into the provider, then saml/certificate, saml/pkey and saml/password together, then the old one out."
    )
}

/// A fingerprint of 64 digits; saved facts may hold anything in its place.
fn fingerprint(info: &CertificateInfo) -> Shown<'_> {
    Outside::of(info.sha256.as_str()).shown(64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, CertificateOutcome, Undecodable};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, certificate, certificate_info, client, pureengage_idp};

    fn holding(decoded: Vec<CertificateInfo>, undecodable: usize) -> Answer<Judgement> {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        (provider.decoded, provider.undecodable) = (decoded, undecodable);
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        bench
            .fact(FactKey::pureengage_idp(ObjectId(0)), fact)
            .judge_first(&CertificateKnown)
    }

    fn other(sha256: &str, key: &str) -> CertificateInfo {
        CertificateInfo {
            sha256: sha256.into(),
            spki_sha256: key.into(),
            ..certificate_info()
        }
    }

    #[test]
    fn one_that_fits_is_enough() {
        let judgement = holding(vec![other("aa", "bb"), certificate_info()], 1).expect("a verdict");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn a_strange_certificate_fails_and_is_shown() {
        let judgement = holding(vec![other("aa", "bb")], 0).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(judgement.found().contains("SHA-256 aa"));
        assert_eq!(
            holding(Vec::new(), 0).expect("a verdict").status(),
            Status::Fail
        );
    }

    #[test]
    fn the_order_of_a_renewal_is_advised_and_a_full_provider_is_told() {
        let strangers = |count| {
            (0..count)
                .map(|n| other(&format!("{n:02}"), "bb"))
                .collect()
        };
        let beside = holding(strangers(4), 0).expect("a verdict");
        assert!(
            beside.fix().contains("beside what is there"),
            "{}",
            beside.fix()
        );
        let full = holding(strangers(5), 0).expect("a verdict");
        assert!(
            full.fix().contains("in place of the oldest"),
            "{}",
            full.fix()
        );
    }

    #[test]
    fn the_same_key_in_another_certificate_warns() {
        let key = certificate_info().spki_sha256;
        assert_eq!(
            holding(vec![other("aa", &key)], 0)
                .expect("a verdict")
                .status(),
            Status::Warn
        );
    }

    #[test]
    fn what_cannot_be_decoded_is_a_gap() {
        assert!(matches!(
            holding(vec![other("aa", "bb")], 1),
            Err(Gap::NotAnswered { .. })
        ));
        let key = FactKey::certificate(ObjectId(0));
        let broken = certificate(CertificateOutcome::Undecodable(Undecodable::NotEncoded));
        assert_eq!(
            Bench::healthy()
                .fact(key.clone(), broken)
                .judge_first(&CertificateKnown),
            Err(Gap::blocked(key))
        );
    }
}
