//! Gathering on a runtime of its own, until everything is there or a signal ends it.

use std::collections::BTreeSet;

use hybridcheck_core::facts::FactKey;
use hybridcheck_core::guard::{Guarded, guarded};
use hybridcheck_core::object::HybridObject;

use super::interrupt;
use super::runtime::runtime;
use crate::config::Settings;
use crate::gather::{self, Gathered, Observer};

/// The system refuses something that every run needs.
#[derive(Debug, thiserror::Error)]
#[error("cannot start the network runtime")]
pub struct NoRuntime(#[from] std::io::Error);

/// Gathers some facts about objects.
///
/// # Errors
///
/// Only when the system refuses a runtime; whatever else goes wrong is recorded as a gap.
pub fn gathered(
    wanted: BTreeSet<FactKey>,
    objects: &[HybridObject],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Gathered, NoRuntime> {
    let session = Session::start(settings, observer)?;
    let gathered = session.gather(Gathered::default(), wanted, objects);
    session.end();
    Ok(gathered)
}

/// The runtime on which a run gathers, and who watches.
pub(super) struct Session<'a> {
    runtime: tokio::runtime::Runtime,
    settings: &'a Settings,
    observer: &'a dyn Observer,
}

impl<'a> Session<'a> {
    pub(super) fn start(
        settings: &'a Settings,
        observer: &'a dyn Observer,
    ) -> Result<Self, NoRuntime> {
        let runtime = runtime()?;
        Ok(Self {
            runtime,
            settings,
            observer,
        })
    }

    /// Gathers on top of what is known already.
    pub(super) fn gather(
        &self,
        earlier: Gathered,
        wanted: BTreeSet<FactKey>,
        objects: &[HybridObject],
    ) -> Gathered {
        let settings = self.settings;
        let open = guarded(|| {
            let (over, routes) = gather::routed(wanted.clone(), objects, settings);
            let has_tool_client = settings.tool_client.is_some();
            let all = gather::closure(over, objects, &routes, has_tool_client);
            all.iter().filter(|key| !earlier.facts.holds(key)).count()
        });
        // Only those who watch are told less when that fails.
        self.observer.planned(open.unwrap_or_default());
        interrupt::run_begins();
        let interrupt = async {
            interrupt::received().await;
        };
        let gathering =
            gather::gather_on(earlier, wanted, objects, settings, self.observer, interrupt);
        let gathering = Guarded(Box::pin(gathering));
        let gathered = self.runtime.block_on(gathering);
        // Each probe has a guard of its own; what drives them fails in itself or not at all.
        let gathered = gathered.unwrap_or_else(|panicked| Gathered::failed(&panicked));
        self.observer.ended();
        if gathered.interrupted {
            interrupt::run_is_cut();
        }
        gathered
    }

    /// Connections that still drip must not keep the process.
    pub(super) fn end(self) {
        self.runtime.shutdown_background();
    }
}
