//! The tenants of a configuration, found by DBID and name without comparing each with each.

use std::collections::{BTreeMap, BTreeSet};

use hybridcheck_core::object::Tenant;

/// Where tenants stand in their list, by all that may make two of them the same.
#[derive(Default)]
pub(super) struct Places {
    by_dbid: BTreeMap<u32, BTreeSet<usize>>,
    /// Names in lower case.
    by_name: BTreeMap<String, BTreeSet<usize>>,
    environment: BTreeSet<usize>,
}

impl Places {
    /// Those of some tenants.
    pub(super) fn of(tenants: &[Tenant]) -> Self {
        let mut places = Self::default();
        for (at, tenant) in tenants.iter().enumerate() {
            places.add(at, tenant);
        }
        places
    }

    /// What a tenant is called, at its place: a new one, or one of which more is known now.
    pub(super) fn add(&mut self, at: usize, tenant: &Tenant) {
        if let Some(dbid) = tenant.dbid {
            self.by_dbid.entry(dbid).or_default().insert(at);
        }
        if let Some(name) = lower(tenant) {
            self.by_name.entry(name).or_default().insert(at);
        }
        if tenant.is_environment() {
            self.environment.insert(at);
        }
    }

    /// The places of the same tenant, in order, each once.
    pub(super) fn same(&self, tenants: &[Tenant], tenant: &Tenant) -> BTreeSet<usize> {
        let by_dbid = tenant.dbid.and_then(|dbid| self.by_dbid.get(&dbid));
        let by_name = lower(tenant).and_then(|name| self.by_name.get(&name));
        let environment = tenant.is_environment().then_some(&self.environment);
        let places = [by_dbid, by_name, environment].into_iter().flatten();
        let is_same = |at: &usize| tenants.get(*at).is_some_and(|of| of.is_same(tenant));
        places.flatten().copied().filter(is_same).collect()
    }
}

fn lower(tenant: &Tenant) -> Option<String> {
    let name = tenant.name.as_ref()?;
    Some(name.raw().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_tenants_are_those_that_comparing_each_finds() {
        let names = [
            None,
            Some("Environment"),
            Some("acme"),
            Some("ACME"),
            Some("x"),
        ];
        let dbids = [None, Some(1), Some(101), Some(102)];
        let tenants: Vec<Tenant> = names
            .iter()
            .flat_map(|name| {
                dbids.map(|dbid| Tenant {
                    dbid,
                    name: name.map(Into::into),
                })
            })
            .collect();
        let places = Places::of(&tenants);
        for tenant in &tenants {
            let each = tenants.iter().enumerate();
            let compared = each.filter(|(_, other)| other.is_same(tenant));
            let compared: BTreeSet<usize> = compared.map(|(at, _)| at).collect();
            assert_eq!(places.same(&tenants, tenant), compared, "{tenant:?}");
        }
    }
}
