//! What the Platform API answered. Field names follow the API's own definition; unknown members are ignored.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{CertificateInfo, ClientRef, Fact};

/// The result of one API call, with whose token it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiFact<T> {
    /// The call, such as `GET /api/v2/organizations/me`.
    pub call: String,
    /// Whose token was used.
    pub reader: ClientRef,
    /// The correlation id of the answer.
    pub correlation_id: Option<String>,
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
        problem: String,
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
            Self::Closed => "closed",
            Self::Connect => "connect",
            Self::Protocol => "protocol",
            Self::TimedOut => "timed_out",
        })
    }
}

/// The API's error body (`ErrorBody`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    /// `code`, such as `bad.credentials`.
    pub code: String,
    /// `message`.
    pub message: String,
    /// `contextId` or the correlation id.
    pub correlation_id: Option<String>,
}

impl ApiError {
    /// The scope that the client lacks, when that is the reason: `App not authorized to use scope %s`.
    pub fn scope(&self) -> Option<&str> {
        if !self
            .code
            .eq_ignore_ascii_case("app.not.authorized.for.scope")
        {
            return None;
        }
        let (_, rest) = self.message.rsplit_once("scope ")?;
        let scope = rest.split_whitespace().next()?;
        let scope = scope.trim_matches(|c: char| "[]'\"`.,".contains(c));
        (!scope.is_empty()).then_some(scope)
    }
}

/// An id with a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedEntity {
    /// `id`.
    pub id: Option<String>,
    /// `name`.
    pub name: Option<String>,
}

/// `GET /api/v2/tokens/me`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenInfo {
    /// The organisation the token is for.
    pub organization: Option<NamedEntity>,
    /// `homeOrganization`: where the client itself lives.
    #[serde(rename = "homeOrganization")]
    pub home_organization: Option<NamedEntity>,
    /// `authorizedScope`.
    #[serde(rename = "authorizedScope")]
    pub authorized_scope: Option<Vec<String>>,
    /// The client that the token was issued to; the API spells this member `OAuthClient`.
    #[serde(rename = "OAuthClient")]
    pub client: Option<OAuthClientInfo>,
}

/// The client behind a token (`OrgOAuthClient`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OAuthClientInfo {
    /// `id`.
    pub id: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `authorizedGrantType`: CODE, TOKEN, SAML2-BEARER, PASSWORD, CLIENT-CREDENTIALS.
    pub authorized_grant_type: Option<String>,
    /// `state`: active, disabled, inactive.
    pub state: Option<String>,
    /// `dateToDelete`, when the client is about to be deleted.
    pub date_to_delete: Option<String>,
    /// `organization`.
    pub organization: Option<NamedEntity>,
    /// `scope`.
    pub scope: Option<Vec<String>>,
    /// `roleDivisions`: the roles of a client-credentials client, each with its division.
    pub role_divisions: Option<Vec<RoleDivision>>,
}

/// A role of a client in a division.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoleDivision {
    /// `roleId`.
    pub role_id: Option<String>,
    /// `divisionId`.
    pub division_id: Option<String>,
}

/// `GET /api/v2/oauth/clients/{clientId}`: a client as the organisation keeps it; its secret is never part of the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClientRecord {
    /// `id`.
    pub id: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `authorizedGrantType`: CODE, TOKEN, SAML2-BEARER, PASSWORD, CLIENT-CREDENTIALS.
    pub authorized_grant_type: Option<String>,
    /// `state`: active, disabled, inactive.
    pub state: Option<String>,
    /// `dateToDelete`, when the client is about to be deleted.
    pub date_to_delete: Option<String>,
    /// `accessTokenValiditySeconds`.
    pub access_token_validity_seconds: Option<u64>,
    /// `registeredRedirectUri`.
    pub registered_redirect_uri: Option<Vec<String>>,
    /// `scope`.
    pub scope: Option<Vec<String>>,
    /// `roleDivisions`.
    pub role_divisions: Option<Vec<RoleDivision>>,
}

/// `GET /api/v2/users/me`: the person that a token is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// `id`.
    pub id: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `email`.
    pub email: Option<String>,
    /// `state`: active, inactive, deleted.
    pub state: Option<String>,
}

