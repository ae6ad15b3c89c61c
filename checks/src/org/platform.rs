//! For which product the organisation was made.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::visible;

use crate::seen;

page! {
    /// The organisation was made for a hybrid with Genesys Engage.
    ///
    /// ## Why it matters
    ///
    /// Only information: an organisation of another product may be a trial, or the wrong one of several.
    ///
    /// ## How to fix
    ///
    /// Nothing, when it is the organisation you mean. Else compare the organisation id.
    ///
    /// ## What we rely on
    ///
    /// Documented: the values of `productPlatform` (Platform API definition). Not documented: whether a hybrid needs one of them.
    pub(crate) struct Platform;
}

impl Check for Platform {
    fn subjects(&self, _: &HybridObject) -> Vec<Subject> {
        vec![Subject::Object]
    }

    fn needs(&self, _: &Subject, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::Organization { object: object.id }]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Subject, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.organization()?;
        seen::is_about_us(case, &fact.reader)?;
        let Some(platform) = seen::found(fact)?.product_platform.as_deref() else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state a product platform", fact.call),
            });
        };
        let shown = visible(platform, 60);
        let judgement = if platform.to_ascii_lowercase().starts_with("pureengage") {
            Judgement::pass(shown)
        } else {
            Judgement::note(
                format!(
                    "{shown}: no product of the PureEngage line. That may be right; compare the organisation if anything else looks strange"
                ),
                "",
                Owner::CloudAdmin,
            )
        };
        Ok(seen::with_api(judgement, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, organization};

    fn on(platform: Option<&str>) -> Answer<Judgement> {
        let bench = Bench::healthy();
        let mut found = organization(&bench.object);
        found.product_platform = platform.map(str::to_owned);
        let fact = api(
            &client("ewt"),
            "GET /api/v2/organizations/me",
            ApiOutcome::Found(found),
        );
        bench
            .fact(
                FactKey::Organization {
                    object: ObjectId(0),
                },
                fact,
            )
            .judge_first(&Platform)
    }

    #[test]
    fn another_platform_is_only_a_note() {
        assert_eq!(
            on(Some("PureEngageCloud")).expect("a verdict").status,
            Status::Pass
        );
        assert_eq!(
            on(Some("PureCloud")).expect("a verdict").status,
            Status::Note
        );
    }

    #[test]
    fn no_platform_is_a_gap() {
        assert!(on(None).is_err());
    }
}
