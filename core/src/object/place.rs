//! Where an object and its values stand: the form that was read, the line or property, the folder, the tenant.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::outside::Outside;

/// A system opens no longer one.
pub(super) const LONGEST_PATH: usize = 4096;

/// The form in which the object was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Config Server XML, import dialect: scalars as attributes.
    CfgDataXml,
    /// Rows of `cfg_flex_prop` saved as CSV.
    FlexPropCsv,
    /// Key/type/value lists of Web Services.
    KeyValueJson,
    /// mutagen, formats JSON and `COMPACT_JSON`.
    MutagenJson,
    /// mutagen, format RAW.
    MutagenRaw,
    /// No object: hosts that a person named.
    Named,
    /// Plain nested JSON.
    NestedJson,
    /// Plain nested YAML.
    NestedYaml,
    /// The option CSV of GAX.
    OptionCsv,
    /// An option file: `[section]` and `option=value`.
    OptionFile,
    /// Config Server XML, Platform SDK dialect: scalars as elements with a `value`.
    SdkXml,
}

impl Form {
    /// What a person calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::CfgDataXml => "Config Server XML (import form)",
            Self::FlexPropCsv => "rows of cfg_flex_prop (CSV)",
            Self::KeyValueJson => "Web Services JSON (key/type/value)",
            Self::MutagenJson => "mutagen JSON",
            Self::MutagenRaw => "mutagen RAW",
            Self::Named => "hosts named by a person",
            Self::NestedJson => "nested JSON",
            Self::NestedYaml => "nested YAML",
            Self::OptionCsv => "option CSV of GAX",
            Self::OptionFile => "option file",
            Self::SdkXml => "Config Server XML (Platform SDK form)",
        }
    }

    /// The person selects what is exported, so a section that is missing here may well be in the object (documented for GAX).
    pub fn is_selection(self) -> bool {
        matches!(self, Self::OptionCsv | Self::OptionFile)
    }
}

/// Something that a form may state, may be unable to carry, or may have left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "known", content = "value", rename_all = "snake_case")]
pub enum Known<T> {
    /// The form could carry it, but it is not there.
    Missing,
    /// The form cannot carry it.
    #[default]
    NotInForm,
    /// The form states it.
    Stated(T),
}

impl<T> Known<T> {
    /// The stated value.
    pub fn stated(&self) -> Option<&T> {
        match self {
            Self::Stated(value) => Some(value),
            Self::Missing | Self::NotInForm => None,
        }
    }
}

/// Where a value stands: the input and a line (from 1) or a table row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The input as the user named it; `-` is standard input.
    pub input: Outside,
    /// Line, row, or nothing narrower than the input.
    pub at: At,
}

/// The position inside an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// A line, counted from 1.
    Line(u32),
    /// A row of a table, counted from 1 with the header as row 1.
    Row {
        /// The table, such as `cfg_flex_prop`.
        table: String,
        /// The row.
        row: u32,
    },
    /// The input as a whole.
    Whole,
}

impl Place {
    /// A line of an input.
    pub fn line(input: &str, line: u32) -> Self {
        Self {
            input: input.into(),
            at: At::Line(line),
        }
    }

    /// An input as a whole.
    pub fn whole(input: &str) -> Self {
        Self {
            input: input.into(),
            at: At::Whole,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = self.input.shown(LONGEST_PATH);
        match &self.at {
            At::Line(line) => write!(f, "{input}:{line}"),
            At::Row { table, row } => write!(f, "{input}: {table} row {row}"),
            At::Whole => input.fmt(f),
        }
    }
}

/// A tenant as far as the form names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tenant {
    /// Its DBID; 1 is Environment.
    pub dbid: Option<u32>,
    /// Its name.
    pub name: Option<Outside>,
}

impl Tenant {
    /// The Environment tenant: DBID 1, or that name.
    pub fn is_environment(&self) -> bool {
        self.dbid == Some(1)
            || self
                .name
                .as_ref()
                .is_some_and(|name| name.eq_ignore_ascii_case("Environment"))
    }

    /// Whether both name the same tenant, as far as either says.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self.dbid, other.dbid, &self.name, &other.name) {
            (Some(a), Some(b), ..) => a == b,
            (.., Some(a), Some(b)) => a.is_like(b),
            _ => self.is_environment() && other.is_environment(),
        }
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, self.dbid) {
            (Some(name), _) => name.shown(80).fmt(f),
            (None, Some(1)) => f.write_str("Environment"),
            (None, Some(dbid)) => write!(f, "tenant {dbid}"),
            (None, None) => f.write_str("unnamed tenant"),
        }
    }
}

/// The folder an object lies in, as far as the form names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Folder {
    /// Its DBID.
    pub dbid: Option<u32>,
    /// What kind of objects it holds, such as `transaction` or `script`.
    pub kind: Option<Outside>,
    /// The path from the tenant downwards, outermost first.
    pub path: Vec<Outside>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_are_one_by_dbid_then_by_name_and_never_for_want_of_both() {
        let tenant = |dbid: u32, name: &str| Tenant {
            dbid: (dbid > 0).then_some(dbid),
            name: (!name.is_empty()).then(|| name.into()),
        };
        for (one, other, expected) in [
            (tenant(101, "Sales"), tenant(101, "Renamed"), true),
            (tenant(101, "Sales"), tenant(102, "Sales"), false),
            (tenant(101, "Sales"), tenant(0, "sales"), true),
            (tenant(101, "Sales"), tenant(0, "Service"), false),
            (tenant(1, ""), tenant(0, "Environment"), true),
            (tenant(1, ""), tenant(0, "Sales"), false),
            (tenant(101, ""), tenant(0, "Environment"), false),
            (tenant(101, ""), tenant(0, ""), false),
            (tenant(0, ""), tenant(0, ""), false),
        ] {
            assert_eq!(one.is_same(&other), expected, "{one:?} {other:?}");
            assert_eq!(other.is_same(&one), expected, "{other:?} {one:?}");
        }
    }
}
