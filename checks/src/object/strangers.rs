//! Other objects that carry our name.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::Answer;
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::{HybridObject, Stranger};
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

page! {
    /// No transaction of another type carries the name `hybrid_integration`
    ///
    /// ## Why it matters
    ///
    /// Configuration Server allows one transaction of this name per type. Options that someone edits in the wrong one have no
    /// effect, and a component that takes the first object of the name may read the wrong one.
    ///
    /// ## How to fix
    ///
    /// In GAX, Configuration Manager > Routing/eServices > Transactions, look at both objects. Move options that are only in the
    /// wrong one into the one of type List, then delete or rename the wrong one.
    ///
    /// ## What we rely on
    ///
    /// Documented: a name is unique within the transaction type, within the tenant. Inferred: that some component may take the
    /// wrong one; hence a warning.
    pub(crate) struct Strangers;
}

impl Judge for Strangers {
    type Subject = Whole;

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let beside: Vec<&Stranger> = case
            .strangers
            .iter()
            .filter(|stranger| stands_beside(stranger, case))
            .collect();
        if beside.is_empty() {
            return Ok(Judgement::pass("no other object of this name in the input"));
        }
        let shown = beside.iter().map(|stranger| {
            let kind = stranger.kind.shown(60);
            match &stranger.tenant {
                Some(tenant) => format!("one of type `{kind}` under {tenant}"),
                None => format!("one of type `{kind}`"),
            }
        });
        let judgement = Judgement::warn(
            "one object named `hybrid_integration` per tenant, of type List",
            format!("beside it: {}", listed(shown)),
            "GAX, Configuration Manager > Routing/eServices > Transactions: move options that are only in the object of the other type into the one of type List, then delete or rename the other.",
            Owner::EngageAdmin,
        );
        Ok(beside.iter().fold(judgement, |judgement, stranger| {
            judgement.at(&stranger.place)
        }))
    }
}

/// A stranger is reported once: beside the object of its tenant, or beside the first when no object is known to share its tenant.
fn stands_beside(stranger: &Stranger, case: &Case<'_>) -> bool {
    let shares = |object: &HybridObject| match (&stranger.tenant, object.tenant.stated()) {
        (Some(theirs), Some(ours)) => ours.is_same(theirs),
        _ => false,
    };
    if shares(case.object) {
        return true;
    }
    let is_first = case
        .objects
        .first()
        .is_none_or(|first| first.id == case.object.id);
    is_first && !case.objects.iter().any(shares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{among, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::{Known, ObjectId, Place, Tenant};
    use hybridcheck_testkit::objects::healthy;

    fn stranger(tenant: Option<u32>) -> Stranger {
        let tenant = tenant.map(|dbid| Tenant {
            dbid: Some(dbid),
            name: None,
        });
        Stranger {
            kind: "22".into(),
            tenant,
            place: Place::line("object.xml", 90),
        }
    }

    #[test]
    fn alone_passes() {
        let judgement = only(among(&Strangers, &[healthy()], &[])).expect("a judgement");
        assert_eq!(judgement.status(), Status::Pass);
    }

    #[test]
    fn another_type_beside_it_warns_with_its_place() {
        for tenant in [Some(1), None, Some(101)] {
            let answers = among(&Strangers, &[healthy()], &[stranger(tenant)]);
            let judgement = only(answers).expect("a judgement");
            assert_eq!(judgement.status(), Status::Warn);
            assert!(judgement.found().contains("`22`"), "{}", judgement.found());
            assert_eq!(judgement.places, [Place::line("object.xml", 90)]);
        }
    }

    #[test]
    fn it_is_reported_beside_the_object_of_its_tenant_only() {
        let other = HybridObject {
            id: ObjectId(1),
            tenant: Known::Stated(Tenant {
                dbid: Some(101),
                name: None,
            }),
            ..healthy()
        };
        let answers = among(&Strangers, &[healthy(), other], &[stranger(Some(101))]);
        assert_eq!(only(answers).expect("a judgement").status(), Status::Pass);
    }
}
