//! Whether the roles that the object names allow what is expected of them.

use hybridcheck_core::access::Mark;
use hybridcheck_core::baseline::{Expected, RoleKind};
use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner, Severity};
use hybridcheck_core::object::{HybridObject, SAML_AUTH};
use hybridcheck_core::page;
use hybridcheck_core::policy::Policy;

use super::exist;
use crate::evidence::rights::{self, Weighed};
use crate::evidence::subjects;

page! {
    /// The role holds the permissions that are expected of it.
    ///
    /// The expectation is a table: `hybridcheck permissions --baseline` prints it, `--permission-baseline FILE` replaces it. Wildcards
    /// of a role (`journey:*:*`) hold what they stand for. A permission that does not exist in the organisation is not held against the
    /// role: that is `roles-product`.
    ///
    /// ## Why it matters
    ///
    /// Users get their rights from the role alone. Without the journey permissions an administrator finds no action maps, and an agent
    /// sees nothing of the visitor.
    ///
    /// ## How to fix
    ///
    /// Add the permissions to the role under Admin > People & Permissions > Roles / Permissions, or name another role in the option. A
    /// change takes up to five minutes to act.
    ///
    /// ## What we rely on
    ///
    /// Documented: by default, Altocloud permissions are included in the Admin and AI Agent roles (provisioning article); which ones
    /// action maps need (Altocloud permissions overview). Only a lack of these fails. Inferred: everything else of the table, so its lack
    /// warns. Also inferred: `*` in a role stands for everything.
    pub(crate) struct Permissions;
}

impl Judge for Permissions {
    type Subject = RoleKind;

    fn needs_under(&self, kind: &RoleKind, object: &HybridObject, policy: &Policy) -> Vec<FactKey> {
        let mut needs = exist::needs(*kind, object);
        let expected = policy.permission_baseline.of(*kind);
        if expected.is_empty() {
            return Vec::new();
        }
        for entry in expected {
            let key = FactKey::permissions(object.id, entry.permission.domain().to_owned());
            if !needs.is_empty() && !needs.contains(&key) {
                needs.push(key);
            }
        }
        needs
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, kind: &RoleKind, case: &Case<'_>) -> Answer<Judgement> {
        if case.policy.permission_baseline.of(*kind).is_empty() {
            return Ok(Judgement::not_applicable(format!(
                "the baseline expects nothing of the {} role",
                kind.label()
            )));
        }
        let weighed = Weighed::of(case, *kind)?;
        let judgement = weighed.judgement(case)?;
        Ok(subjects::with_api(judgement, weighed.fact).of(weighed.written))
    }
}

impl Weighed<'_> {
    fn judgement(&self, case: &Case<'_>) -> Answer<Judgement> {
        let names = self.names();
        let name = self.role.name.clone().unwrap_or_default();
        let shown = name.shown(80).to_string();
        if names.is_empty() {
            return self.held(case, &shown);
        }
        let is_documented = self
            .lacked()
            .any(|entry| entry.certainty == Mark::Documented);
        // Without a client for logins nobody is given a role through this object.
        let is_used = case.object.plain(SAML_AUTH, "client_id").is_some();
        let severity = if is_documented && is_used {
            Severity::Fail
        } else {
            Severity::Warn
        };
        let mut judgement = Judgement::finding(
            severity,
            format!("`{shown}` holds {}", rights::in_words(&names)),
            format!("`{shown}` lacks {}", rights::names(&names)),
            self.fix(&shown, &names),
            Owner::CloudAdmin,
        );
        for entry in self.lacked().take(EXPLAINED) {
            let label = format!("{} is expected", entry.permission);
            judgement =
                judgement.evidence(&label, format!("{}: {}", entry.certainty, entry.source));
        }
        if let Some(unread) = &self.unread {
            judgement = judgement.evidence("not known", unread);
        }
        Ok(judgement.evidence(
            "the role allows",
            rights::allowed(self.role.policies.iter().flatten()),
        ))
    }

    fn fix(&self, shown: &str, names: &[String]) -> String {
        let words = rights::to_add(names);
        let page = rights::ROLES_PAGE;
        let delay = rights::DELAY;
        if self.perhaps.is_empty() {
            return format!(
                "Add to the role `{shown}` under {page}: {words}. Genesys documents that permissions of Predictive Engagement may add a licence or usage charges: settle that first. {delay}"
            );
        }
        format!(
            "Look for {words} under {page}. Where they are offered there, add them to the role `{shown}`: it lacks them. Where they are not, the \
             product that brings them is not enabled in the organisation: ask Genesys to enable it. {delay}"
        )
    }

    /// Nothing is lacked, as far as it could be told.
    fn held(&self, case: &Case<'_>, shown: &str) -> Answer<Judgement> {
        if let Some(entry) = self.absent.first() {
            return Err(Gap::blocked(FactKey::permissions(
                case.object.id,
                entry.permission.domain().to_owned(),
            )));
        }
        let untold: Vec<String> = self
            .untold
            .iter()
            .map(|entry| entry.permission.to_string())
            .collect();
        let pass = Judgement::pass(format!("`{shown}` holds what the baseline expects of it"))
            .evidence(
                "the role allows",
                rights::allowed(self.role.policies.iter().flatten()),
            );
        let Some(unread) = self.unread.clone().filter(|_| !untold.is_empty()) else {
            return Ok(pass);
        };
        let unread = format!(
            "whether `{shown}` holds {} is not known: {unread}",
            rights::names(&untold)
        );
        let is_documented = |entry: &&Expected| entry.certainty == Mark::Documented;
        if self.untold.iter().any(is_documented) {
            return Err(Gap::NotAnswered { what: unread });
        }
        Ok(Judgement::note(
            format!("{}; {unread}", pass.found()),
            "Nothing, as long as the role does what is wanted of it.",
            Owner::CloudAdmin,
        )
        .resting_on(pass.evidence))
    }
}

