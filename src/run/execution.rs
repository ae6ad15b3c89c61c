//! One run from its settings to its document.

use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::finding::Status;
use hybridcheck_core::object::Configuration;
use hybridcheck_core::run::Run;
use hybridcheck_core::time::Timestamp;

use super::document::{Judgement, document};
use super::job::Job;
use super::reread;
use super::session::{NoRuntime, Session};
use crate::gather::{self, Gathered, Observer};
use crate::probes::clock::Watch;
use crate::redact::Redactor;

/// A run that is over.
pub struct Done {
    /// Its document.
    pub run: Run,
    /// Knows every secret that the run met: whatever is written of the document passes through it.
    pub redactor: Redactor,
}

impl Job<'_> {
    /// Gathers, judges, reads once more where something was refused, and tells it all in one document.
    ///
    /// # Errors
    ///
    /// Only when the system refuses what every run needs; whatever else goes wrong stands in the document.
    pub fn run(&self, observer: &dyn Observer) -> Result<Done, NoRuntime> {
        let watch = Watch::start();
        let mut redactor = Redactor::of(&self.scope.configuration.objects, &self.settings);
        let (configuration, gathered) = self.gathered(observer)?;
        redactor.learn_objects(&configuration.objects);
        for secret in &gathered.secrets {
            redactor.learn(secret.clone());
        }
        let rules = hybridcheck_checks::rules();
        let criteria = Criteria {
            checks: &self.scope.checks,
            rules: &rules,
            policy: &self.policy,
            regions: &self.settings.regions,
            // Whole seconds: nothing is judged finer, and people read it.
            as_of: self
                .as_of
                .unwrap_or(Timestamp::from_unix(watch.started.unix())),
            has_tool_client: self.has_tool_client(),
        };
        let judged = engine::judge(&configuration, &gathered.facts, &criteria);
        let fail_on = self.invocation.fail_on.unwrap_or(Status::Fail);
        let verdict = engine::verdict(&judged.rows, fail_on, gathered.interrupted);
        let judgement = Judgement {
            as_of: criteria.as_of,
            judged,
            verdict,
        };
        let run = document(self, &configuration, &gathered, judgement, &watch);
        Ok(Done { run, redactor })
    }

    /// Gathers; when something is refused, the objects are read once more, and what was refused is asked for once more if it rests on
    /// an option that changed. The objects as they were judged, and the facts.
    fn gathered(&self, observer: &dyn Observer) -> Result<(Configuration, Gathered), NoRuntime> {
        let mut configuration = self.scope.configuration.clone();
        let first = self.wanted(&configuration.objects);
        if self.scope.offline {
            let gathered = gather::local(&first, &configuration.objects);
            return Ok((configuration, gathered));
        }
        let session = Session::start(&self.settings, observer)?;
        let mut gathered = session.gather(Gathered::default(), first, &configuration.objects);
        let second = self
            .origin
            .filter(|_| !gathered.interrupted)
            .and_then(|origin| reread::second(&configuration, &gathered.facts, origin));
        if let Some(second) = second {
            if second.is_worth_a_try() {
                gathered.facts.forget(&second.stale);
                configuration = second.configuration;
                let again = self.wanted(&configuration.objects);
                gathered = session.gather(gathered, again, &configuration.objects);
            }
            reread::record(&mut gathered.facts, second.facts);
        }
        session.end();
        Ok((configuration, gathered))
    }
}
