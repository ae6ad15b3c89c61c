//! Namespaces: client, three routers in a row, and the far side, joined by veth pairs, IPv4 and IPv6.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, ensure};
use hybridcheck_testkit::signal;

use crate::place::is_of_the_dead;

/// How names of the lab's namespaces begin; the number of the process that made them follows.
const PREFIX: &str = "hclab-";

/// The namespaces, in the order in which a packet from the client passes them.
pub(crate) const ROLES: [&str; 5] = ["client", "r1", "r2", "r3", "far"];

/// Addresses of the far side. Services stand in the blocks for documentation, so that no address is a private one.
const FAR_ADDRESSES: &[&str] = &[
    "198.51.100.11/32",
    "198.51.100.12/32",
    "203.0.113.21/32",
    "203.0.113.22/32",
    "198.51.100.53/32",
    "203.0.113.53/32",
    "198.51.100.80/32",
    "10.99.0.10/32",
    "100.64.1.10/32",
    "2001:db8:1::11/128",
    "2001:db8:2::21/128",
    "2001:db8:1::80/128",
];

/// Names for the rules of faults.
const DEFINITIONS: &str = "\
define login4 = { 198.51.100.11, 198.51.100.12 }
define api4 = { 203.0.113.21, 203.0.113.22 }
define service4 = { 198.51.100.11, 198.51.100.12, 203.0.113.21, 203.0.113.22 }
define service6 = { 2001:db8:1::11, 2001:db8:2::21 }
define nameserver4 = { 198.51.100.53, 203.0.113.53 }
define proxy4 = 10.77.3.2
";

/// A set of namespaces; they and all that runs in them go when it is dropped.
pub(crate) struct Network {
    number: String,
}

impl Network {
    /// Makes the namespaces and joins them.
    pub(crate) fn make(set: usize) -> anyhow::Result<Self> {
        let network = Self {
            number: format!("{}-{set}", std::process::id()),
        };
        for role in ROLES {
            ip(&["netns", "add", &network.name(role)])?;
        }
        for (hop, pair) in ROLES.windows(2).enumerate() {
            network.join(hop + 1, pair[0], pair[1])?;
        }
        for (role, script) in routes() {
            network.batch(role, &script)?;
        }
        for role in ROLES {
            network.shell(
                role,
                "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
                 # Which message of a router goes out must not hang on how many went before.
                 echo 0 >/proc/sys/net/ipv4/icmp_ratemask; echo 0 >/proc/sys/net/ipv6/icmp/ratelimit",
            )?;
        }
        Ok(network)
    }

    fn join(&self, hop: usize, near: &str, far: &str) -> anyhow::Result<()> {
        ip(&[
            "link",
            "add",
            "east",
            "netns",
            &self.name(near),
            "type",
            "veth",
            "peer",
            "name",
            "west",
            "netns",
            &self.name(far),
        ])?;
        let (first, second) = if hop == 1 { (2, 1) } else { (1, 2) };
        for (role, device, last) in [(near, "east", first), (far, "west", second)] {
            self.batch(
                role,
                &format!(
                    "link set lo up\nlink set {device} up\naddr add 10.77.{hop}.{last}/24 dev {device}\n\
                     addr add fd77:{hop}::{last}/64 dev {device} nodad\n"
                ),
            )?;
        }
        Ok(())
    }

    /// The name of a namespace.
    pub(crate) fn name(&self, role: &str) -> String {
        format!("{PREFIX}{}-{role}", self.number)
    }

    /// The folder whose files stand in for those of /etc in a namespace.
    pub(crate) fn etc(&self, role: &str) -> PathBuf {
        Path::new("/etc/netns").join(self.name(role))
    }

    /// A command in a namespace; it dies with this thread.
    pub(crate) fn command(&self, role: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec", &self.name(role)])
            .args(["setpriv", "--pdeathsig", "KILL", "--", program])
            .stdin(Stdio::null());
        command
    }

    /// Runs a shell script in a namespace.
    pub(crate) fn shell(&self, role: &str, script: &str) -> anyhow::Result<()> {
        let output = self.command(role, "sh").args(["-ec", script]).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{role}: {script}: {said}");
        Ok(())
    }

    fn batch(&self, role: &str, script: &str) -> anyhow::Result<()> {
        let mut command = Command::new("ip");
        command.args(["-n", &self.name(role), "-batch", "-"]);
        fed(command, script).with_context(|| format!("ip in {role}:\n{script}"))
    }

