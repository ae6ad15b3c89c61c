//! Answers of the service that are not in the documented form: each leaves a gap, and accuses nobody.

use super::{Fault, fine, one};
use crate::setup::Setup;
use crate::spoil::{Spoil, Spoilt};

const TOKEN: &str = "/oauth/token";
const INFO: &str = "/api/v2/tokens/me";
const ORGANIZATION: &str = "/api/v2/organizations/me";
const PROVIDERS: &str = "/api/v2/identityproviders";
const PROVIDER: &str = "/api/v2/identityproviders/pureengage";
const ROLES: &str = "/api/v2/authorization/roles";
const PERMISSIONS: &str = "/api/v2/authorization/permissions";

pub(super) const FAULTS: &[Fault] = &[
    fine(
        "answer-life-in-quotes",
        "The token endpoint states the token's life as a text.",
        |s| s.spoil(TOKEN, Spoil::Set("/expires_in", "\"86399\"")),
    ),
    fine(
        "answer-further-members",
        "The organisation has a member that nobody has documented.",
        |s| s.spoil(ORGANIZATION, Spoil::Set("/futureMember", "{\"a\":[null]}")),
    ),
    odd(
        "answer-token-missing",
        "The token endpoint's answer has no access_token.",
        |s| s.spoil(TOKEN, Spoil::Gone("/access_token")),
    ),
    odd(
        "answer-token-null",
        "The token endpoint's access_token is null.",
        |s| s.spoil(TOKEN, Spoil::Set("/access_token", "null")),
    ),
    odd(
        "answer-token-number",
        "The token endpoint's access_token is a number.",
        |s| s.spoil(TOKEN, Spoil::Set("/access_token", "4711")),
    ),
    odd(
        "answer-token-with-line-break",
        "The token endpoint's access_token holds a line break.",
        |s| s.spoil(TOKEN, Spoil::Set("/access_token", "\"a\\nb\"")),
    ),
    odd(
        "answer-token-type",
        "The token endpoint's token_type is not bearer.",
        |s| s.spoil(TOKEN, Spoil::Set("/token_type", "\"mac\"")),
    ),
    odd(
        "answer-life-unreadable",
        "The token endpoint states the token's life as a list.",
        |s| s.spoil(TOKEN, Spoil::Set("/expires_in", "[86399]")),
    ),
    odd(
        "answer-client-number",
        "The client of the token is a number.",
        |s| s.spoil(INFO, Spoil::Set("/OAuthClient", "7")),
    ),
    odd(
        "answer-client-missing",
        "The client of the token is missing.",
        |s| s.spoil(INFO, Spoil::Gone("/OAuthClient")),
    ),
    odd(
        "answer-organisation-list",
        "The organisation is a list.",
        |s| s.spoil(ORGANIZATION, Spoil::Body("[]")),
    ),
    odd(
        "answer-organisation-empty",
        "The organisation has no members.",
        |s| s.spoil(ORGANIZATION, Spoil::Body("{}")),
    ),
    odd(
        "answer-organisation-null-id",
        "The organisation's id is null.",
        |s| s.spoil(ORGANIZATION, Spoil::Set("/id", "null")),
    ),
    odd(
        "answer-organisation-page",
        "The organisation is an HTML page.",
        |s| s.spoil(ORGANIZATION, Spoil::Body("<html><body>moved</body></html>")),
    ),
    odd(
        "answer-organisation-cut",
        "The organisation's body ends before its stated length.",
        |s| s.spoil(ORGANIZATION, Spoil::Cut),
    ),
    odd(
        "answer-provider-disabled-text",
        "Whether the identity provider is disabled is a text.",
        |s| s.spoil(PROVIDER, Spoil::Set("/disabled", "\"no\"")),
    ),
    odd(
        "answer-provider-without-issuer",
        "The identity provider has no issuerURI.",
        |s| s.spoil(PROVIDER, Spoil::Gone("/issuerURI")),
    ),
    odd(
        "answer-provider-certificates-object",
        "The identity provider's certificates are an object.",
        |s| s.spoil(PROVIDER, Spoil::Set("/certificates", "{}")),
    ),
    odd(
        "answer-providers-missing",
        "The listing of identity providers has no entities.",
        |s| s.spoil(PROVIDERS, Spoil::Gone("/entities")),
    ),
    odd(
        "answer-providers-null",
        "The entities of the listing of identity providers are null.",
        |s| s.spoil(PROVIDERS, Spoil::Set("/entities", "null")),
    ),
    odd(
        "answer-providers-without-end",
        "Every page of identity providers is the same and promises another.",
        |s| s.spoil(PROVIDERS, Spoil::SamePage),
    ),
    odd(
        "answer-providers-endless",
        "The listing of identity providers never ends.",
        |s| s.spoil(PROVIDERS, Spoil::Endless),
    ),
    odd(
        "answer-providers-fewer",
        "The listing of identity providers says that it holds more than it does.",
        |s| s.spoil(PROVIDERS, Spoil::Set("/total", "30")),
    ),
    odd("answer-roles-one-number", "A role is a number.", |s| {
        s.spoil(ROLES, Spoil::Set("/entities/3", "7"));
    }),
    odd(
        "answer-roles-name-object",
        "The name of a role is an object.",
        |s| s.spoil(ROLES, Spoil::Set("/entities/1/name", "{}")),
    ),
    odd(
        "answer-roles-empty-pages",
        "The pages of roles are empty and promise more.",
        |s| {
            s.spoil(
                ROLES,
                Spoil::Body(
                    "{\"entities\":[],\"pageCount\":9,\"nextUri\":\"/api/v2/authorization/roles\"}",
                ),
            );
        },
    ),
    odd(
        "answer-permissions-list",
        "The permissions of a domain are a list.",
        |s| s.spoil(PERMISSIONS, Spoil::Set("/entities/0/permissionMap", "[1]")),
    ),
];

const fn odd(name: &'static str, about: &'static str, twist: fn(&mut Setup)) -> Fault {
    one("answer", name, &[], about, twist)
}

impl Setup {
    fn spoil(&mut self, path: &'static str, how: Spoil) {
        self.spoilt.push(Spoilt { path, how });
    }
}
