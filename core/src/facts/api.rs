//! What the Platform API answered. Field names follow the API's own definition; unknown members are ignored.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::seen::refusal;
use super::{CertificateInfo, ClientRef, Fact, Seen};
use crate::names::{ClientId, Issuer, OrgId, OrgShortName, RoleName};
use crate::outside::Outside;
use crate::text::{count, listed};

/// The result of one API call, with whose token it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiFact<T> {
    /// The call, such as `GET /api/v2/organizations/me`.
    pub call: Outside,
    /// Whose token was used.
    pub reader: ClientRef,
    /// The correlation id of the answer.
    pub correlation_id: Option<Outside>,
    /// What came back.
    pub outcome: ApiOutcome<T>,
}

/// What an API call brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "class", content = "value", rename_all = "snake_case")]
pub enum ApiOutcome<T> {
    /// The resource.
    Found(T),
    /// An answer that is not of the documented shape, or not of the service.
    Malformed {
        /// HTTP status.
        status: u16,
        /// What was wrong, naming the field.
        problem: Outside,
    },
    /// 404.
    NotFound,
    /// The service refused, for another reason than a permission.
    Refused(ApiError),
    /// No answer.
    Transport {
        /// Why not.
        class: NoAnswer,
    },
}

/// Why a call got no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoAnswer {
    /// The connection ended before the answer did.
    Closed,
    /// No connection.
    Connect,
    /// Broken HTTP.
    Protocol,
    /// Silence.
    TimedOut,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the connection was closed first",
            Self::Connect => "there was no connection",
            Self::Protocol => "what came was no valid HTTP",
            Self::TimedOut => "none came in time",
        })
    }
}

/// The API's error body (`ErrorBody`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// `code`, such as `bad.credentials`.
    pub code: Outside,
    /// `message`.
    pub message: Outside,
    /// `contextId` or the correlation id.
    pub correlation_id: Option<Outside>,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        refusal(f, self.status, &self.code, &self.message)
    }
}

impl ApiError {
    /// The scope that the client lacks, when that is the reason: `App not authorized to use scope %s`.
    pub fn scope(&self) -> Option<Outside<&str>> {
        if !self
            .code
            .eq_ignore_ascii_case("app.not.authorized.for.scope")
        {
            return None;
        }
        let (_, rest) = self.message.raw().rsplit_once("scope ")?;
        let scope = rest.split_whitespace().next()?;
        let scope = scope.trim_matches(|c: char| "[]'\"`.,".contains(c));
        (!scope.is_empty()).then_some(Outside::of(scope))
    }
}

/// An id with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedEntity<Id = Outside> {
    /// `id`.
    pub id: Option<Id>,
    /// `name`.
    pub name: Option<Outside>,
}

/// `GET /api/v2/tokens/me`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenInfo {
    /// The organisation the token is for.
    #[schemars(with = "Option<NamedEntity>")]
    pub organization: Option<NamedEntity<OrgId>>,
    /// `homeOrganization`: where the client itself lives.
    #[serde(rename = "homeOrganization")]
    #[schemars(with = "Option<NamedEntity>")]
    pub home_organization: Option<NamedEntity<OrgId>>,
    /// `authorizedScope`.
    #[serde(rename = "authorizedScope")]
    pub authorized_scope: Option<Vec<Outside>>,
    /// The client that the token was issued to; the API spells this member `OAuthClient`.
    #[serde(rename = "OAuthClient")]
    pub client: Option<OAuthClientInfo>,
}

impl Resource for TokenInfo {
    fn found(&self) -> String {
        let client = self.client.clone().unwrap_or_default();
        format!(
            "client {}, state {}",
            or_none(client.name.as_ref()),
            or_none(client.state.as_ref())
        )
    }
}

