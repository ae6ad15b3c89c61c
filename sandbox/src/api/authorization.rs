//! Roles, permissions, products, and what the caller may do.

use std::collections::BTreeMap;

use super::paging::{paged, query};
use super::{Answer, Caller, Json, Map, Value, json};
use crate::cloud::{HOME_DIVISION, Role};
use axum::http::Uri;

const SCOPE: &str = "authorization";

pub(super) async fn roles(caller: Caller, uri: Uri) -> Answer {
    caller.needs(SCOPE, "authorization:role:view")?;
    let wanted = query(&uri, "name").unwrap_or_default().to_lowercase();
    let wanted = wanted.trim_matches('*');
    let is_counted = query(&uri, "userCount").is_none_or(|text| text != "false");
    let all = caller.cloud.roles.iter();
    // The filter finds parts of a name, whatever their case: the reader has to compare exactly.
    let found = all.filter(|role| role.name.to_lowercase().contains(wanted));
    let bodies = found.map(|role| {
        let mut body = role_body(role);
        if is_counted {
            body["userCount"] = role.users.into();
        }
        body
    });
    Ok(paged(&uri, bodies.collect()))
}

/// The permissions that exist in the organisation at all: of some domains, or those whose names begin so.
pub(super) async fn permissions(caller: Caller, uri: Uri) -> Answer {
    caller.scoped(SCOPE)?;
    let asked = query(&uri, "query").unwrap_or_default().to_lowercase();
    let asked: Vec<&str> = asked.split(',').map(str::trim).collect();
    let by_domain = query(&uri, "queryType").is_some_and(|kind| kind == "domain");
    let is_wanted = |permission: &str, domain: &str| {
        let (permission, domain) = (permission.to_lowercase(), domain.to_lowercase());
        asked.iter().any(|&wanted| {
            wanted.is_empty()
                || if by_domain {
                    domain == wanted
                } else {
                    permission.starts_with(wanted)
                }
        })
    };
    let mut domains: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for permission in &caller.cloud.catalogue {
        let Some((domain, entity, action)) = parts(permission) else {
            continue;
        };
        if !is_wanted(permission, domain) {
            continue;
        }
        let entry = json!({
            "domain": domain,
            "entityType": entity,
            "action": action,
            "label": format!("{entity} {action}"),
            "allowsConditions": false,
            "divisionAware": false,
        });
        let entities = domains.entry(domain).or_default();
        match entities.get_mut(entity).and_then(Value::as_array_mut) {
            Some(actions) => actions.push(entry),
            None => {
                entities.insert(entity.to_owned(), json!([entry]));
            }
        }
    }
    let collections = domains.into_iter().map(|(domain, map)| {
        json!({ "id": domain, "name": domain, "domain": domain, "permissionMap": map })
    });
    Ok(paged(&uri, collections.collect()))
}

pub(super) async fn products(caller: Caller) -> Answer {
    caller.scoped(SCOPE)?;
    let products = caller.cloud.products.iter();
    let entities: Vec<Value> = products.map(|product| json!({ "id": product })).collect();
    let total = entities.len();
    Ok(Json(json!({
        "entities": entities, "pageSize": 25, "pageNumber": 1, "total": total, "pageCount": 1,
    })))
}

/// What the caller may do: a client by its own roles, a person by the person's.
pub(super) async fn subject(caller: Caller) -> Answer {
    caller.scoped(SCOPE)?;
    let (id, name) = match &caller.user {
        Some(user) => (user.id.as_str(), user.name.as_str()),
        None => (caller.client.id, caller.client.name),
    };
    let roles = caller.cloud.roles_of(&caller.client, caller.user.as_ref());
    let grants = roles.map(|role| {
        let policies = policies(role).map(|(domain, entity, actions)| {
            json!({ "domain": domain, "entityName": entity, "actions": actions })
        });
        json!({
            "subjectId": id,
            "division": {
                "id": HOME_DIVISION,
                "name": "Home",
                "description": "",
                "homeDivision": true,
                "selfUri": format!("/api/v2/authorization/divisions/{HOME_DIVISION}"),
            },
            "role": {
                "id": role.id,
                "name": role.name,
                "description": "",
                "policies": policies.collect::<Vec<_>>(),
                "default": role.default,
                "selfUri": format!("/api/v2/authorization/roles/{}", role.id),
            },
            "grantMadeAt": "2024-05-06T07:08:09.000Z",
        })
    });
    Ok(Json(json!({
        "id": id,
        "name": name,
        "grants": grants.collect::<Vec<_>>(),
        "version": 1,
        "selfUri": format!("/api/v2/authorization/subjects/{id}"),
    })))
}

fn role_body(role: &Role) -> Value {
    let policies = policies(role).map(|(domain, entity, actions)| {
        json!({
            "domain": domain, "entityName": entity, "policyName": "", "policyDescription": "",
            "actionSet": actions, "namedResources": [], "allowConditions": false,
        })
    });
    json!({
        "id": role.id,
        "name": role.name,
        "description": "",
        "permissions": role.permissions,
        "unusedPermissions": [],
        "permissionPolicies": policies.collect::<Vec<_>>(),
        "roleNeedsUpdate": false,
        "base": false,
        "default": role.default,
        "selfUri": format!("/api/v2/authorization/roles/{}", role.id),
    })
}

/// A role's permissions, one policy for each domain and entity.
fn policies(role: &Role) -> impl Iterator<Item = (&str, &str, Vec<&str>)> {
    let mut grouped: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for (domain, entity, action) in role.permissions.iter().filter_map(|held| parts(held)) {
        grouped.entry((domain, entity)).or_default().push(action);
    }
    let grouped = grouped.into_iter();
    grouped.map(|((domain, entity), actions)| (domain, entity, actions))
}

fn parts(permission: &str) -> Option<(&str, &str, &str)> {
    let mut pieces = permission.splitn(3, ':');
    Some((pieces.next()?, pieces.next()?, pieces.next()?))
}
