//! What a sandbox is made of before it opens; a fault twists it.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::SandboxError;
use super::cloud::Cloud;
use super::dns::{NameAnswer, Zone};
use super::door::{Door, SECOND_ADDRESS, Second};
use super::gateway::Answers;
use super::material::Recipe;
use super::object::Sample;
use super::proxy::ProxySetup;
use super::spoil::Spoilt;
use super::tls::{Leaf, Offer, REVOCATION_HOST};

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
    /// A proxy on the way adds its mark to every answer.
    pub(super) marked: bool,
    /// A gateway on the way removes the header `Authorization`.
    pub(super) strips_authorization: bool,
    /// How far the host's clock is ahead, in seconds.
    pub(super) skew: i64,
    /// The name has a second address, and what that one does.
    pub(super) second: Option<Second>,
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
            marked: false,
            strips_authorization: false,
            skew: 0,
            second: None,
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
    /// The organisation of the object.
    pub(super) cloud: Cloud,
    /// Another organisation of its region.
    pub(super) neighbour: Cloud,
    /// An organisation of the other region.
    pub(super) abroad: Cloud,
    /// Answers of either host that are spoilt.
    pub(super) spoilt: Vec<Spoilt>,
    /// The door of the host at which certificates say that their revocation can be asked.
    pub(super) revocation: Option<Door>,
    /// A proxy, when requests are to go through one.
    pub(super) proxy: Option<ProxySetup>,
    /// The check is run with hybridcheck's own client.
    pub(super) with_tool_client: bool,
    /// Further arguments for `hybridcheck check`.
    pub(super) arguments: Vec<&'static str>,
    /// Somebody changes the object while it is checked: `ewt/password` becomes this, made from the client's secret.
    pub(super) rotation: Option<fn(&str) -> String>,
    /// The object's text after that; written over its file when a secret is refused for the first time.
    pub(super) rewritten: Option<String>,
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
            neighbour: Cloud::neighbour()?,
            abroad: Cloud::abroad()?,
            spoilt: Vec::new(),
            revocation: None,
            proxy: None,
            with_tool_client: false,
            arguments: Vec::new(),
            rotation: None,
            rewritten: None,
        })
    }
}

impl Setup {
    /// Gives the API host a second address.
    pub(super) fn second(&mut self, second: Second) {
        self.api.second = Some(second);
        let addresses = vec![Ipv4Addr::LOCALHOST, SECOND_ADDRESS];
        self.zone
            .0
            .insert(format!("api.{REGION}"), NameAnswer::Addresses(addresses));
    }

    /// Lets the certificates name a host for their revocation, with this door.
    pub(super) fn revocable(&mut self, door: Door) {
        self.revocation = Some(door);
        self.login.leaf = Leaf::Revocable;
        self.api.leaf = Leaf::Revocable;
        let answer = NameAnswer::Addresses(vec![Ipv4Addr::LOCALHOST]);
        self.zone.0.insert(REVOCATION_HOST.into(), answer);
    }
}
