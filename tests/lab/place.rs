//! What all sets of namespaces share: the tools of this host, the binary and the certificates where an ordinary user can read them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::certificates;

/// Who runs the client: nobody, without groups and capabilities.
pub(crate) const USER: &str = "65534";

/// How the name of a lab's folder begins; the number of its process follows.
const PREFIX: &str = "hybridcheck-lab-";

/// The lab's folder.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn make() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir_in("/tmp")?;
        open_to_all(folder.path())?;
        let place = Self { folder };
        std::fs::copy(env!("CARGO_BIN_EXE_hybridcheck"), place.binary())?;
        std::fs::create_dir(place.certificates())?;
        open_to_all(&place.certificates())?;
        certificates::write(&place.certificates())?;
        Ok(place)
    }

    /// The binary under test.
    pub(crate) fn binary(&self) -> PathBuf {
        self.folder.path().join("hybridcheck")
    }

    /// The folder of certificates.
    pub(crate) fn certificates(&self) -> PathBuf {
        self.folder.path().join("certificates")
    }

    /// The folder of a set, made if need be.
    pub(crate) fn of_set(&self, set: usize) -> anyhow::Result<PathBuf> {
        let path = self.folder.path().join(format!("set{set}"));
        std::fs::create_dir_all(&path)?;
        // Proxies give up root and write their logs and certificates here.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777))?;
        Ok(path)
    }
}

/// Where the helpers of the far side lie.
pub(crate) fn helpers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/far")
}

/// The environment that holds mitmproxy.
pub(crate) fn venv() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab-venv")
}

/// Removes the folders of earlier labs that were killed.
pub(crate) fn remove_leftovers() {
    for entry in std::fs::read_dir("/tmp").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.strip_prefix(PREFIX).is_some_and(is_of_the_dead) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether the process that made something no longer runs; its number stands before the first hyphen.
pub(crate) fn is_of_the_dead(rest: &str) -> bool {
    let maker = rest.split('-').next().unwrap_or_default();
    maker.parse::<u32>().is_ok() && !Path::new("/proc").join(maker).exists()
}

fn open_to_all(path: &Path) -> anyhow::Result<()> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// What this host lacks for the lab.
pub(crate) fn missing() -> Option<String> {
    let id = Command::new("id").arg("-u").output();
    if !id.is_ok_and(|output| output.stdout == b"0\n") {
        return Some("root".into());
    }
    let lacks = |tool: &str| {
        let found = Command::new("sh")
            .args(["-c", &format!("command -v {tool}")])
            .stdout(Stdio::null())
            .status();
        !found.is_ok_and(|status| status.success())
    };
    let tools = [
        "ip", "nft", "iptables", "setpriv", "dnsmasq", "squid", "openssl", "python3",
    ];
    let mut lacking: Vec<String> = tools
        .into_iter()
        .filter(|tool| lacks(tool))
        .map(str::to_owned)
        .collect();
    if !Path::new("/usr/lib/squid/security_file_certgen").exists() {
        lacking.push("squid-openssl".into());
    }
    if !venv().join("bin/mitmdump").exists() {
        lacking.push("mitmproxy in target/lab-venv".into());
    }
    if lacking.is_empty() {
        let try_out = Command::new("unshare").args(["-n", "true"]).output();
        return match try_out {
            Ok(output) if output.status.success() => None,
            _ => Some("the right to make network namespaces".into()),
        };
    }
    Some(lacking.join(", "))
}
