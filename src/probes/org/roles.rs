//! Roles, permissions, products and grants.

use std::collections::BTreeMap;

use hybridcheck_core::facts::{
    Grant, Grants, NamedEntity, PermissionPolicy, Permissions, Products, Role, Roles,
};
use hybridcheck_core::outside::Outside;
use serde::Deserialize;

use super::listing::{Listed, Listing};
use super::{Answer, LIST_LIMIT, cut, kept, kept_each};
use crate::probes::json::{self, Odd};

/// A role (`DomainOrganizationRole`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawRole {
    id: Option<String>,
    name: Option<String>,
    default: Option<bool>,
    user_count: Option<u64>,
    permission_policies: Option<Vec<RawPolicy>>,
}

/// A policy of a role (`DomainPermissionPolicy`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPolicy {
    domain: Option<String>,
    entity_name: Option<String>,
    action_set: Option<Vec<String>>,
}

impl Listed for RawRole {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl RawRole {
    fn decode(self) -> Role {
        Role {
            id: self.id.map(|id| Outside::kept(&id, 100)),
            // Names are compared character by character.
            name: self.name.map(|name| Outside::of(name).into()),
            default: self.default,
            user_count: self.user_count,
            policies: self.permission_policies.map(|policies| {
                let policies = policies.into_iter();
                policies
                    .map(|raw| policy(raw.domain, raw.entity_name, raw.action_set))
                    .collect()
            }),
        }
    }
}

impl Listing for Roles {
    type Entity = RawRole;

    fn of(roles: Vec<RawRole>, incomplete: bool) -> Self {
        Self {
            entities: roles.into_iter().map(RawRole::decode).collect(),
            incomplete,
        }
    }
}

fn policy(
    domain: Option<String>,
    entity: Option<String>,
    actions: Option<Vec<String>>,
) -> PermissionPolicy {
    PermissionPolicy {
        domain: Outside::kept(&domain.unwrap_or_default(), 100),
        entity: Outside::kept(&entity.unwrap_or_default(), 100),
        actions: kept_each(actions.unwrap_or_default()),
    }
}

/// The permissions of a domain (`DomainPermissionCollection`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawCollection {
    domain: Option<String>,
    permission_map: Option<BTreeMap<String, Vec<RawPermission>>>,
}

#[derive(Deserialize)]
struct RawPermission {
    action: Option<String>,
}

impl Listed for RawCollection {
    fn id(&self) -> Option<&str> {
        self.domain.as_deref()
    }
}

impl Listing for Permissions {
    type Entity = RawCollection;

    /// A domain without its map says nothing of what exists in it, and does not say that nothing does.
    fn of(collections: Vec<RawCollection>, mut incomplete: bool) -> Self {
        let mut names = Vec::new();
        for collection in collections {
            let of = collection.domain.unwrap_or_default();
            incomplete |= collection.permission_map.is_none();
            for (entity, entries) in collection.permission_map.unwrap_or_default() {
                let actions = entries.into_iter().filter_map(|entry| entry.action);
                names.extend(
                    actions.map(|action| Outside::kept(&format!("{of}:{entity}:{action}"), 300)),
                );
            }
        }
        Self { names, incomplete }
    }
}

/// A product (`DomainOrganizationProduct`).
#[derive(Deserialize)]
pub(super) struct RawProduct {
    id: Option<String>,
}

impl Listed for RawProduct {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl Listing for Products {
    type Entity = RawProduct;

    fn of(products: Vec<RawProduct>, incomplete: bool) -> Self {
        Self {
            ids: kept_each(products.into_iter().filter_map(|product| product.id)),
            incomplete,
        }
    }
}

/// The caller as a subject of grants (`AuthzSubject`).
#[derive(Deserialize)]
pub(super) struct RawSubject {
    grants: Option<Vec<RawGrant>>,
}

#[derive(Deserialize)]
struct RawGrant {
    role: Option<RawGrantRole>,
    division: Option<NamedEntity>,
}

#[derive(Deserialize)]
struct RawGrantRole {
    id: Option<String>,
    name: Option<String>,
    policies: Option<Vec<RawGrantPolicy>>,
}

/// A policy of a grant (`AuthzGrantPolicy`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawGrantPolicy {
    domain: Option<String>,
    entity_name: Option<String>,
    actions: Option<Vec<String>>,
}

impl Answer for Grants {
    type Raw = RawSubject;

    /// Absent lists are not taken for empty ones: that would accuse the caller of having no rights.
    fn of(subject: RawSubject) -> Result<Self, Odd> {
        let grants = subject.grants.ok_or_else(|| json::missing("grants"))?;
        let grants = grants.into_iter().take(LIST_LIMIT).enumerate();
        let grants = grants.map(|(at, grant)| {
            let missing = |member: &str| json::missing(&format!("grants[{at}].{member}"));
            let role = grant.role.ok_or_else(|| missing("role"))?;
            let policies = role.policies.ok_or_else(|| missing("role.policies"))?;
            let mut division = grant.division.unwrap_or_default();
            cut(&mut division.id);
            cut(&mut division.name);
            Ok(Grant {
                role: NamedEntity {
                    id: kept(role.id),
                    name: kept(role.name),
                },
                division,
                policies: policies
                    .into_iter()
                    .map(|raw| policy(raw.domain, raw.entity_name, raw.actions))
                    .collect(),
            })
        });
        let grants = grants.collect::<Result<_, _>>()?;
        Ok(Self { grants })
    }
}
