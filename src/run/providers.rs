//! The identity providers that a captured message is held against, read with the tool's own client and with no other.

use std::collections::BTreeSet;

use base64ct::{Base64, Encoding as _};
use hybridcheck_core::facts::{
    Answer, ApiFact, ApiOutcome, FactKey, Facts, IdentityProvider, IdentityProviders,
};
use hybridcheck_core::names::Issuer;
use hybridcheck_core::object::{Configuration, HybridObject};
use hybridcheck_core::text::listed;

use super::session::{NoRuntime, gathered};
use crate::config::Settings;
use crate::gather::Unwatched;
use crate::redact::{Redactor, learn_settings};
use hybridcheck_saml::{Message, Remark, compare};

/// The id of remarks about reading the provider.
const READ: &str = "idp-read";

/// Reads organisation and identity providers of every object.
///
/// # Errors
///
/// Only when the system refuses what every run needs.
pub fn ask(
    configuration: &Configuration,
    settings: &Settings,
    redactor: &mut Redactor,
) -> Result<Facts, NoRuntime> {
    let mut configuration = configuration.clone();
    for object in &mut configuration.objects {
        // Without the sections of services no client but the tool's own is asked with.
        object
            .sections
            .retain(|section| section.name.eq_ignore_ascii_case("general"));
    }
    let wanted: BTreeSet<FactKey> = configuration
        .objects
        .iter()
        .flat_map(|object| {
            let object = object.id;
            [
                FactKey::idps(object),
                FactKey::organization(object),
                FactKey::pureengage_idp(object),
            ]
        })
        .collect();
    learn_settings(redactor, settings);
    let gathered = gathered(wanted, &configuration.objects, settings, &Unwatched)?;
    for secret in &gathered.secrets {
        redactor.learn(secret);
    }
    Ok(gathered.facts)
}

/// A message held against what was read for an object.
pub fn compared(message: &Message, object: &HybridObject, facts: &Facts) -> Vec<Remark> {
    if let Some(remark) = elsewhere(object, facts) {
        return vec![remark];
    }
    let id = object.id;
    let mut remarks = match found(facts.pureengage_idp(&FactKey::pureengage_idp(id))) {
        Ok(Some(provider)) => compare::with_provider(message, object, provider),
        Ok(None) => vec![Remark::fail(
            READ,
            "the organisation has no PureEngage identity provider, so nobody there accepts the message",
            "create it with PUT /api/v2/identityproviders/pureengage",
        )],
        Err(why) => vec![Remark::gap(
            READ,
            format!(
                "the PureEngage identity provider could not be read, so the message was not compared with it: {why}"
            ),
            "the client of --client-id needs sso:provider:view",
        )],
    };
    if let Ok(Some(all)) = found(facts.idps(&FactKey::Idps { object: id })) {
        remarks.extend(of_another(message, all));
    }
    remarks
}

/// The certificates of the PureEngage providers that were read, as DER: a message that carries none is verified with them.
pub fn certificates(objects: &[HybridObject], facts: &Facts) -> Vec<Vec<u8>> {
    let providers = objects.iter().filter_map(|object| {
        let key = FactKey::pureengage_idp(object.id);
        found(facts.pureengage_idp(&key)).ok().flatten()
    });
    providers
        .flat_map(|provider| &provider.certificates)
        .filter_map(|text| Base64::decode_vec(text.raw()).ok())
        .collect()
}

/// Nothing was asked, and what would be.
pub fn not_asked(offline: bool) -> Remark {
    let why = if offline {
        "--offline: the identity provider was not asked, so it was not compared what it would accept"
    } else {
        "the identity provider was not asked, so it was not compared what it would accept: no client of hybridcheck's own was given"
    };
    Remark::note("no-provider", why, how_to_ask(offline))
}

/// What makes the identity provider be asked.
pub fn how_to_ask(offline: bool) -> &'static str {
    if offline {
        "run it without --offline (HYBRIDCHECK_OFFLINE); --client-id names the client that may read identity providers (sso:provider:view)"
    } else {
        "name a client that may read identity providers (sso:provider:view) with --client-id"
    }
}

/// The tool's client belongs to another organisation than the object: its providers say nothing about this object.
pub fn elsewhere(object: &HybridObject, facts: &Facts) -> Option<Remark> {
    let ours = object.organization_id()?;
    let key = FactKey::organization(object.id);
    let theirs = found(facts.organization(&key)).ok()??.id.as_ref()?;
    (!theirs.is_like(&ours)).then(|| {
        Remark::gap(
            READ,
            format!(
                "the client of --client-id belongs to organisation {}, the object to {}, so nothing was compared with its identity providers",
                theirs.shown(60),
                ours.shown(60)
            ),
            "use a client of the object's organisation",
        )
    })
}

/// Another provider of the organisation has the message's issuer: it was made for that one.
fn of_another(message: &Message, all: &IdentityProviders) -> Option<Remark> {
    let issuer = &message.assertion.as_ref()?.issuer.as_ref()?.0;
    let issuer = Issuer::from(issuer.view());
    let is_pureengage = |provider: &&IdentityProvider| {
        let id = provider.id.as_ref();
        id.is_some_and(|id| *id == "pureengage")
    };
    let holders = all
        .entities
        .iter()
        .filter(|provider| provider.issuer_uri.as_ref() == Some(&issuer));
    let names: Vec<String> = holders
        .filter(|provider| !is_pureengage(provider))
        .map(|provider| {
            let name = provider.name.as_ref().or(provider.id.as_ref());
            format!(
                "`{}`",
                name.map_or_else(String::new, |name| name.shown(80).to_string())
            )
        })
        .take(5)
        .collect();
    (!names.is_empty()).then(|| {
        Remark::warn(
            "idp-other",
            format!(
                "the issuer of the message is that of the identity provider {}, not only or not at all of PureEngage",
                listed(names)
            ),
            "find out which system made the message; every issuer may stand at one provider only",
        )
    })
}

/// The resource, nothing for 404, or why it is not known.
///
/// # Errors
///
/// Why it is not known, in words.
pub fn found<T>(answer: Answer<&ApiFact<T>>) -> Result<Option<&T>, String> {
    let fact = answer.map_err(|gap| gap.to_string())?;
    let said = match &fact.outcome {
        ApiOutcome::Found(value) => return Ok(Some(value)),
        ApiOutcome::NotFound => return Ok(None),
        ApiOutcome::Malformed { status, problem } => {
            format!("HTTP {status}, not in the documented form: {problem}")
        }
        ApiOutcome::Refused(error) => {
            format!("HTTP {} {}: {}", error.status, error.code, error.message)
        }
        ApiOutcome::Transport { class } => format!("no answer: {class}"),
    };
    Err(format!("{}: {said}", fact.call))
}
