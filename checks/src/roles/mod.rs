//! Checks of family `roles`, in the order in which they are shown.

use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::facts::{Answer, ApiFact, FactKey, Gap, Role, Roles};

use crate::seen;

mod administrators;
mod client_rights;
mod exist;
mod permissions;
mod product;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &exist::Exist,
    &product::Product,
    &permissions::Permissions,
    &administrators::Administrators,
    &client_rights::ClientRights,
];

/// The role that an option names. That there is none is judged by `roles-exist`, a gap for all others.
fn named<'a>(
    case: &Case<'a>,
    section: &str,
    option: &str,
) -> Answer<(&'a ApiFact<Roles>, &'a Role)> {
    let (_, name) = seen::plain(case, section, option)?;
    let fact = case.roles()?;
    seen::is_about_us(case, &fact.reader)?;
    let roles = seen::found(fact)?;
    let is_named = |role: &&Role| role.name.as_deref() == Some(name);
    match roles.entities.iter().find(is_named) {
        Some(role) => Ok((fact, role)),
        None => Err(Gap::blocked(FactKey::option(
            case.object.id,
            section,
            option,
        ))),
    }
}
