//! For which product the organisation was made.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey, Gap, Organization};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::{organization, subjects};

page! {
    /// The organisation was made for a hybrid with Genesys Engage.
    ///
    /// ## Why it matters
    ///
    /// `productPlatform` says for which product line an organisation was made. One that was made for another line may be a trial, or
    /// the wrong one of several; the organisation of a hybrid comes from Genesys with roles and a provider of its own.
    ///
    /// ## How to fix
    ///
    /// Nothing, when it is the organisation you mean and logins work. Else compare the organisation id with the one that Genesys gave you.
    ///
    /// ## What we rely on
    ///
    /// Documented: the values of `productPlatform` (Platform API definition). Inferred: an organisation of another line is probably not the
    /// one of a hybrid; nothing says that it cannot be, so this only warns. Features and domain are shown as they come: which of them a
    /// hybrid needs is not documented.
    pub(crate) struct Platform;
}

/// The product lines of the definition that are none of Genesys Engage.
const OTHERS: [&str; 4] = [
    "GenesysCloud",
    "PureCloud",
    "PureConnect",
    "PureConnectCloud",
];

impl Judge for Platform {
    type Subject = Whole;

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::organization(object.id)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.organization()?;
        organization::is_about_us(case, &fact.reader)?;
        let organization = subjects::found(fact)?;
        let Some(platform) = organization.product_platform.as_ref() else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state a product platform", fact.call),
            });
        };
        let shown = platform.shown(60);
        let is_other = OTHERS
            .iter()
            .any(|other| platform.eq_ignore_ascii_case(other));
        let judgement = if platform
            .raw()
            .to_ascii_lowercase()
            .starts_with("pureengage")
        {
            Judgement::pass(shown)
        } else if is_other {
            Judgement::warn(
                "PureEngage or PureEngageCloud",
                shown,
                "Compare organization_id with the organisation that Genesys made for the hybrid. If this is the one, nothing has to change.",
                Owner::CloudAdmin,
            )
        } else {
            Judgement::note(
                format!("{shown}, which names no product line"),
                "Nothing; compare the organisation if anything else looks strange.",
                Owner::CloudAdmin,
            )
        };
        Ok(with_features(
            subjects::with_api(judgement, fact),
            organization,
        ))
    }
}

/// What else the organisation says of itself; no verdict hangs on it.
fn with_features(mut judgement: Judgement, organization: &Organization) -> Judgement {
    if let Some(domain) = &organization.domain {
        judgement = judgement.evidence("domain", domain);
    }
    for (label, wanted) in [("features on", true), ("features off", false)] {
        let features = organization.features.iter().flatten();
        let names: Vec<&Outside> = features
            .filter(|(_, is_on)| **is_on == wanted)
            .map(|(name, _)| name)
            .collect();
        if !names.is_empty() {
            judgement = judgement.evidence(label, listed(names));
        }
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, organization};

    fn on(platform: Option<&str>) -> Answer<Judgement> {
        let bench = Bench::healthy();
        let mut found = organization(&bench.object);
        found.product_platform = platform.map(Into::into);
        let fact = api(
            &client("ewt"),
            "GET /api/v2/organizations/me",
            ApiOutcome::Found(found),
        );
        bench
            .fact(FactKey::organization(ObjectId(0)), fact)
            .judge_first(&Platform)
    }

    #[test]
    fn another_product_line_warns_and_an_unknown_word_is_a_note() {
        for (platform, status) in [
            ("PureEngage", Status::Pass),
            ("PureEngageCloud", Status::Pass),
            ("PureCloud", Status::Warn),
            ("GenesysCloud", Status::Warn),
            ("PureConnect", Status::Warn),
            ("Unknown", Status::Note),
            ("SomethingNew", Status::Note),
        ] {
            let judgement = on(Some(platform)).expect("a verdict");
            assert_eq!(judgement.status(), status, "{platform}");
        }
    }

    #[test]
    fn features_and_domain_are_evidence() {
        let mut judgement = Judgement::pass("PureEngage");
        let organization = Organization {
            domain: Some("acme-sample".into()),
            features: Some([("chat".into(), false), ("directory".into(), true)].into()),
            ..Organization::default()
        };
        judgement = with_features(judgement, &organization);
        let said: Vec<(&str, &str)> = judgement
            .evidence
            .iter()
            .map(|piece| (&*piece.label, &*piece.value))
            .collect();
        assert_eq!(
            said,
            [
                ("domain", "acme-sample"),
                ("features on", "directory"),
                ("features off", "chat")
            ]
        );
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn no_platform_is_a_gap() {
        assert!(on(None).is_err());
    }
}
