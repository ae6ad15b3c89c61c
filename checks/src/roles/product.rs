//! Whether the permissions that roles should hold exist in the organisation at all.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, ApiFact, FactKey, Products};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::text::listed;

use crate::evidence::supply::{self, Missing, Supply};
use crate::evidence::{organization, rights, subjects};

page! {
    /// The permissions that are expected of roles exist in the organisation.
    ///
    /// ## Why it matters
    ///
    /// A permission exists only where the product that brings it is enabled. Where Predictive Engagement (Altocloud) is not, nobody can
    /// add a journey permission to a role: the user interface does not offer it, and everything that needs it is refused.
    ///
    /// ## How to fix
    ///
    /// Ask Genesys (or whoever sold the organisation) to enable the product. No role has to be changed before that.
    ///
    /// ## What we rely on
    ///
    /// Documented: Predictive Engagement must be enabled for the organisation (Genesys Cloud help), the listing of permissions by domain
    /// (Platform API definition). Reported by users of the API: where the product is not enabled, the permission does not exist. Not
    /// documented: which product id stands for it, so the products are shown and not judged.
    pub(crate) struct Product;
}

impl Judge for Product {
    type Subject = Whole;

    fn needs_under(&self, _: &Whole, object: &HybridObject, policy: &Policy) -> Vec<FactKey> {
        let domains = policy.permission_baseline.domains().into_iter();
        let of_domains = domains.map(|domain| FactKey::permissions(object.id, domain));
        of_domains
            .chain([FactKey::products(object.id), FactKey::roles(object.id)])
            .collect()
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let judgement = match supply::worst(case)? {
            Some(worst) => subjects::with_api(verdict(&worst), worst.fact),
            None => Judgement::not_applicable("the baseline expects no permission of any role"),
        };
        Ok(match products(case) {
            Ok((_, products)) => judgement.evidence("products enabled", listed(&products.ids)),
            Err(gap) => judgement.evidence("products enabled", format!("not read: {gap}")),
        })
    }
}

fn products<'a>(case: &Case<'a>) -> Answer<(&'a ApiFact<Products>, &'a Products)> {
    let fact = case.products()?;
    organization::is_about_us(case, &fact.reader)?;
    Ok((fact, subjects::found(fact)?))
}

fn verdict(supply: &Supply<'_>) -> Judgement {
    let Supply {
        domain, existing, ..
    } = supply;
    let wanted = format!("{domain} permissions in the organisation");
    let (severity, held) = match &supply.missing {
        Missing::Nothing => {
            return Judgement::pass(format!(
                "the organisation has the {domain} permissions that are expected, {} in all",
                existing.names.len()
            ));
        }
        Missing::Some(names) => {
            return Judgement::warn(
                wanted,
                format!(
                    "there are {domain} permissions, but not {}",
                    rights::names(names)
                ),
                format!(
                    "Ask Genesys whether the product that brings {} is enabled for the organisation, or whether these permissions have other names by now; \
                     in that case edit the baseline (`hybridcheck permissions --baseline`).",
                    rights::names(names)
                ),
                Owner::CloudAdmin,
            );
        }
        Missing::Everything { severity, held } => (*severity, held),
    };
    let product = if *domain == "journey" {
        "Predictive Engagement (Altocloud)"
    } else {
        "the product that brings them"
    };
    let judgement = Judgement::finding(
        severity,
        wanted,
        format!("no {domain} permission exists in the organisation"),
        format!(
            "Ask Genesys to enable {product} for the organisation. Until then no role can be given a {domain} permission: the user interface does not offer it. {}",
            rights::DELAY
        ),
        Owner::CloudAdmin,
    );
    if held.is_empty() {
        judgement
    } else {
        judgement.evidence("yet roles hold", rights::names(held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, Gap, Permissions, Roles};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{
        api, client, journey, journey_permissions, permissions_key, role, roles_key,
    };

    fn with(existing: Permissions) -> Bench {
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(existing));
        let roles = Roles {
            entities: vec![role("Admin", 2, vec![journey("*", &["*"])])],
            incomplete: false,
        };
        let roles = api(&client("ewt"), "GET …", ApiOutcome::Found(roles));
        Bench::healthy()
            .fact(permissions_key(), fact)
            .fact(roles_key(), roles)
    }

    #[test]
    fn an_organisation_without_the_domain_fails_and_no_role_is_to_be_changed() {
        let judgement = with(Permissions::default())
            .judge_first(&Product)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(judgement.fix().starts_with("Ask Genesys to enable"));
        let evidence = judgement.evidence.iter();
        let products: Vec<&str> = evidence
            .filter(|piece| piece.label == "products enabled")
            .map(|piece| piece.value.as_str())
            .collect();
        assert_eq!(products, ["engage"]);
    }

    #[test]
    fn roles_that_hold_such_permissions_by_name_contradict_it() {
        let roles = Roles {
            entities: vec![role("AI Agent", 2, vec![journey("session", &["view"])])],
            incomplete: false,
        };
        let roles = api(&client("ewt"), "GET …", ApiOutcome::Found(roles));
        let bench = with(Permissions::default()).fact(roles_key(), roles);
        let judgement = bench.judge_first(&Product).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement
                .evidence
                .iter()
                .any(|piece| piece.label == "yet roles hold")
        );
    }

    #[test]
    fn single_permissions_that_do_not_exist_warn() {
        let mut existing = journey_permissions();
        existing
            .names
            .retain(|name| !name.raw().contains(":segment:"));
        let judgement = with(existing).judge_first(&Product).expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(
            judgement.found().ends_with("not journey:segment:view"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn a_listing_that_was_cut_off_or_not_read_is_no_verdict_against_anybody() {
        let cut = Permissions {
            incomplete: true,
            ..Permissions::default()
        };
        assert_eq!(with(cut).status(&Product), Status::Gap);
        let bench = Bench::healthy().gap(permissions_key(), Gap::Interrupted);
        assert_eq!(bench.status(&Product), Status::Gap);
    }
}