/// The client behind a token (`OrgOAuthClient`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientInfo {
    /// `id`.
    pub id: Option<ClientId>,
    /// `name`.
    pub name: Option<Outside>,
    /// `authorizedGrantType`: CODE, TOKEN, SAML2-BEARER, PASSWORD, CLIENT-CREDENTIALS.
    pub authorized_grant_type: Option<Outside>,
    /// `state`: active, disabled, inactive.
    pub state: Option<Outside>,
    /// `dateToDelete`, when the client is about to be deleted.
    pub date_to_delete: Option<Outside>,
    /// `organization`.
    #[schemars(with = "Option<NamedEntity>")]
    pub organization: Option<NamedEntity<OrgId>>,
    /// `scope`.
    pub scope: Option<Vec<Outside>>,
    /// `roleDivisions`: the roles of a client-credentials client, each with its division.
    pub role_divisions: Option<Vec<RoleDivision>>,
}

/// A role of a client in a division.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleDivision {
    /// `roleId`.
    pub role_id: Option<Outside>,
    /// `divisionId`.
    pub division_id: Option<Outside>,
}

/// `GET /api/v2/oauth/clients/{clientId}`: a client as the organisation keeps it; its secret is never part of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientRecord {
    /// `id`.
    pub id: Option<ClientId>,
    /// `name`.
    pub name: Option<Outside>,
    /// `authorizedGrantType`: CODE, TOKEN, SAML2-BEARER, PASSWORD, CLIENT-CREDENTIALS.
    pub authorized_grant_type: Option<Outside>,
    /// `state`: active, disabled, inactive.
    pub state: Option<Outside>,
    /// `dateToDelete`, when the client is about to be deleted.
    pub date_to_delete: Option<Outside>,
    /// `accessTokenValiditySeconds`.
    pub access_token_validity_seconds: Option<u64>,
    /// `registeredRedirectUri`.
    pub registered_redirect_uri: Option<Vec<Outside>>,
    /// `scope`.
    pub scope: Option<Vec<Outside>>,
    /// `roleDivisions`.
    pub role_divisions: Option<Vec<RoleDivision>>,
}

impl Resource for ClientRecord {
    fn found(&self) -> String {
        format!(
            "name {}, grant type {}, state {}",
            or_none(self.name.as_ref()),
            or_none(self.authorized_grant_type.as_ref()),
            or_none(self.state.as_ref())
        )
    }
}

/// `GET /api/v2/users/me`: the person that a token is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// `id`.
    pub id: Option<Outside>,
    /// `name`.
    pub name: Option<Outside>,
    /// `email`.
    pub email: Option<Outside>,
    /// `state`: active, inactive, deleted.
    pub state: Option<Outside>,
}

impl Resource for Person {
    fn found(&self) -> String {
        format!(
            "{}, {}",
            or_none(self.email.as_ref()),
            or_none(self.name.as_ref())
        )
    }
}

/// `GET /api/v2/organizations/me`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// `id`.
    pub id: Option<OrgId>,
    /// `name`: the long name.
    pub name: Option<Outside>,
    /// `thirdPartyOrgName`: the short name, globally unique.
    pub third_party_org_name: Option<OrgShortName>,
    /// `state`: active, inactive, deleted.
    pub state: Option<Outside>,
    /// `productPlatform`.
    pub product_platform: Option<Outside>,
    /// `domain`.
    pub domain: Option<Outside>,
    /// `features`, each on or off.
    pub features: Option<BTreeMap<Outside, bool>>,
}

impl Resource for Organization {
    fn found(&self) -> String {
        format!(
            "id {}, name {}",
            or_none(self.id.as_ref()),
            or_none(self.name.as_ref())
        )
    }
}

