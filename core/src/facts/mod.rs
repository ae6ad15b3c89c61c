//! Facts: what happened when hybridcheck looked, never whether it is good. Saved, carried and judged again.

mod api;
mod call;
mod client;
mod dns;
mod effect;
mod ground;
mod http;
mod key;
mod kinds;
mod material;
mod net;
mod oauth;
mod path;
mod proxy;
mod seen;
mod store;
mod tcp;
mod tls;
mod whose;

pub use api::*;
pub use call::*;
pub use client::*;
pub use dns::*;
pub use effect::*;
pub use http::*;
pub use kinds::*;
pub use material::*;
pub use net::*;
pub use oauth::*;
pub use path::*;
pub use proxy::*;
pub use seen::Seen;
pub use store::*;
pub use tcp::*;
pub use tls::*;
pub use whose::*;
