//! What one run needs, and what it would do.

use std::collections::BTreeSet;

use hybridcheck_checks::engine;
use hybridcheck_core::check::Check;
use hybridcheck_core::endpoint::Routes;
use hybridcheck_core::facts::{Effect, FactKey};
use hybridcheck_core::object::{Configuration, HybridObject};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::run::Invocation;
use hybridcheck_core::time::Timestamp;
use hybridcheck_sources::Origin;

use crate::config::Settings;
use crate::gather;

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

    pub(super) fn wanted(&self, objects: &[HybridObject]) -> BTreeSet<FactKey> {
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