/// An identity provider: the members of `PureEngage` and `SAMLProvider` that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentityProvider {
    /// `id`.
    pub id: Option<Outside>,
    /// `name`.
    pub name: Option<Outside>,
    /// `disabled`.
    pub disabled: Option<bool>,
    /// `issuerURI`.
    #[serde(rename = "issuerURI")]
    pub issuer_uri: Option<Issuer>,
    /// `ssoTargetURI`.
    #[serde(rename = "ssoTargetURI")]
    pub sso_target_uri: Option<Outside>,
    /// `sloURI`.
    #[serde(rename = "sloURI")]
    pub slo_uri: Option<Outside>,
    /// `relyingPartyIdentifier`.
    pub relying_party_identifier: Option<Outside>,
    /// `nameIdentifierFormat`.
    pub name_identifier_format: Option<Outside>,
    /// `autoProvisionUsers`; only the `PureEngage` provider has it.
    pub auto_provision_users: Option<bool>,
    /// The members that nothing is judged by, by name.
    #[serde(default)]
    pub others: BTreeMap<Outside, Setting>,
    /// The certificates of `certificate` and `certificates`, decoded, each once.
    #[serde(default)]
    pub decoded: Vec<CertificateInfo>,
    /// How many of the provider's certificates could not be decoded.
    #[serde(default)]
    pub undecodable: usize,
    /// The DER of each decoded certificate, in base64.
    #[serde(default)]
    pub certificates: Vec<Outside>,
}

impl Resource for IdentityProvider {
    fn found(&self) -> String {
        format!("issuer {}", or_none(self.issuer_uri.as_ref()))
    }
}

/// A member that is not judged, but has its place in the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// A text.
    Text(Outside),
    /// A text of so many bytes, more than a fact keeps.
    TooLong(usize),
    /// True or false.
    Truth(bool),
}

/// All identity providers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IdentityProviders {
    /// The providers, every page.
    pub entities: Vec<IdentityProvider>,
    /// The listing was cut off at a limit of pages or entries.
    pub incomplete: bool,
}

impl Resource for IdentityProviders {
    fn found(&self) -> String {
        count(self.entities.len(), "provider")
    }
}

/// The roles of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Roles {
    /// The roles, every page.
    pub entities: Vec<Role>,
    /// The listing was cut off at a limit of pages.
    pub incomplete: bool,
}

impl Resource for Roles {
    fn found(&self) -> String {
        count(self.entities.len(), "role")
    }
}

/// A role (`DomainOrganizationRole`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// `id`.
    pub id: Option<Outside>,
    /// `name`, as the organisation spells it.
    pub name: Option<RoleName>,
    /// `default`: it came with the organisation.
    pub default: Option<bool>,
    /// `userCount`.
    pub user_count: Option<u64>,
    /// What it allows; nothing where the answer does not say.
    pub policies: Option<Vec<PermissionPolicy>>,
}

/// Actions on an entity of a domain; `*` stands for all entities or all actions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PermissionPolicy {
    /// `domain`.
    pub domain: Outside,
    /// `entityName`.
    pub entity: Outside,
    /// `actionSet` of a role, `actions` of a grant.
    pub actions: Vec<Outside>,
}

/// The permissions of a domain that exist in the organisation at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Permissions {
    /// Each as `domain:entity:action`.
    pub names: Vec<Outside>,
    /// The listing was cut off at a limit of pages.
    pub incomplete: bool,
}

impl Resource for Permissions {
    fn found(&self) -> String {
        count(self.names.len(), "permission")
    }
}

/// The products that are enabled in the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Products {
    /// Their ids.
    pub ids: Vec<Outside>,
    /// The listing was cut off at a limit of pages.
    pub incomplete: bool,
}

impl Resource for Products {
    fn found(&self) -> String {
        listed(&self.ids)
    }
}

/// `GET /api/v2/authorization/subjects/me`: what the caller may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grants {
    /// A role in a division, each.
    pub grants: Vec<Grant>,
}

impl Resource for Grants {
    fn found(&self) -> String {
        let names = self
            .grants
            .iter()
            .map(|grant| or_none(grant.role.name.as_ref()));
        format!("{}: {}", count(self.grants.len(), "grant"), listed(names))
    }
}

