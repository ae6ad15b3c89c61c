//! A fault as its file describes it: how it is made, and what the finished product says about it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
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

/// What the finished product says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    /// The cause named first; none on a healthy network.
    pub(crate) first: Option<String>,
    /// Causes that must be named besides.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    /// Causes that may be named besides; every other one is a false accusation.
    #[serde(default)]
    pub(crate) allowed: Vec<String>,
    /// Exit status; 1 with a cause and 0 without one unless given.
    pub(crate) status: Option<i32>,
    /// Words that the first cause must say.
    #[serde(default)]
    pub(crate) says: Vec<String>,
    /// Words that no cause may say.
    #[serde(default)]
    pub(crate) never: Vec<String>,
    /// Words that stand in a log of the far side afterwards: proof that a proxy was used.
    #[serde(default)]
    pub(crate) logged: BTreeMap<String, Vec<String>>,
    /// The longest it may take, in seconds.
    #[serde(default = "usual_limit")]
    pub(crate) within: f64,
}

fn usual_limit() -> f64 {
    15.0
}

impl Fault {
    /// All faults, by name.
    pub(crate) fn all() -> anyhow::Result<Vec<Self>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/faults");
        let mut faults = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "toml") {
                let text = std::fs::read_to_string(&path)?;
                let mut fault: Self =
                    toml::from_str(&text).with_context(|| path.display().to_string())?;
                let stem = path.file_stem().unwrap_or_default();
                fault.name = stem.to_string_lossy().into_owned();
                faults.push(fault);
            }
        }
        faults.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(faults)
    }

    /// Whether the namespaces must be made anew after it.
    pub(crate) fn leaves_traces(&self) -> bool {
        !self.run.is_empty()
    }

    /// The exit status of the finished product.
    pub(crate) fn status(&self) -> i32 {
        self.expect
            .status
            .unwrap_or(i32::from(self.expect.first.is_some()))
    }
}
