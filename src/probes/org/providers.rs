//! Identity providers.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use hybridcheck_core::facts::{IdentityProvider, IdentityProviders, Setting};
use hybridcheck_core::outside::Outside;
use serde::Deserialize;
use serde_json::Value;

use super::listing::{Listed, Listing};
use super::{Answer, kept};
use crate::probes::json::Odd;
use hybridcheck_saml::material;

/// A provider as the API sends it; certificates become facts here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RawProvider {
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
    logo_image_data: Option<Value>,
    slo_binding: Option<Value>,
    sso_binding: Option<Value>,
    sign_authn_requests: Option<Value>,
    provider_name: Option<Value>,
    display_on_login: Option<Value>,
    #[serde(rename = "metadataURL")]
    metadata_url: Option<Value>,
    force_authn: Option<Value>,
}

/// The longest text among the members that nothing is judged by; an image is longer.
const TEXT_LIMIT: usize = 2_000;

impl Listed for RawProvider {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl RawProvider {
    /// What is not judged, as it has to be sent again with everything else.
    fn others(&self) -> BTreeMap<Outside, Setting> {
        // What is not judged must not make the answer unreadable: another type is left out.
        let setting = |value: &Option<Value>| match value.as_ref()? {
            Value::Bool(truth) => Some(Setting::Truth(*truth)),
            Value::String(text) if text.len() <= TEXT_LIMIT => {
                Some(Setting::Text(Outside::of(text.clone())))
            }
            Value::String(text) => Some(Setting::TooLong(text.len())),
            _ => None,
        };
        let all = [
            ("logoImageData", setting(&self.logo_image_data)),
            ("sloBinding", setting(&self.slo_binding)),
            ("ssoBinding", setting(&self.sso_binding)),
            ("signAuthnRequests", setting(&self.sign_authn_requests)),
            ("providerName", setting(&self.provider_name)),
            ("displayOnLogin", setting(&self.display_on_login)),
            ("metadataURL", setting(&self.metadata_url)),
            ("forceAuthn", setting(&self.force_authn)),
        ];
        let stated = all.into_iter();
        stated
            .filter_map(|(member, setting)| Some((member.into(), setting?)))
            .collect()
    }

    fn decode(self) -> IdentityProvider {
        let others = self.others();
        let mut provider = IdentityProvider {
            id: kept(self.id),
            name: kept(self.name),
            disabled: self.disabled,
            // The issuer is compared byte by byte: it stays as it is.
            issuer_uri: self.issuer_uri.map(|issuer| Outside::of(issuer).into()),
            sso_target_uri: kept(self.sso_target_uri),
            slo_uri: kept(self.slo_uri),
            relying_party_identifier: kept(self.relying_party_identifier),
            name_identifier_format: kept(self.name_identifier_format),
            auto_provision_users: self.auto_provision_users,
            others,
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
                    provider
                        .certificates
                        .push(Base64::encode_string(&der).into());
                }
            }
            provider.undecodable += undecodable;
        }
        provider
    }
}

impl Answer for IdentityProvider {
    type Raw = RawProvider;

    fn of(raw: RawProvider) -> Result<Self, Odd> {
        Ok(raw.decode())
    }
}

impl Listing for IdentityProviders {
    type Entity = RawProvider;

    fn of(providers: Vec<RawProvider>, incomplete: bool) -> Self {
        Self {
            entities: providers.into_iter().map(RawProvider::decode).collect(),
            incomplete,
        }
    }
}
