//! One run from its settings to its document.

use std::collections::BTreeSet;

use hybridcheck_checks::engine::{self, Criteria};
use hybridcheck_core::check::Check;
use hybridcheck_core::endpoint::Routes;
use hybridcheck_core::facts::{Effect, FactKey};
use hybridcheck_core::finding::Status;
use hybridcheck_core::object::{Configuration, HybridObject};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::run::{Invocation, Run};
use hybridcheck_core::time::Timestamp;
use hybridcheck_sources::Origin;

use super::document::{Judgement, document};
use super::reread;
use super::session::{NoRuntime, Session};
use crate::config::Settings;
use crate::gather::{self, Gathered, Observer};
use crate::probes::clock::Watch;
use crate::redact::Redactor;

/// What is judged, and by what.
pub struct Scope {
    /// The objects to judge.
    pub configuration: Configuration,
    /// The checks selected.
    pub checks: Vec<Box<dyn Check>>,
    /// Nothing is asked over the network.
    pub offline: bool,
}

/// Everything that one run needs, settled.
pub struct Job<'a> {
    /// What is judged, and by which checks.
    pub scope: Scope,
    /// What may be done.
    pub settings: Settings,
    /// Thresholds.
    pub policy: Policy,
    /// The moment to judge for, when it is not now.
    pub as_of: Option<Timestamp>,
    /// How the run was called; its `fail_on` decides about the verdict.
    pub invocation: Invocation,
    /// Where the objects can be read once more.
    pub origin: Option<&'a dyn Origin>,
}

/// A run that is over.
pub struct Done {
    /// Its document.
    pub run: Run,
    /// Knows every secret that the run met: whatever is written of the document passes through it.
    pub redactor: Redactor,
}

/// What a run would do.
pub struct Plan {
    /// The facts it would gather, in order, each with what gathering it does to the world.
    pub steps: Vec<(FactKey, Effect)>,
    /// The way the requests to each endpoint would go.
    pub routes: Routes,
}

impl Job<'_> {
    /// What would be gathered, as far as that is known before anything is.
    pub fn plan(&self) -> Plan {
        let objects = &self.scope.configuration.objects;
        let (wanted, routes) = gather::routed(self.wanted(objects), objects, &self.settings);
        let steps = gather::planned(wanted, objects, &routes, self.has_tool_client());
        Plan { steps, routes }
    }

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

    fn wanted(&self, objects: &[HybridObject]) -> BTreeSet<FactKey> {
        engine::wanted(
            &self.scope.checks,
            objects,
            self.has_tool_client(),
            &self.policy,
        )
    }

    pub(super) fn has_tool_client(&self) -> bool {
        self.settings.tool_client.is_some()
    }
}
