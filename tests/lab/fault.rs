//! A fault as its file describes it: how it is made, and what the finished product says about it.

use std::collections::BTreeMap;

use anyhow::Context as _;
use hybridcheck_testkit::expectation::{self, Expect};
use serde::Deserialize;

/// A fault, or a healthy network with a peculiarity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// The file's name.
    #[serde(skip)]
    pub(crate) name: String,
    /// What is wrong, in a sentence.
    pub(crate) about: String,
    /// Whether the hosts have IPv6 addresses too.
    #[serde(default)]
    pub(crate) dual_stack: bool,
    /// nftables rules: namespace, hook, rules; `table` holds what stands beside the chains.
    #[serde(default)]
    pub(crate) nft: BTreeMap<String, BTreeMap<String, String>>,
    /// Commands, by namespace, that nftables cannot express; the namespaces are made anew afterwards.
    #[serde(default)]
    pub(crate) run: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(crate) dns: Dns,
    #[serde(default)]
    pub(crate) client: Client,
    /// Files to write into the set's folder.
    #[serde(default)]
    pub(crate) file: BTreeMap<String, String>,
    /// Further servers.
    #[serde(default)]
    pub(crate) server: Vec<Server>,
    pub(crate) expect: Expect,
}

/// What the two nameservers of the far side say. Lines are those of dnsmasq.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dns {
    /// The first one's lines instead of the usual.
    pub(crate) first: Option<Vec<String>>,
    /// The second one's lines instead of the usual.
    pub(crate) second: Option<Vec<String>>,
    /// Nameservers that do not run: `first`, `second`.
    #[serde(default)]
    pub(crate) down: Vec<String>,
}

/// The client.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    /// Further arguments of `check`.
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) resolv_conf: Option<String>,
    pub(crate) nsswitch: Option<String>,
    /// Lines added to /etc/hosts.
    pub(crate) hosts: Option<String>,
    /// No `--cacert`: the host's own store counts, which SSL_CERT_FILE may name.
    #[serde(default)]
    pub(crate) own_store: bool,
}

/// A server of a fault.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    /// The namespace.
    pub(crate) at: String,
    /// The command, split at blanks.
    pub(crate) run: String,
    /// The socket that shows that it is ready, such as `tcp/8443` or `udp/53`.
    pub(crate) ready: String,
}

impl Fault {
    /// All faults, by name.
    pub(crate) fn all() -> anyhow::Result<Vec<Self>> {
        let read = |name: String| {
            let path = expectation::faults().join(format!("{name}.toml"));
            let text = std::fs::read_to_string(&path)?;
            let fault: Self = toml::from_str(&text).with_context(|| path.display().to_string())?;
            Ok(Self { name, ..fault })
        };
        expectation::fault_names().into_iter().map(read).collect()
    }

    /// Whether the namespaces must be made anew after it.
    pub(crate) fn leaves_traces(&self) -> bool {
        !self.run.is_empty()
    }
}
