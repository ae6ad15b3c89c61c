//! Flags that say what a run may do, with curl's words where the meaning is curl's.

use std::net::SocketAddr;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::region::Regions;
use hybridcheck_core::secret::Secret;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::values::{
    Given, Unrepeated, client_id, connect_to, control, domain, duration, given, nameserver, rate,
    resolve,
};
use crate::cli::Failure;
use crate::cli::small_file::SmallFile;
use crate::config::{
    ConnectTo, Family, NameFiles, REQUESTS_PER_SECOND, Resolve, Settings, ToolClient,
};
use crate::routing::{Problem, Proxies, Words};

/// The variable that may hold the tool's own client secret.
const SECRET_VARIABLE: &str = "HYBRIDCHECK_CLIENT_SECRET";

/// Flags of the network and of the tool's own client.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Network")]
pub(in crate::cli) struct NetworkArgs {
    /// Ask this nameserver instead of the system's; repeatable
    #[arg(
        long,
        value_name = "IP[:PORT]",
        env = "HYBRIDCHECK_DNS_SERVER",
        hide_env_values = true,
        value_parser = given(nameserver)
    )]
    dns_server: Vec<Given<SocketAddr>>,
    /// Trust the roots in this PEM file instead of this host's own store
    #[arg(
        long,
        value_name = "FILE",
        env = "HYBRIDCHECK_CACERT",
        hide_env_values = true
    )]
    cacert: Option<String>,
    /// Use these addresses for HOST:PORT, as curl does; HOST may be the proxy, a host behind it is resolved there
    #[arg(
        long,
        value_name = "HOST:PORT:ADDRESS[,ADDRESS]",
        env = "HYBRIDCHECK_RESOLVE",
        hide_env_values = true,
        value_parser = given(resolve)
    )]
    resolve: Vec<Given<Resolve>>,
    /// Connect to HOST2:PORT2 instead of HOST1:PORT1, as curl does; empty parts match or keep anything. Direct connections only: a proxy is asked for the name itself
    #[arg(
        long,
        value_name = "HOST1:PORT1:HOST2:PORT2",
        env = "HYBRIDCHECK_CONNECT_TO",
        hide_env_values = true,
        value_parser = given(connect_to)
    )]
    connect_to: Vec<Given<ConnectTo>>,
    /// A host that this network surely allows, to tell a rule about one host from a dead way to the internet; only TCP is tried, port 443 unless said; repeatable
    #[arg(
        long,
        value_name = "HOST[:PORT]",
        env = "HYBRIDCHECK_CONTROL",
        hide_env_values = true,
        value_parser = given(control)
    )]
    control: Vec<Given<Endpoint>>,
    /// Send requests through this HTTP proxy, as curl does; an empty one means none. Without it HTTPS_PROXY and ALL_PROXY decide
    #[arg(
        short = 'x',
        long,
        value_name = "[http://][USER:PASSWORD@]HOST[:PORT]",
        env = "HYBRIDCHECK_PROXY",
        hide_env_values = true,
        conflicts_with = "pac_result"
    )]
    proxy: Option<String>,
    /// Hosts that need no proxy, as curl reads them, instead of NO_PROXY; `*` means all
    #[arg(
        long,
        value_name = "LIST",
        env = "HYBRIDCHECK_NOPROXY",
        hide_env_values = true
    )]
    noproxy: Option<String>,
    /// What the PAC file of this network returns, such as "PROXY proxy.example:8080; DIRECT"
    #[arg(
        long,
        value_name = "TEXT",
        env = "HYBRIDCHECK_PAC_RESULT",
        hide_env_values = true
    )]
    pac_result: Option<String>,
    /// Send no more requests a second than this to the login and API hosts; as many may go at once
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = REQUESTS_PER_SECOND,
        value_parser = rate,
        env = "HYBRIDCHECK_MAX_REQUESTS_PER_SECOND",
        hide_env_values = true
    )]
    max_requests_per_second: u32,
    /// The longest one phase (look-up, connect, handshake, request) may take
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "5s",
        env = "HYBRIDCHECK_CONNECT_TIMEOUT",
        hide_env_values = true,
        value_parser = duration
    )]
    connect_timeout: Duration,
    /// The longest the whole gathering may take
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "30s",
        env = "HYBRIDCHECK_TIMEOUT",
        hide_env_values = true,
        value_parser = duration
    )]
    timeout: Duration,
    /// Use IPv4 addresses only
    #[arg(short = '4', long, conflicts_with = "ipv6", env = "HYBRIDCHECK_IPV4", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    ipv4: bool,
    /// Use IPv6 addresses only
    #[arg(short = '6', long, env = "HYBRIDCHECK_IPV6", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    ipv6: bool,
    /// A region that is newer than the table: adds login.DOMAIN and api.DOMAIN as hosts that may receive secrets
    #[arg(
        long,
        value_name = "DOMAIN",
        env = "HYBRIDCHECK_ADD_REGION",
        hide_env_values = true,
        value_parser = domain
    )]
    add_region: Vec<String>,
    /// Send secrets even where the chain ends only in this host's own store (TLS inspection; whoever inspects can read them)
    #[arg(long, env = "HYBRIDCHECK_TRUST_INSPECTION", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    trust_inspection: bool,
    /// hybridcheck's own read-only OAuth client; its secret comes from HYBRIDCHECK_CLIENT_SECRET or --client-secret-file
    #[arg(
        long,
        value_name = "GUID",
        env = "HYBRIDCHECK_CLIENT_ID",
        hide_env_values = true,
        value_parser = Unrepeated(client_id)
    )]
    client_id: Option<String>,
    /// The file that holds the secret of --client-id
    #[arg(
        long,
        value_name = "FILE",
        requires = "client_id",
        env = "HYBRIDCHECK_CLIENT_SECRET_FILE",
        hide_env_values = true
    )]
    client_secret_file: Option<String>,
}

