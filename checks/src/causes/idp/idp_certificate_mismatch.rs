//! Provider and object hold different certificates.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{logins, rows};
use crate::idp;

page! {
    /// The identity provider does not know the object's certificate.
    ///
    /// ## What it means
    ///
    /// Assertions are signed with the key of `saml/certificate`, but the PureEngage provider holds other certificates only: after a
    /// renewal one side was forgotten. Every signature is refused.
    ///
    /// ## How to fix
    ///
    /// Add the object's certificate to the provider. It may hold several, so the old one can stay until everything has changed over.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `base64 -d certificate.txt | openssl x509 -noout -fingerprint -sha256`, and the same for the provider's certificate.
    ///
    /// ## What we rely on
    ///
    /// Documented: signatures are verified with the provider's certificates, and up to four more may stand beside the first.
    pub(crate) struct IdpCertificateMismatch;
}

impl Rule for IdpCertificateMismatch {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::failing(all, &idp::CertificateKnown));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            shown.diagnosis(
                Certainty::Certain,
                format!("the PureEngage identity provider does not hold the certificate of saml/certificate: {}", row.found()),
                Owner::CloudAdmin,
                row.fix().to_owned(),
            )
            .shown_by(rows::failing(all, &idp::CertificateValid))
            .shown_by(logins::refused_assertion(case, all))
            .breaks(logins::refused_login(case, all))
            .command("base64 -d certificate.txt | openssl x509 -noout -fingerprint -sha256")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, CertificateInfo, FactKey};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, certificate_info, client, pureengage_idp};

    fn holding(held: CertificateInfo) -> Bench {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        provider.decoded = vec![held];
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        bench.fact(FactKey::pureengage_idp(ObjectId(0)), fact)
    }

    #[test]
    fn another_certificate_fires() {
        let held = CertificateInfo {
            sha256: "aa".into(),
            spki_sha256: "bb".into(),
            ..certificate_info()
        };
        assert_eq!(holding(held).causes(), ["idp-certificate-mismatch"]);
    }

    #[test]
    fn another_certificate_for_the_same_key_only_warns() {
        let held = CertificateInfo {
            sha256: "aa".into(),
            ..certificate_info()
        };
        assert!(holding(held).diagnose(&IdpCertificateMismatch).is_empty());
    }
}
