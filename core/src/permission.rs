//! Permissions of Genesys Cloud, `domain:entity:action`, with the wildcards that roles and baselines are written with.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{PermissionPolicy, Permissions, Role};
use crate::outside::Outside;

/// Every one that exists.
const ALL: &str = "*";
/// At least one; only a baseline says so.
const ANY: &str = "+";

/// A permission, or a pattern of permissions: `*` stands for every entity or action, `+` for at least one.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Permission {
    domain: String,
    entity: String,
    action: String,
}

impl Permission {
    /// Reads `domain:entity:action`.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, as the rest of a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(':').collect();
        let [domain, entity, action] = parts.as_slice() else {
            return Err("is not of the form domain:entity:action".into());
        };
        for part in [domain, entity, action] {
            let is_name = part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
            if part.is_empty() || !(is_name || [ALL, ANY].contains(part)) {
                return Err("has a part that is neither a name nor `*` nor `+`".into());
            }
        }
        if [ALL, ANY].contains(domain) {
            return Err("has no domain; only entity and action may be `*` or `+`".into());
        }
        let wild = [entity, action];
        if wild.contains(&&ALL) && wild.contains(&&ANY) {
            return Err("mixes `*` (every one) with `+` (at least one)".into());
        }
        Ok(Self {
            domain: (*domain).to_owned(),
            entity: (*entity).to_owned(),
            action: (*action).to_owned(),
        })
    }

    /// The domain, such as `journey`.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// It stands for every permission that fits.
    pub fn is_every(&self) -> bool {
        self.entity == ALL || self.action == ALL
    }

    /// It stands for at least one of the permissions that fit.
    pub fn is_any(&self) -> bool {
        self.entity == ANY || self.action == ANY
    }

    /// Whether a permission that exists is one of those this pattern stands for. Names are compared without their case.
    pub fn fits(&self, name: &str) -> bool {
        let mut parts = name.split(':');
        let mut next = |own: &str| parts.next().is_some_and(|part| meets(own, part));
        next(&self.domain) && next(&self.entity) && next(&self.action)
    }

    /// The permissions that exist and that this pattern stands for.
    pub fn among<'p>(&self, existing: &'p Permissions) -> Vec<&'p Outside> {
        let names = existing.names.iter();
        names.filter(|name| self.fits(name.raw())).collect()
    }

    /// As the user interface shows it: `Journey > Action Map > Edit`.
    pub fn in_words(&self) -> String {
        [&self.domain, &self.entity, &self.action]
            .map(|part| titled(part))
            .join(" > ")
    }
}

impl TryFrom<String> for Permission {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|problem| format!("a permission that {problem}"))
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.to_string()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.domain, self.entity, self.action)
    }
}

impl PermissionPolicy {
    /// Whether it allows everything that a permission or pattern stands for.
    pub fn allows(&self, wanted: &Permission) -> bool {
        covers(self.domain.raw(), &wanted.domain)
            && covers(self.entity.raw(), &wanted.entity)
            && self
                .actions
                .iter()
                .any(|action| covers(action.raw(), &wanted.action))
    }

    /// Whether it allows something of what a pattern stands for.
    pub fn touches(&self, wanted: &Permission) -> bool {
        overlap(self.domain.raw(), &wanted.domain)
            && overlap(self.entity.raw(), &wanted.entity)
            && self
                .actions
                .iter()
                .any(|action| overlap(action.raw(), &wanted.action))
    }
}

impl Role {
    /// Whether it allows everything that a permission or pattern stands for.
    pub fn allows(&self, wanted: &Permission) -> bool {
        let mut policies = self.policies.iter().flatten();
        policies.any(|policy| policy.allows(wanted))
    }

    /// Whether it allows something of what a pattern stands for.
    pub fn touches(&self, wanted: &Permission) -> bool {
        let mut policies = self.policies.iter().flatten();
        policies.any(|policy| policy.touches(wanted))
    }
}

/// A part of a pattern against a part of a name.
fn meets(pattern: &str, part: &str) -> bool {
    pattern == ALL || pattern == ANY || pattern.eq_ignore_ascii_case(part)
}

/// What is held against what is wanted: a wildcard holds all, and only a wildcard holds a wildcard.
fn covers(held: &str, wanted: &str) -> bool {
    held == ALL || held.eq_ignore_ascii_case(wanted)
}