impl NetworkArgs {
    /// The settings of a run.
    pub(in crate::cli) fn settings(&self) -> Result<Settings, Failure> {
        let mut regions = Regions::default();
        for domain in &self.add_region {
            regions.add(domain);
        }
        Ok(Settings {
            phase: self.connect_timeout,
            overall: self.timeout,
            family: match (self.ipv4, self.ipv6) {
                (true, _) => Family::V4,
                (_, true) => Family::V6,
                _ => Family::Any,
            },
            dns_servers: values(&self.dns_server),
            roots: self.cacert.as_deref().map(roots).transpose()?,
            resolve: values(&self.resolve),
            connect_to: values(&self.connect_to),
            controls: values(&self.control),
            trust_inspection: self.trust_inspection,
            requests_per_second: self.max_requests_per_second,
            tool_client: self.tool_client()?,
            saml_login: None,
            proxies: self.proxies()?,
            regions,
            files: NameFiles::default(),
        })
    }

    fn proxies(&self) -> Result<Proxies, Failure> {
        let words = Words {
            proxy: self.proxy.as_deref(),
            noproxy: self.noproxy.as_deref(),
            pac: self.pac_result.as_deref(),
            // Bytes that are no text stay visible as such, so that they are refused and not overlooked.
            variable: &|name| Some(std::env::var_os(name)?.to_string_lossy().into_owned()),
        };
        Proxies::settle(words).map_err(|Problem { origin, problem }| Failure::Flag {
            flag: origin,
            problem,
            help: match origin {
                "--proxy" | "--pac-result" => "see `hybridcheck check --help`".into(),
                variable => format!(
                    "correct {variable}, or overrule it with --proxy (an empty --proxy \"\" means no proxy)"
                ),
            },
        })
    }

    /// The files that are read for it.
    pub(in crate::cli) fn files(&self) -> impl Iterator<Item = &str> {
        let files = [&self.cacert, &self.client_secret_file];
        files.into_iter().flatten().map(String::as_str)
    }

