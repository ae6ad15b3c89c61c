//! Everything that one run's inputs gave, and which object each tenant uses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{HybridObject, Note, ObjectId, Place, Tenant};
use crate::outside::Outside;

/// A transaction with our name that is not of type List, or another object that came with the input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stranger {
    /// Its type as written.
    pub kind: Outside,
    /// Its tenant, as far as stated.
    pub tenant: Option<Tenant>,
    /// Where it stands.
    pub place: Place,
}

/// Everything that one run's inputs gave.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// The objects named `hybrid_integration` (or nameless, in forms that carry no name) to be judged, one id each.
    pub objects: Vec<HybridObject>,
    /// Tenants that the input names.
    pub tenants: Vec<Tenant>,
    /// Objects with our name and another transaction type, beside a right one.
    pub strangers: Vec<Stranger>,
    /// What readers noticed.
    pub notes: Vec<Note>,
    /// Inputs at which a reader failed in itself: nothing of them is judged, and it is not known what would have been.
    pub unread: Vec<Note>,
}

impl Configuration {
    /// Numbers the objects and settles which tenants each serves: an object under a tenant replaces the one in Environment for it, whole.
    pub fn settle(&mut self) {
        let own: Vec<Option<Tenant>> = self
            .objects
            .iter()
            .map(|object| object.tenant.stated().cloned())
            .collect();
        for (index, (object, its)) in self.objects.iter_mut().zip(&own).enumerate() {
            object.id = ObjectId(u16::try_from(index).unwrap_or(u16::MAX));
            object.serves = its.iter().cloned().collect();
            if its.as_ref().is_some_and(Tenant::is_environment) {
                let without = self.tenants.iter().filter(|tenant| {
                    !tenant.is_environment()
                        && !own.iter().flatten().any(|taken| taken.is_same(tenant))
                });
                object.serves.extend(without.cloned());
            }
        }
    }
}
