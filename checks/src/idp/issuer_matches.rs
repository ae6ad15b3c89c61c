//! Whether option `saml/issuer` and the provider's issuer are the same text.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::names::Issuer;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::bare;

use crate::evidence::idp_refusals::{with_words, would_refuse};
use crate::evidence::{providers, subjects};
use hybridcheck_core::issuer::difference;

page! {
    /// The option saml/issuer equals the issuer of the PureEngage identity provider, character by character.
    ///
    /// ## Why it matters
    ///
    /// Every assertion carries the option's text. When the provider's `issuerURI` differs by a single character, such as http for
    /// https or a slash at the end, every login is refused.
    ///
    /// ## How to fix
    ///
    /// Make both the same. Changing the option reaches only what this object configures; changing `issuerURI`
    /// (`PUT /api/v2/identityproviders/pureengage`) reaches every system that logs in through it.
    ///
    /// ## What we rely on
    ///
    /// Documented: the two must match exactly (provisioning article). The article's own examples differ by http and https.
    pub(crate) struct IssuerMatches;
}

impl Judge for IssuerMatches {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "issuer")]
    }

    fn needs(&self, _: &OptionName, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::pureengage_idp(object.id)]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let (fact, provider) = providers::pureengage(case)?;
        let Some(theirs) = provider.issuer_uri.as_ref() else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state an issuerURI", fact.call),
            });
        };
        let (option, _) = subjects::plain(case, "saml", "issuer")?;
        // The raw text, blanks included: components send it as it is.
        let ours = Issuer::from(option.value.plain().unwrap_or_default());
        let bare = bare(ours.view().raw());
        if ours != *theirs && theirs.view() == bare {
            // What is around the value is judged by `saml-options-clean`.
            return Err(Gap::blocked(FactKey::option(
                case.object.id,
                "saml",
                "issuer",
            )));
        }
        let judgement = if ours == *theirs {
            Judgement::pass(format!("both `{}`", ours.shown(200)))
        } else if theirs.view().trim().is_empty() {
            let fault = IdpFault::IssuerMissing;
            let judgement = Judgement::fail(
                format!("`{}`, the text of saml/issuer", ours.shown(200)),
                format!("empty{}", would_refuse(fault)),
                format!(
                    "Set issuerURI to `{}` in PUT /api/v2/identityproviders/pureengage.",
                    ours.shown(200)
                ),
                Owner::CloudAdmin,
            );
            with_words(judgement, Some(fault))
        } else if theirs.view().trim() == ours.view() {
            Judgement::fail(
                format!("`{}`, the text of saml/issuer", ours.shown(200)),
                format!("`{}`, with blanks around it", theirs.shown(200)),
                format!(
                    "Set issuerURI to `{}` in PUT /api/v2/identityproviders/pureengage, without the blanks.",
                    ours.shown(200)
                ),
                Owner::CloudAdmin,
            )
        } else {
            Judgement::fail(
                format!("`{}`, the provider's issuerURI", theirs.shown(200)),
                format!("`{}`{}", ours.shown(200), difference(&ours, theirs)),
                if ours.view() == bare {
                    format!(
                        "Set saml/issuer to `{}`, or issuerURI of the provider to the option's text.",
                        theirs.shown(200)
                    )
                } else {
                    // With what stands around it, the option's text is no issuer for anybody.
                    format!("Set saml/issuer to `{}`.", theirs.shown(200))
                },
                Owner::EngageAdmin,
            )
        };
        Ok(subjects::with_api(judgement, fact).of(option))
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
    use hybridcheck_testkit::objects::ISSUER;

    fn written(issuer: &str) -> Judgement {
        Bench::healthy()
            .option("saml", "issuer", issuer)
            .judge_first(&IssuerMatches)
            .expect("a verdict")
    }

    #[test]
    fn the_same_text_passes() {
        assert_eq!(
            written("https://idp.acme.example/pureengage").status(),
            Status::Pass
        );
    }

    #[test]
    fn a_difference_that_escapes_the_eye_is_named() {
        for (issuer, words) in [
            ("http://idp.acme.example/pureengage", "only in the scheme"),
            (
                "https://idp.acme.example/pureengage/",
                "only in the slash at the end",
            ),
            (
                "https://idp.acme.example/PureEngage",
                "only in upper and lower case",
            ),
            (
                "http://idp.acme.example/pureengage/",
                "only in the scheme and the slash at the end",
            ),
        ] {
            let judgement = written(issuer);
            assert_eq!(judgement.status(), Status::Fail);
            assert!(judgement.found().ends_with(words), "{}", judgement.found());
        }
        assert_eq!(
            written("https://elsewhere.example/").found(),
            "`https://elsewhere.example/`"
        );
    }

    #[test]
    fn blanks_and_quotes_around_it_are_judged_elsewhere() {
        for issuer in [
            "https://idp.acme.example/pureengage ",
            "\"https://idp.acme.example/pureengage\"",
        ] {
            let bench = Bench::healthy().option("saml", "issuer", issuer);
            assert!(matches!(
                bench.judge_first(&IssuerMatches),
                Err(Gap::Blocked { .. })
            ));
        }
    }

    fn beside(issuer: &str) -> Judgement {
        let bench = Bench::healthy();
        let mut provider = pureengage_idp(&bench.object);
        provider.issuer_uri = Some(issuer.into());
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(provider));
        let key = FactKey::pureengage_idp(ObjectId(0));
        bench
            .fact(key, fact)
            .judge_first(&IssuerMatches)
            .expect("a verdict")
    }

    #[test]
    fn an_empty_issuer_of_the_provider_is_the_providers_fault() {
        for issuer in ["", "  "] {
            let judgement = beside(issuer);
            assert_eq!(judgement.status(), Status::Fail);
            assert_eq!(judgement.owner(), Some(Owner::CloudAdmin));
            assert!(judgement.found().contains("`missing.issuer.uri`"));
        }
    }

    #[test]
    fn blanks_around_the_providers_issuer_are_taken_away_there() {
        let judgement = beside(&format!(" {ISSUER}"));
        assert_eq!(judgement.owner(), Some(Owner::CloudAdmin));
        assert!(judgement.fix().ends_with("without the blanks."));
    }

    #[test]
    fn no_provider_is_a_gap() {
        let key = FactKey::pureengage_idp(ObjectId(0));
        assert_eq!(
            Bench::healthy()
                .gap(key, Gap::Offline)
                .judge_first(&IssuerMatches),
            Err(Gap::Offline)
        );
    }
}
