//! Whether the organisation has a `PureEngage` identity provider.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, ApiOutcome, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;

use crate::evidence::{organization, subjects};

page! {
    /// The organisation has a PureEngage identity provider.
    ///
    /// ## Why it matters
    ///
    /// Agents log in with a SAML assertion that this provider accepts. A generic SAML provider is no substitute: only the PureEngage
    /// one creates users at their first login.
    ///
    /// ## How to fix
    ///
    /// Create it with `PUT /api/v2/identityproviders/pureengage`: name, certificate, issuerURI equal to `saml/issuer`, an https
    /// ssoTargetURI, autoProvisionUsers true, disabled false.
    ///
    /// ## What we rely on
    ///
    /// Documented: the provisioning article, and 404 among the answers of this call (Platform API definition).
    pub(crate) struct Exists;
}

/// The name that the provisioning article gives.
const NAME: &str = "PureEngage";

impl Judge for Exists {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::pureengage_idp(object.id)]
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.pureengage_idp()?;
        organization::is_about_us(case, &fact.reader)?;
        let judgement = if matches!(fact.outcome, ApiOutcome::NotFound) {
            Judgement::fail(
                "an identity provider of type PureEngage",
                "none: the API answers 404",
                "Create it with PUT /api/v2/identityproviders/pureengage (name, certificate, issuerURI, ssoTargetURI, autoProvisionUsers true, disabled false).",
                Owner::CloudAdmin,
            )
        } else {
            let provider = subjects::found(fact)?;
            let name =
                (provider.name.as_ref()).map_or(Outside::of("without a name"), Outside::view);
            if name == NAME {
                Judgement::pass(NAME)
            } else {
                Judgement::note(
                    format!(
                        "it is there, under the name `{}`; the provisioning article names it `{NAME}`",
                        name.shown(80)
                    ),
                    "Nothing, if logins work: that another name does harm is not known.",
                    Owner::CloudAdmin,
                )
            }
        };
        Ok(subjects::with_api(judgement, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Gap, IdentityProvider};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, pureengage_idp};

    fn answered(outcome: ApiOutcome<IdentityProvider>) -> Bench {
        let fact = api(
            &client("ewt"),
            "GET /api/v2/identityproviders/pureengage",
            outcome,
        );
        Bench::healthy().fact(FactKey::pureengage_idp(ObjectId(0)), fact)
    }

    #[test]
    fn a_provider_passes_with_its_name() {
        assert_eq!(
            Bench::healthy()
                .judge_first(&Exists)
                .expect("a verdict")
                .found(),
            "PureEngage"
        );
    }

    #[test]
    fn another_name_is_only_a_note() {
        let mut provider = pureengage_idp(&Bench::healthy().object);
        provider.name = Some("Engage production".into());
        let bench = answered(ApiOutcome::Found(provider));
        assert_eq!(bench.status(&Exists), Status::Note);
    }

    #[test]
    fn a_missing_provider_fails_here_and_nowhere_else() {
        let bench = answered(ApiOutcome::NotFound);
        assert_eq!(bench.failures(), ["idp-exists"]);
    }

    #[test]
    fn a_missing_permission_or_a_broken_answer_is_a_gap() {
        let denied = Gap::Denied {
            permissions: vec!["sso:provider:view".into()],
            call: "GET …".into(),
        };
        let key = FactKey::pureengage_idp(ObjectId(0));
        assert_eq!(
            Bench::healthy()
                .gap(key, denied.clone())
                .judge_first(&Exists),
            Err(denied)
        );
        let malformed = ApiOutcome::Malformed {
            status: 200,
            problem: "no JSON".into(),
        };
        assert!(matches!(
            answered(malformed).judge_first(&Exists),
            Err(Gap::NotAnswered { .. })
        ));
    }
}
