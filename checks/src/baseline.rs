//! The permissions that roles need: an editable table, and how a role's policies cover it.

use std::sync::LazyLock;

use hybridcheck_core::facts::PermissionPolicy;
use hybridcheck_core::policy::{NeededPermission, Policy, RoleKind};

/// The table that is part of the program; people edit a copy of it.
pub const EMBEDDED: &str = include_str!("../data/permission_baseline.tsv");

static NEEDED: LazyLock<Vec<NeededPermission>> =
    LazyLock::new(|| parse(EMBEDDED).unwrap_or_default());

/// A line of a baseline that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, counted from one.
    pub line: usize,
    /// What is wrong with it, and what was expected.
    pub problem: String,
}

/// Reads a baseline.
///
/// # Errors
///
/// The first line that is no comment and has not the four fields of the table, or nothing but comments.
pub fn parse(text: &str) -> Result<Vec<NeededPermission>, BadLine> {
    let mut needed = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let bad = |problem: String| BadLine {
            line: index + 1,
            problem,
        };
        let fields: Vec<&str> = line.split('\t').collect();
        let [role, permission, certainty, ..] = fields.as_slice() else {
            return Err(bad(format!(
                "expected role, permission, certainty and source between tabs, found {} field(s)",
                fields.len()
            )));
        };
        let role = match *role {
            "admin" => RoleKind::Admin,
            "supervisor" => RoleKind::Supervisor,
            "agent" => RoleKind::Agent,
            other => {
                return Err(bad(format!(
                    "expected admin, supervisor or agent, found `{}`",
                    hybridcheck_core::text::visible(other, 40)
                )));
            }
        };
        if parts(permission).is_none() {
            return Err(bad(format!(
                "expected domain:entity:action, found `{}`",
                hybridcheck_core::text::visible(permission, 80)
            )));
        }
        let documented = match *certainty {
            "documented" => true,
            "inferred" => false,
            other => {
                return Err(bad(format!(
                    "expected documented or inferred, found `{}`",
                    hybridcheck_core::text::visible(other, 40)
                )));
            }
        };
        needed.push(NeededPermission {
            role,
            permission: (*permission).to_owned(),
            documented,
        });
    }
    if needed.is_empty() {
        return Err(BadLine {
            line: text.lines().count().max(1),
            problem: "the baseline names no permission".into(),
        });
    }
    Ok(needed)
}

/// The baseline of a run.
pub(crate) fn needed(policy: &Policy) -> &[NeededPermission] {
    if policy.needed_permissions.is_empty() {
        &NEEDED
    } else {
        &policy.needed_permissions
    }
}

/// The domains of a baseline, each once. Checks ask for them before any policy is known, so an edited one may not add to them.
pub(crate) fn domains() -> Vec<String> {
    let mut domains: Vec<String> = NEEDED
        .iter()
        .filter_map(|one| Some(parts(&one.permission)?.0.to_owned()))
        .collect();
    domains.sort();
    domains.dedup();
    domains
}

/// The permissions that exist and that one of the baseline stands for: itself, or every one that its wildcards cover.
pub(crate) fn meant<'a>(permission: &str, existing: &'a [String]) -> Vec<&'a str> {
    let covers = |name: &&'a String| covers(permission, name);
    existing.iter().filter(covers).map(String::as_str).collect()
}

/// Whether policies allow a permission; `*` stands for every entity or action.
pub(crate) fn allows(policies: &[PermissionPolicy], permission: &str) -> bool {
    let Some((domain, entity, action)) = parts(permission) else {
        return false;
    };
    let is = |held: &str, wanted: &str| held == "*" || held.eq_ignore_ascii_case(wanted);
    policies.iter().any(|policy| {
        is(&policy.domain, domain)
            && is(&policy.entity, entity)
            && policy.actions.iter().any(|held| is(held, action))
    })
}

fn covers(pattern: &str, name: &str) -> bool {
    let (Some(pattern), Some(name)) = (parts(pattern), parts(name)) else {
        return false;
    };
    let is = |pattern: &str, name: &str| pattern == "*" || pattern.eq_ignore_ascii_case(name);
    is(pattern.0, name.0) && is(pattern.1, name.1) && is(pattern.2, name.2)
}

fn parts(permission: &str) -> Option<(&str, &str, &str)> {
    let mut pieces = permission.trim().split(':');
    let found = (pieces.next()?, pieces.next()?, pieces.next()?);
    let is_whole = pieces.next().is_none()
        && [found.0, found.1, found.2]
            .iter()
            .all(|piece| !piece.is_empty());
    is_whole.then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(domain: &str, entity: &str, actions: &[&str]) -> PermissionPolicy {
        PermissionPolicy {
            domain: domain.into(),
            entity: entity.into(),
            actions: actions.iter().map(|action| (*action).to_owned()).collect(),
        }
    }

    #[test]
    fn the_embedded_table_is_read_whole() {
        let lines = EMBEDDED.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(NEEDED.len(), lines.count());
        assert_eq!(domains(), ["journey"]);
    }

    #[test]
    fn wildcards_stand_for_every_entity_and_action() {
        let wide = [policy("journey", "*", &["*"])];
        assert!(allows(&wide, "journey:actionmap:edit"));
        assert!(!allows(&wide, "analytics:journeyAggregate:view"));
        let narrow = [policy("journey", "actionmap", &["view", "edit"])];
        assert!(allows(&narrow, "journey:actionmap:edit"));
        assert!(!allows(&narrow, "journey:actionmap:delete"));
        assert!(!allows(&narrow, "journey:segment:view"));
    }

    #[test]
    fn a_wildcard_of_the_baseline_means_what_exists() {
        let existing = [
            "journey:segment:view",
            "journey:segment:edit",
            "journey:outcome:view",
        ];
        let existing = existing.map(str::to_owned);
        assert_eq!(meant("journey:segment:*", &existing).len(), 2);
        assert_eq!(meant("journey:*:view", &existing).len(), 2);
        assert!(meant("journey:actionmap:view", &existing).is_empty());
    }

    #[test]
    fn a_bad_line_is_named_by_its_number() {
        for (text, line) in [
            ("# only\n", 1),
            ("admin journey:segment:view documented x", 1),
            ("# x\nboss\tjourney:segment:view\tdocumented\tx", 2),
            ("admin\tjourney:segment\tdocumented\tx", 1),
            ("admin\tjourney:segment:view:more\tdocumented\tx", 1),
            ("admin\tjourney:segment:view\tsurely\tx", 1),
        ] {
            assert_eq!(parse(text).expect_err(text).line, line, "{text}");
        }
    }
}
