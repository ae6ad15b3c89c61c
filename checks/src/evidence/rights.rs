//! What roles allow, held against what the baseline expects and against what exists in the organisation at all.

use hybridcheck_core::baseline::{Expected, RoleKind};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{
    Answer, ApiFact, ClientRef, FactKey, Gap, Grants, PermissionPolicy, Permissions, Role, Roles,
};
use hybridcheck_core::object::Opt;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::permission::Permission;
use hybridcheck_core::text::listed;

use crate::evidence::{organization, role_names, subjects};

/// What everybody has to know who changes a permission.
pub(crate) const DELAY: &str =
    "A change of permissions takes up to five minutes to act; take a new token then.";
/// Where roles are edited, in the words of the user interface.
pub(crate) const ROLES_PAGE: &str = "Admin > People & Permissions > Roles / Permissions";

/// So many permissions are named in a sentence.
const NAMED: usize = 8;

/// How a role stands to what is expected of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It does not exist in the organisation, so that no role can hold it.
    Absent,
    /// The role holds it.
    Held,
    /// It exists, and the role lacks these of it.
    Lacks(Vec<String>),
    /// The role lacks it, and whether it exists is not known.
    LacksPerhapsAbsent,
    /// It stands for everything that exists, and what exists is not known.
    Untold,
}

/// How a role stands to an expected permission, where `existing` is what exists in its domain, as far as it could be read.
pub(crate) fn standing(
    role: &Role,
    expected: &Permission,
    existing: Option<&Permissions>,
) -> Standing {
    let is_held = if expected.is_any() {
        role.touches(expected)
    } else {
        role.allows(expected)
    };
    if is_held {
        return Standing::Held;
    }
    let holds_nothing = !role.touches(expected);
    let Some(existing) = existing else {
        return if expected.is_every() && !holds_nothing {
            Standing::Untold
        } else {
            Standing::LacksPerhapsAbsent
        };
    };
    let fitting = expected.among(existing);
    if fitting.is_empty() {
        return match (existing.incomplete, expected.is_every() && !holds_nothing) {
            (false, _) => Standing::Absent,
            (true, true) => Standing::Untold,
            (true, false) => Standing::LacksPerhapsAbsent,
        };
    }
    if expected.is_any() {
        return Standing::Lacks(vec![expected.to_string()]);
    }
    let is_lacked =
        |name: &&Outside| Permission::parse(name.raw()).is_ok_and(|name| !role.allows(&name));
    let lacked: Vec<String> = fitting
        .into_iter()
        .filter(is_lacked)
        .map(ToString::to_string)
        .collect();
    match (lacked.is_empty(), existing.incomplete) {
        (false, _) => Standing::Lacks(lacked),
        (true, false) => Standing::Held,
        (true, true) => Standing::Untold,
    }
}

/// What is expected and is not among what was listed.
pub(crate) fn unseen<'e>(expected: &[&'e Expected], existing: &Permissions) -> Vec<&'e Expected> {
    let expected = expected.iter().copied();
    expected
        .filter(|entry| entry.permission.among(existing).is_empty())
        .collect()
}

/// The permissions that exist in a domain; what was read about another organisation is none.
pub(crate) fn existing<'a>(
    case: &Case<'a>,
    domain: &str,
) -> Answer<(&'a ApiFact<Permissions>, &'a Permissions)> {
    let fact = case.permissions(domain)?;
    organization::is_about_us(case, &fact.reader)?;
    Ok((fact, subjects::found(fact)?))
}

/// What the role that an option names lacks of what the baseline expects of it, by how it is known.
pub(crate) struct Weighed<'a> {
    /// The option that names the role.
    pub(crate) written: &'a Opt,
    /// The listing that holds it.
    pub(crate) fact: &'a ApiFact<Roles>,
    /// The role.
    pub(crate) role: &'a Role,
    /// It lacks these, and they exist.
    pub(crate) lacks: Vec<(&'a Expected, Vec<String>)>,
    /// It lacks these; whether they exist is not known.
    pub(crate) perhaps: Vec<&'a Expected>,
    /// These stand for everything that exists, which is not known.
    pub(crate) untold: Vec<&'a Expected>,
    /// These exist nowhere in the organisation.
    pub(crate) absent: Vec<&'a Expected>,
    /// Why what exists is not known.
    pub(crate) unread: Option<String>,
}

