//! What tests share: canned objects, facts and runs, and key material made by the real openssl.

pub mod canaries;
pub mod clock;
pub mod expectation;
pub mod facts;
pub mod material;
pub mod objects;
pub mod openssl;
pub mod platform_api;
pub mod proxied;
pub mod recording;
pub mod runs;
pub mod signal;
