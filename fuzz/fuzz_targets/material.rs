//! The decoder of key material: no text and no password may panic or hang, whatever wrapping or encryption it claims.
//!
//! The password, if any, stands behind the first NUL, so that a plain file of `openssl` is a useful seed as it is.
#![no_main]

use hybridcheck_saml::material;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = material::describe(data);
    let Ok(input) = std::str::from_utf8(data) else {
        return;
    };
    let (text, password) = match input.split_once('\0') {
        Some((text, password)) => (text, Some(password)),
        None => (input, Some("password")),
    };
    let _ = material::certificate(text);
    let _ = material::certificates_in(text);
    let _ = material::private_key(text, password);
});