    /// Loads rules into a namespace: chains by the name of their hook.
    pub(crate) fn nft<'r>(
        &self,
        role: &str,
        chains: impl IntoIterator<Item = (&'r String, &'r String)>,
    ) -> anyhow::Result<()> {
        let mut text = String::new();
        let mut beside = String::new();
        for (hook, rules) in chains {
            let kind = match hook.as_str() {
                "forward" | "input" | "output" => format!("filter hook {hook} priority 0"),
                // Before connection tracking, as a stateless filter does.
                "prerouting" => "filter hook prerouting priority -300".to_owned(),
                "masquerade" => "nat hook postrouting priority 100".to_owned(),
                "redirect" => "nat hook prerouting priority -100".to_owned(),
                "table" => {
                    beside.push_str(rules);
                    continue;
                }
                _ => anyhow::bail!("no such hook: {hook}"),
            };
            writeln!(text, "chain on_{hook} {{\ntype {kind};\n{rules}\n}}")?;
        }
        let text = format!("{DEFINITIONS}table inet lab {{\n{beside}{text}}}\n");
        let command = {
            let mut command = self.command(role, "nft");
            command.args(["-f", "-"]);
            command
        };
        fed(command, &text).with_context(|| format!("nft in {role}:\n{text}"))
    }

    /// Removes all rules everywhere.
    pub(crate) fn open(&self) -> anyhow::Result<()> {
        for role in ROLES {
            self.shell(role, "nft flush ruleset")?;
        }
        Ok(())
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for role in ROLES {
            remove(&self.name(role));
        }
    }
}

/// Removes what an earlier lab has left that was killed.
pub(crate) fn remove_leftovers() {
    let Ok(entries) = std::fs::read_dir("/run/netns") else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.strip_prefix(PREFIX).is_some_and(is_of_the_dead) {
            remove(&name);
        }
    }
}

fn remove(name: &str) {
    let running = Command::new("ip").args(["netns", "pids", name]).output();
    if let Ok(output) = running {
        for pid in String::from_utf8_lossy(&output.stdout).split_whitespace() {
            if let Ok(pid) = pid.parse() {
                let _ = signal::send("KILL", pid);
            }
        }
    }
    let _ = Command::new("ip").args(["netns", "del", name]).output();
    let _ = std::fs::remove_dir_all(Path::new("/etc/netns").join(name));
}

/// Routes and further addresses by namespace, as `ip -batch` reads them.
fn routes() -> Vec<(&'static str, String)> {
    let mut far = String::new();
    for address in FAR_ADDRESSES {
        let nodad = if address.contains("::") { "nodad" } else { "" };
        let _ = writeln!(far, "addr add {address} dev lo {nodad}");
    }
    let text = str::to_owned;
    vec![
        (
            "client",
            text("route add default via 10.77.1.1\nroute add default via fd77:1::1\n"),
        ),
        (
            "r1",
            text("route add default via 10.77.2.2\nroute add default via fd77:2::2\n"),
        ),
        (
            "r2",
            text(
                "route add default via 10.77.3.2\nroute add default via fd77:3::2\n\
                  route add 10.77.1.0/24 via 10.77.2.1\nroute add fd77:1::/64 via fd77:2::1\n",
            ),
        ),
        (
            "r3",
            text(
                "route add default via 10.77.4.2\nroute add default via fd77:4::2\n\
                  route add 10.77.1.0/24 via 10.77.3.1\nroute add 10.77.2.0/24 via 10.77.3.1\n\
                  route add fd77:1::/64 via fd77:3::1\nroute add fd77:2::/64 via fd77:3::1\n",
            ),
        ),
        (
            "far",
            format!(
                "{far}route add 10.77.0.0/16 via 10.77.4.1\nroute add fd77::/16 via fd77:4::1\n"
            ),
        ),
    ]
}

fn ip(words: &[&str]) -> anyhow::Result<()> {
    let output = Command::new("ip").args(words).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ip {}: {said}", words.join(" "));
    Ok(())
}

/// Runs a command that reads a script.
fn fed(mut command: Command, script: &str) -> anyhow::Result<()> {
    let child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let output = written(child, script)?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}");
    Ok(())
}

fn written(mut child: Child, script: &str) -> anyhow::Result<std::process::Output> {
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(script.as_bytes())?;
    }
    Ok(child.wait_with_output()?)
}