impl<'a> Weighed<'a> {
    /// Weighs the role of a kind.
    pub(crate) fn of(case: &Case<'a>, kind: RoleKind) -> Answer<Self> {
        let (written, fact, role) = role_names::role(case, "general", kind.option())?;
        if role.policies.is_none() || !states_policies(case) {
            return Err(Gap::NotAnswered {
                what: format!("{} does not state what the role allows", fact.call),
            });
        }
        let mut weighed = Self {
            written,
            fact,
            role,
            lacks: Vec::new(),
            perhaps: Vec::new(),
            untold: Vec::new(),
            absent: Vec::new(),
            unread: None,
        };
        for entry in case.policy.permission_baseline.of(kind) {
            let domain = entry.permission.domain();
            let existing = match existing(case, domain) {
                Ok((_, existing)) => Some(existing),
                Err(gap) => {
                    weighed.unread = Some(unread(domain, &gap));
                    None
                }
            };
            match standing(role, &entry.permission, existing) {
                Standing::Held => {}
                Standing::Absent => weighed.absent.push(entry),
                Standing::Lacks(names) => weighed.lacks.push((entry, names)),
                Standing::LacksPerhapsAbsent => weighed.perhaps.push(entry),
                Standing::Untold => weighed.untold.push(entry),
            }
        }
        Ok(weighed)
    }

    /// The names that the role lacks, each once; `at least one` is told only where nothing else of it is.
    pub(crate) fn names(&self) -> Vec<String> {
        let lacking = self.lacks.iter().flat_map(|(entry, names)| {
            let any = entry.permission.is_any();
            names.iter().map(move |name| (any, name.clone()))
        });
        let perhaps = self
            .perhaps
            .iter()
            .map(|entry| (entry.permission.is_any(), entry.permission.to_string()));
        let mut all: Vec<(bool, String)> = lacking.chain(perhaps).collect();
        if all.iter().any(|(any, _)| !any) {
            all.retain(|(any, _)| !any);
        }
        let mut names: Vec<String> = Vec::new();
        for (_, name) in all {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                names.push(name);
            }
        }
        names
    }

    /// What it lacks, whether or not that exists.
    pub(crate) fn lacked(&self) -> impl Iterator<Item = &'a Expected> {
        let known = self.lacks.iter().map(|(entry, _)| *entry);
        known.chain(self.perhaps.iter().copied())
    }
}

/// A listing in which no role allows anything leaves policies out; it says nothing about any role.
fn states_policies(case: &Case<'_>) -> bool {
    role_names::listing(case).is_ok_and(|(_, roles)| {
        let mut all = roles.entities.iter();
        all.any(|role| role.policies.as_ref().is_some_and(|all| !all.is_empty()))
    })
}

/// Key of what a client says of its own grants.
pub(crate) fn grants_key(client: &ClientRef) -> FactKey {
    FactKey::grants(client)
}

/// What a client says of its own grants.
pub(crate) fn grants<'a>(
    case: &Case<'a>,
    client: &ClientRef,
) -> Answer<(&'a ApiFact<Grants>, &'a Grants)> {
    let fact = case.grants(&grants_key(client))?;
    Ok((fact, subjects::found(fact)?))
}

/// Names of permissions with their words in the user interface, as a sentence lists them.
pub(crate) fn in_words(names: &[String]) -> String {
    shortened(names, |name| match Permission::parse(name) {
        Ok(permission) => format!("{name} ({})", permission.in_words()),
        Err(_) => name.clone(),
    })
}

/// Names of permissions as somebody is told to add them: all of them, and with the words of the user interface while they are few.
pub(crate) fn to_add(names: &[String]) -> String {
    if names.len() <= NAMED {
        in_words(names)
    } else {
        listed(names)
    }
}

/// Names of permissions, as a sentence lists them.
pub(crate) fn names(names: &[String]) -> String {
    shortened(names, Clone::clone)
}

fn shortened(names: &[String], shown: impl Fn(&String) -> String) -> String {
    let mut all: Vec<String> = names.iter().take(NAMED).map(shown).collect();
    let more = names.len().saturating_sub(NAMED);
    if more > 0 {
        all.push(format!("{more} more"));
    }
    listed(all)
}

