//! Whether the provider's target would still be accepted.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::idp_refusals::{with_words, would_refuse};
use crate::evidence::{providers, subjects};

page! {
    /// The target of the PureEngage identity provider is an https URL.
    ///
    /// ## Why it matters
    ///
    /// The service accepts only an https URL as `ssoTargetURI` today. A provider that was saved with another one goes on working as far as is
    /// known, but the next change of it, such as a new certificate, is refused.
    ///
    /// ## How to fix
    ///
    /// Set `ssoTargetURI` to an https URL in `PUT /api/v2/identityproviders/pureengage`. Workspace Desktop makes its assertions itself and opens
    /// no such page, as far as is known.
    ///
    /// ## What we rely on
    ///
    /// Documented: the refusal `invalid.target.url` for this call (Platform API definition). The sample of the old provisioning article has
    /// http. Inferred: an old provider with http exists and works, hence only a warning.
    pub(crate) struct TargetHttps;
}

impl Judge for TargetHttps {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::pureengage_idp(object.id)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let (fact, provider) = providers::pureengage(case)?;
        let target = provider.sso_target_uri.clone().unwrap_or_default();
        let shown = target.shown(200);
        let judgement = match IdpFault::of_target(target.raw()) {
            None => Judgement::pass(shown),
            Some(_) if target.view().trim().is_empty() => Judgement::note(
                "the provider states no ssoTargetURI; the sample of the provisioning article has one",
                "Nothing, if logins work; with the next change of the provider give an https URL.",
                Owner::CloudAdmin,
            ),
            Some(fault) => {
                let judgement = Judgement::warn(
                    "an https URL",
                    format!("`{shown}`{}", would_refuse(fault)),
                    "Set ssoTargetURI to an https URL in PUT /api/v2/identityproviders/pureengage; until then no other change of the provider can be saved.",
                    Owner::CloudAdmin,
                );
                with_words(judgement, Some(fault))
            }
        };
        Ok(subjects::with_api(judgement, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, pureengage_idp};

    fn to(target: Option<&str>) -> Judgement {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        provider.sso_target_uri = target.map(Into::into);
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        let key = FactKey::pureengage_idp(ObjectId(0));
        let bench = bench.fact(key, fact);
        bench.judge_first(&TargetHttps).expect("a verdict")
    }

    #[test]
    fn https_passes() {
        assert_eq!(
            to(Some("https://example.com/target")).status(),
            Status::Pass
        );
    }

    #[test]
    fn http_warns_with_the_services_word() {
        let judgement = to(Some("http://example.com/target"));
        assert_eq!(judgement.status(), Status::Warn);
        assert!(judgement.found().ends_with("with `invalid.target.url`"));
    }

    #[test]
    fn none_is_only_noted() {
        assert_eq!(to(None).status(), Status::Note);
        assert_eq!(to(Some("")).status(), Status::Note);
    }
}
