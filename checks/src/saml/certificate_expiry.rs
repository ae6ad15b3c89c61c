//! Whether the certificate is still valid.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::idp_refusals::with_words;

page! {
    /// The certificate has not expired and does not expire soon.
    ///
    /// ## Why it matters
    ///
    /// Genesys Cloud refuses an expired certificate when the identity provider is saved. Once the day has come, every login of every agent is at
    /// risk at the same moment. A renewal touches two sides, the object and the identity provider, so it wants some days.
    ///
    /// ## How to fix
    ///
    /// 1. Make a new pair: `openssl req -new -x509 -newkey rsa:2048 -days 3652 -nodes -keyout key.pem -out cert.pem`
    /// 2. Add the new certificate to the PureEngage identity provider in Genesys Cloud beside the old one, so that both are accepted for a while.
    /// 3. `openssl rsa -aes256 -in key.pem -out key.enc.pem`, then `openssl base64 -in key.enc.pem` and `openssl base64 -in cert.pem`.
    /// 4. In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, and set `pkey`, `password` and `certificate`.
    /// 5. Restart the components or let them read the object again, then remove the old certificate from the identity provider.
    ///
    /// ## What we rely on
    ///
    /// Documented: the identity provider refuses the certificate with `certificate.expired`, and single sign-on providers hold several certificates side by side. The day judged for is the
    /// moment of the run, or the one given with `--as-of`; the number of days for the warning is a setting.
    pub(crate) struct CertificateExpiry;
}

impl Judge for CertificateExpiry {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "certificate")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::certificate(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "certificate")?;
        let certificate = case.decoded_certificate()?;
        let end = certificate.not_after;
        let fault = IdpFault::of_dates(certificate, case.as_of)
            .filter(|fault| *fault == IdpFault::CertificateExpired);
        let days = case.as_of.days_until(end);
        let warn_days = case.policy.certificate_warn_days;
        let expected = format!("a certificate that is valid for more than {warn_days} days");
        let fix = "make a new certificate and key, add the certificate to the identity provider, then change saml/certificate, saml/pkey and saml/password together";
        let judgement = if case.as_of > end {
            let found = format!(
                "expired on {}, {}",
                end.day(),
                ago(case.as_of.unix() - end.unix())
            );
            Judgement::fail(expected, found, fix, Owner::EngageAdmin)
        } else if days <= warn_days {
            let found = format!("expires on {}, in {}", end.day(), counted(days, "day"));
            Judgement::warn(expected, found, fix, Owner::EngageAdmin)
        } else {
            Judgement::pass(format!(
                "valid until {}, {days} days from the day judged for",
                end.day()
            ))
        };
        Ok(with_words(judgement, fault)
            .evidence("last moment", end)
            .evidence("judged for", case.as_of)
            .of(option))
    }
}

fn ago(seconds: i64) -> String {
    match seconds / 86_400 {
        0 => "less than a day before the moment judged for".into(),
        days => format!("{} before the moment judged for", counted(days, "day")),
    }
}

fn counted(number: i64, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::{CertificateOutcome, Gap, Undecodable};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::time::Timestamp;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::healthy;

    use super::*;

    const DAY: i64 = 86_400;

    fn judge(seconds_left: i64) -> Judgement {
        let mut info = material::info();
        info.not_after = Timestamp::from_unix(material::AS_OF + seconds_left);
        let facts = material::facts(
            material::certificates(vec![info]),
            material::key_fact(material::decrypted()),
        );
        material::judge(&CertificateExpiry, "certificate", &healthy(), &facts).expect("a judgement")
    }

    #[test]
    fn years_pass() {
        let judgement = judge(3000 * DAY);
        assert_eq!(judgement.status(), Status::Pass);
        assert!(
            judgement.found().contains("3000 days"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn the_last_thirty_days_warn() {
        assert_eq!(judge(31 * DAY).status(), Status::Pass);
        assert_eq!(judge(31 * DAY - 1).status(), Status::Warn);
        assert_eq!(judge(0).status(), Status::Warn, "the last moment itself");
        assert_eq!(judge(DAY).found(), "expires on 2026-11-24, in 1 day");
    }

    #[test]
    fn a_second_too_late_fails() {
        let judgement = judge(-1);
        assert_eq!(judgement.status(), Status::Fail);
        assert!(judgement.found().contains("less than a day"));
        let said = |piece: &hybridcheck_core::finding::Evidence| {
            piece.value == "certificate.expired: The certificate has expired."
        };
        assert!(judgement.evidence.iter().any(said));
        assert!(!judge(DAY).evidence.iter().any(said));
        assert!(judge(-2 * DAY).found().contains("2 days before"));
    }

    #[test]
    fn no_certificate_is_a_gap() {
        let outcome = CertificateOutcome::Undecodable(Undecodable::NotEncoded);
        let facts = material::facts(
            material::certificate_fact(outcome),
            material::key_fact(material::decrypted()),
        );
        let answer = material::judge(&CertificateExpiry, "certificate", &healthy(), &facts);
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
    }
}
