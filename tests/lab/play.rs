//! A stage: a set of namespaces with a healthy far side, on which faults are played one after the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use hybridcheck_core::run::Run;

use crate::far::Running;
use crate::fault::Fault;
use crate::network::{Network, ROLES};
use crate::place::{self, Place, USER};

const HEALTHY4: [&str; 6] = [
    "host-record=login.mypurecloud.de,198.51.100.11",
    "host-record=login.mypurecloud.de,198.51.100.12",
    "host-record=api.mypurecloud.de,203.0.113.21",
    "host-record=api.mypurecloud.de,203.0.113.22",
    "host-record=crl.labtrust.example,198.51.100.80",
    "host-record=proxy.acme.example,10.77.3.2",
];
const HEALTHY6: [&str; 2] = [
    "host-record=login.mypurecloud.de,2001:db8:1::11",
    "host-record=api.mypurecloud.de,2001:db8:2::21",
];
const NAMESERVERS: [(&str, &str); 2] = [("first", "198.51.100.53"), ("second", "203.0.113.53")];
const RESOLV_CONF: &str =
    "nameserver 198.51.100.53\nnameserver 203.0.113.53\noptions timeout:2 attempts:1\n";
/// Seconds after which a binary that does not end is killed.
const LIMIT: &str = "60";
/// Where the genuine service answers.
const DOORS: [&str; 8] = [
    "198.51.100.11:443",
    "198.51.100.12:443",
    "203.0.113.21:443",
    "203.0.113.22:443",
    "10.99.0.10:443",
    "100.64.1.10:443",
    "[2001:db8:1::11]:443",
    "[2001:db8:2::21]:443",
];

/// What a run of the binary said.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: Option<i32>,
    /// The run document, or why there is none.
    pub(crate) run: Result<Box<Run>, String>,
    pub(crate) took: Duration,
    /// The object that was checked.
    pub(crate) object: String,
    /// The logs that the fault's file asks for.
    pub(crate) logs: BTreeMap<String, String>,
}

impl Seen {
    /// The causes in the order in which they are named.
    pub(crate) fn causes(&self) -> Vec<String> {
        let run = self.run.iter();
        run.flat_map(|run| run.causes.iter().map(|cause| cause.cause.0.clone()))
            .collect()
    }
}

/// A set of namespaces with the genuine service in it.
pub(crate) struct Stage<'p> {
    // The sandbox ends before its namespace goes.
    _service: Running,
    network: Network,
    place: &'p Place,
    folder: PathBuf,
    object: PathBuf,
}