/// What policies allow, as a person reads it: `journey:session:view,edit`.
pub(crate) fn allowed<'p>(policies: impl IntoIterator<Item = &'p PermissionPolicy>) -> String {
    let mut shown: Vec<String> = policies
        .into_iter()
        .map(|policy| {
            format!(
                "{}:{}:{}",
                policy.domain,
                policy.entity,
                policy
                    .actions
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(",")
            )
        })
        .collect();
    shown.sort_unstable();
    shown.dedup();
    if shown.is_empty() {
        return "nothing".into();
    }
    shown.join(" ")
}

/// Why what exists in a domain is not known, as the rest of a sentence.
fn unread(domain: &str, gap: &Gap) -> String {
    format!("which {domain} permissions exist in the organisation could not be read: {gap}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_testkit::facts::{journey, journey_permissions, role};

    fn permission(text: &str) -> Permission {
        Permission::parse(text).expect("a permission")
    }

    fn holder(policies: Vec<PermissionPolicy>) -> Role {
        role("Agents", 5, policies)
    }

    fn existing() -> Permissions {
        journey_permissions()
    }

    #[test]
    fn what_is_held_needs_no_listing() {
        let wild = holder(vec![journey("*", &["*"])]);
        let exact = holder(vec![journey("session", &["view"])]);
        for role in [&wild, &exact] {
            for known in [None, Some(&existing())] {
                let standing = standing(role, &permission("journey:session:view"), known);
                assert_eq!(standing, Standing::Held);
            }
        }
    }

    #[test]
    fn lacking_and_absent_are_told_apart_by_what_exists() {
        let role = holder(vec![journey("session", &["view"])]);
        let wanted = permission("journey:segment:view");
        assert_eq!(
            standing(&role, &wanted, Some(&existing())),
            Standing::Lacks(vec!["journey:segment:view".into()])
        );
        let none = Permissions::default();
        assert_eq!(standing(&role, &wanted, Some(&none)), Standing::Absent);
        assert_eq!(standing(&role, &wanted, None), Standing::LacksPerhapsAbsent);
        let cut = Permissions {
            incomplete: true,
            ..none
        };
        assert_eq!(
            standing(&role, &wanted, Some(&cut)),
            Standing::LacksPerhapsAbsent
        );
    }

    #[test]
    fn a_pattern_stands_for_what_exists() {
        let wanted = permission("journey:*:view");
        let all_but_one: Vec<PermissionPolicy> = existing()
            .names
            .iter()
            .map(Outside::<String>::raw)
            .filter(|name| name.ends_with(":view") && !name.contains("outcomescores"))
            .filter_map(|name| Some(journey(name.split(':').nth(1)?, &["view"])))
            .collect();
        let mut role = holder(all_but_one);
        assert_eq!(
            standing(&role, &wanted, Some(&existing())),
            Standing::Lacks(vec!["journey:outcomescores:view".into()])
        );
        assert_eq!(standing(&role, &wanted, None), Standing::Untold);
        role.policies
            .get_or_insert_default()
            .push(journey("outcomescores", &["view"]));
        assert_eq!(standing(&role, &wanted, Some(&existing())), Standing::Held);
    }

    #[test]
    fn at_least_one_is_lacked_by_a_role_without_any() {
        let wanted = permission("journey:+:+");
        let one = holder(vec![journey("segment", &["view"])]);
        assert_eq!(standing(&one, &wanted, None), Standing::Held);
        let none = holder(Vec::new());
        assert_eq!(
            standing(&none, &wanted, Some(&existing())),
            Standing::Lacks(vec!["journey:+:+".into()])
        );
        let empty = Permissions::default();
        assert_eq!(standing(&none, &wanted, Some(&empty)), Standing::Absent);
    }

    #[test]
    fn long_lists_are_shortened() {
        let many: Vec<String> = (0..20).map(|n| format!("journey:e{n}:view")).collect();
        assert!(names(&many).ends_with("and 12 more"), "{}", names(&many));
        // What somebody has to act on is never shortened.
        let all = to_add(&many);
        assert!(many.iter().all(|name| all.contains(name)), "{all}");
        let one = ["journey:actionmap:edit".to_owned()];
        assert_eq!(to_add(&one), in_words(&one));
        assert_eq!(
            in_words(&one),
            "journey:actionmap:edit (Journey > Action Map > Edit)"
        );
    }
}
