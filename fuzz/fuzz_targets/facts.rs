//! Facts that somebody else recorded, as a document holds them: no rule, no mark of a block page and no check may panic over them.
//!
//! The input is the JSON of the entries.
#![no_main]

use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::facts::{Entry, Facts};
use hybridcheck_core::object::Configuration;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::time::Timestamp;
use hybridcheck_sources::{Input, read};
use libfuzzer_sys::fuzz_target;

const OBJECT: &str = "[general]\norganization_sname=acme\norganization_id=00000000-1111-4222-8333-444444444444\n\
    base_auth_url=https://login.mypurecloud.de/oauth/token\nbase_service_url=https://api.mypurecloud.de/api/\n\
    [ewt]\nclient_id=22222222-aaaa-4bbb-8ccc-222222222222\npassword=FAKE-secret\n";

fn configuration() -> Configuration {
    let input = Input {
        name: "object.cfg".into(),
        bytes: OBJECT.into(),
    };
    read(&[input]).expect("an object")
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(entries) = serde_json::from_slice::<Vec<Entry>>(bytes) else {
        return;
    };
    let judged = engine::judge(
        &configuration(),
        &Facts::recorded(entries),
        &Criteria {
            checks: &hybridcheck_checks::checks(),
            rules: &hybridcheck_checks::rules(),
            policy: &Policy::default(),
            regions: &Regions::default(),
            as_of: Timestamp::from_unix(1_795_435_200),
            has_tool_client: true,
        },
    );
    assert!(judged.panicked.is_empty(), "{:?}", judged.panicked);
});
