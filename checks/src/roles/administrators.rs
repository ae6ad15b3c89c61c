//! Whether more than one person can administer the organisation.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::policy::RoleKind;
use hybridcheck_core::text::visible;

use super::named;
use crate::seen;

page! {
    /// More than one user holds the administrator role.
    ///
    /// ## Why it matters
    ///
    /// The organisation comes with one administrator. When that person is away, nobody can correct the identity provider or a client
    /// on the night of a go-live.
    ///
    /// ## How to fix
    ///
    /// Give the role to a second person under Admin > People & Permissions.
    ///
    /// ## What we rely on
    ///
    /// Documented: the organisation comes with one administrator, and more should be added (provisioning article); `userCount` of a role
    /// (Platform API definition).
    pub(crate) struct Administrators;
}

impl Check for Administrators {
    fn subjects(&self, _: &HybridObject) -> Vec<Subject> {
        vec![Subject::option("general", RoleKind::Admin.option())]
    }

    fn needs(&self, _: &Subject, object: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::Roles { object: object.id }]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, _: &Subject, case: &Case<'_>) -> Answer<Judgement> {
        let (fact, role) = named(case, "general", RoleKind::Admin.option())?;
        let Some(users) = role.user_count else {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state how many users hold the role", fact.call),
            });
        };
        let name = visible(role.name.as_deref().unwrap_or_default(), 80);
        let judgement = if users > 1 {
            Judgement::pass(format!("{users} users hold `{name}`"))
        } else {
            let who = if users == 1 { "one user" } else { "nobody" };
            Judgement::warn(
                "at least two users",
                format!("{who} holds `{name}`"),
                format!(
                    "Give the role `{name}` to another person under Admin > People & Permissions."
                ),
                Owner::CloudAdmin,
            )
        };
        Ok(seen::with_api(judgement, fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api, client, roles, roles_key};

    fn with(users: Option<u64>) -> Status {
        let bench = Bench::healthy();
        let mut listing = roles(&bench.object);
        for role in &mut listing.entities {
            role.user_count = users;
        }
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(listing));
        bench.fact(roles_key(), fact).status(&Administrators)
    }

    #[test]
    fn one_alone_warns_and_an_unknown_number_is_a_gap() {
        assert_eq!(with(Some(2)), Status::Pass);
        assert_eq!(with(Some(1)), Status::Warn);
        assert_eq!(with(Some(0)), Status::Warn);
        assert_eq!(with(None), Status::Gap);
    }
}