/// `GET /api/v2/organizations/me`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// `id`.
    pub id: Option<String>,
    /// `name`: the long name.
    pub name: Option<String>,
    /// `thirdPartyOrgName`: the short name, globally unique.
    pub third_party_org_name: Option<String>,
    /// `state`: active, inactive, deleted.
    pub state: Option<String>,
    /// `productPlatform`.
    pub product_platform: Option<String>,
    /// `domain`.
    pub domain: Option<String>,
    /// `features`, each on or off.
    pub features: Option<BTreeMap<String, bool>>,
}

/// An identity provider: the members of `PureEngage` and `SAMLProvider` that matter here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IdentityProvider {
    /// `id`.
    pub id: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `disabled`.
    pub disabled: Option<bool>,
    /// `issuerURI`.
    #[serde(rename = "issuerURI")]
    pub issuer_uri: Option<String>,
    /// `ssoTargetURI`.
    #[serde(rename = "ssoTargetURI")]
    pub sso_target_uri: Option<String>,
    /// `sloURI`.
    #[serde(rename = "sloURI")]
    pub slo_uri: Option<String>,
    /// `relyingPartyIdentifier`.
    pub relying_party_identifier: Option<String>,
    /// `nameIdentifierFormat`.
    pub name_identifier_format: Option<String>,
    /// `autoProvisionUsers`; only the `PureEngage` provider has it.
    pub auto_provision_users: Option<bool>,
    /// The members that nothing is judged by, by name.
    #[serde(default)]
    pub others: BTreeMap<String, Setting>,
    /// The certificates of `certificate` and `certificates`, decoded, each once.
    #[serde(default)]
    pub decoded: Vec<CertificateInfo>,
    /// How many of the provider's certificates could not be decoded.
    #[serde(default)]
    pub undecodable: usize,
    /// The DER of each decoded certificate, in base64.
    #[serde(default)]
    pub certificates: Vec<String>,
}

/// A member that is not judged, but has its place in the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// A text.
    Text(String),
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

/// The roles of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Roles {
    /// The roles, every page.
    pub entities: Vec<Role>,
    /// The listing was cut off at a limit of pages.
    pub incomplete: bool,
}

/// A role (`DomainOrganizationRole`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// `id`.
    pub id: Option<String>,
    /// `name`, as the organisation spells it.
    pub name: Option<String>,
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
    pub domain: String,
    /// `entityName`.
    pub entity: String,
    /// `actionSet` of a role, `actions` of a grant.
    pub actions: Vec<String>,
}

/// The permissions of a domain that exist in the organisation at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Permissions {
    /// Each as `domain:entity:action`.
    pub names: Vec<String>,
    /// The listing was cut off at a limit of pages.
    pub incomplete: bool,
}

/// The products that are enabled in the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Products {
    /// Their ids.
    pub ids: Vec<String>,
    /// The listing was cut off at a limit of pages.
    pub incomplete: bool,
}

/// `GET /api/v2/authorization/subjects/me`: what the caller may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grants {
    /// A role in a division, each.
    pub grants: Vec<Grant>,
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
    pub fn organization_id(&self) -> Option<&str> {
        match &self.outcome {
            ApiOutcome::Found(info) => info.organization.as_ref()?.id.as_deref(),
            _ => None,
        }
    }
}

impl Fact {
    /// Whose call of the API was refused, and how.
    pub fn refusal(&self) -> Option<(&ClientRef, &ApiError)> {
        fn of<T>(fact: &ApiFact<T>) -> Option<(&ClientRef, &ApiError)> {
            match &fact.outcome {
                ApiOutcome::Refused(error) => Some((&fact.reader, error)),
                _ => None,
            }
        }
        match self {
            Self::ClientRecord(fact) => of(fact),
            Self::Grants(fact) => of(fact),
            Self::Idps(fact) => of(fact),
            Self::Me(fact) => of(fact),
            Self::Organization(fact) => of(fact),
            Self::Permissions(fact) => of(fact),
            Self::Products(fact) => of(fact),
            Self::PureengageIdp(fact) => of(fact),
            Self::Roles(fact) => of(fact),
            Self::TokenInfo(fact) => of(fact),
            _ => None,
        }
    }
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
            assert_eq!(error(code, message).scope(), Some("authorization:readonly"));
        }
        assert_eq!(error(code, "").scope(), None);
        assert_eq!(error(code, "App not authorized to use scope").scope(), None);
        assert_eq!(error("not.authorized", "no scope here").scope(), None);
    }
}
