//! Flags that say what a run may do, with curl's words where the meaning is curl's, and their parsing.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use clap::builder::BoolishValueParser;
use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::region::Regions;
use hybridcheck_core::secret::Secret;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::cli::Failure;
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
        hide_env_values = true
    )]
    dns_server: Vec<String>,
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
        hide_env_values = true
    )]
    resolve: Vec<String>,
    /// Connect to HOST2:PORT2 instead of HOST1:PORT1, as curl does; empty parts match or keep anything. Direct connections only: a proxy is asked for the name itself
    #[arg(
        long,
        value_name = "HOST1:PORT1:HOST2:PORT2",
        env = "HYBRIDCHECK_CONNECT_TO",
        hide_env_values = true
    )]
    connect_to: Vec<String>,
    /// A host that this network surely allows, to tell a rule about one host from a dead way to the internet; only TCP is tried, port 443 unless said; repeatable
    #[arg(
        long,
        value_name = "HOST[:PORT]",
        env = "HYBRIDCHECK_CONTROL",
        hide_env_values = true
    )]
    control: Vec<String>,
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
        hide_env_values = true
    )]
    connect_timeout: String,
    /// The longest the whole gathering may take
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "30s",
        env = "HYBRIDCHECK_TIMEOUT",
        hide_env_values = true
    )]
    timeout: String,
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
        hide_env_values = true
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
        hide_env_values = true
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
            if domain.is_empty() || domain.contains(['/', ':', ' ']) || !domain.contains('.') {
                return Err(bad(
                    "--add-region",
                    domain,
                    "a domain such as euw9.pure.cloud",
                ));
            }
            regions.add(domain);
        }
        let dns_servers = self.dns_server.iter().map(|text| nameserver(text));
        let roots = self.cacert.as_deref().map(roots).transpose()?;
        Ok(Settings {
            phase: duration("--connect-timeout", &self.connect_timeout)?,
            overall: duration("--timeout", &self.timeout)?,
            family: match (self.ipv4, self.ipv6) {
                (true, _) => Family::V4,
                (_, true) => Family::V6,
                _ => Family::Any,
            },
            dns_servers: dns_servers.collect::<Result<_, _>>()?,
            roots,
            resolve: self
                .resolve
                .iter()
                .map(|text| resolve(text))
                .collect::<Result<_, _>>()?,
            connect_to: self
                .connect_to
                .iter()
                .map(|text| connect_to(text))
                .collect::<Result<_, _>>()?,
            controls: self
                .control
                .iter()
                .map(|text| control(text))
                .collect::<Result<_, _>>()?,
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
            told.push(hybridcheck_core::text::visible(
                &format!("{flag} {value}"),
                300,
            ));
        };
        if let Some(value) = &self.cacert {
            tell("--cacert", value);
        }
        for (flag, values) in [
            ("--dns-server", &self.dns_server),
            ("--resolve", &self.resolve),
            ("--connect-to", &self.connect_to),
            ("--control", &self.control),
            ("--add-region", &self.add_region),
        ] {
            for value in values {
                tell(flag, value);
            }
        }
        for (flag, is_set) in [
            ("-4", self.ipv4),
            ("-6", self.ipv6),
            ("--trust-inspection", self.trust_inspection),
        ] {
            if is_set {
                told.push(flag.to_owned());
            }
        }
        told
    }

    fn tool_client(&self) -> Result<Option<ToolClient>, Failure> {
        let Some(id) = self.client_id.clone() else {
            return Ok(None);
        };
        if !hybridcheck_core::object::is_guid(id.trim()) {
            return Err(Failure::Flag {
                flag: "--client-id",
                problem: "expected a GUID such as 11111111-2222-4333-8444-555555555555".into(),
                help: "the client id stands in Genesys Cloud under Admin > Integrations > OAuth; a secret is never given as an argument".into(),
            });
        }
        let (secret, source) = match &self.client_secret_file {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|source| Failure::File {
                    action: "read",
                    path: path.clone(),
                    source,
                })?;
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
            id: id.trim().to_owned(),
            secret: Secret::new(secret),
            source,
        }))
    }
}

fn bad(flag: &'static str, value: &str, expected: &str) -> Failure {
    Failure::Flag {
        flag,
        problem: format!(
            "`{}` is not {expected}",
            hybridcheck_core::text::visible(value, 100)
        ),
        help: "see `hybridcheck check --help`".into(),
    }
}

/// Requests a second.
fn rate(text: &str) -> Result<u32, String> {
    let rate = text.trim().parse().ok();
    rate.filter(|rate| (1..=1000).contains(rate))
        .ok_or_else(|| "expected a whole number from 1 to 1000".to_owned())
}

/// A duration with its unit: `300ms`, `5s`, `2m`, `1h`, `30d`.
pub(in crate::cli) fn duration(flag: &'static str, text: &str) -> Result<Duration, Failure> {
    let expected = "a duration above zero with its unit, such as 300ms, 5s, 2m, 1h or 30d";
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let millis_per_unit = match &text[digits..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(bad(flag, text, expected)),
    };
    let count: u64 = text[..digits]
        .parse()
        .map_err(|_| bad(flag, text, expected))?;
    match count.checked_mul(millis_per_unit) {
        Some(millis) if millis > 0 => Ok(Duration::from_millis(millis)),
        _ => Err(bad(flag, text, expected)),
    }
}

