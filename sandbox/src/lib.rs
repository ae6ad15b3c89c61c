//! An embedded Genesys Cloud on the loopback interface, with its own nameserver, certificate authority and sample object.
//!
//! `hybridcheck demo` checks against it and tests break it. It needs no root and no installation, sends nothing beyond 127.0.0.0/8,
//! and ends when the [`Sandbox`] is dropped. It follows the published API definition; it is no statement about the genuine service.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

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
mod open;
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

use cloud::Cloud;
use door::Bound;
use gateway::Log;
use setup::Setup;
use tls::REVOCATION_HOST;

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
