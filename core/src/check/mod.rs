//! Checks: pure judgements, each documented by its own doc comment.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod case;
mod judge;
mod level;
mod subject;

pub use case::{Case, service_clients};
pub use judge::{Ask, Check, Judge, Question};
pub use level::{Level, OptionName, SectionName, Whole, or_whole};
pub use subject::Subject;

/// A stable id: family and file name in kebab case, such as `saml-certificate-expiry`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct CheckId(pub String);

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A type that carries its own manual page; implemented by [`page!`](crate::page).
pub trait Documented {
    /// The lines of the doc comment.
    fn lines(&self) -> &'static [&'static str];
    /// The module path, from which the id follows.
    fn module(&self) -> &'static str;

    /// The last two parts of the module path: family and name.
    fn family(&self) -> &'static str {
        self.module().rsplit("::").nth(1).unwrap_or_default()
    }

    /// Family and file name, kebab case.
    fn id(&self) -> CheckId {
        let name = self.module().rsplit("::").next().unwrap_or_default();
        CheckId(format!("{}-{name}", self.family()).replace('_', "-"))
    }

    /// Whether an id is this one's; nothing is built for the comparison, which rules make for every row.
    fn is_named(&self, id: &CheckId) -> bool {
        let mut parts = self.module().rsplit(':');
        let name = parts.next().unwrap_or_default();
        let family = parts.nth(1).unwrap_or_default();
        let kebab = |part: &'static str| {
            let bytes = part.bytes();
            bytes.map(|byte| if byte == b'_' { b'-' } else { byte })
        };
        id.0.len() == family.len() + 1 + name.len()
            && id
                .0
                .bytes()
                .eq(kebab(family).chain([b'-']).chain(kebab(name)))
    }

    /// The first line: a statement that is true when the check passes.
    fn title(&self) -> String {
        self.lines().first().map_or_else(String::new, |line| {
            line.trim().trim_end_matches('.').to_owned()
        })
    }

    /// The text below a `## heading` of the page, without the heading.
    fn part(&self, heading: &str) -> Option<String> {
        let lines = self
            .lines()
            .iter()
            .map(|line| line.strip_prefix(' ').unwrap_or(line));
        let body: Vec<&str> = lines
            .skip_while(|line| line.strip_prefix("## ") != Some(heading))
            .skip(1)
            .take_while(|line| !line.starts_with("## "))
            .collect();
        let text = body.join("\n").trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// The whole page as Markdown, without the first line.
    fn body(&self) -> String {
        let lines: Vec<&str> = self
            .lines()
            .iter()
            .skip(1)
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        lines.join("\n").trim().to_owned()
    }
}

/// Declares a unit struct whose doc comment is its manual page, kept inside the binary.
#[macro_export]
macro_rules! page {
    ($(#[doc = $line:literal])+ $vis:vis struct $name:ident;) => {
        $(#[doc = $line])+
        #[derive(Clone, Copy, Debug)]
        $vis struct $name;

        impl $crate::check::Documented for $name {
            fn lines(&self) -> &'static [&'static str] {
                &[$($line),+]
            }

            fn module(&self) -> &'static str {
                module_path!()
            }
        }
    };
}
