//! The body of `PUT /api/v2/identityproviders/pureengage`, in the spelling of the service.

use std::collections::BTreeMap;

use hybridcheck_core::names::Issuer;
use hybridcheck_core::outside::Outside;
use serde::Serialize;

/// The name that the provisioning article gives the provider.
pub(super) const NAME: &str = "PureEngage";

/// What the members that the object says nothing about are called together.
pub(super) const OTHERS: &str = "other members";

/// Stands for a target that nobody named. It is no URL on purpose: sent by mistake, it is refused with `invalid.target.url`.
pub const PLACEHOLDER: &str = "REPLACE THIS with an https URL (--sso-target)";

/// The members that the provisioning article names, and those of the provider that are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    /// `name`.
    pub name: Outside,
    /// `autoProvisionUsers`.
    pub auto_provision_users: bool,
    /// `certificate` or `certificates`.
    #[serde(flatten)]
    pub certificates: Certificates,
    /// `issuerURI`.
    #[serde(rename = "issuerURI")]
    pub issuer_uri: Issuer,
    /// `ssoTargetURI`.
    #[serde(rename = "ssoTargetURI")]
    pub sso_target_uri: Outside,
    /// `disabled`.
    pub disabled: bool,
    /// `sloURI`.
    #[serde(rename = "sloURI", skip_serializing_if = "Option::is_none")]
    pub slo_uri: Option<Outside>,
    /// `relyingPartyIdentifier`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relying_party_identifier: Option<Outside>,
    /// `nameIdentifierFormat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_identifier_format: Option<Outside>,
    /// Members of the provider that the object says nothing about, as they are.
    #[serde(flatten)]
    pub others: BTreeMap<Outside, Kept>,
}

/// The value of a member that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Kept {
    /// A text.
    Text(Outside),
    /// True or false.
    Truth(bool),
}

/// Certificates as the bodies of their PEM, without BEGIN and END lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Certificates {
    /// The object's alone.
    #[serde(rename = "certificate")]
    One(String),
    /// The object's and those that the provider has beside it.
    #[serde(rename = "certificates")]
    Several(Vec<String>),
}

impl Body {
    /// Every member of a fixed name that is a free text, with its name.
    pub fn texts(&self) -> Vec<(&'static str, Outside<&str>)> {
        let stated = [
            ("name", self.name.view()),
            ("issuerURI", self.issuer_uri.view()),
            ("ssoTargetURI", self.sso_target_uri.view()),
        ];
        let kept = [
            ("sloURI", &self.slo_uri),
            ("relyingPartyIdentifier", &self.relying_party_identifier),
            ("nameIdentifierFormat", &self.name_identifier_format),
        ];
        let kept = kept
            .into_iter()
            .filter_map(|(member, text)| Some((member, text.as_ref()?.view())));
        stated.into_iter().chain(kept).collect()
    }
}
