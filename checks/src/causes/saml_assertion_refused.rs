//! The assertion is refused, and nothing that can be seen explains it.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{ApiOutcome, FactKey};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;

use crate::{logins, rows};

page! {
    /// Genesys Cloud refuses the assertion, and the reason lies where this run cannot see it.
    ///
    /// ## What it means
    ///
    /// The client was accepted, the assertion was not, and everything that hybridcheck could compare fits. What is left is listed in the
    /// diagnosis: what could not be read, a user that does not exist, an attribute or a restriction of the organisation.
    ///
    /// ## How to fix
    ///
    /// Look into the Identity Provider Event Log of the organisation first: it names the reason. Then look whether the user exists with
    /// exactly this address.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `hybridcheck saml --show OBJECT --saml-user EMAIL` prints what was sent; Genesys support finds the refusal by its correlation id.
    ///
    /// ## What we rely on
    ///
    /// Documented: the Identity Provider Event Log; clocks may differ by ten seconds at most. Not documented: the service's words for a
    /// refused assertion, so they are shown as they came.
    pub(crate) struct SamlAssertionRefused;
}

/// Checks whose failure explains a refused assertion; their causes name it.
const EXPLAINING: [&str; 15] = [
    "idp-auto-provision",
    "idp-certificate-known",
    "idp-enabled",
    "idp-exists",
    "idp-issuer-matches",
    "idp-issuer-unique",
    "network-clock",
    "org-active",
    "org-id-matches",
    "org-short-name-matches",
    "saml-certificate-expiry",
    "saml-certificate-not-before",
    "saml-client",
    "saml-pkey-matches-certificate",
    "general-organization-sname-form",
];

impl Rule for SamlAssertionRefused {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let Some(refused) = logins::refused(case, all).filter(|refused| !refused.is_of_client())
        else {
            return Vec::new();
        };
        if EXPLAINING.iter().any(|check| rows::fails(all, check)) {
            return Vec::new();
        }
        let key = FactKey::PureengageIdp {
            object: case.object.id,
        };
        let provider = case.facts().pureengage_idp(&key).ok();
        let is_read = provider.is_some_and(|fact| matches!(fact.outcome, ApiOutcome::Found(_)));
        let unread = if is_read {
            ""
        } else {
            "the identity provider could not be read, so issuer and certificate are not compared; "
        };
        let mut diagnosis = Diagnosis::new(
            Certainty::Possible,
            format!(
                "Genesys Cloud refuses the assertion ({}); {unread}the user may not exist, or the organisation may restrict this login",
                refused.error
            ),
            Owner::CloudAdmin,
            "Look into the Identity Provider Event Log of the organisation for this moment; look whether the user exists with exactly this address; let hybridcheck read the identity provider (--client-id, permission sso:provider:view).",
        )
        .shown_by([refused.row])
        .breaks([FactKey::SamlLogin {
            object: case.object.id,
        }]);
        if let Some(answer) = refused.last.http.outcome.answer()
            && let Some(id) = answer.correlation_id()
        {
            diagnosis = diagnosis.evidence("correlation id", id);
        }
        vec![diagnosis]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::check::Subject;
    use hybridcheck_testkit::facts::{oauth_error, saml_login, saml_login_key};

    fn refused(error: &str) -> Bench {
        let bench = Bench::healthy();
        let fact = saml_login(&bench.object, oauth_error(400, error, "some words"));
        let key = saml_login_key();
        bench.fact(key.clone(), fact).blocked_behind(&key)
    }

    #[test]
    fn an_unexplained_refusal_is_possible_and_raw() {
        let bench = refused("invalid_grant");
        let found = bench.diagnose(&SamlAssertionRefused);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(
            found[0].sentence.contains("some words"),
            "{}",
            found[0].sentence
        );
        assert_eq!(bench.causes(), ["saml-assertion-refused"]);
    }

    #[test]
    fn what_explains_it_speaks_for_itself() {
        let bench = refused("invalid_grant").failing("idp-enabled", Subject::Object);
        assert!(bench.diagnose(&SamlAssertionRefused).is_empty());
    }

    #[test]
    fn a_refused_client_is_another_cause() {
        assert!(
            refused("invalid_client")
                .diagnose(&SamlAssertionRefused)
                .is_empty()
        );
    }
}
