//! Records what was gathered in the lab, to be judged again in every `cargo test`: see `hybridcheck_testkit::recording`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use hybridcheck_sandbox as sandbox;
use hybridcheck_testkit::expectation;
use hybridcheck_testkit::recording::{self, HEALTHY, Recording};

use crate::fault::Fault;
use crate::play::Seen;

/// The network of which the others say what differs.
const USUAL: &str = "healthy-ipv4";

/// The recordings of a lab, written when all are there: one is told by another.
pub(crate) struct Recorder {
    wanted: BTreeSet<String>,
    made: BTreeMap<String, Recording>,
}

impl Recorder {
    /// Reads from the environment what is to be recorded.
    pub(crate) fn of_environment() -> anyhow::Result<Self> {
        let faults = sandbox::faults().iter().map(|fault| fault.name);
        let sandboxed = faults.chain([HEALTHY]).map(str::to_owned).collect();
        let own = expectation::fault_names();
        let own = own.iter().map(|name| scenario(name)).collect();
        Ok(Self {
            wanted: recording::to_record(&own, &sandboxed)?,
            made: BTreeMap::new(),
        })
    }

    /// Takes what was seen of a fault, when it is to be recorded.
    pub(crate) fn take(&mut self, fault: &Fault, seen: &Seen) -> anyhow::Result<()> {
        if let (true, Ok(run)) = (self.wanted.contains(&scenario(&fault.name)), &seen.run) {
            let made = Recording::of(&fault.about, &seen.object, &[], run.as_of, &run.facts)?;
            self.made.insert(fault.name.clone(), made);
        }
        Ok(())
    }

    /// Writes the recordings; says how many.
    pub(crate) fn write(&self) -> anyhow::Result<usize> {
        let mut order: Vec<&String> = self.made.keys().collect();
        order.sort_by_key(|name| (*name != USUAL, !is_variation(name), *name));
        for name in &order {
            let bases = bases(name);
            let bases: Vec<&str> = bases.iter().map(String::as_str).collect();
            self.made[*name]
                .store(&scenario(name), &bases)
                .with_context(|| format!("cannot record {name}"))?;
        }
        Ok(order.len())
    }
}

/// The scenarios from which one may be told: a fault also from healthy networks with a peculiarity.
fn bases(name: &str) -> Vec<String> {
    if name == USUAL {
        return vec![HEALTHY.to_owned()];
    }
    let variations = recording::names("lab").into_iter();
    let variations = variations.filter(|other| {
        let other = other.trim_start_matches("lab/");
        other != USUAL && !is_variation(name) && is_variation(other)
    });
    std::iter::once(scenario(USUAL)).chain(variations).collect()
}

fn is_variation(name: &str) -> bool {
    name.starts_with("healthy-")
}

fn scenario(name: &str) -> String {
    format!("lab/{name}")
}
