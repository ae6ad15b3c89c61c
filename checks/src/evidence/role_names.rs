//! The role that an option names, and those whose names come near.

use hybridcheck_core::baseline::RoleKind;
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::{Answer, ApiFact, FactKey, Gap, Role, Roles};
use hybridcheck_core::names::RoleName;
use hybridcheck_core::object::Opt;
use hybridcheck_core::text::{bare, nearest};

use crate::evidence::{organization, subjects};

/// So many names that come near are told.
const NEAR: usize = 3;

/// The listing of roles, read with a client of the object's organisation.
pub(crate) fn listing<'a>(case: &Case<'a>) -> Answer<(&'a ApiFact<Roles>, &'a Roles)> {
    let fact = case.roles()?;
    organization::is_about_us(case, &fact.reader)?;
    Ok((fact, subjects::found(fact)?))
}

/// The role of exactly the name that an option holds. That there is none is judged by `roles-exist`, a gap for all others.
pub(crate) fn role<'a>(
    case: &Case<'a>,
    section: &str,
    option: &str,
) -> Answer<(&'a Opt, &'a ApiFact<Roles>, &'a Role)> {
    let (written, name) = subjects::plain(case, section, option)?;
    let name = RoleName::from(name);
    let (fact, roles) = listing(case)?;
    match exact(roles, &name) {
        Some(role) => Ok((written, fact, role)),
        None if roles.incomplete => Err(cut_off(&name)),
        None => Err(Gap::blocked(FactKey::option(
            case.object.id,
            section,
            option,
        ))),
    }
}

/// The kind of role that the option of a subject names.
pub(crate) fn kind(subject: &Subject) -> Option<RoleKind> {
    match subject {
        Subject::Option { option, .. } => RoleKind::of_option(option.raw()),
        _ => None,
    }
}

/// The role of exactly this name.
pub(crate) fn exact<'r>(roles: &'r Roles, name: &RoleName) -> Option<&'r Role> {
    let mut all = roles.entities.iter();
    all.find(|role| role.name.as_ref() == Some(name))
}

/// The name is not among those listed, but not all were.
pub(crate) fn cut_off(name: &RoleName) -> Gap {
    Gap::NotAnswered {
        what: format!(
            "`{}` is not among the roles listed, but the listing was cut off",
            name.shown(80)
        ),
    }
}

/// How the name of a role differs from the one written, closest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    Case,
    Blanks,
    Punctuation,
    Letters,
    Longer,
}

impl Difference {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Case => "in another case",
            Self::Blanks => "with a blank or quote before or after it",
            Self::Punctuation => "with other blanks or punctuation",
            Self::Letters => "spelt otherwise",
            Self::Longer => "a longer name",
        }
    }
}

/// The roles whose names come near the one written, closest first.
pub(crate) fn near<'r>(roles: &'r Roles, name: &RoleName) -> Vec<(Difference, &'r RoleName)> {
    let names = || roles.entities.iter().filter_map(|role| role.name.as_ref());
    let name = name.view().raw();
    let close = nearest(name, names().map(|found| found.view().raw()));
    let mut near: Vec<(Difference, &RoleName)> = names()
        .filter_map(|found| Some((difference(name, found.view().raw(), &close)?, found)))
        .collect();
    near.sort_unstable();
    near.dedup();
    near.truncate(NEAR);
    near
}

fn difference(name: &str, found: &str, close: &[&str]) -> Option<Difference> {
    let (wanted, there) = (squeezed(name), squeezed(found));
    if there.is_empty() {
        return None;
    }
    if found.to_lowercase() == name.to_lowercase() {
        return Some(Difference::Case);
    }
    if bare(found).to_lowercase() == name.to_lowercase() {
        return Some(Difference::Blanks);
    }
    if wanted == there {
        return Some(Difference::Punctuation);
    }
    if close.contains(&found) {
        return Some(Difference::Letters);
    }
    // A single short word is part of many names.
    let is_part = wanted.chars().count() >= 4 && there.contains(&wanted);
    is_part.then_some(Difference::Longer)
}

/// Letters and digits alone, in lower case.
fn squeezed(name: &str) -> String {
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_testkit::facts::roles_named;

    fn found(names: &[&str], wanted: &str) -> Vec<(Difference, String)> {
        let roles = roles_named(names, false);
        let near = near(&roles, &wanted.into()).into_iter();
        near.map(|(how, name)| (how, name.view().raw().to_owned()))
            .collect()
    }

    #[test]
    fn every_kind_of_near_miss_is_told() {
        for (there, how) in [
            ("ai agent", Difference::Case),
            ("AI Agent ", Difference::Blanks),
            (" ai agent", Difference::Blanks),
            ("AI Agent\u{a0}", Difference::Blanks),
            ("AI-Agent", Difference::Punctuation),
            ("AIAgent", Difference::Punctuation),
            ("AI Agnet", Difference::Letters),
            ("AI Agents", Difference::Letters),
            ("AI Agent (old)", Difference::Longer),
            ("Old AI Agent 2024", Difference::Longer),
        ] {
            assert_eq!(
                found(&["Employee", there], "AI Agent"),
                [(how, there.to_owned())],
                "{there}"
            );
        }
    }

    #[test]
    fn strangers_are_not_near() {
        assert!(found(&["Employee", "Agent Pacing Service", ""], "AI Agent").is_empty());
        assert!(found(&["QA Team"], "QA").is_empty());
    }

    #[test]
    fn the_closest_comes_first_and_few_are_told() {
        let there = ["AI Agent (old)", "AI-Agent", "ai agent", "AI Agent (new)"];
        let near = found(&there, "AI Agent");
        assert_eq!(near.len(), 3);
        assert_eq!(near[0], (Difference::Case, "ai agent".to_owned()));
        assert_eq!(near[1].0, Difference::Punctuation);
    }
}
