//! The organisation's side: token info, organisation, identity providers, roles, permissions, products, clients, the person.

use hybridcheck_core::facts::{
    ApiFact, ApiOutcome, ClientRecord, ClientRef, Gap, Grants, IdentityProvider, IdentityProviders,
    Organization, Permissions, Person, Products, RoleDivision, Roles, TokenInfo,
};
use hybridcheck_core::names::ClientId;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::secret::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::api::Api;
use super::json::{self, Odd};
use listing::{Listing, Pages};

mod identity;
mod listing;
mod providers;
mod roles;

/// Lists within an answer (scopes, divisions, features, redirects) are kept up to this many entries.
const LIST_LIMIT: usize = 200;
/// A text within an answer is kept up to this many characters.
const TEXT_LIMIT: usize = 300;

/// `GET /api/v2/tokens/me`, without renewing the token's idle time.
pub async fn token_info(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<TokenInfo>, Gap> {
    let path = "/api/v2/tokens/me?preserveIdleTTL=true";
    one(api, path, reader, token).await
}

/// `GET /api/v2/organizations/me`.
pub async fn organization(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<Organization>, Gap> {
    one(api, "/api/v2/organizations/me", reader, token).await
}

/// `GET /api/v2/identityproviders/pureengage`.
pub async fn pureengage_idp(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<IdentityProvider>, Gap> {
    one(api, "/api/v2/identityproviders/pureengage", reader, token).await
}

/// `GET /api/v2/identityproviders`, every page.
pub async fn idps(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<IdentityProviders>, Gap> {
    let pages = Pages::unnumbered("/api/v2/identityproviders");
    listing::read(api, pages, reader, token).await
}

/// `GET /api/v2/authorization/roles`, every page, with the number of users of each.
pub async fn roles(api: &Api, reader: &ClientRef, token: &Secret) -> Result<ApiFact<Roles>, Gap> {
    let pages = Pages::numbered("/api/v2/authorization/roles?userCount=true");
    listing::read(api, pages, reader, token).await
}

/// `GET /api/v2/authorization/permissions` for a domain, every page: what exists in the organisation at all.
pub async fn permissions(
    api: &Api,
    domain: &str,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<Permissions>, Gap> {
    let encoded: String = url::form_urlencoded::byte_serialize(domain.as_bytes()).collect();
    let path = format!("/api/v2/authorization/permissions?queryType=domain&query={encoded}");
    listing::read(api, Pages::numbered(&path), reader, token).await
}

/// `GET /api/v2/authorization/products`.
pub async fn products(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<Products>, Gap> {
    let pages = Pages::unnumbered("/api/v2/authorization/products");
    listing::read(api, pages, reader, token).await
}

/// `GET /api/v2/authorization/subjects/me`: what the holder of the token may do.
pub async fn grants(api: &Api, reader: &ClientRef, token: &Secret) -> Result<ApiFact<Grants>, Gap> {
    one(api, "/api/v2/authorization/subjects/me", reader, token).await
}

/// `GET /api/v2/oauth/clients/{clientId}`.
pub async fn client_record(
    api: &Api,
    client_id: &ClientId,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<ClientRecord>, Gap> {
    let path = format!("/api/v2/oauth/clients/{}", client_id.view().raw());
    one(api, &path, reader, token).await
}

/// `GET /api/v2/users/me`: the person that the token is for.
pub async fn me(api: &Api, reader: &ClientRef, token: &Secret) -> Result<ApiFact<Person>, Gap> {
    one(api, "/api/v2/users/me", reader, token).await
}

/// How the body of an answer is read: the fact that it makes, as JSON.
pub type Reader = fn(&[u8]) -> Result<Value, Odd>;

/// Every call that is read, as the API's definition writes it, with its reader: what can be tried without any network.
pub const READERS: [(&str, Reader); 10] = [
    (
        "GET /api/v2/authorization/permissions",
        listed::<Permissions>,
    ),
    ("GET /api/v2/authorization/products", listed::<Products>),
    ("GET /api/v2/authorization/roles", listed::<Roles>),
    ("GET /api/v2/authorization/subjects/me", answered::<Grants>),
    ("GET /api/v2/identityproviders", listed::<IdentityProviders>),
    (
        "GET /api/v2/identityproviders/pureengage",
        answered::<IdentityProvider>,
    ),
    (
        "GET /api/v2/oauth/clients/{clientId}",
        answered::<ClientRecord>,
    ),
    ("GET /api/v2/organizations/me", answered::<Organization>),
    ("GET /api/v2/tokens/me", answered::<TokenInfo>),
    ("GET /api/v2/users/me", answered::<Person>),
];

/// A fact that one answer of the API makes.
trait Answer: Sized + Serialize {
    /// The answer as the API sends it.
    type Raw: DeserializeOwned;

    /// The fact, or the member that is not as documented.
    fn of(raw: Self::Raw) -> Result<Self, Odd>;
}

async fn one<T: Answer>(
    api: &Api,
    path: &str,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<T>, Gap> {
    let fact = api.read::<T::Raw>(path, reader, token).await?;
    Ok(mapped(fact, T::of))
}

fn answered<T: Answer>(body: &[u8]) -> Result<Value, Odd> {
    json::read(body).and_then(T::of).map(as_json)
}

fn listed<T: Listing>(body: &[u8]) -> Result<Value, Odd> {
    listing::first(body).map(|fact: T| as_json(fact))
}

fn as_json(fact: impl Serialize) -> Value {
    serde_json::to_value(fact).unwrap_or_default()
}

fn mapped<A, B>(fact: ApiFact<A>, change: impl FnOnce(A) -> Result<B, Odd>) -> ApiFact<B> {
    let outcome = match fact.outcome {
        ApiOutcome::Found(value) => match change(value) {
            Ok(value) => ApiOutcome::Found(value),
            Err(odd) => ApiOutcome::Malformed {
                status: 200,
                problem: odd.to_string().into(),
            },
        },
        ApiOutcome::Malformed { status, problem } => ApiOutcome::Malformed { status, problem },
        ApiOutcome::NotFound => ApiOutcome::NotFound,
        ApiOutcome::Refused(error) => ApiOutcome::Refused(error),
        ApiOutcome::Transport { class } => ApiOutcome::Transport { class },
    };
    ApiFact {
        call: fact.call,
        reader: fact.reader,
        correlation_id: fact.correlation_id,
        outcome,
    }
}

fn kept(text: Option<String>) -> Option<Outside> {
    text.map(|text| Outside::kept(&text, TEXT_LIMIT))
}

fn kept_each(texts: impl IntoIterator<Item = String>) -> Vec<Outside> {
    let texts = texts.into_iter().take(LIST_LIMIT);
    texts.map(|text| Outside::kept(&text, TEXT_LIMIT)).collect()
}

/// Cuts a text or a name of a fact that was read as it was sent.
fn cut<T: From<Outside> + Into<Outside>>(field: &mut Option<T>) {
    let text = field.take().map(Into::into);
    *field = text.map(|text: Outside| Outside::kept(text.raw(), TEXT_LIMIT).into());
}

fn cut_list(list: &mut Option<Vec<Outside>>) {
    let Some(list) = list else { return };
    list.truncate(LIST_LIMIT);
    for text in list {
        *text = Outside::kept(text.raw(), TEXT_LIMIT);
    }
}

fn cut_divisions(list: &mut Option<Vec<RoleDivision>>) {
    let Some(list) = list else { return };
    list.truncate(LIST_LIMIT);
    for division in list {
        cut(&mut division.role_id);
        cut(&mut division.division_id);
    }
}

#[cfg(test)]
mod tests;
