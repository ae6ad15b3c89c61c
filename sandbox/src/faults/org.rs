//! Organisation and identity provider: what the administrators of the two sides get wrong.

use super::{Fault, fine, one};
use crate::cloud::{ISSUER, ORG_ID, ORG_NAME, ORG_SHORT_NAME, PUREENGAGE, Provider, TOOL_CLIENT};
use crate::material::{Which, Written};
use crate::setup::Setup;

pub(super) const FAULTS: &[Fault] = &[
    one(
        "organisation",
        "organisation-inactive",
        &["organization-inactive"],
        "The organisation states that it is inactive.",
        |s| s.cloud.org_state = "inactive",
    ),
    one(
        "organisation",
        "organisation-deleted",
        &["organization-inactive"],
        "The organisation states that it is deleted.",
        |s| s.cloud.org_state = "deleted",
    ),
    one(
        "organisation",
        "other-platform",
        &["organization-other-platform"],
        "The organisation was made for PureConnect.",
        |s| s.cloud.platform = "PureConnect",
    ),
    fine(
        "engage-in-the-cloud",
        "The organisation was made for PureEngage in the cloud.",
        |s| s.cloud.platform = "PureEngageCloud",
    ),
    one(
        "organisation",
        "names-swapped",
        &["organization-mismatch"],
        "Short name and id of the organisation stand in each other's option.",
        |s| {
            s.sample.set("general", "organization_id", ORG_SHORT_NAME);
            s.sample.set("general", "organization_sname", ORG_ID);
        },
    ),
    one(
        "organisation",
        "names-swapped-long",
        &["organization-mismatch"],
        "organization_sname holds the id, organization_id the long name.",
        |s| {
            s.sample.set("general", "organization_id", ORG_NAME);
            s.sample.set("general", "organization_sname", ORG_ID);
        },
    ),
    one(
        "organisation",
        "id-is-short-name",
        &["organization-mismatch"],
        "organization_id holds the short name.",
        |s| s.sample.set("general", "organization_id", ORG_SHORT_NAME),
    ),
    one(
        "organisation",
        "id-of-another",
        &["organization-mismatch"],
        "organization_id is the id of another organisation.",
        |s| {
            let id = s.neighbour.org_id;
            s.sample.set("general", "organization_id", id);
        },
    ),
    one(
        "organisation",
        "short-name-case",
        &[],
        "organization_sname differs from the short name in upper and lower case.",
        |s| s.sample.set("general", "organization_sname", "Acme-Sample"),
    ),
    fine(
        "scope-of-tool-client",
        "The organisation enforces scopes, hybridcheck's own client may not use that of roles, and the client of [ewt] may.",
        |s| {
            s.with_tool_client = true;
            s.cloud.scopes_enforced = true;
            let scopes = [
                "identity-providers:readonly",
                "oauth:readonly",
                "organization:readonly",
                "user-basic-info",
                "users:readonly",
            ];
            if let Some(tool) = s.cloud.client_mut(TOOL_CLIENT) {
                tool.scopes = scopes.to_vec();
            }
            s.client(|client| client.scopes = [&scopes[..], &["authorization:readonly"]].concat());
        },
    ),
    one(
        "organisation",
        "tool-client-elsewhere",
        &["tool-client-elsewhere"],
        "hybridcheck's own client is one of another organisation.",
        |s| {
            s.with_tool_client = true;
            let own = s.cloud.clients.iter();
            let Some(at) = own.clone().position(|client| client.id == TOOL_CLIENT) else {
                return;
            };
            let tool = s.cloud.clients.remove(at);
            s.neighbour.roles = s.cloud.roles.clone();
            s.neighbour.clients.push(tool);
        },
    ),
    one(
        "idp",
        "idp-is-generic",
        &["idp-is-generic"],
        "A generic provider has the issuer, and there is no PureEngage provider.",
        |s| {
            s.cloud
                .providers
                .retain(|provider| provider.id != PUREENGAGE);
            s.generic(|_| {});
        },
    ),
    one(
        "idp",
        "idp-issuer-at-generic",
        &["idp-is-generic"],
        "A custom provider has the issuer, and the PureEngage provider has another.",
        |s| {
            s.pureengage(|provider| provider.issuer = "https://idp.acme.example/old".into());
            s.generic(|_| {});
        },
    ),
    one(
        "idp",
        "idp-missing-twin-disabled",
        &["idp-missing"],
        "There is no PureEngage provider, and the generic one with the issuer is disabled.",
        |s| {
            s.cloud
                .providers
                .retain(|provider| provider.id != PUREENGAGE);
            s.generic(|provider| provider.disabled = true);
        },
    ),
    one(
        "idp",
        "idp-twin-disabled",
        &[],
        "A generic provider beside has the same issuer and is disabled.",
        |s| s.generic(|provider| provider.disabled = true),
    ),
    one(
        "idp",
        "issuer-near-slash",
        &[],
        "Another provider's issuer differs only in a slash at the end.",
        |s| s.generic(|provider| provider.issuer = format!("{ISSUER}/")),
    ),
    one(
        "idp",
        "issuer-near-port",
        &[],
        "Another provider's issuer differs only in port and percent-encoding.",
        |s| {
            s.generic(|provider| {
                provider.issuer = "https://idp.acme.example:443/pure%65ngage".into();
            });
        },
    ),
    one(
        "idp",
        "issuer-slash",
        &["issuer-mismatch"],
        "The provider's issuer has a slash at the end, the object's has none.",
        |s| s.pureengage(|provider| provider.issuer = format!("{ISSUER}/")),
    ),
    one(
        "idp",
        "issuer-case",
        &["issuer-mismatch"],
        "The provider's issuer differs in upper and lower case.",
        |s| {
            s.pureengage(|provider| provider.issuer = "https://idp.acme.example/PureEngage".into());
        },
    ),
    one(
        "idp",
        "issuer-blank-at-provider",
        &["issuer-mismatch"],
        "The provider's issuer has a blank behind it.",
        |s| s.pureengage(|provider| provider.issuer = format!("{ISSUER} ")),
    ),
    one(
        "idp",
        "issuer-empty",
        &["issuer-mismatch"],
        "The provider has no issuer.",
        |s| s.pureengage(|provider| provider.issuer = String::new()),
    ),
    one(
        "idp",
        "idp-certificate-expired",
        &["idp-certificate-expired"],
        "The object's certificate was renewed for the same key; the provider holds the one that has expired.",
        |s| {
            s.pureengage(|provider| {
                provider.is_bare = true;
                provider.made.push((Which::First, (-400, -10)));
            });
        },
    ),
    fine(
        "idp-certificates-one-valid",
        "The provider holds the object's certificate between one that has expired and one that is not valid yet.",
        |s| {
            s.pureengage(|provider| {
                provider.made.push((Which::Second, (-400, -10)));
                provider.made.push((Which::Second, (10, 400)));
            });
        },
    ),
    one(
        "idp",
        "idp-certificates-all-strange",
        &["idp-certificate-mismatch"],
        "The provider holds two certificates, both of another key, one of them expired.",
        |s| {
            s.pureengage(|provider| {
                provider.is_bare = true;
                provider.made.push((Which::Second, (-400, -10)));
                provider.made.push((Which::Second, (-10, 400)));
            });
        },
    ),
    fine(
        "idp-certificate-as-pem",
        "The provider holds the certificate with its BEGIN and END lines.",
        |s| s.pureengage(|provider| provider.written = Written::Pem),
    ),
    fine(
        "idp-certificate-base64-twice",
        "The provider holds base64 of the whole PEM file, as the option does.",
        |s| s.pureengage(|provider| provider.written = Written::PemInBase64),
    ),
    one(
        "idp",
        "idp-certificate-undecodable",
        &[],
        "The provider holds a text that is no certificate.",
        |s| {
            s.pureengage(|provider| {
                provider.is_bare = true;
                provider
                    .certificates
                    .push("the certificate follows by mail".into());
            });
        },
    ),
    one(
        "idp",
        "idp-certificate-none",
        &["idp-certificate-mismatch"],
        "The provider holds no certificate.",
        |s| s.pureengage(|provider| provider.is_bare = true),
    ),
    one(
        "idp",
        "idp-target-http",
        &["idp-target-not-https"],
        "The provider's target is http, as in the sample of the old article.",
        |s| s.pureengage(|provider| provider.sso_target = "http://example.com/target".into()),
    ),
    fine(
        "idp-audience",
        "The provider names a relying party and asks for addresses as names.",
        |s| {
            s.pureengage(|provider| {
                provider.relying_party = "urn:acme:genesys".into();
                provider.name_identifier_format =
                    "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
            });
        },
    ),
    fine(
        "idp-other-name",
        "The PureEngage provider bears a name of the administrator's choice.",
        |s| s.pureengage(|provider| provider.name = "Engage production".into()),
    ),
];

impl Setup {
    /// Adds a provider of another kind with the object's issuer.
    fn generic(&mut self, change: impl FnOnce(&mut Provider)) {
        let mut provider = Provider::other("generic", "Generic SAML", ISSUER);
        change(&mut provider);
        self.cloud.providers.push(provider);
    }
}
