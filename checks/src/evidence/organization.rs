//! Whose organisation a client sees: what another organisation's client read says nothing about the object.

use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{Answer, ApiOutcome, ClientRef, FactKey, Gap};
use hybridcheck_core::names::OrgId;

/// Whether what this reader saw is about the object's organisation. What a reader of another organisation saw says nothing about
/// the object: a gap, no accusation.
pub(crate) fn is_about_us(case: &Case<'_>, reader: &ClientRef) -> Answer<()> {
    // Peeked at, not noted: what is read about a provider or a role does not rest on the option.
    let Some(ours) = case.object.organization_id() else {
        return Ok(());
    };
    let shown = |theirs: &OrgId| {
        format!(
            "it was read with {reader}, which belongs to organisation `{}`, while the object's is `{}`",
            theirs.shown(60),
            ours.shown(60)
        )
    };
    let what = match whose(case, reader, &ours) {
        Whose::Ours => return Ok(()),
        Whose::Foreign(theirs) => format!(
            "{}: use a client of the object's organisation",
            shown(theirs)
        ),
        Whose::Untold(theirs) => format!(
            "{}, and no client of the object says which of the two is meant: use a client of the organisation that is meant, or correct \
             general/organization_id",
            shown(theirs)
        ),
    };
    Err(Gap::NoMeans { what })
}

/// Whose organisation a reader sees.
pub(crate) enum Whose<'a> {
    /// The object's, as far as anybody says.
    Ours,
    /// Another, of this id: a client of the object confirms the id that the object names.
    Foreign(&'a OrgId),
    /// The tool's own client, which the object does not name, sees the organisation of this id, and nothing else tells whether its
    /// choice or the object's id is the mistake.
    Untold(&'a OrgId),
}

/// Holds the organisation of a reader against the id that the object names.
pub(crate) fn whose<'a>(case: &Case<'a>, reader: &ClientRef, ours: &OrgId) -> Whose<'a> {
    let Some(theirs) = organization_of(case, reader) else {
        return Whose::Ours;
    };
    if theirs.is_like(ours) {
        return Whose::Ours;
    }
    if confirms(case, reader, ours) {
        return Whose::Foreign(theirs);
    }
    let is_untold = matches!(reader, ClientRef::Tool { .. })
        && ours.is_guid()
        && !confirms(case, reader, theirs)
        && !is_named(case, reader);
    if is_untold {
        Whose::Untold(theirs)
    } else {
        Whose::Ours
    }
}

/// Whether the organisation that a reader sees bears the short name of the object, which no two organisations share.
fn is_named(case: &Case<'_>, reader: &ClientRef) -> bool {
    let key = FactKey::organization(case.object.id);
    let name = case.object.organization_sname();
    let fact = case.facts().organization(&key).ok();
    let fact = fact.filter(|fact| fact.reader == *reader);
    fact.is_some_and(|fact| match &fact.outcome {
        ApiOutcome::Found(organization) => {
            name.is_some() && organization.third_party_org_name == name
        }
        _ => false,
    })
}

/// Whether a client of the object other than this one is of the organisation that the object names.
pub(crate) fn confirms(case: &Case<'_>, reader: &ClientRef, ours: &OrgId) -> bool {
    let person = ClientRef::Person {
        object: case.object.id,
    };
    let services = case.service_clients();
    let mut others = services.iter().chain([&person]);
    others.any(|client| {
        client != reader && organization_of(case, client).is_some_and(|id| id.is_like(ours))
    })
}

/// The organisation a client's token is for, as far as an answer says.
pub(crate) fn organization_of<'a>(case: &Case<'a>, client: &ClientRef) -> Option<&'a OrgId> {
    let facts = case.facts();
    let info = facts.token_info(&FactKey::token_info(client)).ok();
    let of_token = info.and_then(|fact| fact.organization_id());
    let key = FactKey::organization(case.object.id);
    let of_answer = facts
        .organization(&key)
        .ok()
        .filter(|fact| fact.reader == *client);
    of_token.or_else(|| match &of_answer?.outcome {
        ApiOutcome::Found(organization) => organization.id.as_ref(),
        _ => None,
    })
}
