//! Faults of the service as a whole: what changes while it runs.

use super::{Fault, fine, one};
use crate::material::Which;

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
        "client-switched-off",
        &["token-refused-by-api"],
        "The client of [ewt] was disabled just after its token was issued.",
        |s| s.client(|client| client.tokens_dead = true),
    ),
];
