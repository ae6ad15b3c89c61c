//! The certificate for SAML is out of its dates.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{logins, rows};
use crate::{idp, saml};

page! {
    /// The certificate in saml/certificate is out of its dates.
    ///
    /// ## What it means
    ///
    /// Assertions are signed with the key of this certificate. Genesys Cloud refuses an expired or not yet valid one when a provider is
    /// saved, and logins end with it.
    ///
    /// ## How to fix
    ///
    /// Make a new pair, add the new certificate to the PureEngage provider beside the old one, change `certificate`, `pkey` and
    /// `password` of the object together, and remove the old certificate from the provider.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `base64 -d certificate.txt | openssl x509 -noout -dates`
    ///
    /// ## What we rely on
    ///
    /// Documented: the service's own refusals `certificate.expired` and `certificate.not.yet.valid` (Platform API definition), and up
    /// to four more certificates in a provider.
    pub(crate) struct CertificateExpired;
}

impl Rule for CertificateExpired {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let checks: [&dyn Check; 2] = [&saml::CertificateExpiry, &saml::CertificateNotBefore];
        let shown = members::together(rows::failing_any(all, &checks));
        let key = FactKey::certificate(case.object.id);
        let fact = case.facts().certificate(&key).ok();
        let Some(certificate) = fact.and_then(|fact| fact.certificate()) else {
            return Vec::new();
        };
        shown.diagnosed(|(), shown| {
        let (sentence, fix) = if certificate.not_before > case.as_of {
            (
                format!(
                    "the certificate in saml/certificate is not valid before {}",
                    certificate.not_before
                ),
                "Wait until then, or make a new pair; look at the clock of the machine that made it. Then put certificate, pkey and password into the object together, and the certificate into the PureEngage identity provider.",
            )
        } else {
            (
                format!(
                    "the certificate in saml/certificate expired on {}",
                    certificate.not_after
                ),
                "Make a new key and certificate. Add the certificate to the PureEngage identity provider beside the old one, then set saml/certificate, saml/pkey and saml/password together, then remove the old certificate from the provider.",
            )
        };
            shown.diagnosis(Certainty::Certain, sentence, Owner::EngageAdmin, fix)
                .shown_by(rows::failing(all, &idp::CertificateValid))
                .shown_by(logins::refused_assertion(case, all))
                .breaks(logins::refused_login(case, all))
                .command("base64 -d certificate.txt | openssl x509 -noout -dates")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml;
    use crate::testing::bench::Bench;
    use hybridcheck_core::check::Subject;
    use hybridcheck_core::facts::{CertificateInfo, CertificateOutcome};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_core::time::Timestamp;
    use hybridcheck_testkit::facts::{certificate, certificate_info, now};

    fn valid(from: i64, to: i64) -> Bench {
        let at = |days: i64| Timestamp::from_unix(now().unix() + days * 86_400);
        let info = CertificateInfo {
            not_before: at(from),
            not_after: at(to),
            ..certificate_info()
        };
        let outcome = CertificateOutcome::Certificates {
            certificates: vec![info],
        };
        Bench::healthy().fact(FactKey::certificate(ObjectId(0)), certificate(outcome))
    }

    fn failing(bench: Bench) -> Bench {
        bench.failing(
            &saml::CertificateExpiry,
            Subject::option("saml", "certificate"),
        )
    }

    #[test]
    fn both_sides_of_the_dates_fire_in_their_own_words() {
        let expired = failing(valid(-400, -1)).diagnose(&CertificateExpired);
        assert_eq!(
            expired[0].sentence,
            "the certificate in saml/certificate expired on 2026-11-22T12:00:00Z"
        );
        let early = failing(valid(2, 400)).diagnose(&CertificateExpired);
        assert!(early[0].sentence.contains("not valid before 2026-11-25"));
    }

    #[test]
    fn a_certificate_that_does_not_fail_is_left_alone() {
        assert!(Bench::healthy().diagnose(&CertificateExpired).is_empty());
    }
}
