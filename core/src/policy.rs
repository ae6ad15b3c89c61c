//! Thresholds and expectations that a site may set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::baseline::Baseline;

/// Thresholds and expectations of the checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// Warn when a certificate expires within this many days.
    pub certificate_warn_days: i64,
    /// The largest clock difference that passes, in seconds. Genesys Cloud's SAML limit is 10 (documented).
    pub clock_limit_seconds: u32,
    /// The smallest RSA key that passes, in bits.
    pub minimum_rsa_bits: u32,
    /// What the roles that an object names should allow; written only where a person gave a baseline of their own.
    #[serde(default, skip_serializing_if = "Baseline::is_own")]
    pub permission_baseline: Baseline,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            certificate_warn_days: 30,
            clock_limit_seconds: 10,
            minimum_rsa_bits: 2048,
            permission_baseline: Baseline::default(),
        }
    }
}
