//! Values of options, and the door at which everything is wrapped that is not known to be harmless.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::form::{is_guid, is_hours, looks_generated};
use crate::outside::Outside;
use crate::secret::{Secret, Shape};

/// How a value was typed in its form; Engage knows text, integers and binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Binary data.
    Binary,
    /// A boolean (JSON, YAML).
    Boolean,
    /// No value at all (NULL, null).
    Null,
    /// A number.
    Number,
    /// Text.
    Text,
}

/// The text of an option, secret unless the option is known to be harmless.
#[derive(Clone, Debug)]
pub enum Value {
    /// May be shown.
    Plain(Outside),
    /// Must not be shown.
    Secret(Secret),
}

impl Value {
    /// The door: wraps everything except the options that are known to be harmless and do not look like something else.
    pub fn at_the_door(section: &str, option: &str, text: String) -> Self {
        if is_showable(section, option, &text) {
            Self::Plain(text.into())
        } else {
            Self::Secret(Secret::new(text))
        }
    }

    /// The text, when it may be shown.
    pub fn plain(&self) -> Option<Outside<&str>> {
        match self {
            Self::Plain(text) => Some(text.view()),
            Self::Secret(_) => None,
        }
    }

    /// The shape, always.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Plain(text) => Shape::of(text.raw()),
            Self::Secret(secret) => secret.shape(),
        }
    }

    /// Whether two values are the same text.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(one), Self::Plain(other)) => one == other,
            (Self::Secret(one), Self::Secret(other)) => one.is_same(other),
            _ => false,
        }
    }

    /// For messages: the text in quotes when it may be shown, else its shape.
    pub fn shown(&self) -> String {
        match self {
            Self::Plain(text) => format!("`{}`", text.shown(200)),
            Self::Secret(secret) => secret.shape().to_string(),
        }
    }
}

/// Whether an option's value may be shown. Everything else is a secret: a misspelt `passwrd` must not leak.
fn is_showable(section: &str, option: &str, text: &str) -> bool {
    let option = option.to_ascii_lowercase();
    if Shape::of(text).masked || looks_like_key_material(text) {
        return false;
    }
    match option.as_str() {
        // A client id that is no GUID may be the secret, swapped.
        "client_id" | "organization_id" => {
            is_guid(text.trim()) || (option == "organization_id" && is_short_name(text))
        }
        "base_auth_url" | "base_service_url" => {
            !text.contains('@') && is_at_most(text, LONGEST_URL) && !holds_generated(text)
        }
        "expire_time" => section.eq_ignore_ascii_case("saml") && is_hours(text),
        // Some providers have ids in their URLs that look generated.
        "issuer" => {
            section.eq_ignore_ascii_case("saml")
                && !text.contains('@')
                && is_at_most(text, LONGEST_URL)
                && (text.contains("://") || !holds_generated(text))
        }
        "organization_sname"
        | "default_agent_role_name"
        | "default_supervisor_role_name"
        | "default_admin_role_name" => is_at_most(text, LONGEST_NAME) && !holds_generated(text),
        _ => false,
    }
}

/// The longest URL that is shown.
const LONGEST_URL: usize = 512;
/// The longest name of a role or an organisation that is shown; Genesys Cloud documents none.
const LONGEST_NAME: usize = 200;

fn is_at_most(text: &str, characters: usize) -> bool {
    text.chars().count() <= characters
}

/// A short name in the place of an id.
fn is_short_name(text: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || " -_.".contains(c);
    is_at_most(text, 30)
        && crate::text::bare(text).chars().all(is_of_name)
        && !holds_generated(text)
}

/// A part of the text looks like a generated secret.
fn holds_generated(text: &str) -> bool {
    let is_between = |c: char| c.is_whitespace() || "/.?&:;,#'\"".contains(c);
    text.split(is_between).any(looks_generated)
}

fn looks_like_key_material(text: &str) -> bool {
    // `LS0tLS1CRUdJTi` is base64 of `-----BEGIN`.
    text.contains("PRIVATE KEY") || text.contains("-----BEGIN") || text.contains("LS0tLS1CRUdJTi")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_options_are_plain() {
        let secret = "s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t";
        for (section, option) in [
            ("ewt", "password"),
            ("ewt", "passwrd"),
            ("ewt", "client_id"),
            ("saml", "pkey"),
            ("x", "y"),
            ("general", "organization_id"),
        ] {
            assert!(
                Value::at_the_door(section, option, secret.into())
                    .plain()
                    .is_none(),
                "{section}/{option}"
            );
        }
        for (section, option, value) in [
            ("saml", "expire_time", "P4ssw0rd"),
            ("saml", "expire_time", "changeit"),
            ("saml", "issuer", "Zk3x9qWe7rTy1uIo5pAs"),
            ("general", "organization_sname", "Zk3x9qWe7rTy1uIo5pAs"),
            ("general", "organization_id", "P4ss=w0rd!"),
            ("general", "default_agent_role_name", "Zk3x9qWe7rTy1uIo5pAs"),
            (
                "general",
                "base_auth_url",
                "https://login.mypurecloud.de/?token=Zk3x9qWe7rTy1uIo5pAs",
            ),
        ] {
            let value = Value::at_the_door(section, option, value.into());
            assert!(value.plain().is_none(), "{section}/{option}");
        }
        for (section, option, value) in [
            ("saml", "expire_time", " 24\n"),
            ("saml", "expire_time", "24 hours"),
            ("saml", "expire_time", "\u{201c}24\u{201d}"),
            ("saml", "issuer", "http://www.okta.com/exk1fcia6d6EMsf331d8"),
            ("saml", "issuer", "acme pureengage"),
            ("general", "organization_id", "acme-sample"),
            ("general", "default_agent_role_name", "AI Agent (R&D) 2026"),
        ] {
            let shown = Value::at_the_door(section, option, value.into());
            assert!(shown.plain().is_some(), "{section}/{option} {value}");
        }
        let guid = "11111111-aaaa-4bbb-8ccc-111111111111";
        assert_eq!(
            Value::at_the_door("ewt", "client_id", guid.into()).plain(),
            Some(Outside::of(guid))
        );
        assert!(
            Value::at_the_door("general", "base_auth_url", "https://u:p@h/".into())
                .plain()
                .is_none()
        );
    }
}
