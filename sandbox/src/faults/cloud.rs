//! Faults of the organisation: clients, organisation, roles, identity providers.

use super::{Fault, one};
use crate::cloud::{ISSUER, ORG_NAME, PUREENGAGE, Provider, SAML2_BEARER};
use crate::material::Which;

pub(super) const FAULTS: &[Fault] = &[
    one(
        "oauth",
        "wrong-secret",
        &["wrong-secret"],
        "ewt/password is not the client's secret.",
        |s| {
            s.sample.set(
                "ewt",
                "password",
                "0utdated-secret-of-the-ewt-client-4711-abcdef",
            );
        },
    ),
    one(
        "oauth",
        "unknown-client",
        &["unknown-client"],
        "ewt/client_id names a client that does not exist.",
        |s| {
            s.sample
                .set("ewt", "client_id", "99999999-aaaa-4bbb-8ccc-999999999999");
        },
    ),
    one(
        "oauth",
        "client-disabled",
        &["client-disabled"],
        "The client of [ewt] is disabled.",
        |s| {
            s.client(|client| client.state = "disabled");
        },
    ),
    one(
        "oauth",
        "wrong-grant-type",
        &["wrong-grant-type"],
        "The client of [ewt] was made for SAML2 bearer.",
        |s| {
            s.client(|client| client.grant = SAML2_BEARER);
        },
    ),
    one(
        "oauth",
        "rate-limited",
        &["rate-limited"],
        "The token endpoint answers 429 every time.",
        |s| {
            s.cloud.throttled = true;
        },
    ),
    one(
        "organisation",
        "other-organisation",
        &["organization-mismatch"],
        "The client belongs to another organisation.",
        |s| {
            s.cloud.org_id = "66666666-7777-4888-8999-aaaaaaaaaaaa";
            s.cloud.org_name = "Other Company AG";
            s.cloud.org_short_name = "other-company";
        },
    ),
    one(
        "organisation",
        "short-name",
        &["organization-mismatch"],
        "organization_sname holds the organisation's long name.",
        |s| {
            s.sample.set("general", "organization_sname", ORG_NAME);
        },
    ),
    one(
        "organisation",
        "role-missing",
        &["role-missing"],
        "The agents' role has another name in the organisation.",
        |s| {
            s.rename_agent_role();
        },
    ),
    one(
        "organisation",
        "permission-missing",
        &[],
        "The client of [ewt] may read neither identity providers nor roles.",
        |s| {
            s.service_role(|role| role.permissions = vec!["journey:actiontarget:view"]);
        },
    ),
    one(
        "idp",
        "idp-missing",
        &["idp-missing"],
        "The organisation has no PureEngage identity provider.",
        |s| {
            s.cloud
                .providers
                .retain(|provider| provider.id != PUREENGAGE);
        },
    ),
    one(
        "idp",
        "idp-disabled",
        &["idp-disabled"],
        "The PureEngage identity provider is disabled.",
        |s| {
            s.pureengage(|provider| provider.disabled = true);
        },
    ),
    one(
        "idp",
        "auto-provisioning-off",
        &["auto-provisioning-off"],
        "The identity provider does not provision users.",
        |s| {
            s.pureengage(|provider| provider.auto_provision = false);
        },
    ),
    one(
        "idp",
        "issuer-mismatch",
        &["issuer-mismatch"],
        "The identity provider's issuer begins with http, the object's with https.",
        |s| {
            s.other_issuer();
        },
    ),
    one(
        "idp",
        "issuer-not-unique",
        &["issuer-not-unique"],
        "Another identity provider, on the listing's last page, has the same issuer.",
        |s| {
            s.many_providers();
            let twin = Provider::other("twin", "Engage test", ISSUER);
            s.cloud.providers.push(twin);
        },
    ),
    one(
        "idp",
        "idp-certificate",
        &["idp-certificate-mismatch"],
        "The identity provider holds another certificate.",
        |s| {
            s.material.provider = Which::Second;
        },
    ),
    one(
        "organisation",
        "two-faults",
        &["issuer-mismatch", "role-missing"],
        "Two independent faults: the issuer differs, and a role is missing.",
        |s| {
            s.other_issuer();
            s.rename_agent_role();
        },
    ),
];
