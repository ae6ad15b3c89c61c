//! Roles, what they allow, and who holds them.

use super::{Fault, fine, one};
use crate::sandbox::setup::Setup;

pub(super) const FAULTS: &[Fault] = &[
    fine(
        "role-wildcard",
        "The agents' role holds every action on every entity of journey.",
        |s| s.allow("AI Agent", &["journey:*:*"]),
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
            s.cloud.products.retain(|id| *id != "engage");
        },
    ),
    one(
        "organisation",
        "action-maps-not-enabled",
        &["product-not-enabled"],
        "The permissions of action maps do not exist in the organisation.",
        |s| {
            s.cloud
                .catalogue
                .retain(|name| !name.contains(":actionmap:"))
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
            s.service_role(|role| {
                role.permissions
                    .retain(|name| !name.starts_with("authorization:"));
            });
        },
    ),
];

impl Setup {
    fn role(&mut self, name: &str) -> Option<&mut crate::sandbox::cloud::Role> {
        self.cloud.roles.iter_mut().find(|role| role.name == name)
    }

    fn rename(&mut self, from: &str, to: &str) {
        if let Some(role) = self.role(from) {
            role.name = to.to_owned();
        }
    }

    fn allow(&mut self, name: &str, permissions: &[&'static str]) {
        if let Some(role) = self.role(name) {
            role.permissions = permissions.to_vec();
        }
    }

    fn users(&mut self, name: &str, number: u32) {
        if let Some(role) = self.role(name) {
            role.users = number;
        }
    }
}
