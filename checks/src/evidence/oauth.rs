//! Requests for tokens, as several causes look at them.

use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::{ClientRef, FactKey, RereadFact, TokenFact};
use hybridcheck_core::names::ClientId;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members::{Clients, Groups};
use crate::evidence::refusals::{self, OAuthMeaning};
use crate::evidence::{organization, rows};
use crate::oauth::TokenIssued;

/// The rows and facts of token requests that the genuine service refused with this meaning, but for those of which a surer cause is
/// known: id and secret in each other's place, or an option that changed meanwhile.
pub(crate) fn refused<'r>(
    case: &Case<'r>,
    all: &'r [Row],
    meaning: OAuthMeaning,
) -> Vec<(&'r TokenFact, &'r Row)> {
    let refused = rows::failing(all, &TokenIssued).into_iter();
    refused
        .filter_map(|row| {
            let client = client(row)?;
            let fact = case.facts().token(&FactKey::token(client)).ok()?;
            let error = fact.refusal().filter(|error| error.genuine)?;
            let is_meant = !is_otherwise(case, client) && refusals::means(error, meaning);
            is_meant.then_some((fact, row))
        })
        .collect()
}

/// Whether a surer cause is known of a client's refusal than the words of the service.
pub(crate) fn is_otherwise(case: &Case<'_>, client: &ClientRef) -> bool {
    is_swapped(case, client) || is_changing(case, &FactKey::token(client))
}

/// Requests by client: sections that share one share its fault. A client whose id may not be shown is alone.
pub(crate) fn by_client<'r>(
    requests: Vec<(&'r TokenFact, &'r Row)>,
) -> Groups<'r, Known<'r>, &'r TokenFact> {
    let requests = requests.into_iter();
    Groups::of(requests.map(|(fact, row)| (Known(fact.client_id.as_ref()), fact, row)))
}

/// The id of a client, as far as it is known: what is not is the same as nothing.
pub(crate) struct Known<'r>(Option<&'r ClientId>);

impl PartialEq for Known<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.is_some() && self.0 == other.0
    }
}

/// Whether a client of the object was given a token, for itself or for a person, or one of the tool's in the organisation that the
/// object names: each proves the region.
pub(crate) fn is_any_issued(case: &Case<'_>) -> bool {
    let of_service = case.service_clients().iter().any(|client| {
        let fact = case.facts().token(&FactKey::token(client));
        fact.is_ok_and(TokenFact::is_issued)
    });
    let tool = ClientRef::Tool {
        object: case.object.id,
    };
    let ours = case.object.organization_id();
    let theirs = organization::organization_of(case, &tool);
    let login = FactKey::saml_login(case.object.id);
    let login = case.facts().saml_login(&login).ok();
    let of_person = login.is_some_and(|login| login.accepted().is_some());
    of_service || of_person || ours.is_some_and(|ours| theirs.is_some_and(|id| id.is_like(&ours)))
}

/// The client of a row.
pub(crate) fn client(row: &Row) -> Option<&ClientRef> {
    match &row.subject {
        Subject::Client { client } => Some(client),
        _ => None,
    }
}

/// The token requests of some clients, which failed.
pub(crate) fn keys(members: &Clients<'_>) -> impl Iterator<Item = FactKey> {
    let clients = members.rows().filter_map(client);
    clients.map(FactKey::token)
}

/// The client ids of a group, as far as they may be shown.
pub(crate) fn ids(members: &Clients<'_>) -> String {
    let mut ids: Vec<String> = Vec::new();
    for fact in members.each() {
        let id = fact
            .client_id
            .as_ref()
            .map_or(Outside::of("(not shown, no GUID)"), ClientId::view)
            .shown(60)
            .to_string();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    listed(ids)
}

/// The same request with curl, which asks for the secret itself.
pub(crate) fn ask(case: &Case<'_>, fact: &TokenFact) -> String {
    let host = case
        .object
        .auth_endpoint()
        .map(|endpoint| endpoint.to_string())
        .unwrap_or_default();
    let id = fact
        .client_id
        .as_ref()
        .map(ClientId::view)
        .filter(|id| hybridcheck_core::object::is_guid(id.raw()))
        .unwrap_or(Outside::of("CLIENT_ID"));
    format!("curl -s -u {id} https://{host}/oauth/token -d grant_type=client_credentials")
}

/// Whether the secret of a section has the form of an id, and its id has not.
pub(crate) fn is_swapped(case: &Case<'_>, client: &ClientRef) -> bool {
    let ClientRef::Service { section, .. } = client else {
        return false;
    };
    let shape = |option| {
        let found = case.object.option(section.raw(), option);
        found.map(|found| found.value.shape())
    };
    match (shape("client_id"), shape("password")) {
        (Some(id), Some(secret)) => !id.guid && !id.is_blank() && !id.masked && secret.guid,
        _ => false,
    }
}

/// Whether a fact stands on an option that changed while it was gathered, so that its refusal may be a change that is going on.
pub(crate) fn is_changing(case: &Case<'_>, key: &FactKey) -> bool {
    let object = case.object.id;
    let fact = case.facts().reread(&FactKey::Reread { object });
    fact.is_ok_and(|fact| fact.retried && stands_on_change(case, fact, key))
}

fn stands_on_change(case: &Case<'_>, fact: &RereadFact, key: &FactKey) -> bool {
    let changed = case.facts().changed(case.object.id, &fact.changes);
    changed
        .iter()
        .any(|option| case.facts().stands_on(key, option))
}
