//! There is no `PureEngage` identity provider.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{ApiOutcome, FactKey};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;
use hybridcheck_core::text::visible;

use crate::{logins, rows};

page! {
    /// The organisation has no PureEngage identity provider.
    ///
    /// ## What it means
    ///
    /// It was never made, or a generic provider was made in its place. Nobody can log in through Engage then.
    ///
    /// ## How to fix
    ///
    /// Create it with `PUT /api/v2/identityproviders/pureengage`. `issuerURI` is the text of `saml/issuer`, `ssoTargetURI` must be https,
    /// `autoProvisionUsers` true, `disabled` false. Remove a generic provider with the same issuer first.
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
        let shown = rows::failing(all, "idp-exists");
        if shown.is_empty() {
            return Vec::new();
        }
        let issuer = case
            .object
            .plain("saml", "issuer")
            .map(|issuer| visible(issuer, 200));
        let twin = twin(case).map_or_else(String::new, |name| {
            format!(" The provider `{name}` has the issuer already: remove it, or give it another one, first.")
        });
        let api = case
            .object
            .api_endpoint()
            .map(|endpoint| endpoint.to_string())
            .unwrap_or_default();
        vec![
            Diagnosis::new(
                Certainty::Certain,
                "the organisation has no PureEngage identity provider",
                Owner::CloudAdmin,
                format!(
                    "Create it: PUT https://{api}/api/v2/identityproviders/pureengage with name \"PureEngage\", the certificate of saml/certificate, issuerURI \"{}\", an https ssoTargetURI, autoProvisionUsers true and disabled false.{twin}",
                    issuer.unwrap_or_else(|| "as in saml/issuer".into())
                ),
            )
            .shown_by(shown)
            .shown_by(logins::refused_assertion(case, all))
            .breaks([FactKey::PureengageIdp { object: case.object.id }])
            .command(format!("curl -si -H \"Authorization: Bearer $TOKEN\" https://{api}/api/v2/identityproviders/pureengage")),
        ]
    }
}

/// Another provider that has the object's issuer already.
fn twin(case: &Case<'_>) -> Option<String> {
    let ours = case.object.plain("saml", "issuer")?;
    let fact = case
        .facts()
        .idps(&FactKey::Idps {
            object: case.object.id,
        })
        .ok()?;
    let ApiOutcome::Found(listing) = &fact.outcome else {
        return None;
    };
    let twin = listing
        .entities
        .iter()
        .find(|provider| provider.issuer_uri.as_deref() == Some(ours))?;
    twin.name
        .as_deref()
        .or(twin.id.as_deref())
        .map(|name| visible(name, 80))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::{IdentityProvider, IdentityProviders};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, other_idp, pureengage_idp};
    use hybridcheck_testkit::objects::ISSUER;

    fn answered(outcome: ApiOutcome<IdentityProvider>) -> Bench {
        Bench::healthy().fact(
            FactKey::PureengageIdp {
                object: ObjectId(0),
            },
            api(&client("ewt"), "GET …", outcome),
        )
    }

    #[test]
    fn a_missing_provider_fires_and_names_the_generic_twin() {
        let listing = IdentityProviders {
            entities: vec![other_idp("Generic", ISSUER)],
            incomplete: false,
        };
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(listing));
        let bench = answered(ApiOutcome::NotFound).fact(
            FactKey::Idps {
                object: ObjectId(0),
            },
            fact,
        );
        assert!(
            bench.diagnose(&IdpMissing)[0]
                .fix
                .contains("The provider `Generic` has the issuer already")
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
