//! The organisation's side: token info, organisation, identity providers, roles.

use std::collections::{BTreeMap, BTreeSet};

use base64ct::{Base64, Encoding};
use hybridcheck_core::facts::{
    ApiFact, ApiOutcome, ClientRecord, ClientRef, Gap, Grant, Grants, IdentityProvider,
    IdentityProviders, NamedEntity, Organization, PermissionPolicy, Permissions, Person, Products,
    Role, RoleDivision, Roles, TokenInfo,
};
use hybridcheck_core::secret::Secret;
use hybridcheck_core::text::visible;
use serde::Deserialize;

use super::api::Api;
use super::json;
use super::material;

/// Listings longer than this many pages are cut off and say so.
const PAGE_LIMIT: u64 = 20;
const PAGE_SIZE: u32 = 100;
/// The bodies of a listing's pages are read up to this many bytes together.
const LISTING_CAP: usize = 16 * 1024 * 1024;
/// Lists within an answer (scopes, divisions, features, redirects) are kept up to this many entries.
const LIST_LIMIT: usize = 200;

/// `GET /api/v2/tokens/me`, without renewing the token's idle time.
pub async fn token_info(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<TokenInfo>, Gap> {
    let mut fact: ApiFact<TokenInfo> = api
        .read("/api/v2/tokens/me?preserveIdleTTL=true", reader, token)
        .await?;
    if let ApiOutcome::Found(info) = &mut fact.outcome {
        let organizations = [&mut info.organization, &mut info.home_organization];
        for org in organizations.into_iter().flatten() {
            clean_all([org.name.as_mut(), org.id.as_mut()]);
        }
        clean_list(info.authorized_scope.as_mut());
        if let Some(client) = &mut info.client {
            clean_all([
                client.id.as_mut(),
                client.name.as_mut(),
                client.authorized_grant_type.as_mut(),
                client.state.as_mut(),
                client.date_to_delete.as_mut(),
            ]);
            clean_list(client.scope.as_mut());
            clean_divisions(client.role_divisions.as_mut());
        }
    }
    Ok(fact)
}

/// `GET /api/v2/organizations/me`.
pub async fn organization(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<Organization>, Gap> {
    let mut fact: ApiFact<Organization> =
        api.read("/api/v2/organizations/me", reader, token).await?;
    if let ApiOutcome::Found(org) = &mut fact.outcome {
        clean_all([
            org.id.as_mut(),
            org.name.as_mut(),
            org.third_party_org_name.as_mut(),
            org.state.as_mut(),
            org.product_platform.as_mut(),
            org.domain.as_mut(),
        ]);
        if let Some(features) = org.features.take() {
            let shown = features
                .into_iter()
                .take(LIST_LIMIT)
                .map(|(name, is_on)| (visible(&name, 100), is_on));
            org.features = Some(shown.collect());
        }
    }
    Ok(fact)
}

/// `GET /api/v2/identityproviders/pureengage`.
pub async fn pureengage_idp(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<IdentityProvider>, Gap> {
    let fact: ApiFact<RawProvider> = api
        .read("/api/v2/identityproviders/pureengage", reader, token)
        .await?;
    Ok(mapped(fact, RawProvider::decode))
}

/// `GET /api/v2/identityproviders`, every page.
pub async fn idps(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<IdentityProviders>, Gap> {
    let listing = pages::<RawProvider>(api, "/api/v2/identityproviders?", reader, token).await?;
    Ok(mapped(listing, |(providers, incomplete)| {
        IdentityProviders {
            entities: providers.into_iter().map(RawProvider::decode).collect(),
            incomplete,
        }
    }))
}

/// `GET /api/v2/authorization/roles`, every page, with the number of users of each.
pub async fn roles(api: &Api, reader: &ClientRef, token: &Secret) -> Result<ApiFact<Roles>, Gap> {
    let path = "/api/v2/authorization/roles?userCount=true&";
    let listing = pages::<RawRole>(api, path, reader, token).await?;
    Ok(mapped(listing, |(roles, incomplete)| Roles {
        entities: roles.into_iter().map(RawRole::decode).collect(),
        incomplete,
    }))
}

/// `GET /api/v2/authorization/permissions` for a domain, every page: what exists in the organisation at all.
pub async fn permissions(
    api: &Api,
    domain: &str,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<Permissions>, Gap> {
    let encoded: String = url::form_urlencoded::byte_serialize(domain.as_bytes()).collect();
    let path = format!("/api/v2/authorization/permissions?queryType=domain&query={encoded}&");
    let listing = pages::<RawCollection>(api, &path, reader, token).await?;
    Ok(mapped(listing, |(collections, incomplete)| {
        let mut names = Vec::new();
        for collection in collections {
            let of = collection.domain.unwrap_or_default();
            for (entity, entries) in collection.permission_map.unwrap_or_default() {
                let actions = entries.into_iter().filter_map(|entry| entry.action);
                names
                    .extend(actions.map(|action| visible(&format!("{of}:{entity}:{action}"), 300)));
            }
        }
        Permissions { names, incomplete }
    }))
}

/// `GET /api/v2/authorization/products`.
pub async fn products(
    api: &Api,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<Products>, Gap> {
    let listing =
        pages::<RawProduct>(api, "/api/v2/authorization/products?", reader, token).await?;
    Ok(mapped(listing, |(products, incomplete)| Products {
        ids: shown_each(products.into_iter().filter_map(|product| product.id)),
        incomplete,
    }))
}

/// `GET /api/v2/authorization/subjects/me`: what the holder of the token may do.
pub async fn grants(api: &Api, reader: &ClientRef, token: &Secret) -> Result<ApiFact<Grants>, Gap> {
    let fact: ApiFact<RawSubject> = api
        .read("/api/v2/authorization/subjects/me", reader, token)
        .await?;
    Ok(mapped(fact, RawSubject::decode))
}

/// `GET /api/v2/oauth/clients/{clientId}`.
pub async fn client_record(
    api: &Api,
    client_id: &str,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<ClientRecord>, Gap> {
    let path = format!("/api/v2/oauth/clients/{client_id}");
    let mut fact: ApiFact<ClientRecord> = api.read(&path, reader, token).await?;
    if let ApiOutcome::Found(client) = &mut fact.outcome {
        clean_all([
            client.id.as_mut(),
            client.name.as_mut(),
            client.authorized_grant_type.as_mut(),
            client.state.as_mut(),
            client.date_to_delete.as_mut(),
        ]);
        clean_list(client.registered_redirect_uri.as_mut());
        clean_list(client.scope.as_mut());
        clean_divisions(client.role_divisions.as_mut());
    }
    Ok(fact)
}

/// `GET /api/v2/users/me`: the person that the token is for.
pub async fn me(api: &Api, reader: &ClientRef, token: &Secret) -> Result<ApiFact<Person>, Gap> {
    let mut fact: ApiFact<Person> = api.read("/api/v2/users/me", reader, token).await?;
    if let ApiOutcome::Found(person) = &mut fact.outcome {
        clean_all([
            person.id.as_mut(),
            person.name.as_mut(),
            person.email.as_mut(),
            person.state.as_mut(),
        ]);
    }
    Ok(fact)
}

/// An entity of a listing.
trait Listed {
    /// What tells it from the others of the listing.
    fn id(&self) -> Option<&str>;
}

/// One page of a listing.
#[derive(Deserialize)]
struct Page<T> {
    entities: Option<Vec<T>>,
    #[serde(rename = "pageCount")]
    count: Option<u64>,
    #[serde(rename = "nextUri")]
    next: Option<String>,
    total: Option<u64>,
}

/// Follows pages by number, at most [`PAGE_LIMIT`] and [`LISTING_CAP`]; a later page that fails, repeats what is known or is
/// promised and does not come leaves the listing incomplete.
async fn pages<T: serde::de::DeserializeOwned + Listed>(
    api: &Api,
    path: &str,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<(Vec<T>, bool)>, Gap> {
    let mut all: Vec<T> = Vec::new();
    let mut known = BTreeSet::new();
    let (mut received, mut bytes) = (0, 0);
    let mut number = 1;
    loop {
        let asked = format!("{path}pageSize={PAGE_SIZE}&pageNumber={number}");
        let (fact, length) = api.read_sized::<Page<T>>(&asked, reader, token).await?;
        bytes += length;
        let ApiFact {
            call,
            reader,
            correlation_id,
            outcome,
        } = fact;
        let (listing, done) =
            match outcome {
                ApiOutcome::Found(page) => match page.entities {
                    None => {
                        let problem = json::missing("entities").to_string();
                        let status = 200;
                        (ApiOutcome::Malformed { status, problem }, true)
                    }
                    Some(entities) => {
                        received += entities.len() as u64;
                        let before = all.len();
                        all.extend(entities.into_iter().filter(|entity| {
                            entity.id().is_none_or(|id| known.insert(id.to_owned()))
                        }));
                        let more =
                            page.next.is_some() || page.count.is_some_and(|count| number < count);
                        let is_stuck = more && all.len() == before;
                        let is_cut = more && (number >= PAGE_LIMIT || bytes > LISTING_CAP);
                        let is_short = !more && page.total.is_some_and(|total| total > received);
                        let incomplete = is_stuck || is_cut || is_short;
                        (ApiOutcome::Found(incomplete), !more || incomplete)
                    }
                },
                _ if number > 1 => (ApiOutcome::Found(true), true),
                ApiOutcome::Malformed { status, problem } => {
                    (ApiOutcome::Malformed { status, problem }, true)
                }
                ApiOutcome::NotFound => (ApiOutcome::NotFound, true),
                ApiOutcome::Refused(error) => (ApiOutcome::Refused(error), true),
                ApiOutcome::Transport { class } => (ApiOutcome::Transport { class }, true),
            };
        if done {
            let fact = ApiFact {
                call,
                reader,
                correlation_id,
                outcome: listing,
            };
            return Ok(mapped(fact, |incomplete| (all, incomplete)));
        }
        number += 1;
    }
}

fn mapped<A, B>(fact: ApiFact<A>, change: impl FnOnce(A) -> B) -> ApiFact<B> {
    let outcome = match fact.outcome {
        ApiOutcome::Found(value) => ApiOutcome::Found(change(value)),
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

fn clean_all<const N: usize>(fields: [Option<&mut String>; N]) {
    for field in fields.into_iter().flatten() {
        *field = visible(field, 300);
    }
}

fn clean_list(list: Option<&mut Vec<String>>) {
    if let Some(list) = list {
        *list = shown_each(std::mem::take(list));
    }
}

fn clean_divisions(list: Option<&mut Vec<RoleDivision>>) {
    let Some(list) = list else { return };
    list.truncate(LIST_LIMIT);
    for division in list {
        clean_all([division.role_id.as_mut(), division.division_id.as_mut()]);
    }
}

fn shown_each(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let texts = texts.into_iter().take(LIST_LIMIT);
    texts.map(|text| visible(&text, 300)).collect()
}

/// The permissions of a domain as the API sends them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawCollection {
    domain: Option<String>,
    permission_map: Option<BTreeMap<String, Vec<RawPermission>>>,
}

impl Listed for RawCollection {
    fn id(&self) -> Option<&str> {
        self.domain.as_deref()
    }
}

#[derive(Deserialize)]
struct RawPermission {
    action: Option<String>,
}

/// A product as the API sends it.
#[derive(Deserialize)]
struct RawProduct {
    id: Option<String>,
}

impl Listed for RawProduct {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// A role as the API sends it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawRole {
    id: Option<String>,
    name: Option<String>,
    default: Option<bool>,
    user_count: Option<u64>,
    permission_policies: Option<Vec<RawPolicy>>,
}

impl Listed for RawRole {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl RawRole {
    fn decode(self) -> Role {
        Role {
            id: self.id.map(|id| visible(&id, 100)),
            // Names are compared character by character: every renderer makes them visible.
            name: self.name,
            default: self.default,
            user_count: self.user_count,
            policies: decoded(self.permission_policies),
        }
    }
}

/// A policy of a role (`actionSet`) or of a grant (`actions`).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPolicy {
    domain: Option<String>,
    entity_name: Option<String>,
    action_set: Option<Vec<String>>,
    actions: Option<Vec<String>>,
}

fn decoded(policies: Option<Vec<RawPolicy>>) -> Vec<PermissionPolicy> {
    let policies = policies.unwrap_or_default().into_iter();
    policies
        .map(|policy| PermissionPolicy {
            domain: visible(&policy.domain.unwrap_or_default(), 100),
            entity: visible(&policy.entity_name.unwrap_or_default(), 100),
            actions: shown_each(policy.action_set.or(policy.actions).unwrap_or_default()),
        })
        .collect()
}

/// The caller as a subject of grants (`AuthzSubject`).
#[derive(Deserialize)]
struct RawSubject {
    grants: Option<Vec<RawGrant>>,
}

#[derive(Deserialize)]
struct RawGrant {
    role: Option<RawGrantRole>,
    division: Option<NamedEntity>,
}

#[derive(Deserialize)]
struct RawGrantRole {
    id: Option<String>,
    name: Option<String>,
    policies: Option<Vec<RawPolicy>>,
}

impl RawSubject {
    fn decode(self) -> Grants {
        let shown = |text: Option<String>| text.map(|text| visible(&text, 300));
        let grants = self.grants.unwrap_or_default().into_iter().take(LIST_LIMIT);
        let decode = |grant: RawGrant| {
            let division = grant.division.unwrap_or_default();
            let (role, policies) = match grant.role {
                Some(role) => (
                    NamedEntity {
                        id: shown(role.id),
                        name: shown(role.name),
                    },
                    decoded(role.policies),
                ),
                None => Default::default(),
            };
            Grant {
                role,
                division: NamedEntity {
                    id: shown(division.id),
                    name: shown(division.name),
                },
                policies,
            }
        };
        Grants {
            grants: grants.map(decode).collect(),
        }
    }
}

/// A provider as the API sends it; certificates become facts here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawProvider {
    id: Option<String>,
    name: Option<String>,
    disabled: Option<bool>,
    #[serde(rename = "issuerURI")]
    issuer_uri: Option<String>,
    #[serde(rename = "ssoTargetURI")]
    sso_target_uri: Option<String>,
    #[serde(rename = "sloURI")]
    slo_uri: Option<String>,
    relying_party_identifier: Option<String>,
    name_identifier_format: Option<String>,
    auto_provision_users: Option<bool>,
    certificate: Option<String>,
    certificates: Option<Vec<String>>,
}

impl Listed for RawProvider {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl RawProvider {
    fn decode(self) -> IdentityProvider {
        let shown = |text: Option<String>| text.map(|text| visible(&text, 300));
        let mut provider = IdentityProvider {
            id: shown(self.id),
            name: shown(self.name),
            disabled: self.disabled,
            // The issuer is compared byte by byte: it stays as it is; every renderer makes it visible.
            issuer_uri: self.issuer_uri,
            sso_target_uri: shown(self.sso_target_uri),
            slo_uri: shown(self.slo_uri),
            relying_party_identifier: shown(self.relying_party_identifier),
            name_identifier_format: shown(self.name_identifier_format),
            auto_provision_users: self.auto_provision_users,
            ..IdentityProvider::default()
        };
        let mut texts: Vec<String> = Vec::new();
        // The service repeats the first of `certificates` in `certificate`.
        let stated = self.certificate.into_iter();
        for text in stated.chain(self.certificates.unwrap_or_default()).take(10) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        for text in texts {
            let (certificates, undecodable) = material::certificates_in(&text);
            for (certificate, der) in certificates {
                if !provider.decoded.contains(&certificate) {
                    provider.decoded.push(certificate);
                    provider.certificates.push(Base64::encode_string(&der));
                }
            }
            provider.undecodable += undecodable;
        }
        provider
    }
}
