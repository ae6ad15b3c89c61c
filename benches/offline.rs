//! Judging without a network: what one object costs, and whether a thousand cost a thousand times as much.
#![expect(clippy::print_stdout, reason = "a benchmark prints its measurement")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hybridcheck::gather;
use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::object::Configuration;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::time::Timestamp;
use hybridcheck_sources::{self as sources, Input};
use hybridcheck_testkit::openssl;

const OBJECTS: u32 = 1000;

fn main() {
    let text = object();
    let few = measure(&text, OBJECTS / 10);
    let many = measure(&text, OBJECTS);
    println!("objects: {OBJECTS}; judged offline, each with its certificate and its encrypted key");
    for (what, few, many) in [
        ("read", few.read, many.read),
        ("decode and decrypt", few.material, many.material),
        ("judge", few.judge, many.judge),
    ] {
        let per_object = many.as_secs_f64() * 1e6 / f64::from(OBJECTS);
        let growth = many.as_secs_f64() / few.as_secs_f64() / 10.0;
        println!(
            "{what:<20} {per_object:>9.1} µs per object; {growth:.2} times the cost per object at a tenth of the objects"
        );
    }
    println!(
        "judge / read = {:.2}",
        many.judge.as_secs_f64() / many.read.as_secs_f64()
    );
}

struct Cost {
    read: Duration,
    material: Duration,
    judge: Duration,
}

fn measure(text: &str, count: u32) -> Cost {
    let begun = Instant::now();
    let mut configuration = Configuration::default();
    for index in 0..count {
        let input = Input {
            name: format!("object-{index}.cfg").into(),
            bytes: text.as_bytes().to_vec(),
        };
        let read = sources::read(&[input]).expect("the object reads");
        configuration.objects.extend(read.objects);
    }
    configuration.settle();
    let read = begun.elapsed();

    let (checks, rules) = (hybridcheck_checks::checks(), hybridcheck_checks::rules());
    let begun = Instant::now();
    let wanted: BTreeSet<_> =
        engine::wanted(&checks, &configuration.objects, false, &Policy::default());
    let facts = gather::local(&wanted, &configuration.objects, || false);
    let material = begun.elapsed();

    let criteria = Criteria {
        checks: &checks,
        rules: &rules,
        policy: &Policy::default(),
        regions: &Regions::default(),
        as_of: Timestamp::parse("2026-11-23").expect("a day"),
        has_tool_client: false,
    };
    let begun = Instant::now();
    let judged = engine::judge(&configuration, &facts.facts, &criteria);
    let judge = begun.elapsed();
    let rows = u32::try_from(judged.rows.len()).expect("a countable number of rows");
    assert_eq!(rows % count, 0, "every object has the same rows");
    Cost {
        read,
        material,
        judge,
    }
}

/// An option file with key material that the real openssl makes now.
fn object() -> String {
    let pair = openssl::pair().expect("openssl makes a pair");
    let protected = openssl::protected(&pair.key, "bench-password").expect("openssl protects it");
    let one_line = |text: &str| openssl::base64_line(text.as_bytes()).expect("openssl encodes it");
    let (certificate, pkey) = (one_line(&pair.certificate), one_line(&protected));
    format!(
        "[general]\norganization_sname=acme\norganization_id=00000000-1111-4222-8333-444444444444\n\
         default_agent_role_name=AI Agent\ndefault_supervisor_role_name=Supervisor\ndefault_admin_role_name=Admin\n\
         base_auth_url=https://login.mypurecloud.de/oauth/token\nbase_service_url=https://api.mypurecloud.de/api/\n\n\
         [saml]\nissuer=https://idp.acme.example/pureengage\ncertificate={certificate}\npkey={pkey}\npassword=bench-password\nexpire_time=24\n\n\
         [ewt]\nclient_id=22222222-aaaa-4bbb-8ccc-222222222222\npassword=FAKE-secret\n"
    )
}
