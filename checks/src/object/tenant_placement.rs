//! The tenant in which the object lies, and the tenants that share it.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, Known, Tenant};
use hybridcheck_core::page;
use hybridcheck_core::text::{count, listed};

page! {
    /// Each tenant has an object and an organisation of its own
    ///
    /// ## Why it matters
    ///
    /// Tenants that share one object share one Genesys Cloud organisation: their users, roles and data meet there. The later
    /// documentation rules this out, and a component under one tenant may not look into another.
    ///
    /// ## How to fix
    ///
    /// With one tenant, leave the object in *Environment* or put it under the tenant. With several, create in GAX, Configuration
    /// Manager > Routing/eServices > Transactions, a transaction `hybrid_integration` (type List) under each tenant, with the
    /// options of that tenant's own organisation.
    ///
    /// ## What we rely on
    ///
    /// Contradictory revisions of the documentation: the early text puts the object into Environment so that several tenants can
    /// share it, and lets an object under a tenant override it; the later text wants a separate object under each tenant of a
    /// multi-tenant system, because each tenant needs its own organisation. Both placements are accepted; only sharing warns.
    /// Option files carry no tenant: then this is not checked, and the run can still be ready.
    pub(crate) struct TenantPlacement;
}

impl Judge for TenantPlacement {
    type Subject = Whole;

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let object = case.object;
        let tenant = match &object.tenant {
            Known::Stated(tenant) => tenant,
            Known::Missing => {
                let what = "the input states no tenant".into();
                return Err(Gap::NotAnswered { what });
            }
            Known::NotInForm => {
                let what = "the object's tenant".into();
                return Err(Gap::NotInForm { what });
            }
        };
        let served: Vec<&Tenant> = object
            .serves
            .iter()
            .filter(|served| !served.is_environment())
            .collect();
        if tenant.is_environment() && served.len() > 1 {
            return Ok(Judgement::warn(
                "an object and an organisation of its own for each tenant (later documentation)",
                format!("one object in Environment for {}: allowed by the early documentation only", listed(served)),
                "GAX, Configuration Manager > Routing/eServices > Transactions: create a transaction `hybrid_integration` (type List) under each of these tenants, with the options of that tenant's own organisation.",
                Owner::EngageAdmin,
            )
            .at(&object.place));
        }
        let twins = twins(case, tenant);
        if !twins.is_empty() {
            let tenants = twins.iter().filter_map(|twin| twin.tenant.stated());
            let mut others: Vec<String> = tenants.take(NAMED).map(ToString::to_string).collect();
            if twins.len() > NAMED {
                others.push(count(twins.len() - NAMED, "more tenant"));
            }
            let judgement = Judgement::warn(
                "an organisation of its own for each tenant (later documentation)",
                format!("the objects of {tenant} and {} name the same organisation", listed(others)),
                "Give each tenant's object the options of that tenant's own organisation, or keep one object in Environment if the tenants are meant to share (early documentation).",
                Owner::EngageAdmin,
            )
            .at(&object.place);
            let places = twins.iter().take(NAMED).map(|twin| &twin.place);
            return Ok(places.fold(judgement, Judgement::at));
        }
        let found = if tenant.is_environment() {
            format!("in {tenant}, for one tenant at most (early and later documentation)")
        } else {
            format!(
                "under {tenant} (later documentation; by the early one it overrides Environment)"
            )
        };
        Ok(Judgement::pass(found).at(&object.place))
    }
}

/// So many tenants with the same organisation are named, with the places of their objects: each of thousands must not name all others.
const NAMED: usize = 10;

/// Objects of other tenants with the same organisation id.
fn twins<'a>(case: &Case<'a>, tenant: &Tenant) -> Vec<&'a HybridObject> {
    let ours = case.object.organization_id();
    let Some(ours) = ours.filter(|_| is_used(case.object)) else {
        return Vec::new();
    };
    let twins: Vec<&HybridObject> = case
        .naming(&ours)
        .into_iter()
        .filter(|other| other.id != case.object.id && is_used(other))
        .filter(|other| {
            other
                .tenant
                .stated()
                .is_some_and(|theirs| !theirs.is_same(tenant))
        })
        .collect();
    if !twins.is_empty() {
        case.note(&FactKey::option(
            case.object.id,
            "general",
            "organization_id",
        ));
    }
    twins
}

/// An object in Environment that every known tenant overrides is used by none of them.
fn is_used(object: &HybridObject) -> bool {
    let in_environment = object.tenant.stated().is_some_and(Tenant::is_environment);
    !in_environment || object.serves.iter().any(|served| !served.is_environment())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{among, offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::ObjectId;
    use hybridcheck_testkit::objects::{healthy, with};

    fn tenant(dbid: u32, name: &str) -> Tenant {
        Tenant {
            dbid: Some(dbid),
            name: Some(name.into()),
        }
    }

    fn under(id: u16, dbid: u32, name: &str) -> HybridObject {
        HybridObject {
            id: ObjectId(id),
            tenant: Known::Stated(tenant(dbid, name)),
            ..healthy()
        }
    }

    #[test]
    fn environment_and_a_tenant_both_pass() {
        for object in [healthy(), under(0, 101, "Resources")] {
            let judgement = only(offline(&TenantPlacement, &object)).expect("a judgement");
            assert_eq!(judgement.status(), Status::Pass);
        }
    }

    #[test]
    fn environment_may_serve_one_tenant_but_not_two() {
        for (names, status) in [
            (&["Resources"][..], Status::Pass),
            (&["Resources", "Sales"], Status::Warn),
        ] {
            let mut object = healthy();
            object.serves.push(tenant(1, "Environment"));
            object.serves.extend(
                names
                    .iter()
                    .zip(101..)
                    .map(|(name, dbid)| tenant(dbid, name)),
            );
            let judgement = only(offline(&TenantPlacement, &object)).expect("a judgement");
            assert_eq!(judgement.status(), status, "{names:?}");
        }
    }

    #[test]
    fn two_tenants_with_one_organisation_warn() {
        let objects = [under(0, 101, "Resources"), under(1, 102, "Sales")];
        let judgement = only(among(&TenantPlacement, &objects, &[])).expect("a judgement");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(
            judgement.found().contains("Resources and Sales"),
            "{}",
            judgement.found()
        );
        let overridden = [healthy(), under(1, 101, "Resources")];
        let judgement = only(among(&TenantPlacement, &overridden, &[])).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
        let other = "99999999-1111-4222-8333-444444444444";
        let apart = with(under(1, 102, "Sales"), "general", "organization_id", other);
        let objects = [under(0, 101, "Resources"), apart];
        let judgement = only(among(&TenantPlacement, &objects, &[])).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn a_form_without_tenants_is_a_gap() {
        let object = HybridObject {
            tenant: Known::NotInForm,
            ..healthy()
        };
        let answer = only(offline(&TenantPlacement, &object));
        assert!(matches!(answer, Err(Gap::NotInForm { .. })));
    }

    #[test]
    fn of_many_tenants_with_one_organisation_some_are_named_and_the_rest_counted() {
        let objects: Vec<HybridObject> = (0..u16::try_from(NAMED).expect("a small number") + 3)
            .map(|id| under(id, 101 + u32::from(id), &format!("Tenant {id}")))
            .collect();
        let judgement = only(among(&TenantPlacement, &objects, &[])).expect("a judgement");
        assert!(
            judgement.found().contains("and 2 more tenants"),
            "{}",
            judgement.found()
        );
        assert_eq!(judgement.places.len(), 1 + NAMED);
    }
}
