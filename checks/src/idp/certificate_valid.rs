//! Whether what the provider holds is still valid.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, CertificateInfo, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;
use hybridcheck_core::time::Timestamp;

use crate::evidence::idp_refusals::{with_words, would_refuse};
use crate::evidence::{providers, subjects};

page! {
    /// The PureEngage identity provider holds a certificate that is valid.
    ///
    /// One valid certificate is enough; further ones that have expired are left over from a renewal.
    ///
    /// ## Why it matters
    ///
    /// Genesys Cloud refuses to save a provider with an expired certificate, so nothing about it can be changed without a new one. What
    /// it does with an assertion whose certificate has expired meanwhile is not documented; do not wait for it.
    ///
    /// ## How to fix
    ///
    /// Add the new certificate of `saml/certificate` to the provider (`hybridcheck idp --expected` prints it) and take the expired ones out.
    ///
    /// ## What we rely on
    ///
    /// Documented: the refusals `certificate.expired` and `certificate.not.yet.valid` (Platform API definition), and that one valid
    /// certificate of several is enough (Genesys Cloud help). Inferred: logins fail when none is valid.
    pub(crate) struct CertificateValid;
}

impl Judge for CertificateValid {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![
            FactKey::certificate(object.id),
            FactKey::pureengage_idp(object.id),
        ]
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let (fact, provider) = providers::pureengage(case)?;
        let unread = provider.undecodable;
        if provider.decoded.is_empty() && unread == 0 {
            return Ok(Judgement::not_applicable(
                "the provider holds no certificate; idp-certificate-known judges that",
            ));
        }
        let ours = case.certificate().ok().and_then(|fact| fact.certificate());
        let faults = |info: &CertificateInfo| IdpFault::of_dates(info, case.as_of);
        let (bad, good): (Vec<&CertificateInfo>, Vec<&CertificateInfo>) = provider
            .decoded
            .iter()
            .partition(|info| faults(info).is_some());
        if good.is_empty() && unread > 0 {
            // Whether it is valid is not known; that it cannot stay so is.
            return Ok(with_words(
                Judgement::warn(
                    "certificates that can be decoded, one of them valid",
                    format!(
                        "{unread} of the provider's certificates cannot be decoded, and may be valid{}",
                        would_refuse(IdpFault::CertificateUnparseable)
                    ),
                    "Look at the certificates of the provider under Admin > Integrations > Single Sign-on, and enter that of saml/certificate again (`hybridcheck idp --expected` prints it).",
                    Owner::CloudAdmin,
                ),
                Some(IdpFault::CertificateUnparseable),
            ));
        }
        let in_use = ours.and_then(|ours| bad.iter().find(|held| held.sha256 == ours.sha256));
        let judgement = match (bad.first(), good.first(), in_use) {
            (None, ..) => Judgement::pass(dated(&good, case.as_of)),
            (Some(first), None, _) | (Some(_), Some(_), Some(first)) => {
                let fault = faults(first).unwrap_or(IdpFault::CertificateExpired);
                let found = if good.is_empty() {
                    format!("none is: {}", dated(&bad, case.as_of))
                } else {
                    format!(
                        "the one of saml/certificate is not: {}",
                        dated(&[first], case.as_of)
                    )
                };
                let judgement = Judgement::fail(
                    format!("a certificate that is valid on {}", case.as_of.day()),
                    format!("{found}{}", would_refuse(fault)),
                    "Add a valid certificate to the provider (that of saml/certificate once it is renewed), then take the old one out.",
                    Owner::CloudAdmin,
                );
                with_words(judgement, Some(fault))
            }
            (Some(_), Some(_), None) => Judgement::note(
                format!(
                    "{}; one valid certificate is enough, but left over is {}",
                    dated(&good, case.as_of),
                    dated(&bad, case.as_of)
                ),
                "Take the certificates that are not valid out of the provider at the next change: the service refuses to save a provider with them.",
                Owner::CloudAdmin,
            ),
        };
        let judgement = if unread > 0 {
            judgement.evidence("certificates that cannot be decoded", unread)
        } else {
            judgement
        };
        Ok(subjects::with_api(judgement, fact).evidence("judged for", case.as_of))
    }
}

fn dated(all: &[&CertificateInfo], as_of: Timestamp) -> String {
    listed(all.iter().map(|info| {
        let when = match IdpFault::of_dates(info, as_of) {
            Some(IdpFault::CertificateNotYetValid) => {
                format!("not valid before {}", info.not_before.day())
            }
            Some(_) => format!("expired on {}", info.not_after.day()),
            None => format!("valid until {}", info.not_after.day()),
        };
        format!("{} {when}", info.subject.shown(80))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, certificate_info, client, now, pureengage_idp};

    const DAY: i64 = 86_400;

    fn dates(from: i64, to: i64, sha256: &str) -> CertificateInfo {
        CertificateInfo {
            not_before: Timestamp::from_unix(now().unix() + from * DAY),
            not_after: Timestamp::from_unix(now().unix() + to * DAY),
            sha256: sha256.into(),
            ..certificate_info()
        }
    }

    fn holding(decoded: Vec<CertificateInfo>, undecodable: usize) -> Answer<Judgement> {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        (provider.decoded, provider.undecodable) = (decoded, undecodable);
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        let key = FactKey::pureengage_idp(ObjectId(0));
        bench.fact(key, fact).judge_first(&CertificateValid)
    }

    #[test]
    fn one_valid_certificate_is_enough_and_the_rest_is_noted() {
        let judgement = holding(vec![dates(-900, -10, "aa"), certificate_info()], 0);
        let judgement = judgement.expect("a verdict");
        assert_eq!(judgement.status(), Status::Note);
        assert!(
            judgement
                .found()
                .contains("one valid certificate is enough")
        );
        let alone = holding(vec![certificate_info()], 0).expect("a verdict");
        assert_eq!(alone.status(), Status::Pass);
    }

    #[test]
    fn none_that_is_valid_fails_with_the_services_word() {
        for (from, to, code) in [
            (-900, -10, "`certificate.expired`"),
            (10, 900, "`certificate.not.yet.valid`"),
        ] {
            let judgement = holding(vec![dates(from, to, "aa")], 0).expect("a verdict");
            assert_eq!(judgement.status(), Status::Fail);
            assert!(judgement.found().ends_with(code), "{}", judgement.found());
        }
    }

    #[test]
    fn the_certificate_in_use_must_be_valid_itself() {
        let ours = certificate_info().sha256;
        let all = vec![dates(-900, -10, &ours), dates(-1, 900, "bb")];
        let judgement = holding(all, 0).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(judgement.found().starts_with("the one of saml/certificate"));
    }

    #[test]
    fn what_cannot_be_decoded_may_be_valid_and_nothing_at_all_is_judged_elsewhere() {
        let unread = holding(vec![dates(-900, -10, "aa")], 1).expect("a verdict");
        assert_eq!(unread.status(), Status::Warn);
        assert!(
            unread.found().contains("may be valid"),
            "{}",
            unread.found()
        );
        let beside = holding(vec![certificate_info()], 1).expect("a verdict");
        assert_eq!(beside.status(), Status::Pass);
        let none = holding(Vec::new(), 0).expect("a judgement");
        assert_eq!(none.status(), Status::NotApplicable);
    }
}
