//! What can go wrong before there is an object to judge, and what to do about it. Never a value, never a line of the input.

use std::io;

use hybridcheck_core::object::{Form, Note, OBJECT_NAME};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::listed;
use thiserror::Error;

use super::foreign::{EXPORT, Foreign};

/// Why an input could not be read.
#[derive(Debug, Error)]
pub enum SourceError {
    /// No input was named.
    #[error("no input was named")]
    NoInput,
    /// Standard input was named more than once.
    #[error("standard input (-) was named more than once")]
    StdinTwice,
    /// The path does not exist.
    #[error("{} does not exist", shown(.path))]
    NotFound {
        /// The path.
        path: Outside,
    },
    /// The path is a directory.
    #[error("{} is a directory, not a file", shown(.path))]
    Directory {
        /// The path.
        path: Outside,
    },
    /// The path may not be read.
    #[error("no permission to read {}", shown(.path))]
    Denied {
        /// The path.
        path: Outside,
    },
    /// Reading failed in another way.
    #[error("cannot read {}", shown(.path))]
    Unreadable {
        /// The path.
        path: Outside,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The input is larger than an export of the object can be.
    #[error("{} is larger than {} MiB", shown(.path), .cap / (1024 * 1024))]
    TooLarge {
        /// The path.
        path: Outside,
        /// The cap in bytes.
        cap: u64,
    },
    /// The form was recognised, but the input breaks its rules.
    #[error("{}{} is not valid {}: {problem}", shown(.path), position(*.line), .form.label())]
    Malformed {
        /// The path.
        path: Outside,
        /// The line, where one is known.
        line: Option<u32>,
        /// The form it seems to have.
        form: Form,
        /// What is wrong, in words of our own.
        problem: String,
    },
    /// The input is something else than the object, and it is known what.
    #[error("{} is {}", shown(.path), .found.label())]
    Foreign {
        /// The path.
        path: Outside,
        /// What it is.
        found: Foreign,
    },
    /// More objects than one run tells apart.
    #[error(
        "the input holds {count} objects, and one run judges at most {}",
        u16::MAX
    )]
    TooMany {
        /// How many.
        count: usize,
    },
    /// A reader failed in itself.
    #[error("{}: {}", .unread.place, .unread.text)]
    Failed {
        /// Where, and in which line of the source.
        unread: Note,
    },
    /// The inputs were read, but no object of ours is among what they hold.
    #[error("no object {OBJECT_NAME} in the input: {}", listed(.found))]
    NoObject {
        /// What each input holds instead.
        found: Vec<String>,
        /// Names that are close to ours.
        near: Vec<Outside>,
    },
}

impl SourceError {
    /// What to do.
    pub fn help(&self) -> String {
        match self {
            Self::NoInput => format!("name the file that holds the object, or - for standard input. {EXPORT}"),
            Self::StdinTwice => "name - once; give every further input as a file".to_owned(),
            Self::NotFound { .. } => "check the path; names are case-sensitive on this host if its file system is".to_owned(),
            Self::Directory { .. } => "name the exported file in it".to_owned(),
            Self::Denied { .. } => "run as a user who may read the file, or have its owner copy it; it holds secrets, so do not open it to everyone".to_owned(),
            Self::Unreadable { .. } => "copy the file to a local disk and try again".to_owned(),
            Self::TooLarge { .. } => format!("this is more than the object. {EXPORT}"),
            Self::Malformed { form, .. } => malformed_help(*form),
            Self::Foreign { found, .. } => found.help(),
            Self::TooMany { .. } => "export fewer tenants at a time, and run once for each export".to_owned(),
            Self::Failed { .. } => "report it as a bug of hybridcheck, with the line that it names and without the input, which holds secrets".to_owned(),
            Self::NoObject { near, .. } if near.is_empty() => format!("{EXPORT} {XML}"),
            Self::NoObject { near, .. } => format!(
                "is {} meant? Components look for the exact name {OBJECT_NAME}: rename it, then export it again. {EXPORT}",
                listed(near.iter().map(|name| format!("`{name}`")))
            ),
        }
    }
}

const XML: &str = "An XML export must include the CfgTransaction elements.";

fn malformed_help(form: Form) -> String {
    match form {
        Form::CfgDataXml | Form::SdkXml => "export the object again; XML edited by hand must escape & as &amp; and < as &lt;".to_owned(),
        Form::KeyValueJson | Form::MutagenJson | Form::MutagenRaw | Form::NestedJson => {
            "save the answer or export again, whole and unedited; strict JSON has no comments and no trailing commas".to_owned()
        }
        Form::NestedYaml => "correct the named line: plain mappings, lists and quoted text only, no anchors and no aliases".to_owned(),
        Form::FlexPropCsv => "export the columns dbid, object_dbid, object_type, parent_dbid, prop_name, prop_value and part, with values quoted".to_owned(),
        Form::Named | Form::OptionCsv | Form::OptionFile => EXPORT.to_owned(),
    }
}

/// An input, as a person calls it.
pub(super) fn shown(path: &Outside) -> String {
    if *path == "-" {
        "standard input".to_owned()
    } else {
        path.to_string()
    }
}

fn position(line: Option<u32>) -> String {
    line.map(|line| format!(", line {line},"))
        .unwrap_or_default()
}
