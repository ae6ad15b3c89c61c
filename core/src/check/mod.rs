//! Checks: pure judgements, each with its manual page.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod case;
mod judge;
mod level;
mod page;
mod subject;

pub use case::{Case, service_clients};
pub use judge::{Ask, Check, Judge, Question};
pub use level::{Level, OptionName, SectionName, Whole, or_whole};
pub use page::{Documented, Page};
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
