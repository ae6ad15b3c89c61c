//! Faults of the service as a whole: how often it wants to be asked, and what its own rules refuse.

use super::{Fault, fine, one};
use crate::sandbox::material::Which;

pub(super) const FAULTS: &[Fault] = &[
    fine(
        "certificate-rotation",
        "The identity provider holds a second certificate, for a change of keys.",
        |s| {
            s.pureengage(|provider| provider.made.push((Which::Second, (-1, 3651))));
        },
    ),
    one(
        "oauth",
        "api-busy",
        &[],
        "The API answers 429 to the first call, and is content with the next.",
        |s| s.cloud.api_throttle = 1,
    ),
    one(
        "oauth",
        "api-rate-limited",
        &["rate-limited"],
        "The API answers 429 every time.",
        |s| s.cloud.api_throttle = u32::MAX,
    ),
];
