//! What a run knows of its secrets, and facts without them.
//!
//! A fact is cleaned where it is recorded: sentences, rows, causes and saved runs are made of facts that hold none. The last gate in
//! front of every writer is `Redactor::gate`; it should never find one, and is there for the day it does.

use hybridcheck_core::facts::{Answer, Fact, Gap};
use hybridcheck_core::object::HybridObject;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::config::Settings;

mod texts;

pub use hybridcheck_core::redact::Redactor;

/// Knows every secret that is there before anything is asked: those of the objects and those of the settings.
pub fn of(objects: &[HybridObject], settings: &Settings) -> Redactor {
    let mut redactor = Redactor::default();
    redactor.learn_objects(objects);
    learn_settings(&mut redactor, settings);
    redactor
}

/// Learns the secret of the tool's own client and the logins of proxies.
pub fn learn_settings(redactor: &mut Redactor, settings: &Settings) {
    if let Some(tool) = &settings.tool_client {
        redactor.learn(&tool.secret);
    }
    let logins = settings.proxies.logins();
    for form in logins.flat_map(|login| &login.forms) {
        redactor.learn(form);
    }
}

/// What was found, or why not, without any known secret.
pub fn cleaned(redactor: &Redactor, answer: Answer<Fact>) -> Answer<Fact> {
    match answer {
        Ok(fact) => without_secrets(redactor, fact),
        Err(gap) => Err(without_secrets(redactor, gap)?),
    }
}

fn without_secrets<T: Serialize + DeserializeOwned>(
    redactor: &Redactor,
    value: T,
) -> Result<T, Gap> {
    match texts::cleaned(redactor, &value) {
        Ok(None) => Ok(value),
        Ok(Some(clean)) => Ok(clean),
        Err(_) => Err(Gap::Broken {
            message: "what came held a secret, and nothing of it is kept".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::{HttpFact, HttpOutcome};
    use hybridcheck_core::secret::Secret;
    use hybridcheck_testkit::facts::http;

    use super::*;

    fn answer(secret: &str) -> HttpFact {
        let text = format!("it is {secret}");
        let mut fact = http("GET …", 400, "text/plain", &text, false);
        if let HttpOutcome::Answer(answer) = &mut fact.outcome {
            answer.reason = Some(text.as_str().into());
            answer.headers.push(("server".into(), text.into()));
        }
        fact
    }

    #[test]
    fn texts_of_others_are_cleaned_and_our_own_words_stay() {
        // The last ones are a tag, a member and the name of a header.
        for secret in ["s3cr3t-value", "changeit", "answer", "outcome", "server"] {
            let mut redactor = Redactor::default();
            redactor.learn(&Secret::new(secret));
            let clean = without_secrets(&redactor, answer(secret));
            assert_eq!(clean, Ok(answer("[secret]")), "{secret}");
        }
    }

    #[test]
    fn the_words_of_a_gap_are_cleaned() {
        let mut redactor = Redactor::default();
        redactor.learn(&Secret::new("s3cr3t:value:x"));
        let gap = |permission: &str| Gap::Denied {
            permissions: vec![permission.into()],
            call: "GET /".into(),
        };
        let clean = cleaned(&redactor, Err(gap("s3cr3t:value:x")));
        assert_eq!(clean, Err(gap("[secret]")));
    }
}
