//! Captured SAML messages: no bytes may panic or hang, every refusal says something, and what holds was really signed.
#![no_main]

use hybridcheck_saml as saml;
use hybridcheck_core::time::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match saml::read(bytes, &[]) {
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(!error.help().is_empty());
        }
        Ok(message) => {
            let moments = saml::Moments {
                as_of: Timestamp::from_unix(1_795_435_200),
                is_named: true,
            };
            let remarks = saml::judge(&message, moments);
            for signature in &message.signatures {
                assert!(!signature.holds() || !signature.made_by.is_empty());
            }
            let explained = saml::Explained::of("fuzz", moments.as_of, message, remarks);
            assert!(!explained.text().is_empty());
        }
    }
});
