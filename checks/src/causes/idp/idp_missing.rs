//! There is no `PureEngage` identity provider.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, logins, providers, rows};
use crate::idp;

page! {
    /// The organisation has no PureEngage identity provider.
    ///
    /// ## What it means
    ///
    /// It was never made, or it was removed. Nobody can log in through Engage then. (That another provider stands in its place is
    /// `idp-is-generic`.)
    ///
    /// ## How to fix
    ///
    /// Create it with `PUT /api/v2/identityproviders/pureengage`. `issuerURI` is the text of `saml/issuer`, `ssoTargetURI` must be https,
    /// `autoProvisionUsers` true, `disabled` false; `hybridcheck idp --expected` prints the whole body.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/identityproviders/pureengage` answers 404.
    ///
    /// ## What we rely on
    ///
    /// Documented: the provisioning article, and 404 among the answers of this call (Platform API definition).
    pub(crate) struct IdpMissing;
}

impl Rule for IdpMissing {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        // Where another provider stands in its place, that is what has to be cleared first.
        if providers::bearer(case).is_some() {
            return Vec::new();
        }
        let shown = members::together(rows::failing(all, &idp::Exists));
        shown.diagnosed(|(), shown| {
        let issuer = case
            .object
            .issuer()
            .map(|issuer| issuer.shown(200).to_string());
        let twin = providers::sleeper(case).map_or_else(String::new, |twin| {
            format!(
                " The provider `{}`, which is switched off, has the issuer already: remove it, or give it another one, first.",
                providers::name(twin)
            )
        });
        let api = commands::api_base(case);
            shown.diagnosis(
                Certainty::Certain,
                "the organisation has no PureEngage identity provider",
                Owner::CloudAdmin,
                format!(
                    "Create it: PUT {api}/api/v2/identityproviders/pureengage with name \"PureEngage\", the certificate of saml/certificate, issuerURI \"{}\", an https ssoTargetURI, autoProvisionUsers true and disabled false (`hybridcheck idp --expected` prints it).{twin}",
                    issuer.unwrap_or_else(|| "as in saml/issuer".into())
                ),
            )
            .shown_by(logins::refused_assertion(case, all))
            .breaks(logins::refused_login(case, all))
            .breaks([FactKey::pureengage_idp(case.object.id)])
            .command(commands::api(case, "/api/v2/identityproviders/pureengage"))
        })
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

    fn answered(outcome: ApiOutcome<IdentityProvider>) -> Bench {
        Bench::healthy().fact(
            FactKey::pureengage_idp(ObjectId(0)),
            api(&client("ewt"), "GET …", outcome),
        )
    }

    #[test]
    fn a_missing_provider_fires_and_names_the_twin_that_is_switched_off() {
        let off = IdentityProvider {
            disabled: Some(true),
            ..other_idp("Generic", ISSUER)
        };
        let listing = IdentityProviders {
            entities: vec![off],
            incomplete: false,
        };
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(listing));
        let bench = answered(ApiOutcome::NotFound).fact(FactKey::idps(ObjectId(0)), fact);
        assert!(
            bench.diagnose(&IdpMissing)[0]
                .fix
                .contains("The provider `Generic`, which is switched off, has the issuer already")
        );
        assert_eq!(bench.causes(), ["idp-missing"]);
    }

    #[test]
    fn a_disabled_provider_is_another_cause() {
        let mut provider = pureengage_idp(&Bench::healthy().object);
        provider.disabled = Some(true);
        assert_eq!(
            answered(ApiOutcome::Found(provider)).causes(),
            ["idp-disabled"]
        );
    }
}
