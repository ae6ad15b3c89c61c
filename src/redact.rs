//! The last gate: every writer passes through it, and no known secret comes out. It should never find one; it is there for the day it does.

use hybridcheck_core::object::{HybridObject, Value};
use hybridcheck_core::secret::Secret;

use crate::config::Settings;

/// Shorter secrets are not searched for: they would blacken ordinary words, and the wall before this one does not let them out.
const SHORTEST: usize = 6;
const BLACKENED: &str = "[secret]";

/// Knows the secrets of a run and blackens them.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    secrets: Vec<Secret>,
}

impl Redactor {
    /// Knows every secret that is there before anything is asked: those of the objects and those of the settings.
    pub fn of(objects: &[HybridObject], settings: &Settings) -> Self {
        let mut redactor = Self::default();
        redactor.learn_objects(objects);
        redactor.learn_settings(settings);
        redactor
    }

    /// Learns the secret of the tool's own client and the logins of proxies.
    pub fn learn_settings(&mut self, settings: &Settings) {
        if let Some(tool) = &settings.tool_client {
            self.learn(tool.secret.clone());
        }
        let logins = settings.proxies.logins();
        for form in logins.flat_map(|login| &login.forms) {
            self.learn(form.clone());
        }
    }

    /// Learns every secret value of the objects.
    pub fn learn_objects(&mut self, objects: &[HybridObject]) {
        let options = objects
            .iter()
            .flat_map(|object| &object.sections)
            .flat_map(|section| &section.options);
        for option in options {
            if let Value::Secret(secret) = &option.value {
                self.learn(secret.clone());
            }
        }
    }

    /// Learns one secret.
    pub fn learn(&mut self, secret: Secret) {
        let shape = secret.shape();
        if shape.characters >= SHORTEST && !shape.masked {
            self.secrets.push(secret);
        }
    }

    /// The text without any known secret.
    pub fn clean(&self, text: String) -> String {
        let mut clean = text;
        for secret in &self.secrets {
            #[expect(
                clippy::disallowed_methods,
                reason = "the filter must know what it searches for; it only compares"
            )]
            let needle = secret.expose().trim();
            if needle.len() >= SHORTEST && clean.contains(needle) {
                clean = clean.replace(needle, BLACKENED);
            }
        }
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_secrets_are_blackened_and_short_ones_left() {
        let mut redactor = Redactor::default();
        redactor.learn(Secret::new("s3cr3t-value\n"));
        redactor.learn(Secret::new("abc"));
        let clean = redactor.clean("abc: s3cr3t-value.".into());
        assert_eq!(clean, "abc: [secret].");
    }
}