    /// The settings that change what is asked or trusted, as the run document tells them.
    pub(in crate::cli) fn told(&self, settings: &Settings) -> Vec<String> {
        let mut told = settings.proxies.told();
        if self.max_requests_per_second != REQUESTS_PER_SECOND {
            told.push(format!(
                "--max-requests-per-second {}",
                self.max_requests_per_second
            ));
        }
        let mut tell = |flag: &str, value: &str| {
            told.push(
                Outside::of(format!("{flag} {value}"))
                    .shown(300)
                    .to_string(),
            );
        };
        if let Some(value) = &self.cacert {
            tell("--cacert", &loosened("--cacert", value));
        }
        for (flag, given) in [
            ("--dns-server", words(&self.dns_server)),
            ("--resolve", words(&self.resolve)),
            ("--connect-to", words(&self.connect_to)),
            ("--control", words(&self.control)),
        ] {
            for value in given {
                tell(flag, value);
            }
        }
        for domain in &self.add_region {
            tell("--add-region", &loosened("--add-region", domain));
        }
        for (flag, is_set) in [("-4", self.ipv4), ("-6", self.ipv6)] {
            if is_set {
                told.push(flag.to_owned());
            }
        }
        if self.trust_inspection {
            told.push(loosened("--trust-inspection", "--trust-inspection"));
        }
        told
    }

    fn tool_client(&self) -> Result<Option<ToolClient>, Failure> {
        let Some(id) = self.client_id.clone() else {
            return Ok(None);
        };
        let (secret, source) = match &self.client_secret_file {
            Some(path) => {
                // No path is told that is none: it may be the secret itself.
                let unread = |problem: &dyn std::fmt::Display| Failure::Flag {
                    flag: SECRET_FILE.flag,
                    problem: format!("the file that it names cannot be read: {problem}"),
                    help: format!(
                        "name the file that holds the secret, or set {SECRET_VARIABLE}; a secret is never given as an argument"
                    ),
                };
                let bytes = SECRET_FILE.read(path).map_err(|failure| match failure {
                    Failure::File { source, .. } => unread(&source),
                    told => told,
                })?;
                let text = String::from_utf8(bytes).map_err(|_| unread(&"it is not UTF-8 text"))?;
                (text.trim_end_matches(['\r', '\n']).to_owned(), path.clone())
            }
            None => (
                std::env::var(SECRET_VARIABLE).unwrap_or_default(),
                SECRET_VARIABLE.to_owned(),
            ),
        };
        if secret.is_empty() {
            return Err(Failure::Flag {
                flag: "--client-id",
                problem: format!("no secret for it: {source} is empty or not set"),
                help: format!("set {SECRET_VARIABLE}, or name a file with --client-secret-file"),
            });
        }
        Ok(Some(ToolClient {
            id,
            secret: Secret::new(secret),
            source,
        }))
    }
}

/// What is told of a setting that lets secrets go further: also its variable, when it is that which says so. It may be set for a whole
/// host, and whoever reads the report has not seen it.
fn loosened(flag: &str, told: &str) -> String {
    let variable = format!(
        "HYBRIDCHECK_{}",
        flag.trim_start_matches('-')
            .to_uppercase()
            .replace('-', "_")
    );
    let is_argument = std::env::args_os().any(|argument| {
        let argument = argument.to_string_lossy();
        let rest = argument.strip_prefix(flag);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    });
    if is_argument || std::env::var_os(&variable).is_none() {
        return told.to_owned();
    }
    format!("{told} (from {variable})")
}

fn values<T: Clone>(given: &[Given<T>]) -> Vec<T> {
    given.iter().map(|given| given.value.clone()).collect()
}

fn words<T>(given: &[Given<T>]) -> Vec<&str> {
    given.iter().map(|given| given.words.as_str()).collect()
}

/// The secret of a client has some dozens of characters.
const SECRET_FILE: SmallFile = SmallFile {
    flag: "--client-secret-file",
    cap: 64 * 1024,
    belongs: "the file holds the secret of the client alone, as text in UTF-8",
};

/// The trust store of a whole system has less than a megabyte.
const ROOTS_FILE: SmallFile = SmallFile {
    flag: "--cacert",
    cap: 16 * 1024 * 1024,
    belongs: "the file holds one or more -----BEGIN CERTIFICATE----- blocks",
};

fn roots(path: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let bytes = ROOTS_FILE.read(path)?;
    let roots: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&bytes)
        .filter_map(Result::ok)
        .collect();
    if roots.is_empty() {
        return Err(Failure::Flag {
            flag: "--cacert",
            problem: format!("{path} holds no PEM certificate"),
            help: "expected one or more -----BEGIN CERTIFICATE----- blocks; convert DER with `openssl x509 -inform der -in FILE`".into(),
        });
    }
    Ok(roots)
}
