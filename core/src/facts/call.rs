//! Which calls of the Platform API facts are read with, and what a client needs for them.

use crate::access::Mark;
use crate::facts::FactKey;

/// A call of the Platform API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiCall {
    /// Method and path, as the API's definition writes them.
    pub call: &'static str,
    /// The permission that one of the caller's roles must hold; none for what everybody with a token may call.
    pub permission: Option<&'static str>,
    /// The scope that the client needs once the organisation enforces scopes; `:readonly` forms are enough for reading.
    pub scope: &'static str,
    /// How sure permission and scope are.
    pub certainty: Mark,
    /// Where they are said.
    pub source: &'static str,
}

const fn documented(
    call: &'static str,
    permission: Option<&'static str>,
    scope: &'static str,
) -> ApiCall {
    ApiCall {
        call,
        permission,
        scope,
        certainty: Mark::Documented,
        source: "Platform API definition",
    }
}

const CLIENT_RECORD: ApiCall = documented(
    "GET /api/v2/oauth/clients/{clientId}",
    Some("oauth:client:view"),
    "oauth:readonly",
);
const GRANTS: ApiCall = documented(
    "GET /api/v2/authorization/subjects/me",
    None,
    "authorization:readonly",
);
const IDPS: ApiCall = documented(
    "GET /api/v2/identityproviders",
    Some("sso:provider:view"),
    "identity-providers:readonly",
);
const ME: ApiCall = ApiCall {
    call: "GET /api/v2/users/me",
    permission: None,
    scope: "users:readonly",
    certainty: Mark::Inferred,
    source: "every person may read who they are; the scope is named like those of the other calls",
};
const ORGANIZATION: ApiCall = documented(
    "GET /api/v2/organizations/me",
    None,
    "organization:readonly",
);
const PERMISSIONS: ApiCall = documented(
    "GET /api/v2/authorization/permissions",
    None,
    "authorization:readonly",
);
const PRODUCTS: ApiCall = documented(
    "GET /api/v2/authorization/products",
    None,
    "authorization:readonly",
);
const PUREENGAGE: ApiCall = documented(
    "GET /api/v2/identityproviders/pureengage",
    Some("sso:provider:view"),
    "identity-providers:readonly",
);
const ROLES: ApiCall = documented(
    "GET /api/v2/authorization/roles",
    Some("authorization:role:view"),
    "authorization:readonly",
);
const TOKEN_END: ApiCall = documented("DELETE /api/v2/tokens/me", None, "user-basic-info");
const TOKEN_INFO: ApiCall = documented("GET /api/v2/tokens/me", None, "user-basic-info");

impl FactKey {
    /// The call of the API, with somebody's token, that a fact is read with. The one table of what the tool needs: messages, the
    /// command `permissions` and what stays unchecked all follow from it.
    pub fn api_call(&self) -> Option<&'static ApiCall> {
        match self {
            Self::ClientRecord { .. } => Some(&CLIENT_RECORD),
            Self::Grants { .. } => Some(&GRANTS),
            Self::Idps { .. } => Some(&IDPS),
            Self::Me { .. } => Some(&ME),
            Self::Organization { .. } => Some(&ORGANIZATION),
            Self::Permissions { .. } => Some(&PERMISSIONS),
            Self::Products { .. } => Some(&PRODUCTS),
            Self::PureengageIdp { .. } => Some(&PUREENGAGE),
            Self::Roles { .. } => Some(&ROLES),
            Self::TokenEnd { .. } => Some(&TOKEN_END),
            Self::TokenInfo { .. } => Some(&TOKEN_INFO),
            // A new kind of fact belongs into one of the two lists: nothing is left to a wildcard.
            Self::Addresses { .. }
            | Self::ApiProbe { .. }
            | Self::Certificate { .. }
            | Self::Connection { .. }
            | Self::Discovery { .. }
            | Self::Dns { .. }
            | Self::Hello { .. }
            | Self::HostsFile { .. }
            | Self::Option { .. }
            | Self::Path { .. }
            | Self::PrivateKey { .. }
            | Self::Reach { .. }
            | Self::Reread { .. }
            | Self::Resolver
            | Self::Routing { .. }
            | Self::SamlLogin { .. }
            | Self::SystemLookup { .. }
            | Self::Tcp { .. }
            | Self::Tls { .. }
            | Self::Token { .. }
            | Self::Tunnel { .. }
            | Self::Web { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ClientRef;
    use crate::object::ObjectId;
    use crate::permission::Permission;

    /// One key of every kind that the API answers for.
    fn keys() -> Vec<FactKey> {
        let object = ObjectId(0);
        let client = ClientRef::Tool { object };
        let person = ClientRef::Person { object };
        let domain = "journey".to_owned();
        vec![
            FactKey::ClientRecord {
                client: client.clone(),
            },
            FactKey::Grants {
                client: client.clone(),
            },
            FactKey::Idps { object },
            FactKey::Me { object },
            FactKey::Organization { object },
            FactKey::Permissions { object, domain },
            FactKey::Products { object },
            FactKey::PureengageIdp { object },
            FactKey::Roles { object },
            FactKey::TokenEnd { client: person },
            FactKey::TokenInfo { client },
        ]
    }

    #[test]
    fn what_stands_on_a_token_or_an_organisation_has_a_call() {
        for key in keys() {
            assert!(key.of_cloud().is_some(), "{key}");
            let call = key.api_call();
            let call = call.unwrap_or_else(|| panic!("{key} has no call"));
            assert!(call.call.contains(" /api/v2/"), "{key}");
            if let Some(name) = call.permission {
                Permission::parse(name).expect(name);
            }
        }
        let object = ObjectId(0);
        let client = ClientRef::Tool { object };
        // The token endpoint asks for no permission.
        for key in [FactKey::Token { client }, FactKey::SamlLogin { object }] {
            assert_eq!(key.api_call(), None, "{key}");
        }
    }

    #[test]
    fn nothing_that_is_read_asks_for_a_right_to_write() {
        for call in keys().iter().filter_map(FactKey::api_call) {
            let is_reading = call.call.starts_with("GET ");
            assert!(
                call.permission.is_none_or(|name| name.ends_with(":view")),
                "{}",
                call.call
            );
            assert_eq!(is_reading, call.call != TOKEN_END.call);
        }
    }
}
