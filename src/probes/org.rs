//! The organisation's side: token info, organisation, identity providers, roles.

use hybridcheck_core::facts::{
    ApiFact, ApiOutcome, ClientRef, Gap, IdentityProvider, IdentityProviders, Organization, Roles,
    TokenInfo,
};
use hybridcheck_core::secret::Secret;
use hybridcheck_core::text::visible;
use serde::Deserialize;

use super::api::Api;
use super::material;

/// Listings longer than this many pages are cut off and say so.
const PAGE_LIMIT: u32 = 20;
const PAGE_SIZE: u32 = 100;

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
        if let Some(org) = &mut info.organization {
            clean_all([org.name.as_mut(), org.id.as_mut()]);
        }
        if let Some(client) = &mut info.client {
            clean_all([
                client.id.as_mut(),
                client.name.as_mut(),
                client.authorized_grant_type.as_mut(),
                client.state.as_mut(),
                client.date_to_delete.as_mut(),
            ]);
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
        ]);
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

/// `GET /api/v2/authorization/roles` for a name; the service's filter may be wider than an exact match.
pub async fn role(
    api: &Api,
    name: &str,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<Roles>, Gap> {
    #[derive(Deserialize)]
    struct Role {
        name: Option<String>,
    }
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let path = format!("/api/v2/authorization/roles?name={encoded}&");
    let listing = pages::<Role>(api, &path, reader, token).await?;
    Ok(mapped(listing, |(roles, incomplete)| Roles {
        names: roles
            .into_iter()
            .filter_map(|role| role.name)
            .map(|name| visible(&name, 300))
            .collect(),
        incomplete,
    }))
}

/// Follows pages by number, at most [`PAGE_LIMIT`]; a later page that fails leaves the listing incomplete.
async fn pages<T: serde::de::DeserializeOwned>(
    api: &Api,
    path: &str,
    reader: &ClientRef,
    token: &Secret,
) -> Result<ApiFact<(Vec<T>, bool)>, Gap> {
    #[derive(Deserialize)]
    struct Page<T> {
        entities: Option<Vec<T>>,
        #[serde(rename = "pageCount")]
        count: Option<u32>,
        #[serde(rename = "nextUri")]
        next: Option<String>,
    }
    let mut all = Vec::new();
    let mut number = 1;
    loop {
        let asked = format!("{path}pageSize={PAGE_SIZE}&pageNumber={number}");
        let fact: ApiFact<Page<T>> = api.read(&asked, reader, token).await?;
        let ApiFact {
            call,
            reader,
            correlation_id,
            outcome,
        } = fact;
        let (listing, done) = match outcome {
            ApiOutcome::Found(page) => {
                let more = page.next.is_some() || page.count.is_some_and(|count| number < count);
                let entities = page.entities.unwrap_or_default();
                let empty = entities.is_empty();
                all.extend(entities);
                let cut = more && number == PAGE_LIMIT;
                (ApiOutcome::Found(cut), !more || cut || empty)
            }
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
    auto_provision_users: Option<bool>,
    certificate: Option<String>,
    certificates: Option<Vec<String>>,
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
            auto_provision_users: self.auto_provision_users,
            decoded: Vec::new(),
            undecodable: 0,
        };
        let texts = self
            .certificate
            .into_iter()
            .chain(self.certificates.unwrap_or_default());
        for text in texts.take(10) {
            let (certificates, undecodable) = material::certificates_in(&text);
            for certificate in certificates {
                if !provider.decoded.contains(&certificate) {
                    provider.decoded.push(certificate);
                }
            }
            provider.undecodable += undecodable;
        }
        provider
    }
}
