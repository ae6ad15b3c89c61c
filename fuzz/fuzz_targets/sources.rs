//! Arbitrary bytes against every reader: none may panic, and every refusal says something.
#![no_main]

use hybridcheck_sources::{Input, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let input = Input {
        name: "CfgTransaction_annex_412.cfg".into(),
        bytes: bytes.to_vec(),
    };
    if let Err(error) = read(&[input]) {
        assert!(!error.to_string().is_empty());
        assert!(!error.help().is_empty());
    }
});
