//! An embedded Genesys Cloud on the loopback interface, with its own nameserver, certificate authority and sample object.
//!
//! `hybridcheck demo` checks against it and tests break it. It needs no root and no installation, sends nothing beyond 127.0.0.0/8,
//! and ends when the [`Sandbox`] is dropped. It follows the published API definition; it is no statement about the genuine service.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use axum::Router;
use tokio::sync::oneshot;

mod api;
mod cloud;
mod dns;
mod door;
mod faults;
mod gateway;
mod material;
mod oauth;
mod object;
mod pages;
mod proxy;
mod saml;
mod setup;
mod spoil;
mod tls;

#[cfg(test)]
mod tests;

pub use faults::{Fault, fault, faults};
pub use gateway::Seen;

use cloud::{Cloud, Organizations};
use dns::Nameserver;
use door::{Bound, Door, Second};
use gateway::{Host, Log, Refusal};
use proxy::Proxy;
use setup::{HostSetup, OTHER_REGION, REGION, REVOCATION_HOST, Setup};
use spoil::Spoilt;
use tls::Authority;

/// Why the sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// A socket could not be opened.
    #[error("cannot open the sandbox's {what} port")]
    Bind {
        /// What the socket is for.
        what: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A certificate could not be made.
    #[error("cannot make the sandbox's certificates")]
    Certificate(#[from] rcgen::Error),
    /// A file could not be written.
    #[error("cannot write the sandbox's files into {}", folder.display())]
    File {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Key material could not be made.
    #[error("cannot make the sandbox's key material: {0} failed")]
    Key(&'static str),
    /// This system does not drop connections when a queue is full.
    #[error(
        "this system offers no way to drop connections without root; the fault tcp-black-hole needs Linux"
    )]
    NoBlackHole,
    /// The thread could not be started.
    #[error("cannot start the sandbox's thread")]
    Thread(#[source] std::io::Error),
    /// TLS could not be set up.
    #[error("cannot set up the sandbox's TLS")]
    Tls(#[from] rustls::Error),
}

impl SandboxError {
    fn bind(what: &'static str) -> impl Fn(std::io::Error) -> Self {
        move |source| Self::Bind { what, source }
    }
}

/// The text of the sample object before anything secret is filled in, Config Server XML.
pub fn sample_text() -> String {
    object::Sample::default().as_xml()
}

/// A running sandbox; dropping it ends it and removes its files.
pub struct Sandbox {
    folder: tempfile::TempDir,
    ca_pem: String,
    ca_file: PathBuf,
    object_file: PathBuf,
    object_text: String,
    cfg_file: PathBuf,
    cfg_text: String,
    dns_servers: Vec<SocketAddr>,
    ports: Vec<(String, u16)>,
    /// The sockets of the revocation host: nobody has to answer there for a connection to be made.
    revocation: Option<Bound>,
    doors: Vec<SocketAddr>,
    arguments: Vec<&'static str>,
    proxy_argument: Option<String>,
    canaries: Vec<String>,
    tool_client: (String, String),
    tool_secret_file: PathBuf,
    with_tool_client: bool,
    cloud: Arc<Cloud>,
    log: Log,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox")
            .field("folder", &self.folder.path())
            .field("dns_servers", &self.dns_servers)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

/// A proxy and what it needs to serve.
struct ByProxy {
    proxy: Proxy,
    ports: Vec<(String, u16)>,
    at: Ipv4Addr,
    log: Log,
}

/// A host with its sockets, ready to be served.
struct Ready {
    bound: Bound,
    setup: HostSetup,
    tls: Arc<rustls::ServerConfig>,
    /// The settings of the second address, when it serves.
    second: Option<Arc<rustls::ServerConfig>>,
    host: Arc<Host>,
}

impl Sandbox {
    /// Starts a sandbox, healthy or with a fault.
    pub fn start(fault: Option<&'static Fault>) -> Result<Self, SandboxError> {
        Self::start_at(fault, Ipv4Addr::LOCALHOST, &[])
    }

    /// Starts a sandbox on another address of this host, for clients in another network namespace. Its hosts share the
    /// `doors`, if any: there the name in the handshake says which host is meant.
    pub fn start_at(
        fault: Option<&'static Fault>,
        at: Ipv4Addr,
        doors: &[SocketAddr],
    ) -> Result<Self, SandboxError> {
        let mut setup = Setup::healthy(at)?;
        if let Some(fault) = fault {
            (fault.twist)(&mut setup);
        }
        Self::open(setup, at, doors)
    }

    /// Makes what a setup describes.
    #[expect(
        clippy::too_many_lines,
        reason = "one part of the sandbox after the other"
    )]
    fn open(mut setup: Setup, at: Ipv4Addr, doors: &[SocketAddr]) -> Result<Self, SandboxError> {
        let canaries = furnish(&mut setup)?;
        let authority = Authority::new()?;
        let log = Log::default();
        let clouds = [setup.cloud, setup.neighbour, setup.abroad].map(Arc::new);
        let mut tools = clouds
            .iter()
            .filter_map(|cloud| cloud.client(cloud::TOOL_CLIENT));
        let tool_client = tools.next();
        let tool_client = tool_client.map(|client| (client.id.to_owned(), client.secret.clone()));
        let tool_client = tool_client.unwrap_or_default();
        let [cloud, neighbour, abroad] = clouds;
        let home = Arc::clone(&cloud);
        let regions = [
            (REGION, vec![Arc::clone(&cloud), neighbour]),
            (OTHER_REGION, vec![abroad]),
        ];
        let regions = regions.map(|(region, all)| (region, Arc::new(Organizations::new(all))));
        let mut hosts = Vec::new();
        let other = HostSetup::of(OTHER_REGION);
        for (label, region, host) in [
            ("login", REGION, setup.login),
            ("api", REGION, setup.api),
            ("login", OTHER_REGION, other),
            ("api", OTHER_REGION, other),
        ] {
            let behind = regions.iter().find(|(region, _)| *region == host.region);
            let (_, organizations) = behind.unwrap_or(&regions[0]);
            let spoilt = setup.spoilt.clone();
            hosts.push(ready(
                label,
                region,
                host,
                (organizations, spoilt),
                &authority,
                &log,
                at,
            )?);
        }

        let revocation = setup.revocation.map(|door| Bound::new(door, None, at));
        let revocation = revocation.transpose()?;
        let doors = doors.iter().map(|&at| door::bind_shared(at));
        let doors = doors.collect::<Result<Vec<_>, _>>()?;
        let at_doors = doors.iter().filter_map(|door| door.local_addr().ok());
        let at_doors = at_doors.collect();
        let mut proxy = setup
            .proxy
            .map(|proxy| Proxy::bind(proxy, at))
            .transpose()?;
        if setup.proxy.is_some_and(|proxy| proxy.is_named) {
            let answer = dns::NameAnswer::Addresses(vec![at]);
            setup.zone.0.insert(proxy::NAME.to_owned(), answer);
        }
        let mut canaries = canaries;
        let mut proxy_argument = None;
        if let Some(proxy) = &mut proxy {
            canaries.append(&mut proxy.secrets);
            proxy_argument = Some(proxy.argument.clone());
        }
        let zones = std::iter::once(setup.zone).chain(setup.second_zone);
        let nameservers = zones.map(|zone| Nameserver::open(zone, at));
        let nameservers = nameservers.collect::<Result<Vec<_>, _>>()?;
        let dns_servers = nameservers.iter().map(Nameserver::address);
        let dns_servers = dns_servers.collect::<Result<Vec<_>, _>>()?;
        let ports = hosts
            .iter()
            .map(|ready| (ready.host.name.clone(), ready.bound.port));
        let ports: Vec<(String, u16)> = ports.collect();

        let files = Files::write(&authority.pem(), &setup.sample, &tool_client.1)?;
        if let Some(text) = setup.rewritten {
            home.rewrite_when_refused(files.object.clone(), text);
        }
        let (stop, stopped) = oneshot::channel();
        let (started, starting) = std::sync::mpsc::channel();
        let by_proxy = proxy.map(|proxy| ByProxy {
            proxy,
            ports: ports.clone(),
            at,
            log: log.clone(),
        });
        let thread = std::thread::Builder::new()
            .name("sandbox".into())
            .spawn(move || run(nameservers, hosts, (doors, by_proxy), &started, stopped))
            .map_err(SandboxError::Thread)?;
        // A thread that ended without a word has dropped its sender.
        let served = starting
            .recv()
            .unwrap_or(Err(std::io::ErrorKind::Other.into()));
        served.map_err(SandboxError::Thread)?;
        Ok(Self {
            ca_pem: authority.pem(),
            ca_file: files.ca,
            object_file: files.object,
            object_text: setup.sample.as_xml(),
            cfg_file: files.cfg,
            cfg_text: setup.sample.as_cfg(),
            folder: files.folder,
            dns_servers,
            ports,
            revocation,
            doors: at_doors,
            arguments: setup.arguments,
            proxy_argument,
            canaries,
            tool_client,
            tool_secret_file: files.tool_secret,
            with_tool_client: setup.with_tool_client,
            cloud,
            log,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The certificate of the sandbox's authority, as PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The file that holds it.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// The sandbox's nameserver, the first when there are two, on UDP and TCP.
    pub fn dns_server(&self) -> SocketAddr {
        self.dns_servers[0]
    }

    /// The sample object's file, Config Server XML.
    pub fn object_file(&self) -> &Path {
        &self.object_file
    }

    /// Its text.
    pub fn object_text(&self) -> &str {
        &self.object_text
    }

    /// The same object as an option export of GAX.
    pub fn cfg_file(&self) -> &Path {
        &self.cfg_file
    }

    /// The text of the option export.
    pub fn object_as_cfg(&self) -> &str {
        &self.cfg_text
    }

    /// For `--connect-to`: the host itself is resolved, only the port changes.
    pub fn connect_to(&self) -> Vec<String> {
        let entries = self.ports.iter();
        let revocation = self.revocation.iter();
        entries
            .map(|(host, port)| format!("{host}:443::{port}"))
            .chain(revocation.map(|bound| format!("{REVOCATION_HOST}:80::{}", bound.port)))
            .collect()
    }

    /// The port on which a host of the sandbox listens.
    pub fn port(&self, host: &str) -> Option<u16> {
        self.ports
            .iter()
            .find(|(name, _)| name == host)
            .map(|(_, port)| *port)
    }

    /// The doors that all its hosts share.
    pub fn doors(&self) -> &[SocketAddr] {
        &self.doors
    }

    /// The arguments with which `hybridcheck check` checks the sample object against this sandbox.
    pub fn check_arguments(&self) -> Vec<String> {
        let mut all = Vec::new();
        for nameserver in &self.dns_servers {
            all.extend(["--dns-server".to_owned(), nameserver.to_string()]);
        }
        all.extend(["--cacert".to_owned(), self.ca_file.display().to_string()]);
        for entry in self.connect_to() {
            all.extend(["--connect-to".to_owned(), entry]);
        }
        if let Some(proxy) = &self.proxy_argument {
            all.extend(["--proxy".to_owned(), proxy.clone()]);
        }
        if self.with_tool_client {
            all.extend(self.tool_arguments());
        }
        all.extend(self.arguments.iter().map(|&argument| argument.to_owned()));
        all.push(self.object_file.display().to_string());
        all
    }

    /// Every secret of this sandbox, in every form in which it could leak, and how each of its tokens begins.
    pub fn canaries(&self) -> Vec<String> {
        self.canaries.clone()
    }

    /// Id and secret of hybridcheck's own read-only client.
    pub fn tool_client(&self) -> (&str, &str) {
        (&self.tool_client.0, &self.tool_client.1)
    }

    /// The arguments with which hybridcheck uses its own client.
    pub fn tool_arguments(&self) -> [String; 4] {
        let file = self.tool_secret_file.display().to_string();
        let id = self.tool_client.0.clone();
        [
            "--client-id".into(),
            id,
            "--client-secret-file".into(),
            file,
        ]
    }

    /// The file that holds the secret of hybridcheck's own client.
    pub fn tool_secret_file(&self) -> &Path {
        &self.tool_secret_file
    }

    /// The addresses of the organisation's users: a login may have made one.
    pub fn users(&self) -> Vec<String> {
        self.cloud.emails()
    }

    /// How many tokens are alive.
    pub fn tokens_alive(&self) -> usize {
        self.cloud.tokens_alive()
    }

    /// An existing user, for logins.
    pub fn user(&self) -> &'static str {
        cloud::USER
    }

    /// What `--proxy` is given, when the sandbox has a proxy.
    pub fn proxy(&self) -> Option<&str> {
        self.proxy_argument.as_deref()
    }

    /// The requests that its proxy was asked, such as `CONNECT login.mypurecloud.de:443`.
    pub fn proxied(&self) -> Vec<String> {
        self.requests_to(proxy::NAME)
    }

    /// How many connections its hosts have accepted.
    pub fn connections(&self) -> usize {
        self.log.connections()
    }

    /// Method, path and query of every HTTP request so far, in order.
    pub fn requests(&self) -> Vec<String> {
        self.log.lines().into_iter().map(|seen| seen.line).collect()
    }

    /// Every HTTP request so far, in order, with who sent it.
    pub fn seen(&self) -> Vec<Seen> {
        self.log.lines()
    }

    /// What each of these requests said of the program that sent it; empty where one said nothing.
    pub fn agents(&self) -> Vec<String> {
        let seen = self.log.lines().into_iter();
        seen.map(|seen| seen.agent.unwrap_or_default()).collect()
    }

    /// Method, path and query of the requests to one host.
    pub fn requests_to(&self, host: &str) -> Vec<String> {
        let lines = self.log.lines().into_iter();
        lines
            .filter(|seen| seen.host == host)
            .map(|seen| seen.line)
            .collect()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic over there has been reported over there.
            let _ = thread.join();
        }
    }
}

/// Fills the sample object and the identity providers with what was made for them; returns everything secret.
fn furnish(setup: &mut Setup) -> Result<Vec<String>, SandboxError> {
    // The characters are those that XML has to escape.
    let password = format!("S&mple<{}>", material::random_text(18)?);
    let material = setup.material.make(&password)?;
    let mut canaries = material.secrets.clone();
    canaries.push(password.clone());
    for cloud in [&setup.cloud, &setup.neighbour, &setup.abroad] {
        canaries.extend(cloud.secrets());
    }
    let sample = &mut setup.sample;
    sample.fill("saml", "password", &password);
    sample.fill("saml", "certificate", &material.certificate_option);
    sample.fill("saml", "pkey", &material.pkey_option);
    for (section, id) in [
        ("saml_auth", cloud::SAML_CLIENT),
        ("ewt", cloud::EWT_CLIENT),
    ] {
        if let Some(client) = setup.cloud.client(id) {
            sample.fill(section, "password", &client.secret);
        }
    }
    canaries.extend(sample.passwords());
    if let (Some(change), Some(client)) = (setup.rotation, setup.cloud.client(cloud::EWT_CLIENT)) {
        let mut changed = sample.clone();
        changed.set("ewt", "password", change(&client.secret));
        canaries.extend(changed.passwords());
        setup.rewritten = Some(changed.as_xml());
    }
    canaries.sort_unstable();
    canaries.dedup();
    for provider in &mut setup.cloud.providers {
        if provider.certificates.is_empty() && !provider.is_bare {
            let usual = material.provider_certificate(provider.written);
            provider.certificates.push(usual);
        }
        for (key, days) in &provider.made {
            let made = material::provider_certificate(*key, *days)?;
            provider.certificates.push(made);
        }
    }
    Ok(canaries)
}

fn ready(
    label: &str,
    region: &str,
    setup: HostSetup,
    (organizations, spoilt): (&Arc<Organizations>, Vec<Spoilt>),
    authority: &Authority,
    log: &Log,
    at: Ipv4Addr,
) -> Result<Ready, SandboxError> {
    let name = format!("{label}.{region}");
    let second = match setup.second {
        Some(Second::Serves(leaf)) => Some(authority.settings(&name, leaf, setup.offer)?),
        Some(Second::Refuses) | None => None,
    };
    Ok(Ready {
        bound: Bound::new(setup.door, setup.second, at)?,
        setup,
        second,
        tls: authority.settings(&name, setup.leaf, setup.offer)?,
        host: Arc::new(Host {
            name,
            region: setup.region,
            is_login: label == "login",
            organizations: Arc::clone(organizations),
            answers: setup.answers,
            marked: setup.marked,
            strips_authorization: setup.strips_authorization,
            skew: setup.skew,
            spoilt,
            log: log.clone(),
        }),
    })
}

/// The files of a sandbox, in a folder that only this user can read and that goes with the sandbox.
struct Files {
    folder: tempfile::TempDir,
    ca: PathBuf,
    object: PathBuf,
    cfg: PathBuf,
    tool_secret: PathBuf,
}

impl Files {
    fn write(ca: &str, sample: &object::Sample, tool_secret: &str) -> Result<Self, SandboxError> {
        let failed = |folder: PathBuf| move |source| SandboxError::File { folder, source };
        let folder = tempfile::Builder::new()
            .prefix("hybridcheck-sandbox-")
            .tempdir();
        let folder = folder.map_err(failed(std::env::temp_dir()))?;
        let write = |name: String, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).map_err(failed(folder.path().to_owned()))?;
            Ok::<_, SandboxError>(path)
        };
        let dbid = object::DBID;
        Ok(Self {
            ca: write("sandbox-ca.pem".into(), ca.into())?,
            object: write(format!("CfgTransaction_{dbid}.xml"), sample.as_xml())?,
            cfg: write(format!("CfgTransaction_annex_{dbid}.cfg"), sample.as_cfg())?,
            tool_secret: write("tool-client-secret".into(), tool_secret.into())?,
            folder,
        })
    }
}

/// The sandbox's thread: serves until the sandbox is dropped.
fn run(
    nameservers: Vec<Nameserver>,
    mut hosts: Vec<Ready>,
    (doors, mut by_proxy): (Vec<std::net::TcpListener>, Option<ByProxy>),
    started: &std::sync::mpsc::Sender<std::io::Result<()>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(error));
            return;
        }
    };
    runtime.block_on(async {
        let served = nameservers.into_iter().map(dns::serve);
        let opened = served
            .collect::<std::io::Result<Vec<_>>>()
            .and_then(|servers| {
                let mut tenants = Vec::new();
                for ready in &mut hosts {
                    let router = router(&ready.host);
                    if ready.setup.door == Door::Serves {
                        tenants.push((ready.tls.clone(), ready.host.clone(), router.clone()));
                    }
                    door::open(
                        &mut ready.bound,
                        ready.setup.door,
                        ready.tls.clone(),
                        ready.second.clone(),
                        ready.host.clone(),
                        router,
                    )?;
                }
                let tenants: Arc<[_]> = tenants.into();
                for listener in doors {
                    door::open_shared(listener, tenants.clone())?;
                }
                if let Some(by) = &mut by_proxy {
                    by.proxy.open(&by.ports, by.at, &by.log)?;
                }
                Ok(servers)
            });
        match opened {
            Ok(_servers) => {
                let _ = started.send(Ok(()));
                // Ends with an error when the sandbox is dropped, which is the signal.
                let _ = stopped.await;
            }
            Err(error) => {
                let _ = started.send(Err(error));
            }
        }
    });
}

fn router(host: &Arc<Host>) -> Router {
    let routes = if host.is_login {
        oauth::router()
    } else {
        api::router()
    };
    routes
        .fallback(|| async { Refusal::not_found() })
        .layer(axum::middleware::from_fn_with_state(
            host.clone(),
            gateway::pass,
        ))
        .with_state(host.clone())
}
