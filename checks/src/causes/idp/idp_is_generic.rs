//! A provider of another kind stands where the `PureEngage` one should.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members::Rows;
use crate::evidence::{logins, providers, rows};
use crate::idp;

page! {
    /// Another identity provider has the issuer that belongs to the PureEngage one.
    ///
    /// ## What it means
    ///
    /// Somebody made a generic or custom SAML provider with the issuer of `saml/issuer`, and the PureEngage provider is missing or has
    /// another issuer. Genesys Cloud finds a provider by its issuer, so logins end at the other one, which creates no users.
    ///
    /// ## How to fix
    ///
    /// Take down the other provider's certificate and settings, remove it or give it another issuer, and make the PureEngage provider with
    /// `PUT /api/v2/identityproviders/pureengage`; `hybridcheck idp --expected` prints the body.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/identityproviders` shows `issuerURI` of all providers.
    ///
    /// ## What we rely on
    ///
    /// Documented: no two issuers with the same URI, and only the PureEngage provider creates users (provisioning article, Platform API
    /// definition).
    pub(crate) struct IdpIsGeneric;
}

impl Rule for IdpIsGeneric {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let missing = rows::failing(all, &idp::Exists);
        let differing = rows::failing(all, &idp::IssuerMatches);
        let shown = Rows::all(missing).or_else(|| Rows::all(differing));
        let (Some(shown), Some(bearer)) = (shown, providers::bearer(case)) else {
            return Vec::new();
        };
        let row = shown.row();
        let name = providers::name(bearer);
        let issuer = case.object.issuer().unwrap_or_default();
        let issuer = issuer.shown(200);
        let is_missing = row.is_of(&idp::Exists);
        let (state, rest) = if is_missing {
            (
                "there is no PureEngage provider".to_owned(),
                "make the PureEngage provider with PUT /api/v2/identityproviders/pureengage (`hybridcheck idp --expected` prints the body)",
            )
        } else {
            (
                format!("the PureEngage provider has another: {}", row.expected()),
                "set issuerURI of the PureEngage provider to the text of saml/issuer",
            )
        };
        let mut diagnosis = shown.diagnosis(
            Certainty::Certain,
            format!("the identity provider `{name}` has the issuer of saml/issuer, `{issuer}`, and {state}"),
            Owner::CloudAdmin,
            format!("Find out whether anybody logs in through `{name}`. Remove it or give it another issuer, then {rest}."),
        )
        .shown_by(logins::refused_assertion(case, all))
        .command(providers::bearer_command(case));
        if is_missing {
            diagnosis = diagnosis.breaks([FactKey::pureengage_idp(case.object.id)]);
        }
        vec![diagnosis]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, IdentityProvider, IdentityProviders};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, other_idp, pureengage_idp};
    use hybridcheck_testkit::objects::ISSUER;

    fn bench(own: ApiOutcome<IdentityProvider>, others: Vec<IdentityProvider>) -> Bench {
        let object = ObjectId(0);
        let mut entities = others;
        if let ApiOutcome::Found(own) = &own {
            entities.push(own.clone());
        }
        let listing = ApiOutcome::Found(IdentityProviders {
            entities,
            incomplete: false,
        });
        Bench::healthy()
            .fact(FactKey::idps(object), api(&client("ewt"), "GET …", listing))
            .fact(
                FactKey::pureengage_idp(object),
                api(&client("ewt"), "GET …", own),
            )
    }

    fn elsewhere() -> ApiOutcome<IdentityProvider> {
        let mut own = pureengage_idp(&Bench::healthy().object);
        own.issuer_uri = Some("https://elsewhere.example/".into());
        ApiOutcome::Found(own)
    }

    #[test]
    fn it_fires_where_the_provider_is_missing_and_where_it_has_another_issuer() {
        let generic = || vec![other_idp("Generic", ISSUER)];
        for own in [ApiOutcome::NotFound, elsewhere()] {
            let bench = bench(own, generic());
            assert_eq!(bench.causes(), ["idp-is-generic"]);
            assert_eq!(bench.unexplained(), Vec::<String>::new());
            let found = bench.diagnose(&IdpIsGeneric);
            assert!(found[0].sentence.contains("`Generic`"), "{found:?}");
        }
    }

    #[test]
    fn beside_the_right_provider_it_is_another_cause() {
        let own = ApiOutcome::Found(pureengage_idp(&Bench::healthy().object));
        let bench = bench(own, vec![other_idp("Generic", ISSUER)]);
        assert_eq!(bench.causes(), ["issuer-not-unique"]);
    }

    #[test]
    fn one_that_is_switched_off_stands_for_nothing() {
        let off = || IdentityProvider {
            disabled: Some(true),
            ..other_idp("Generic", ISSUER)
        };
        assert_eq!(
            bench(ApiOutcome::NotFound, vec![off()]).causes(),
            ["idp-missing"]
        );
        assert_eq!(
            bench(elsewhere(), vec![off()]).causes(),
            ["issuer-mismatch"]
        );
    }
}
