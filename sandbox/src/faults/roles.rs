//! Roles, what they allow, and who holds them.

use super::{Fault, fine, one};
use crate::cloud::{JOURNEY_PRODUCT, Role, SERVICE_ROLE, TOOL_ROLE};
use crate::setup::Setup;

pub(super) const FAULTS: &[Fault] = &[
    fine(
        "role-wildcard",
        "The agents' role holds every action on every entity of journey.",
        |s| s.allow("AI Agent", &["journey:*:*"]),
    ),
    fine(
        "role-wildcard-entity",
        "The agents' role may view every entity of journey.",
        |s| s.allow("AI Agent", &["journey:*:view"]),
    ),
    one(
        "organisation",
        "role-other-case",
        &["role-missing"],
        "The agents' role is written with another case in the organisation.",
        |s| s.rename("AI Agent", "AI agent"),
    ),
    one(
        "organisation",
        "role-near-miss",
        &["role-missing"],
        "The agents' role is written with a hyphen in the organisation.",
        |s| s.rename("AI Agent", "AI-Agent"),
    ),
    one(
        "organisation",
        "role-trailing-blank",
        &["role-missing"],
        "The name of the agents' role ends with a blank in the organisation.",
        |s| s.rename("AI Agent", "AI Agent "),
    ),
    one(
        "organisation",
        "role-near-miss-late",
        &["role-missing"],
        "The agents' role is written with a hyphen, and stands on the second page of the listing.",
        |s| {
            s.rename("AI Agent", "AI-Agent");
            s.behind_many("AI-Agent");
        },
    ),
    fine(
        "role-on-second-page",
        "The agents' role stands on the second page of the listing.",
        |s| s.behind_many("AI Agent"),
    ),
    one(
        "organisation",
        "role-by-its-id",
        &["role-missing"],
        "The option holds the id of the agents' role in place of its name.",
        |s| {
            let id = s.role("AI Agent").map(|role| role.id.clone());
            s.sample
                .set("general", "default_agent_role_name", id.unwrap_or_default());
        },
    ),
    one(
        "organisation",
        "supervisor-role-missing",
        &["role-missing"],
        "The organisation has no role for supervisors.",
        |s| s.rename("Supervisor", "Team Lead"),
    ),
    one(
        "organisation",
        "admin-role-missing",
        &["role-missing"],
        "The organisation has no administrators' role: what it would allow, and to whom, follows.",
        |s| s.rename("Admin", "Operations"),
    ),
    one(
        "organisation",
        "roles-all-missing",
        &["role-missing"],
        "None of the three roles exists in the organisation.",
        |s| {
            for name in ["AI Agent", "Supervisor", "Admin"] {
                s.rename(name, &format!("{name} (old)"));
            }
        },
    ),
    one(
        "organisation",
        "admin-lacks-action-maps",
        &["role-lacks-permissions"],
        "The administrators' role can see action maps, but neither add nor change any.",
        |s| {
            s.allow(
                "Admin",
                &[
                    "journey:actionmap:view",
                    "journey:actiontarget:*",
                    "journey:segment:*",
                    "journey:outcome:*",
                ],
            );
        },
    ),
    one(
        "organisation",
        "agent-lacks-sessions",
        &["role-lacks-permissions"],
        "The agents' role does not show sessions.",
        |s| {
            s.allow(
                "AI Agent",
                &[
                    "journey:event:view",
                    "journey:outcome:view",
                    "journey:outcomescores:view",
                    "journey:segment:view",
                ],
            );
        },
    ),
    one(
        "organisation",
        "roles-without-permissions",
        &["role-lacks-permissions"],
        "Two roles hold nothing of journey: one cause for both.",
        |s| {
            s.allow("AI Agent", &["directory:user:view"]);
            s.allow("Admin", &["directory:user:view"]);
        },
    ),
    one(
        "organisation",
        "product-not-enabled",
        &["product-not-enabled"],
        "Predictive Engagement is not enabled: no permission of journey exists.",
        |s| {
            s.cloud
                .catalogue
                .retain(|name| !name.starts_with("journey:"));
            s.cloud.products.retain(|id| *id != JOURNEY_PRODUCT);
        },
    ),
    one(
        "organisation",
        "product-never-enabled",
        &["product-not-enabled"],
        "Predictive Engagement is not enabled, and no role holds anything of it by name.",
        |s| {
            s.cloud
                .catalogue
                .retain(|name| !name.starts_with("journey:"));
            s.cloud.products.retain(|id| *id != JOURNEY_PRODUCT);
            for role in &mut s.cloud.roles {
                role.permissions
                    .retain(|name| !name.starts_with("journey:"));
            }
        },
    ),
    one(
        "organisation",
        "sessions-not-enabled",
        &["product-not-enabled"],
        "The permissions of sessions alone do not exist in the organisation.",
        |s| {
            s.cloud.catalogue.retain(|name| !name.contains(":session:"));
        },
    ),
    one(
        "organisation",
        "permissions-unreadable",
        &[],
        "Which permissions exist cannot be read; the roles hold what they should.",
        |s| s.cloud.refused.push("/api/v2/authorization/permissions"),
    ),
    one(
        "organisation",
        "role-lacks-or-product",
        &["role-lacks-permissions"],
        "The agents' role holds nothing of journey, and which permissions exist cannot be read.",
        |s| {
            s.allow("AI Agent", &["directory:user:view"]);
            s.cloud.refused.push("/api/v2/authorization/permissions");
        },
    ),
    fine(
        "grants-refused",
        "The API shows a client's own grants to no client.",
        |s| s.cloud.refused.push("/api/v2/authorization/subjects/me"),
    ),
    fine(
        "products-refused",
        "The API shows the products to no client.",
        |s| s.cloud.refused.push("/api/v2/authorization/products"),
    ),
    one(
        "organisation",
        "role-and-administrator",
        &["role-lacks-permissions", "single-administrator"],
        "Two independent faults: the administrators' role cannot edit action maps, and one user alone holds it.",
        |s| {
            s.allow("Admin", &["journey:*:view"]);
            s.users("Admin", 1);
        },
    ),
    one(
        "organisation",
        "scope-of-roles",
        &["scope-not-authorized"],
        "The organisation enforces scopes, and the client of [ewt] may not use that of roles and permissions.",
        |s| {
            s.cloud.scopes_enforced = true;
            s.client(|client| {
                client.scopes = vec![
                    "identity-providers:readonly",
                    "oauth:readonly",
                    "organization:readonly",
                    "user-basic-info",
                ];
            });
        },
    ),
    one(
        "organisation",
        "nobody-reads-roles",
        &[],
        "No client may read roles.",
        |s| s.nobody_may("authorization:role:view"),
    ),
    one(
        "organisation",
        "nobody-reads-clients",
        &[],
        "No client may read OAuth clients.",
        |s| s.nobody_may("oauth:client:view"),
    ),
    one(
        "organisation",
        "nobody-reads-providers",
        &[],
        "No client may read identity providers.",
        |s| s.nobody_may("sso:provider:view"),
    ),
    one(
        "organisation",
        "action-maps-not-enabled",
        &["product-not-enabled"],
        "The permissions of action maps do not exist in the organisation.",
        |s| {
            s.cloud
                .catalogue
                .retain(|name| !name.contains(":actionmap:"));
        },
    ),
    one(
        "organisation",
        "client-without-role",
        &["client-has-no-role"],
        "The client of [ewt] has no role.",
        |s| s.client(|client| client.role = None),
    ),
    one(
        "organisation",
        "one-administrator",
        &["single-administrator"],
        "One user alone holds the administrators' role.",
        |s| s.users("Admin", 1),
    ),
    one(
        "organisation",
        "no-administrator",
        &["single-administrator"],
        "Nobody holds the administrators' role.",
        |s| s.users("Admin", 0),
    ),
    one(
        "organisation",
        "roles-unreadable",
        &[],
        "The client of [ewt] may read identity providers, but no roles.",
        |s| {
            s.service_role(|role| role.permissions = vec!["sso:provider:view"]);
        },
    ),
];

