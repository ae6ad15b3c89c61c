//! Names that people take for one another: each is a type of its own, so that comparing two kinds does not compile.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::form::is_guid;
use crate::outside::{CAP, Outside, Shown};

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident, shown up to $cap:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Outside);

        impl $name {
            /// The same text, borrowed, whatever it names.
            pub fn view(&self) -> Outside<&str> {
                self.0.view()
            }

            /// The text as it may be shown, cut at a number of characters.
            pub fn shown(&self, cap: usize) -> Shown<'_> {
                self.0.shown(cap)
            }

            /// The same name, upper and lower case of ASCII letters aside.
            pub fn is_like(&self, other: &Self) -> bool {
                self.0.is_like(&other.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.shown($cap).fmt(f)
            }
        }

        impl From<Outside> for $name {
            fn from(text: Outside) -> Self {
                Self(text)
            }
        }

        impl From<$name> for Outside {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl From<Outside<&str>> for $name {
            fn from(text: Outside<&str>) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<&$name> for $name {
            fn from(name: &$name) -> Self {
                name.clone()
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                Outside::inline_schema()
            }

            fn schema_name() -> Cow<'static, str> {
                Outside::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                Outside::json_schema(generator)
            }
        }
    )*};
}

names! {
    /// The id of an OAuth client, a GUID.
    ClientId, shown up to CAP;
    /// The issuer of assertions, compared character by character.
    Issuer, shown up to CAP;
    /// The name of a section or of an option, as the object writes it.
    Name, shown up to 60;
    /// The id of an organisation, a GUID.
    OrgId, shown up to CAP;
    /// The short name of an organisation, which no other has.
    OrgShortName, shown up to CAP;
    /// The name of a role, compared character by character.
    RoleName, shown up to CAP;
}

impl ClientId {
    /// It has the form of an id; what has not may be a secret in the wrong place.
    pub fn is_guid(&self) -> bool {
        is_guid(self.view().raw())
    }
}

impl Name {
    /// The name itself, to look something up with, never to be shown.
    pub fn raw(&self) -> &str {
        self.0.raw()
    }

    /// The same name, upper and lower case of ASCII letters aside.
    pub fn eq_ignore_ascii_case(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

impl OrgId {
    /// It has the form of an id.
    pub fn is_guid(&self) -> bool {
        is_guid(self.view().raw())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_text_in_a_document() {
        let id = OrgId::from("ABC\u{202e}");
        assert_eq!(
            serde_json::to_value(&id).expect("json"),
            serde_json::json!("ABC\u{202e}")
        );
        assert_eq!(id.to_string(), "ABC\\u{202e}");
        assert!(id.is_like(&OrgId::from("abc\u{202e}")) && !id.is_guid());
        assert_eq!(
            schemars::schema_for!(Vec<OrgId>),
            schemars::schema_for!(Vec<String>)
        );
    }
}
