//! Bytes that a network or this host's own files give: no reader may panic or hang, and none may keep more than it was given.
//!
//! The first byte chooses the reader.
#![no_main]

use hybridcheck::probes::readers::READERS;
use libfuzzer_sys::fuzz_target;

/// What a reader may tell beyond its bytes: names of members, numbers of lines.
const GROWTH: usize = 40;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else {
        return;
    };
    let (name, read) = READERS[usize::from(*choice) % READERS.len()];
    let length = read(bytes).len();
    assert!(length <= 2000 + bytes.len() * GROWTH, "{name}: {length}");
});
