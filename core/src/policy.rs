//! Thresholds that a site may set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Thresholds of the checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// Warn when a certificate expires within this many days.
    pub certificate_warn_days: i64,
    /// The largest clock difference that passes, in seconds. Genesys Cloud's SAML limit is 10 (documented).
    pub clock_limit_seconds: u32,
    /// The smallest RSA key that passes, in bits.
    pub minimum_rsa_bits: u32,
    /// The permissions that roles need, when a person gave a baseline of their own; empty for the one of the program.
    #[serde(default)]
    pub needed_permissions: Vec<NeededPermission>,
}

/// A permission that a role needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NeededPermission {
    /// Whose role.
    pub role: RoleKind,
    /// `domain:entity:action`; `*` stands for every entity or action that exists.
    pub permission: String,
    /// The need is documented; otherwise it is inferred.
    pub documented: bool,
}

/// Whose role: the object names one for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleKind {
    /// `general/default_admin_role_name`.
    Admin,
    /// `general/default_agent_role_name`.
    Agent,
    /// `general/default_supervisor_role_name`.
    Supervisor,
}

impl RoleKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Admin, Self::Supervisor, Self::Agent];

    /// The option of section `general` that names the role.
    pub fn option(self) -> &'static str {
        match self {
            Self::Admin => "default_admin_role_name",
            Self::Agent => "default_agent_role_name",
            Self::Supervisor => "default_supervisor_role_name",
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            certificate_warn_days: 30,
            clock_limit_seconds: 10,
            minimum_rsa_bits: 2048,
            needed_permissions: Vec::new(),
        }
    }
}