impl Setup {
    fn role(&mut self, name: &str) -> Option<&mut Role> {
        self.cloud.roles.iter_mut().find(|role| role.name == name)
    }

    fn rename(&mut self, from: &str, to: &str) {
        if let Some(role) = self.role(from) {
            to.clone_into(&mut role.name);
        }
    }

    fn allow(&mut self, name: &str, permissions: &[&'static str]) {
        if let Some(role) = self.role(name) {
            role.permissions = permissions.to_vec();
        }
    }

    /// Puts more roles before one than a page of the listing holds.
    fn behind_many(&mut self, name: &str) {
        let all = std::mem::take(&mut self.cloud.roles);
        let (last, mut roles): (Vec<Role>, Vec<Role>) =
            all.into_iter().partition(|role| role.name == name);
        for number in 0..120_u32 {
            roles.push(Role {
                id: format!("{number:08}-dddd-4eee-8fff-999999999999"),
                name: format!("Branch {number:03}"),
                default: false,
                users: 1,
                permissions: vec!["directory:user:view"],
            });
        }
        roles.extend(last);
        self.cloud.roles = roles;
    }

    /// The clients' roles without a permission.
    fn nobody_may(&mut self, permission: &str) {
        for name in [SERVICE_ROLE, TOOL_ROLE] {
            if let Some(role) = self.role(name) {
                role.permissions.retain(|held| *held != permission);
            }
        }
    }

    fn users(&mut self, name: &str, number: u32) {
        if let Some(role) = self.role(name) {
            role.users = number;
        }
    }
}