/// So many expectations are explained by their source.
const EXPLAINED: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, PermissionPolicy, Permissions as Existing, Roles};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{
        api, client, journey, journey_permissions, permissions_key, role, roles_key, roles_named,
    };
    use hybridcheck_testkit::objects;

    fn agents(policies: Vec<PermissionPolicy>) -> Bench {
        let roles = Roles {
            entities: vec![
                role("AI Agent", 40, policies),
                role("Other", 1, vec![journey("*", &["*"])]),
            ],
            incomplete: false,
        };
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(roles));
        Bench::healthy().fact(roles_key(), fact)
    }

    fn viewing(entities: &[&str]) -> Vec<PermissionPolicy> {
        entities
            .iter()
            .map(|entity| journey(entity, &["view"]))
            .collect()
    }

    fn existing(bench: Bench, existing: Existing) -> Bench {
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(existing));
        bench.fact(permissions_key(), fact)
    }

    fn agent(bench: &Bench) -> Answer<Judgement> {
        bench.judge(&Permissions, RoleKind::Agent)
    }

    const READ: [&str; 4] = ["event", "outcome", "outcomescores", "segment"];

    #[test]
    fn wildcards_and_exact_permissions_hold_what_is_expected() {
        let mut all = READ.to_vec();
        all.push("session");
        for policies in [
            vec![journey("*", &["*"])],
            vec![journey("*", &["view"])],
            viewing(&all),
        ] {
            let judgement = agent(&agents(policies)).expect("a verdict");
            assert_eq!(judgement.status(), Status::Pass, "{}", judgement.found());
        }
    }

    #[test]
    fn the_lack_of_an_inferred_permission_warns_with_its_name_and_its_words() {
        let judgement = agent(&agents(viewing(&READ))).expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert_eq!(judgement.found(), "`AI Agent` lacks journey:session:view");
        assert!(
            judgement
                .fix()
                .contains("journey:session:view (Journey > Session > View)"),
            "{}",
            judgement.fix()
        );
        assert!(
            judgement.fix().contains("five minutes"),
            "{}",
            judgement.fix()
        );
    }

    #[test]
    fn a_role_without_any_journey_permission_fails() {
        let judgement = agent(&agents(Vec::new())).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(!judgement.found().contains('+'), "{}", judgement.found());
    }

    #[test]
    fn without_logins_through_the_object_it_only_warns() {
        let mut bench = agents(Vec::new());
        bench.object = objects::without(bench.object, "saml_auth", "client_id");
        assert_eq!(agent(&bench).expect("a verdict").status(), Status::Warn);
    }

    #[test]
    fn what_does_not_exist_is_no_fault_of_the_role() {
        let bench = existing(agents(Vec::new()), Existing::default());
        assert!(matches!(agent(&bench), Err(Gap::Blocked { .. })));
        let mut without_sessions = journey_permissions();
        without_sessions
            .names
            .retain(|name| !name.raw().contains(":session:"));
        let bench = existing(agents(viewing(&READ)), without_sessions);
        assert!(matches!(agent(&bench), Err(Gap::Blocked { .. })));
    }

    #[test]
    fn without_the_listing_both_explanations_are_named() {
        let bench = agents(viewing(&READ)).gap(permissions_key(), Gap::Interrupted);
        let judgement = agent(&bench).expect("a verdict");
        assert!(
            judgement.fix().contains("it lacks them"),
            "{}",
            judgement.fix()
        );
        assert!(
            judgement.fix().contains("ask Genesys to enable it"),
            "{}",
            judgement.fix()
        );
    }

    #[test]
    fn a_pattern_that_cannot_be_weighed_is_no_verdict() {
        let edits = ["add", "delete", "edit", "view"];
        let roles = Roles {
            entities: vec![role(
                "Admin",
                2,
                vec![
                    journey("actionmap", &edits),
                    journey("actiontarget", &["view"]),
                ],
            )],
            incomplete: false,
        };
        let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(roles));
        let bench = Bench::healthy()
            .fact(roles_key(), fact)
            .gap(permissions_key(), Gap::Interrupted);
        let judgement = bench
            .judge(&Permissions, RoleKind::Admin)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Note);
        assert!(
            judgement.found().contains("is not known"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn a_role_that_does_not_exist_is_judged_elsewhere() {
        let fact = api(
            &client("ewt"),
            "GET …",
            ApiOutcome::Found(roles_named(&["Somebody"], false)),
        );
        let bench = Bench::healthy().fact(roles_key(), fact);
        assert!(matches!(agent(&bench), Err(Gap::Blocked { .. })));
    }

    #[test]
    fn a_listing_that_states_no_policies_accuses_no_role() {
        for (spoilt, policies) in [(1, None), (2, None), (2, Some(Vec::new()))] {
            let mut roles = roles_named(&["AI Agent", "Admin"], false);
            for role in roles.entities.iter_mut().take(spoilt) {
                role.policies.clone_from(&policies);
            }
            let fact = api(&client("ewt"), "GET …", ApiOutcome::Found(roles));
            let bench = Bench::healthy().fact(roles_key(), fact);
            assert!(matches!(agent(&bench), Err(Gap::NotAnswered { .. })));
        }
    }

    #[test]
    fn nothing_is_expected_of_supervisors_by_default() {
        let judgement = Bench::healthy().judge(&Permissions, RoleKind::Supervisor);
        assert_eq!(
            judgement.expect("a verdict").status(),
            Status::NotApplicable
        );
    }
}
