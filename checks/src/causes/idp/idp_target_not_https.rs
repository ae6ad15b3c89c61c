//! The provider's target is of a form that is no longer taken.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::{commands, rows};
use crate::idp;

page! {
    /// The target of the identity provider is no https URL.
    ///
    /// ## What it means
    ///
    /// The sample of the old provisioning article has an http URL as `ssoTargetURI`, and this provider too. Logins may go on; the next
    /// change of the provider, such as a new certificate, is refused with `invalid.target.url` until the target is https.
    ///
    /// ## How to fix
    ///
    /// Set `ssoTargetURI` to an https URL together with the next change, and not on the day on which a certificate expires.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/identityproviders/pureengage` shows `ssoTargetURI`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the refusal, for this call (Platform API definition). Inferred: that it meets a provider that was saved long ago.
    pub(crate) struct IdpTargetNotHttps;
}

impl Rule for IdpTargetNotHttps {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = members::together(rows::flagged(all, &idp::TargetHttps));
        shown.diagnosed(|(), shown| {
            let row = shown.row();
            shown.diagnosis(
                Certainty::Likely,
                format!(
                    "the target of the PureEngage identity provider is {}. Logins may go on, but no change of the provider will be saved",
                    row.found()
                ),
                Owner::CloudAdmin,
                row.fix().to_owned(),
            )
            .command(commands::api(
                case,
                "/api/v2/identityproviders/pureengage",
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, FactKey};
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, pureengage_idp};

    fn to(target: &str) -> Bench {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        provider.sso_target_uri = Some(target.into());
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        let key = FactKey::pureengage_idp(ObjectId(0));
        bench.fact(key, fact)
    }

    #[test]
    fn http_fires() {
        let bench = to("http://example.com/target");
        assert_eq!(bench.causes(), ["idp-target-not-https"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn https_and_nothing_do_not() {
        for target in ["https://example.com/target", ""] {
            assert!(to(target).diagnose(&IdpTargetNotHttps).is_empty());
        }
    }
}