fn overlap(held: &str, wanted: &str) -> bool {
    held == ALL || meets(wanted, held)
}

/// Entities whose words run together in the name; the user interface parts them.
const WORDS: [(&str, &str); 12] = [
    ("*", "all"),
    ("+", "any"),
    ("actionmap", "Action Map"),
    ("actiontarget", "Action Target"),
    ("actiontemplate", "Action Template"),
    ("eventdefinition", "Event Definition"),
    ("externalcontacts", "External Contacts"),
    ("journeyaggregate", "Journey Aggregate"),
    ("oauth", "OAuth"),
    ("outcomepredictor", "Outcome Predictor"),
    ("outcomescores", "Outcome Scores"),
    ("sso", "Single Sign-on"),
];

fn titled(part: &str) -> String {
    let lower = part.to_ascii_lowercase();
    if let Some((_, words)) = WORDS.iter().find(|(name, _)| *name == lower) {
        return (*words).to_owned();
    }
    let mut letters = part.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(text: &str) -> Permission {
        Permission::parse(text).expect("a permission")
    }

    fn policy(domain: &str, entity: &str, actions: &[&str]) -> PermissionPolicy {
        PermissionPolicy {
            domain: domain.into(),
            entity: entity.into(),
            actions: actions.iter().map(|&action| action.into()).collect(),
        }
    }

    #[test]
    fn three_parts_are_read_and_anything_else_is_refused_with_its_reason() {
        assert_eq!(
            permission("journey:eventDefinition:view").to_string(),
            "journey:eventDefinition:view"
        );
        for (text, problem) in [
            ("journey", "form"),
            ("journey:actionmap", "form"),
            ("journey:actionmap:view:more", "form"),
            ("journey::view", "neither"),
            ("journey:action map:view", "neither"),
            ("*:*:*", "no domain"),
            ("journey:*:+", "mixes"),
        ] {
            let refused = Permission::parse(text).expect_err(text);
            assert!(refused.contains(problem), "{text}: {refused}");
        }
    }

    #[test]
    fn wildcards_of_a_role_cover_what_they_stand_for_and_nothing_else() {
        let everything = policy("journey", "*", &["*"]);
        let sessions = policy("journey", "session", &["*"]);
        let viewing = policy("journey", "*", &["view"]);
        let session = permission("journey:session:view");
        for held in [&everything, &sessions, &viewing] {
            assert!(held.allows(&session), "{held:?}");
        }
        assert!(!sessions.allows(&permission("journey:segment:view")));
        assert!(!viewing.allows(&permission("journey:session:delete")));
        assert!(!policy("sso", "*", &["*"]).allows(&session));
        assert!(policy("*", "*", &["*"]).allows(&session));
    }

    #[test]
    fn a_wildcard_that_is_wanted_is_covered_by_a_wildcard_only() {
        let wanted = permission("journey:*:view");
        assert!(policy("journey", "*", &["view"]).allows(&wanted));
        assert!(policy("journey", "*", &["*"]).allows(&wanted));
        assert!(!policy("journey", "session", &["view"]).allows(&wanted));
    }

    #[test]
    fn at_least_one_is_met_by_one() {
        let wanted = permission("journey:+:view");
        assert!(policy("journey", "session", &["view"]).touches(&wanted));
        assert!(policy("journey", "session", &["*"]).touches(&wanted));
        assert!(!policy("journey", "session", &["edit"]).touches(&wanted));
        assert!(!policy("sso", "provider", &["view"]).touches(&wanted));
    }

    #[test]
    fn names_are_compared_without_their_case() {
        let held = policy("Journey", "eventdefinition", &["View"]);
        assert!(held.allows(&permission("journey:eventDefinition:view")));
        assert!(permission("journey:*:view").fits("JOURNEY:segment:VIEW"));
    }

    #[test]
    fn words_are_those_of_the_user_interface() {
        for (name, words) in [
            ("journey:actionmap:edit", "Journey > Action Map > Edit"),
            ("sso:provider:view", "Single Sign-on > Provider > View"),
            ("oauth:client:view", "OAuth > Client > View"),
            ("journey:*:view", "Journey > all > View"),
        ] {
            assert_eq!(permission(name).in_words(), words);
        }
    }
}