impl<'p> Stage<'p> {
    pub(crate) fn make(place: &'p Place, set: usize) -> anyhow::Result<Self> {
        let network = Network::make(set)?;
        let folder = place.of_set(set)?;
        for role in ROLES {
            std::fs::create_dir_all(network.etc(role))?;
            std::fs::write(network.etc(role).join("resolv.conf"), RESOLV_CONF)?;
        }
        let doors = DOORS.join(" --door ");
        let command = format!(
            "{} demo --serve --bind 10.77.4.2 --door {doors}",
            place.binary().display()
        );
        let log = folder.join("service.log");
        let service = Running::start(&network, "far", &command, "tcp/443", &log)?;
        let object = furnish(place, &folder, &log)?;
        let stage = Self {
            _service: service,
            network,
            place,
            folder,
            object,
        };
        // Proxies read them after they have given up root.
        for entry in std::fs::read_dir(place::helpers())? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|ending| ending == "conf" || ending == "sh")
            {
                let text = stage.filled(&std::fs::read_to_string(&path)?);
                std::fs::write(
                    stage.folder.join(path.file_name().unwrap_or_default()),
                    text,
                )?;
            }
        }
        Ok(stage)
    }

    /// Makes a fault, runs the binary, and undoes the fault.
    pub(crate) fn play(&mut self, fault: &Fault) -> anyhow::Result<Seen> {
        let running = self.make_fault(fault)?;
        self.try_out()?;
        let mut seen = self.check(fault)?;
        for name in fault.expect.logged.keys() {
            let path = self.folder.join(name);
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            seen.logs.insert(name.clone(), text);
            // The next fault's server begins a log of its own.
            let _ = std::fs::remove_file(path);
        }
        drop(running);
        self.network.open()?;
        Ok(seen)
    }

    fn make_fault(&self, fault: &Fault) -> anyhow::Result<Vec<Running>> {
        for (name, text) in &fault.file {
            std::fs::write(self.folder.join(name), self.filled(text))?;
        }
        let etc = self.network.etc("client");
        let resolv_conf = fault.client.resolv_conf.as_deref();
        std::fs::write(etc.join("resolv.conf"), resolv_conf.unwrap_or(RESOLV_CONF))?;
        let more = fault.client.hosts.as_deref().unwrap_or_default();
        let hosts = format!("127.0.0.1 localhost\n::1 localhost\n{more}");
        std::fs::write(etc.join("hosts"), hosts)?;

        let nsswitch = fault.client.nsswitch.as_deref();
        let nsswitch = nsswitch.unwrap_or("hosts: files dns\n");
        std::fs::write(etc.join("nsswitch.conf"), nsswitch)?;

        let mut running = self.nameservers(fault)?;
        for (number, server) in fault.server.iter().enumerate() {
            running.push(Running::start(
                &self.network,
                &server.at,
                &self.filled(&server.run),
                &server.ready,
                &self.folder.join(format!("server{number}.log")),
            )?);
        }
        for (role, commands) in &fault.run {
            for command in commands {
                self.network.shell(role, &self.filled(command))?;
            }
        }
        for (role, chains) in &fault.nft {
            self.network.nft(role, chains)?;
        }
        Ok(running)
    }

    fn nameservers(&self, fault: &Fault) -> anyhow::Result<Vec<Running>> {
        let mut running = Vec::new();
        for (name, address) in NAMESERVERS {
            if fault.dns.down.iter().any(|down| down == name) {
                continue;
            }
            let lines = match name {
                "first" => fault.dns.first.as_ref(),
                _ => fault.dns.second.as_ref(),
            };
            let usual = || {
                let more = if fault.dual_stack { &HEALTHY6[..] } else { &[] };
                HEALTHY4
                    .iter()
                    .chain(more)
                    .map(|&line| line.to_owned())
                    .collect()
            };
            let mut text = format!(
                "no-daemon\nuser=root\npid-file=\nno-resolv\nno-hosts\nbind-interfaces\n\
                 listen-address={address}\nlocal=/mypurecloud.de/\nlocal=/mypurecloud.ie/\nlocal=/acme.example/\n"
            );
            for line in lines.cloned().unwrap_or_else(usual) {
                text.push_str(&line);
                text.push('\n');
            }
            let conf = self.folder.join(format!("{name}.conf"));
            std::fs::write(&conf, text)?;
            let command = format!(
                "dnsmasq --keep-in-foreground --conf-file={}",
                conf.display()
            );
            let log = self.folder.join(format!("{name}.log"));
            running.push(Running::start(
                &self.network,
                "far",
                &command,
                "udp/53",
                &log,
            )?);
        }
        Ok(running)
    }

    /// Runs a person's command in the client's namespace, to look at a fault with other tools.
    fn try_out(&self) -> anyhow::Result<()> {
        if let Ok(script) = std::env::var("HYBRIDCHECK_LAB_TRY") {
            let mut command = self.network.command("client", "sh");
            command.args(["-c", &self.filled(&script)]).status()?;
        }
        Ok(())
    }

    fn check(&self, fault: &Fault) -> anyhow::Result<Seen> {
        let mut command = self.network.command("client", "setpriv");
        command
            .args(["--reuid", USER, "--regid", USER, "--clear-groups"])
            .args([
                "--inh-caps=-all",
                "--ambient-caps=-all",
                "--bounding-set=-all",
                "--no-new-privs",
            ])
            .args(["timeout", "--signal=KILL", LIMIT])
            .args(["env", "-i", "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"]);
        for (name, value) in &fault.client.environment {
            command.arg(format!("{name}={}", self.filled(value)));
        }
        command
            .arg(self.place.binary())
            .args(["check", "--format", "json"]);
        if !fault.client.own_store {
            command.arg("--cacert").arg(self.folder.join("trusted.pem"));
        }
        for argument in &fault.client.arguments {
            command.arg(self.filled(argument));
        }
        let begun = Instant::now();
        let output = command.arg(&self.object).output()?;
        let took = begun.elapsed();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        keep(&fault.name, &text, &output.stderr)?;
        let run = serde_json::from_str(&text).map(Box::new).map_err(|error| {
            let said = String::from_utf8_lossy(&output.stderr);
            format!("no run document ({error}): {}", said.trim())
        });
        Ok(Seen {
            status: output.status.code(),
            run,
            took,
            object: std::fs::read_to_string(&self.object)?,
            logs: BTreeMap::new(),
        })
    }

    /// A text of a fault's file with its places filled in.
    fn filled(&self, text: &str) -> String {
        let places: [(&str, &Path); 4] = [
            ("@DIR@", &self.folder),
            ("@CERTS@", &self.place.certificates()),
            ("@FAR@", &place::helpers()),
            ("@VENV@", &place::venv()),
        ];
        // Squid wants a name of letters and digits for each of its instances on a host.
        let text = text.replace("@NAME@", &self.network.name("").replace('-', ""));
        places.iter().fold(text, |text, (name, path)| {
            text.replace(name, &path.display().to_string())
        })
    }
}

/// Copies what the sandbox offers to a place where the client can read it, and returns the object's file.
fn furnish(place: &Place, folder: &Path, log: &Path) -> anyhow::Result<PathBuf> {
    let begun = Instant::now();
    // The sockets are open a moment before the instructions are printed.
    let line = loop {
        let text = std::fs::read_to_string(log)?;
        let found = text
            .lines()
            .find(|line| line.trim().starts_with("hybridcheck check "));
        if let Some(line) = found
            && text.ends_with('\n')
        {
            break line.to_owned();
        }
        ensure!(
            begun.elapsed() < Duration::from_secs(5),
            "the sandbox said: {text}"
        );
        std::thread::sleep(Duration::from_millis(10));
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    let after = |flag| words.iter().skip_while(move |&&word| word != flag).nth(1);
    let authority = after("--cacert").context("no --cacert")?;
    let mut trusted = std::fs::read_to_string(authority)?;
    trusted.push_str(&std::fs::read_to_string(
        place.certificates().join("trusted.pem"),
    )?);
    std::fs::write(folder.join("trusted.pem"), trusted)?;
    let object = folder.join("object.xml");
    std::fs::copy(words.last().context("no object")?, &object)?;
    for name in ["trusted.pem", "object.xml"] {
        readable(&folder.join(name))?;
    }
    Ok(object)
}

fn readable(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))?;
    Ok(())
}

/// Keeps what the binary said, for whoever looks into a wrong verdict.
fn keep(name: &str, document: &str, stderr: &[u8]) -> anyhow::Result<()> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lab");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(format!("{name}.json")), document)?;
    std::fs::write(folder.join(format!("{name}.stderr")), stderr)?;
    Ok(())
}
