//! Whether more than one person holds the administrators' role.

use hybridcheck_core::baseline::RoleKind;
use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use super::exist;
use crate::evidence::{rights, role_names, subjects};

page! {
    /// More than one user holds the administrators' role.
    ///
    /// ## Why it matters
    ///
    /// With one administrator alone, an illness, a lost second factor or a departure leaves nobody who can change the identity provider,
    /// a client or a role, while agents cannot log in.
    ///
    /// ## How to fix
    ///
    /// Add a person to the organisation and assign the role: Admin > People & Permissions > People.
    ///
    /// ## What we rely on
    ///
    /// Documented: additional administrators are people assigned to the Admin role (provisioning article), the number of users of a role
    /// (Platform API definition). Not documented: whether members of a group that has the role are counted.
    pub(crate) struct Administrators;
}

impl Judge for Administrators {
    type Subject = RoleKind;

    fn subjects(&self, _: &HybridObject) -> Vec<RoleKind> {
        vec![RoleKind::Admin]
    }

    fn needs(&self, kind: &RoleKind, object: &HybridObject) -> Vec<FactKey> {
        exist::needs(*kind, object)
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, kind: &RoleKind, case: &Case<'_>) -> Answer<Judgement> {
        let (written, fact, role) = role_names::role(case, "general", kind.option())?;
        let name = role.name.clone().unwrap_or_default();
        let shown = name.shown(80);
        let Some(users) = role.user_count else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state how many users `{shown}` has", fact.call),
            });
        };
        let few = |found: String, whom: &str| {
            Judgement::warn(
                format!("more than one user with the role `{shown}`"),
                found,
                format!(
                    "Assign `{shown}` to {whom} under Admin > People & Permissions > People. If administrators get the role through a group, \
                     they may not be counted: look at the role's members under {}.",
                    rights::ROLES_PAGE
                ),
                Owner::CloudAdmin,
            )
        };
        let judgement = match users {
            0 => few(
                format!("no user holds `{shown}`"),
                "the people who are to administer the organisation",
            ),
            1 => few(format!("one user alone holds `{shown}`"), "another person"),
            many => Judgement::pass(format!("{many} users hold `{shown}`")),
        };
        Ok(subjects::with_api(judgement, fact).of(written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, Roles};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, client, journey, role, roles_key};

    fn counted(users: Option<u64>) -> Bench {
        let mut admin = role("Admin", 0, vec![journey("*", &["*"])]);
        admin.user_count = users;
        let roles = Roles {
            entities: vec![admin],
            incomplete: false,
        };
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(roles));
        Bench::healthy().fact(roles_key(), fact)
    }

    #[test]
    fn one_alone_and_none_warn() {
        for users in [0, 1] {
            assert_eq!(counted(Some(users)).status(&Administrators), Status::Warn);
        }
        assert_eq!(counted(Some(2)).status(&Administrators), Status::Pass);
    }

    #[test]
    fn an_unknown_number_is_a_gap() {
        assert_eq!(counted(None).status(&Administrators), Status::Gap);
    }
}
