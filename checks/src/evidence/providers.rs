//! The organisation's identity providers, as several causes look at them.

use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{Answer, ApiFact, ApiOutcome, FactKey, Gap, IdentityProvider};
use hybridcheck_core::outside::Outside;

use crate::evidence::{commands, organization, subjects};

/// The id of the `PureEngage` provider among all.
const PUREENGAGE: &str = "pureengage";

/// The `PureEngage` provider of the object's organisation. That there is none is judged by `idp-exists`, a gap for all others.
pub(crate) fn pureengage<'a>(
    case: &Case<'a>,
) -> Answer<(&'a ApiFact<IdentityProvider>, &'a IdentityProvider)> {
    let fact = case.pureengage_idp()?;
    organization::is_about_us(case, &fact.reader)?;
    match &fact.outcome {
        ApiOutcome::NotFound => Err(Gap::blocked(FactKey::pureengage_idp(case.object.id))),
        _ => Ok((fact, subjects::found(fact)?)),
    }
}

/// Another provider than the `PureEngage` one that has the object's issuer; one that is switched off takes no logins and does not count.
pub(crate) fn bearer<'a>(case: &Case<'a>) -> Option<&'a IdentityProvider> {
    find(case, |provider| provider.disabled != Some(true))
}

/// A provider that is switched off and has the object's issuer.
pub(crate) fn sleeper<'a>(case: &Case<'a>) -> Option<&'a IdentityProvider> {
    find(case, |provider| provider.disabled == Some(true))
}

fn find<'a>(
    case: &Case<'a>,
    is_wanted: impl Fn(&IdentityProvider) -> bool,
) -> Option<&'a IdentityProvider> {
    let ours = case.object.issuer()?;
    let key = FactKey::idps(case.object.id);
    let fact = case.facts().idps(&key).ok()?;
    organization::is_about_us(case, &fact.reader).ok()?;
    let ApiOutcome::Found(listing) = &fact.outcome else {
        return None;
    };
    listing.entities.iter().find(|provider| {
        let is_own = provider
            .id
            .as_ref()
            .is_some_and(|id| id.eq_ignore_ascii_case(PUREENGAGE));
        !is_own && provider.issuer_uri.as_ref() == Some(&ours) && is_wanted(provider)
    })
}

/// How a provider is called.
pub(crate) fn name(provider: &IdentityProvider) -> String {
    let name = provider.name.as_ref().or(provider.id.as_ref());
    let name = name.map_or(Outside::of("without a name"), Outside::view);
    name.shown(80).to_string()
}

/// A command that shows the other provider with the object's issuer: a listing shows its first page only.
pub(crate) fn bearer_command(case: &Case<'_>) -> String {
    let id = bearer(case)
        .or_else(|| sleeper(case))
        .and_then(|twin| twin.id.as_ref());
    let is_plain = |id: &&Outside| {
        id.raw()
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    match id.filter(is_plain) {
        Some(id) => commands::api(case, &format!("/api/v2/identityproviders/{}", id.shown(60))),
        None => commands::api(case, "/api/v2/identityproviders"),
    }
}
