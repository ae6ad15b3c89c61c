//! Whether the permissions of Predictive Engagement exist in the organisation at all.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::{baseline, seen};

page! {
    /// The permissions that the baseline asks for exist in the organisation.
    ///
    /// ## Why it matters
    ///
    /// A permission exists only where its product is enabled. Where Predictive Engagement is not, no administrator can give a role its
    /// permissions: they are not offered.
    ///
    /// ## How to fix
    ///
    /// Ask Genesys, or your partner, to enable Predictive Engagement for the organisation. Then give the permissions to the roles.
    ///
    /// ## What we rely on
    ///
    /// Documented: `GET /api/v2/authorization/permissions` lists what exists, and needs no permission. Reported by users: a permission
    /// of a product that is not enabled "does not exist in my organization". Inferred: which permissions are needed.
    pub(crate) struct Product;
}

impl Check for Product {
    fn subjects(&self, _: &HybridObject) -> Vec<Subject> {
        vec![Subject::Object]
    }

    fn needs(&self, _: &Subject, object: &HybridObject) -> Vec<FactKey> {
        let domains = baseline::domains().into_iter();
        domains
            .map(|domain| FactKey::Permissions {
                object: object.id,
                domain,
            })
            .chain([FactKey::Products { object: object.id }])
            .collect()
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Subject, case: &Case<'_>) -> Answer<Judgement> {
        let mut absent: Vec<&str> = Vec::new();
        let mut last = None;
        for domain in baseline::domains() {
            let fact = case.permissions(&domain)?;
            seen::is_about_us(case, &fact.reader)?;
            let listing = seen::found(fact)?;
            let of_domain = format!("{domain}:");
            let needed = baseline::needed(case.policy).iter();
            for one in needed.filter(|one| one.permission.starts_with(&of_domain)) {
                if baseline::meant(&one.permission, &listing.names).is_empty()
                    && !absent.contains(&one.permission.as_str())
                {
                    absent.push(&one.permission);
                }
            }
            if listing.incomplete && !absent.is_empty() {
                return Err(Gap::NotAnswered {
                    what: format!("the listing of permissions of {domain} was cut off"),
                });
            }
            last = Some(fact);
        }
        let Some(fact) = last else {
            return Ok(Judgement::not_applicable("the baseline is empty"));
        };
        let judgement = if absent.is_empty() {
            Judgement::pass("all of them exist")
        } else {
            Judgement::fail(
                "every permission of the baseline",
                format!("the organisation does not have {}", listed(&absent)),
                "Ask Genesys, or your partner, to enable Predictive Engagement for the organisation: until then these permissions cannot be given to any role.",
                Owner::CloudAdmin,
            )
        };
        let judgement = seen::with_api(judgement, fact);
        Ok(match case.products().and_then(seen::found) {
            Ok(products) => judgement.evidence("products enabled", listed(&products.ids)),
            Err(gap) => judgement.evidence("products enabled", format!("not read: {gap}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::{ApiOutcome, Permissions};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::facts::{api, client, journey_permissions};

    fn listing(spoil: impl FnOnce(&mut Permissions)) -> Answer<Judgement> {
        let mut permissions = journey_permissions();
        spoil(&mut permissions);
        let key = FactKey::Permissions {
            object: ObjectId(0),
            domain: "journey".into(),
        };
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(permissions));
        Bench::healthy().fact(key, fact).judge_first(&Product)
    }

    #[test]
    fn what_does_not_exist_is_named() {
        let judgement = listing(|listing| listing.names.retain(|name| !name.contains("actionmap")));
        let judgement = judgement.expect("a verdict");
        assert_eq!(judgement.status, Status::Fail);
        assert!(judgement.found.contains("journey:actionmap:add"));
        assert!(!judgement.found.contains("journey:segment"));
    }

    #[test]
    fn a_listing_that_was_cut_off_accuses_nobody() {
        let answer = listing(|listing| {
            listing.names.clear();
            listing.incomplete = true;
        });
        assert!(matches!(answer, Err(Gap::NotAnswered { .. })));
    }
}