/// A role in a division, with what it allows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// The role.
    pub role: NamedEntity,
    /// The division.
    pub division: NamedEntity,
    /// What it allows.
    pub policies: Vec<PermissionPolicy>,
}

impl ApiFact<TokenInfo> {
    /// The id of the organisation that the token is for.
    pub fn organization_id(&self) -> Option<&OrgId> {
        match &self.outcome {
            ApiOutcome::Found(info) => info.organization.as_ref()?.id.as_ref(),
            _ => None,
        }
    }
}

/// An answer of the API, whatever was read.
pub trait ApiAnswer {
    /// Whose token was used.
    fn reader(&self) -> &ClientRef;
    /// The correlation id of the answer.
    fn correlation_id(&self) -> Option<&Outside>;
    /// Whether it brought what was asked for.
    fn is_found(&self) -> bool;
    /// Status and problem of an answer that is not of the documented shape.
    fn malformed(&self) -> Option<(u16, &Outside)>;
    /// The service's refusal, for another reason than a permission.
    fn refusal(&self) -> Option<&ApiError>;
}

impl<T> ApiAnswer for ApiFact<T> {
    fn reader(&self) -> &ClientRef {
        &self.reader
    }

    fn correlation_id(&self) -> Option<&Outside> {
        self.correlation_id.as_ref()
    }

    fn is_found(&self) -> bool {
        matches!(self.outcome, ApiOutcome::Found(_))
    }

    fn malformed(&self) -> Option<(u16, &Outside)> {
        match &self.outcome {
            ApiOutcome::Malformed { status, problem } => Some((*status, problem)),
            ApiOutcome::Found(_)
            | ApiOutcome::NotFound
            | ApiOutcome::Refused(_)
            | ApiOutcome::Transport { .. } => None,
        }
    }

    fn refusal(&self) -> Option<&ApiError> {
        match &self.outcome {
            ApiOutcome::Refused(error) => Some(error),
            ApiOutcome::Found(_)
            | ApiOutcome::Malformed { .. }
            | ApiOutcome::NotFound
            | ApiOutcome::Transport { .. } => None,
        }
    }
}

impl Fact {
    /// Whose call of the API was refused, and how.
    pub fn refusal(&self) -> Option<(&ClientRef, &ApiError)> {
        let answer = self.api()?;
        Some((answer.reader(), answer.refusal()?))
    }
}

/// What the API is asked for, told in a phrase.
pub trait Resource {
    /// What was found.
    fn found(&self) -> String;
}

impl<T: Resource> Seen for ApiFact<T> {
    fn seen(&self) -> String {
        match &self.outcome {
            ApiOutcome::Found(resource) => resource.found(),
            ApiOutcome::Malformed { status, problem } => format!("HTTP {status}, {problem}"),
            ApiOutcome::NotFound => "not found (HTTP 404)".to_owned(),
            ApiOutcome::Refused(error) => error.to_string(),
            ApiOutcome::Transport { class } => format!("no answer: {class}"),
        }
    }

    fn api(&self) -> Option<&dyn ApiAnswer> {
        Some(self)
    }
}

fn or_none(text: Option<impl ToString>) -> String {
    text.map_or_else(|| "not stated".to_owned(), |text| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: &str, message: &str) -> ApiError {
        ApiError {
            status: 403,
            code: code.into(),
            message: message.into(),
            correlation_id: None,
        }
    }

    #[test]
    fn a_scope_is_named_by_the_refusal_for_it_alone() {
        let code = "app.not.authorized.for.scope";
        for message in [
            "App not authorized to use scope authorization:readonly",
            "App not authorized to use scope [authorization:readonly].",
        ] {
            assert_eq!(
                error(code, message).scope(),
                Some(Outside::of("authorization:readonly"))
            );
        }
        assert_eq!(error(code, "").scope(), None);
        assert_eq!(error(code, "App not authorized to use scope").scope(), None);
        assert_eq!(error("not.authorized", "no scope here").scope(), None);
    }
}
