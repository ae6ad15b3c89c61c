//! Two providers have one issuer.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{logins, providers, rows};
use crate::idp;

page! {
    /// Two identity providers have the same issuer.
    ///
    /// ## What it means
    ///
    /// Genesys Cloud finds the provider of an assertion by its issuer, and another provider of the organisation has the one of the
    /// PureEngage provider: often a generic provider from an earlier attempt.
    ///
    /// ## How to fix
    ///
    /// Remove the provider that is not used, or give it an issuer of its own.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/identityproviders` shows `issuerURI` of all providers.
    ///
    /// ## What we rely on
    ///
    /// Documented: no two issuers with the same URI (provisioning article).
    pub(crate) struct IssuerNotUnique;
}

impl Rule for IssuerNotUnique {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::failing(all, &idp::IssuerUnique));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            shown
                .diagnosis(
                    Certainty::Certain,
                    format!(
                        "the issuer of the PureEngage identity provider is not unique: {}",
                        row.found()
                    ),
                    Owner::CloudAdmin,
                    row.fix().to_owned(),
                )
                .shown_by(logins::refused_assertion(case, all))
                .breaks(logins::refused_login(case, all))
                .command(providers::bearer_command(case))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, FactKey, IdentityProviders};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, other_idp, pureengage_idp};
    use hybridcheck_testkit::objects::ISSUER;

    fn beside(issuer: &str) -> Bench {
        let bench = Bench::healthy();
        let entities = vec![pureengage_idp(&bench.object), other_idp("Generic", issuer)];
        let listing = ApiOutcome::Found(IdentityProviders {
            entities,
            incomplete: false,
        });
        bench.fact(
            FactKey::idps(ObjectId(0)),
            api(&client("ewt"), "GET …", listing),
        )
    }

    #[test]
    fn the_same_issuer_elsewhere_fires() {
        let bench = beside(ISSUER);
        assert!(
            bench.diagnose(&IssuerNotUnique)[0]
                .sentence
                .ends_with("`Generic` has the same issuer")
        );
        assert_eq!(bench.causes(), ["issuer-not-unique"]);
    }

    #[test]
    fn nearly_the_same_does_not() {
        assert!(
            beside("http://idp.acme.example/pureengage")
                .diagnose(&IssuerNotUnique)
                .is_empty()
        );
    }
}
