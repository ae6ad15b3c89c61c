//! Facts: what happened when hybridcheck looked, never whether it is good. Saved, carried and judged again.

mod api;
mod http;
mod key;
mod material;
mod net;
mod oauth;
mod store;

pub use api::*;
pub use http::*;
pub use key::*;
pub use material::*;
pub use net::*;
pub use oauth::*;
pub use store::*;
