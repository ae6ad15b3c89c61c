//! One run from its settings to its document.

use hybridcheck_checks::engine::{self, Criteria, Judged};
use hybridcheck_core::finding::Status;
use hybridcheck_core::guard::{breakable, guarded};
use hybridcheck_core::object::Configuration;
use hybridcheck_core::run::{Run, Verdict};
use hybridcheck_core::time::Timestamp;

use super::document::{Judgement, document};
use super::interrupt;
use super::job::Job;
use super::reread;
use super::session::{NoRuntime, Session};
use crate::gather::{self, Gathered, Observer};
use crate::probes::clock::Watch;
use crate::redact::{self, Redactor};

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
        interrupt::run_begins();
        let watch = Watch::start();
        let mut redactor = redact::of(&self.scope.configuration.objects, &self.settings);
        let mut failed = Vec::new();
        let (configuration, gathered) = self.gathered(observer, &mut failed)?;
        redactor.learn_objects(&configuration.objects);
        for secret in &gathered.secrets {
            redactor.learn(secret);
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
        let judged = guarded(|| {
            breakable("engine", &"");
            engine::judge(&configuration, &gathered.facts, &criteria)
        });
        let judged = judged.unwrap_or_else(|panicked| {
            failed.push(format!("What the facts mean: judging failed, {panicked}."));
            Judged::default()
        });
        let fail_on = self.invocation.fail_on.unwrap_or(Status::Fail);
        let is_marred =
            !failed.is_empty() || !configuration.unread.is_empty() || !judged.panicked.is_empty();
        let verdict = match engine::verdict(&judged.rows, fail_on, gathered.interrupted) {
            Verdict::Ready if is_marred => Verdict::Incomplete,
            verdict => verdict,
        };
        let judgement = Judgement {
            as_of: criteria.as_of,
            judged,
            verdict,
            failed,
        };
        let run = document(self, &configuration, &gathered, judgement, &watch);
        Ok(Done { run, redactor })
    }

    /// Gathers; when something is refused, the objects are read once more, and what was refused is asked for once more if it rests on
    /// an option that changed. The objects as they were judged, and the facts.
    fn gathered(
        &self,
        observer: &dyn Observer,
        failed: &mut Vec<String>,
    ) -> Result<(Configuration, Gathered), NoRuntime> {
        let mut configuration = self.scope.configuration.clone();
        let first = self.wanted(&configuration.objects);
        if self.scope.offline {
            let gathered = gather::local(&first, &configuration.objects, interrupt::is_received);
            if gathered.interrupted {
                interrupt::run_is_cut();
            }
            return Ok((configuration, gathered));
        }
        let session = Session::start(&self.settings, observer)?;
        let mut gathered = session.gather(Gathered::default(), first, &configuration.objects);
        let second = self
            .origin
            .filter(|_| !gathered.interrupted)
            .and_then(|origin| {
                let second = guarded(|| {
                    breakable("second reading", &"");
                    reread::second(&configuration, &gathered.facts, origin)
                });
                second.unwrap_or_else(|panicked| {
                    failed.push(format!(
                        "Whether the input changed while the run went on: {panicked}."
                    ));
                    None
                })
            });
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
