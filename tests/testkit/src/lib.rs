//! What tests share: canned objects, canned facts, key material made by the real openssl.

pub mod material;
pub mod objects;
pub mod openssl;
