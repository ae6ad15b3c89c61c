//! What a sandbox is made of before it opens; a fault twists it.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::SandboxError;
use super::cloud::Cloud;
use super::dns::{NameAnswer, Zone};
use super::door::Door;
use super::gateway::Answers;
use super::material::Recipe;
use super::object::Sample;
use super::proxy::ProxySetup;
use super::tls::{Leaf, Offer};

/// The region of the sample organisation.
pub(super) const REGION: &str = "mypurecloud.de";
/// A region in which it does not live.
pub(super) const OTHER_REGION: &str = "mypurecloud.ie";

/// One host.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostSetup {
    /// The region that really answers.
    pub(super) region: &'static str,
    pub(super) door: Door,
    pub(super) leaf: Leaf,
    pub(super) offer: Offer,
    pub(super) answers: Answers,
    /// How far the host's clock is ahead, in seconds.
    pub(super) skew: i64,
    /// The name has a second address, which refuses.
    pub(super) second_address: bool,
}

impl HostSetup {
    /// A host that does everything right.
    pub(super) fn of(region: &'static str) -> Self {
        Self {
            region,
            door: Door::Serves,
            leaf: Leaf::Good,
            offer: Offer::All,
            answers: Answers::Genuinely,
            skew: 0,
            second_address: false,
        }
    }
}

/// Everything that a fault may change.
pub(super) struct Setup {
    pub(super) sample: Sample,
    pub(super) material: Recipe,
    pub(super) zone: Zone,
    /// What a second nameserver of the host says, where it has one.
    pub(super) second_zone: Option<Zone>,
    pub(super) login: HostSetup,
    pub(super) api: HostSetup,
    pub(super) cloud: Cloud,
    /// A proxy, when requests are to go through one.
    pub(super) proxy: Option<ProxySetup>,
    /// Further arguments for `hybridcheck check`.
    pub(super) arguments: Vec<&'static str>,
}

impl Setup {
    /// A sandbox with nothing wrong.
    pub(super) fn healthy(at: Ipv4Addr) -> Result<Self, SandboxError> {
        let mut zone = BTreeMap::new();
        for region in [REGION, OTHER_REGION] {
            for host in ["login", "api"] {
                let answer = NameAnswer::Addresses(vec![at]);
                zone.insert(format!("{host}.{region}"), answer);
            }
        }
        Ok(Self {
            sample: Sample::default(),
            material: Recipe::default(),
            zone: Zone(zone),
            second_zone: None,
            login: HostSetup::of(REGION),
            api: HostSetup::of(REGION),
            cloud: Cloud::healthy()?,
            proxy: None,
            arguments: Vec::new(),
        })
    }
}
