//! Whether option `saml/issuer` and the provider's issuer are the same text.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::visible;

use crate::seen;

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

impl Check for IssuerMatches {
    fn subjects(&self, _: &HybridObject) -> Vec<Subject> {
        vec![Subject::option("saml", "issuer")]
    }

    fn needs(&self, _: &Subject, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::PureengageIdp { object: object.id }]
    }

    fn judge(&self, _: &Subject, case: &Case<'_>) -> Answer<Judgement> {
        let (fact, provider) = seen::pureengage_idp(case)?;
        let Some(theirs) = provider.issuer_uri.as_deref() else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state an issuerURI", fact.call),
            });
        };
        let (option, _) = seen::plain(case, "saml", "issuer")?;
        // The raw text, blanks included: components send it as it is.
        let ours = option.value.plain().unwrap_or_default();
        if ours != theirs && hybridcheck_core::text::bare(ours) == theirs {
            // What is around the value is judged by `saml-options-clean`.
            return Err(Gap::blocked(FactKey::option(
                case.object.id,
                "saml",
                "issuer",
            )));
        }
        let judgement = if ours == theirs {
            Judgement::pass(format!("both `{}`", visible(ours, 200)))
        } else {
            Judgement::fail(
                format!("`{}`, the provider's issuerURI", visible(theirs, 200)),
                format!("`{}`{}", visible(ours, 200), difference(ours, theirs)),
                format!(
                    "Set saml/issuer to `{}`, or issuerURI of the provider to the option's text.",
                    visible(theirs, 200)
                ),
                Owner::EngageAdmin,
            )
        };
        Ok(seen::with_api(judgement, fact).of(option))
    }
}

/// How two issuers differ, when it is one of the differences that escape the eye.
pub(crate) fn difference(a: &str, b: &str) -> String {
    let mut ways = Vec::new();
    let (trimmed_a, trimmed_b) = (a.trim(), b.trim());
    if trimmed_a.len() != a.len() || trimmed_b.len() != b.len() {
        ways.push("blanks around it");
    }
    let (scheme_a, rest_a) = split_scheme(trimmed_a);
    let (scheme_b, rest_b) = split_scheme(trimmed_b);
    if scheme_a != scheme_b {
        ways.push("the scheme");
    }
    let (bare_a, bare_b) = (rest_a.trim_end_matches('/'), rest_b.trim_end_matches('/'));
    if rest_a.len() - bare_a.len() != rest_b.len() - bare_b.len() {
        ways.push("the slash at the end");
    }
    if bare_a != bare_b {
        if !bare_a.eq_ignore_ascii_case(bare_b) {
            return String::new();
        }
        ways.push("upper and lower case");
    }
    if ways.is_empty() {
        return String::new();
    }
    format!(
        "; they differ only in {}",
        hybridcheck_core::text::listed(ways)
    )
}

fn split_scheme(text: &str) -> (Option<String>, &str) {
    match text.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;

    fn written(issuer: &str) -> Judgement {
        Bench::healthy()
            .option("saml", "issuer", issuer)
            .judge_first(&IssuerMatches)
            .expect("a verdict")
    }

    #[test]
    fn the_same_text_passes() {
        assert_eq!(
            written("https://idp.acme.example/pureengage").status,
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
            assert_eq!(judgement.status, Status::Fail);
            assert!(judgement.found.ends_with(words), "{}", judgement.found);
        }
        assert_eq!(
            written("https://elsewhere.example/").found,
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

    #[test]
    fn no_provider_is_a_gap() {
        let key = FactKey::PureengageIdp {
            object: ObjectId(0),
        };
        assert_eq!(
            Bench::healthy()
                .gap(key, Gap::Offline)
                .judge_first(&IssuerMatches),
            Err(Gap::Offline)
        );
    }
}
