//! Values of options, and the door at which everything is wrapped that is not known to be harmless.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::form::is_guid;
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
            is_guid(text.trim()) || (option == "organization_id" && is_short_word(text))
        }
        "base_auth_url" | "base_service_url" => !text.contains('@'),
        "issuer" | "expire_time" => {
            section.eq_ignore_ascii_case("saml") && text.chars().count() <= 512
        }
        "organization_sname"
        | "default_agent_role_name"
        | "default_supervisor_role_name"
        | "default_admin_role_name" => text.chars().count() <= 255,
        _ => false,
    }
}

fn is_short_word(text: &str) -> bool {
    text.chars().count() <= 30
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
