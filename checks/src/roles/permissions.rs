//! Whether the roles that the object names hold the Altocloud permissions that their users need.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{Answer, FactKey, Gap, Role};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::policy::{NeededPermission, RoleKind};
use hybridcheck_core::text::{listed, visible};

use super::named;
use crate::{baseline, seen};

page! {
    /// The role that the option names holds the Altocloud permissions that its users need.
    ///
    /// Compared with a baseline that can be edited: `hybridcheck permissions --baseline` prints it, `--permission-baseline FILE` gives
    /// another. Permissions that do not exist in the organisation are left to `roles-product`.
    ///
    /// ## Why it matters
    ///
    /// Without them the screens of Predictive Engagement stay empty, and nothing says why.
    ///
    /// ## How to fix
    ///
    /// Add the permissions to the role under Admin > People & Permissions > Roles / Permissions, domain Journey. It takes up to five
    /// minutes, and people who are logged in keep their old rights until they log in again.
    ///
    /// ## What we rely on
    ///
    /// Documented: Altocloud permissions are by default in Admin and AI Agent (provisioning article); changes take up to five minutes
    /// (Genesys Cloud help). Inferred, and therefore a warning only: which ones an agent needs.
    pub(crate) struct Permissions;
}

impl Check for Permissions {
    fn subjects(&self, _: &HybridObject) -> Vec<Subject> {
        [RoleKind::Admin, RoleKind::Supervisor, RoleKind::Agent]
            .map(|kind| Subject::option("general", kind.option()))
            .to_vec()
    }

    fn needs(&self, _: &Subject, object: &HybridObject) -> Vec<FactKey> {
        let domains = baseline::domains().into_iter();
        domains
            .map(|domain| FactKey::Permissions {
                object: object.id,
                domain,
            })
            .chain([FactKey::Roles { object: object.id }])
            .collect()
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, subject: &Subject, case: &Case<'_>) -> Answer<Judgement> {
        let Subject::Option { section, option } = subject else {
            return Err(seen::stray(subject));
        };
        let of_kind = |one: &&NeededPermission| one.role.option() == option;
        let needed: Vec<&NeededPermission> = baseline::needed(case.policy)
            .iter()
            .filter(of_kind)
            .collect();
        if needed.is_empty() {
            return Ok(Judgement::not_applicable(
                "the baseline asks for no permission of this role",
            ));
        }
        let (fact, role) = named(case, section, option)?;
        let mut existing = Vec::new();
        for domain in baseline::domains() {
            let listing = seen::found(case.permissions(&domain)?)?;
            existing.extend(listing.names.iter().cloned());
        }
        let lacking = lacking(role, &needed, &existing);
        let judgement = match lacking.as_slice() {
            // Nothing of it exists: the role cannot hold it, and `roles-product` says so.
            _ if !needed
                .iter()
                .any(|one| !baseline::meant(&one.permission, &existing).is_empty()) =>
            {
                return Err(Gap::blocked(permissions_key(case)));
            }
            [] => Judgement::pass(format!(
                "`{}` holds them",
                visible(role.name.as_deref().unwrap_or_default(), 80)
            )),
            lacking => {
                let is_documented = lacking.iter().any(|(_, documented)| *documented);
                let names = listed(lacking.iter().map(|(name, _)| *name));
                let expected = "the permissions of the baseline";
                let found = format!(
                    "role `{}` lacks {names}",
                    visible(role.name.as_deref().unwrap_or_default(), 80)
                );
                let fix = format!(
                    "Add {names} to the role `{}` under Admin > People & Permissions > Roles / Permissions; it takes up to five minutes, and a new login.",
                    visible(role.name.as_deref().unwrap_or_default(), 80)
                );
                if is_documented {
                    Judgement::fail(expected, found, fix, Owner::CloudAdmin)
                } else {
                    Judgement::warn(expected, found, fix, Owner::CloudAdmin)
                }
            }
        };
        Ok(seen::with_api(judgement, fact))
    }
}

/// The existing permissions that a role needs and does not hold, and whether the need is documented.
fn lacking<'a>(
    role: &Role,
    needed: &[&NeededPermission],
    existing: &'a [String],
) -> Vec<(&'a str, bool)> {
    let mut lacking: Vec<(&str, bool)> = Vec::new();
    for one in needed {
        for name in baseline::meant(&one.permission, existing) {
            if !baseline::allows(&role.policies, name)
                && !lacking.iter().any(|(known, _)| *known == name)
            {
                lacking.push((name, one.documented));
            }
        }
    }
    lacking
}

fn permissions_key(case: &Case<'_>) -> FactKey {
    FactKey::Permissions {
        object: case.object.id,
        domain: baseline::domains().into_iter().next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::{ApiOutcome, PermissionPolicy};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, client, journey, roles, roles_key};

    fn holding(option: &str, policies: Vec<PermissionPolicy>) -> Judgement {
        let bench = Bench::healthy();
        let name = bench.object.plain("general", option).map(str::to_owned);
        let mut listing = roles(&bench.object);
        for role in &mut listing.entities {
            if role.name == name {
                role.policies.clone_from(&policies);
            }
        }
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(listing));
        let bench = bench.fact(roles_key(), fact);
        let subject = Subject::option("general", option);
        bench.judge(&Permissions, &subject).expect("a verdict")
    }

    #[test]
    fn a_documented_lack_fails_and_an_inferred_one_warns() {
        let admin = "default_admin_role_name";
        let all_but_one = vec![
            journey("actionmap", &["view", "add", "edit"]),
            journey("actiontarget", &["view"]),
            journey("segment", &["*"]),
            journey("outcome", &["*"]),
        ];
        let judgement = holding(admin, all_but_one);
        assert_eq!(judgement.status, Status::Fail);
        assert!(
            judgement.found.ends_with("lacks journey:actionmap:delete"),
            "{}",
            judgement.found
        );
        let agent = "default_agent_role_name";
        let judgement = holding(agent, vec![journey("session", &["view"])]);
        assert_eq!(judgement.status, Status::Warn);
    }

    #[test]
    fn wildcards_are_enough() {
        let judgement = holding("default_agent_role_name", vec![journey("*", &["view"])]);
        assert_eq!(judgement.status, Status::Pass);
    }
}
