//! An object as hostile as can be, up to the gate: its endpoints, what would be asked, which scheme may carry a secret, and the
//! verdict without a network.
#![no_main]

use hybridcheck::gather;
use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::time::Timestamp;
use hybridcheck_sources::{Input, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let input = Input {
        name: "object.cfg".into(),
        bytes: bytes.to_vec(),
    };
    let Ok(configuration) = read(&[input]) else {
        return;
    };
    let (checks, rules) = (hybridcheck_checks::checks(), hybridcheck_checks::rules());
    let (policy, regions) = (Policy::default(), Regions::default());
    for object in &configuration.objects {
        for option in ["base_auth_url", "base_service_url"] {
            let is_https = gather::is_https(object, option);
            let endpoint = object.endpoint(option);
            assert!(!is_https || endpoint.is_none() || object.plain("general", option).is_some());
        }
    }
    let wanted = engine::wanted(&checks, &configuration.objects, true, &policy);
    let gathered = gather::local(&wanted, &configuration.objects, || false);
    let judged = engine::judge(
        &configuration,
        &gathered.facts,
        &Criteria {
            checks: &checks,
            rules: &rules,
            policy: &policy,
            regions: &regions,
            as_of: Timestamp::from_unix(1_795_435_200),
            has_tool_client: true,
        },
    );
    assert!(judged.panicked.is_empty(), "{:?}", judged.panicked);
});
