//! Answers of the Platform API: no bytes may panic or hang, every refusal names what is wrong, and no fact grows beyond its body.
#![no_main]

use hybridcheck::probes::org::READERS;
use libfuzzer_sys::fuzz_target;

/// What a fact may hold beyond its answer: the names of its members, once per entity, and decoded certificates.
const GROWTH: usize = 200;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, body)) = bytes.split_first() else {
        return;
    };
    let (call, read) = READERS[usize::from(*choice) % READERS.len()];
    match read(body) {
        Err(odd) => {
            let text = odd.to_string();
            assert!(!text.is_empty() && text.len() < 1000, "{call}: {text}");
        }
        Ok(fact) => {
            let length = fact.to_string().len();
            assert!(length <= 1000 + body.len() * GROWTH, "{call}: {length}");
        }
    }
});
