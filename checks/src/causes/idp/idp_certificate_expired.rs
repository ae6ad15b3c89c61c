//! What the provider holds for the object's key is no longer valid.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, logins, rows};
use crate::{idp, saml};

page! {
    /// The identity provider holds no certificate that is valid.
    ///
    /// ## What it means
    ///
    /// The certificate of the object was renewed for the same key, and the provider still holds the one that has expired (or one that is
    /// not valid yet). When the provider holds none for this key, or the object's own certificate has expired, other causes say so.
    ///
    /// ## How to fix
    ///
    /// Put the certificate of `saml/certificate` into the provider (`hybridcheck idp --expected` prints it) and take the expired one out.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/identityproviders/pureengage` shows `certificate`; between BEGIN
    /// and END lines `openssl x509 -noout -dates` reads it.
    ///
    /// ## What we rely on
    ///
    /// Documented: the service refuses to save such a provider (`certificate.expired`, `certificate.not.yet.valid`). Inferred: it refuses
    /// logins too.
    pub(crate) struct IdpCertificateExpired;
}

impl Rule for IdpCertificateExpired {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        // A certificate of the object that is out of its dates, and one that the provider does not hold, are told by their own causes.
        let telling: [&dyn Check; 3] = [
            &saml::CertificateExpiry,
            &saml::CertificateNotBefore,
            &idp::CertificateKnown,
        ];
        if rows::fails_any(all, &telling) {
            return Vec::new();
        }
        let shown = members::together(rows::failing(all, &idp::CertificateValid));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            shown.diagnosis(
                Certainty::Likely,
                format!(
                    "the PureEngage identity provider should hold {}, but {}",
                    row.expected(), row.found()
                ),
                Owner::CloudAdmin,
                "Add the certificate of saml/certificate to the provider in PUT /api/v2/identityproviders/pureengage (`hybridcheck idp --expected` prints it), and take the old one out. If logins work all the same, do it before the next change of the provider.",
            )
            .shown_by(rows::flagged(all, &idp::CertificateKnown))
            .shown_by(logins::refused_assertion(case, all))
            .command(commands::api(
                case,
                "/api/v2/identityproviders/pureengage",
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, CertificateInfo, CertificateOutcome, FactKey};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_core::time::Timestamp;
    use hybridcheck_testkit::facts::{
        api, certificate, certificate_info, client, now, pureengage_idp,
    };

    fn expired(sha256: &str) -> CertificateInfo {
        CertificateInfo {
            not_after: Timestamp::from_unix(now().unix() - 86_400),
            sha256: sha256.into(),
            ..certificate_info()
        }
    }

    fn holding(held: Vec<CertificateInfo>) -> Bench {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        provider.decoded = held;
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        let key = FactKey::pureengage_idp(ObjectId(0));
        bench.fact(key, fact)
    }

    #[test]
    fn a_renewal_for_the_same_key_that_the_provider_missed_fires_alone() {
        let bench = holding(vec![expired("aa")]);
        assert_eq!(bench.causes(), ["idp-certificate-expired"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn one_valid_certificate_is_enough() {
        let bench = holding(vec![expired("aa"), certificate_info()]);
        assert_eq!(bench.causes(), Vec::<String>::new());
    }

    #[test]
    fn expired_on_both_sides_is_the_objects_cause_alone() {
        let own = certificate_info().sha256;
        let certificates = vec![expired(&own)];
        let key = FactKey::certificate(ObjectId(0));
        let fact = certificate(CertificateOutcome::Certificates { certificates });
        let bench = holding(vec![expired(&own)]).fact(key, fact);
        assert_eq!(bench.causes(), ["certificate-expired"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn an_expired_one_of_another_key_is_the_mismatch() {
        let mut held = expired("aa");
        held.spki_sha256 = "bb".into();
        let bench = holding(vec![held]);
        assert_eq!(bench.causes(), ["idp-certificate-mismatch"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }
}
