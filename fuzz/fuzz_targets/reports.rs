//! Render ∘ redact: facts with whatever a peer said are cleaned, judged and told in every format. No format holds the secret, obeys a
//! control character of a peer, or panics.
//!
//! The first line is the secret, the second what the token endpoint said, the rest what the API said.
#![no_main]

use hybridcheck::redact;
use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::facts::{Entry, Fact, Facts, Recorded};
use hybridcheck_core::object::Configuration;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::redact::Redactor;
use hybridcheck_core::region::Regions;
use hybridcheck_core::report::Style;
use hybridcheck_core::run::Run;
use hybridcheck_core::secret::Secret;
use hybridcheck_core::time::Timestamp;
use hybridcheck_testkit::{facts as canned, objects, runs};
use libfuzzer_sys::fuzz_target;

/// A secret this long, of letters and digits, stands in no text of ours by chance.
const SECRET: usize = 12;

fn configuration() -> Configuration {
    let mut configuration = Configuration {
        objects: vec![objects::healthy()],
        ..Configuration::default()
    };
    configuration.settle();
    configuration
}

fn world(configuration: &Configuration, token: &str, api: &str) -> Facts {
    let object = &configuration.objects[0];
    let refused = canned::oauth_error(400, token, token);
    let mut fact = canned::token(object, "ewt", refused);
    fact.http = canned::http("POST …", 400, "text/plain", token, true);
    let facts = canned::with_fact(canned::healthy(object), canned::token_key("ewt"), fact);
    let Some(endpoint) = object.endpoint("base_service_url") else {
        return facts;
    };
    let key = hybridcheck_core::facts::FactKey::api_probe(&endpoint);
    let said = canned::api_probe(&endpoint, Some(canned::api_error(403, api, api)));
    canned::with_fact(facts, key, said)
}

fn cleaned(redactor: &Redactor, facts: &Facts) -> Facts {
    let clean = |fact: Fact| match redact::cleaned(redactor, Ok(fact)) {
        Ok(fact) => Recorded::Fact(fact),
        Err(gap) => Recorded::Missing(gap),
    };
    let entries = facts.entries().cloned().map(|entry| Entry {
        outcome: match entry.outcome {
            Recorded::Fact(fact) => clean(fact),
            missing => missing,
        },
        ..entry
    });
    Facts::recorded(entries.collect())
}

fn told(configuration: &Configuration, facts: &Facts) -> Run {
    let (checks, rules) = (hybridcheck_checks::checks(), hybridcheck_checks::rules());
    let judged = engine::judge(
        configuration,
        facts,
        &Criteria {
            checks: &checks,
            rules: &rules,
            policy: &Policy::default(),
            regions: &Regions::default(),
            as_of: Timestamp::from_unix(1_795_435_200),
            has_tool_client: false,
        },
    );
    assert!(judged.panicked.is_empty(), "{:?}", judged.panicked);
    Run {
        rows: judged.rows,
        causes: judged.causes,
        catalogue: engine::catalogue(&checks),
        facts: facts.entries().cloned().collect(),
        ..runs::healthy()
    }
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.splitn(3, '\n');
    let (Some(secret), Some(token)) = (lines.next(), lines.next()) else {
        return;
    };
    let configuration = configuration();
    let facts = world(&configuration, token, lines.next().unwrap_or_default());
    let mut redactor = Redactor::default();
    redactor.learn_objects(&configuration.objects);
    redactor.learn(&Secret::new(secret));
    let run = told(&configuration, &cleaned(&redactor, &facts));
    let is_secret = secret.len() >= SECRET
        && secret.chars().all(|c| c.is_ascii_alphanumeric())
        && secret.chars().any(|c| c.is_ascii_digit())
        && secret.chars().any(char::is_alphabetic)
        && !secret.chars().all(|c| c.is_ascii_hexdigit());
    for verbosity in [0, 3] {
        let style = Style {
            verbosity,
            ..Style::default()
        };
        for report in hybridcheck_reports::reports() {
            let page = report.render(&run, &style);
            let obeyed = page.chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(obeyed, None, "{}", report.name());
            assert!(!is_secret || !page.contains(secret), "{}", report.name());
        }
    }
});