fn nameserver(text: &str) -> Result<SocketAddr, Failure> {
    let with_port = text.parse::<SocketAddr>().ok();
    let bare = || {
        let address = text
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>();
        address.ok().map(|ip| SocketAddr::new(ip, 53))
    };
    with_port.or_else(bare).ok_or_else(|| {
        bad(
            "--dns-server",
            text,
            "an address such as 10.0.0.53, 10.0.0.53:5353 or [fd00::53]:53",
        )
    })
}

fn roots(path: &str) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let bytes = std::fs::read(path).map_err(|source| Failure::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
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

/// Splits at colons outside brackets: `[fd00::1]` is one part.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    for (index, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

fn resolve(text: &str) -> Result<Resolve, Failure> {
    let refuse = || bad("--resolve", text, "of the form HOST:PORT:ADDRESS[,ADDRESS]");
    let parts = parts(text);
    let (host, port) = match parts.as_slice() {
        [host, port, _, ..] if !host.is_empty() => {
            (Host::of(host), port.parse().map_err(|_| refuse())?)
        }
        _ => return Err(refuse()),
    };
    // An IPv6 address may stand without brackets, since nothing follows it.
    let addresses = parts[2..].join(":");
    let addresses = addresses.split(',').map(|address| {
        address
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse()
    });
    let addresses = addresses
        .collect::<Result<Vec<IpAddr>, _>>()
        .map_err(|_| refuse())?;
    Ok(Resolve {
        host,
        port,
        addresses,
    })
}

fn connect_to(text: &str) -> Result<ConnectTo, Failure> {
    let refuse = || bad("--connect-to", text, "of the form HOST1:PORT1:HOST2:PORT2");
    let [from_host, from_port, to_host, to_port] = parts(text).try_into().map_err(|_| refuse())?;
    let host = |name: &str| (!name.is_empty()).then(|| Host::of(name));
    let port = |number: &str| match number {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(|_| refuse()),
    };
    Ok(ConnectTo {
        from_host: host(from_host),
        from_port: port(from_port)?,
        to_host: host(to_host),
        to_port: port(to_port)?,
    })
}

/// A host name or address literal, with port 443 unless another is given.
fn control(text: &str) -> Result<Endpoint, Failure> {
    let refuse = || {
        bad(
            "--control",
            text,
            "a host such as www.example.com, proxy.example:8080 or [fd00::1]:443",
        )
    };
    let is_bare_v6 = text.parse::<std::net::Ipv6Addr>().is_ok();
    let (host, port) = match parts(text).as_slice() {
        _ if is_bare_v6 => (text, 443),
        [host] => (*host, 443),
        [host, port] => (*host, port.parse().map_err(|_| refuse())?),
        _ => return Err(refuse()),
    };
    let is_strange = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | '?');
    if host.is_empty() || port == 0 || host.contains(is_strange) {
        return Err(refuse());
    }
    Ok(Endpoint {
        host: Host::of(host),
        port,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(
            duration("--timeout", "300ms").expect("a duration"),
            Duration::from_millis(300)
        );
        assert_eq!(
            duration("--timeout", "2m").expect("a duration"),
            Duration::from_secs(120)
        );
        for text in [
            "",
            "5",
            "s",
            "0s",
            "-1s",
            "5 s",
            "1.5s",
            "99999999999999999999d",
        ] {
            assert!(duration("--timeout", text).is_err(), "{text}");
        }
    }

    #[test]
    fn connect_to_is_read_as_curl_reads_it() {
        let rule = connect_to("login.mypurecloud.de:443::8443").expect("a rule");
        assert_eq!((rule.to_host, rule.to_port), (None, Some(8443)));
        let rule = connect_to(":::[fd00::1]")
            .err()
            .map(|failure| failure.to_string());
        assert!(rule.is_some_and(|text| text.starts_with("--connect-to")));
        let rule = connect_to("::[fd00::1]:443").expect("a rule");
        assert_eq!(rule.to_host, Some(Host::of("fd00::1")));
    }

    #[test]
    fn resolve_takes_several_addresses_of_both_families() {
        let given = resolve("api.example:443:10.0.0.1,fd00::1").expect("addresses");
        assert_eq!(given.addresses.len(), 2);
        assert!(resolve("api.example:443").is_err());
        assert!(resolve("api.example:x:10.0.0.1").is_err());
    }

    #[test]
    fn a_control_is_a_host_with_a_port_or_without() {
        for (text, expected) in [
            ("www.example.com", "www.example.com:443"),
            ("proxy.example:8080", "proxy.example:8080"),
            ("[fd00::1]:8443", "[fd00::1]:8443"),
            ("fd00::1", "[fd00::1]:443"),
        ] {
            assert_eq!(control(text).expect("a host").to_string(), expected);
        }
        for text in [
            "",
            ":443",
            "a:b",
            "a:0",
            "https://a",
            "a b",
            "u@a:1",
            "a:1:2",
        ] {
            assert!(control(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nameservers_have_port_53_unless_said() {
        for (text, expected) in [
            ("10.0.0.53", "10.0.0.53:53"),
            ("10.0.0.53:5353", "10.0.0.53:5353"),
            ("fd00::53", "[fd00::53]:53"),
        ] {
            assert_eq!(nameserver(text).expect("an address").to_string(), expected);
        }
        assert!(nameserver("dns.example").is_err());
    }
}
