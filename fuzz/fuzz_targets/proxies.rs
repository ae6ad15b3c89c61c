//! What people and environments say about proxies: addresses, exemptions, the result of a PAC file. None may panic, and no problem
//! quotes a login.
//!
//! One word a line: --proxy, --noproxy, --pac-result, then the variables.
#![no_main]

use hybridcheck::routing::{Proxies, Words};
use hybridcheck_core::endpoint::{Endpoint, Host};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.split('\n').collect();
    let word = |at: usize| lines.get(at).copied().filter(|word| !word.is_empty());
    let variable = |name: &str| {
        let names = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];
        let at = names.iter().position(|known| *known == name)?;
        word(3 + at).map(str::to_owned)
    };
    let settled = Proxies::settle(Words {
        proxy: word(0),
        noproxy: word(1),
        pac: word(2),
        variable: &variable,
    });
    match settled {
        Ok(proxies) => {
            for host in ["login.mypurecloud.de", "192.0.2.1", "2001:db8::1"] {
                let endpoint = Endpoint {
                    host: Host::of(host),
                    port: 443,
                };
                let _ = proxies.routing(&endpoint);
            }
            let _ = proxies.told();
        }
        Err(problem) => assert!(!problem.problem.is_empty()),
    }
});
