//! `probe`: the facts and judgements of the network for any host; no object is needed.

use std::collections::BTreeSet;

use clap::builder::BoolishValueParser;
use hybridcheck_core::check::{Check, Question, Subject};
use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::object::{Configuration, HybridObject, Place, Target};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::Regions;
use hybridcheck_core::run::Invocation;

use super::Failure;
use super::flags::{Given, NetworkArgs, Unrepeated};
use super::output::OutputArgs;
use super::small_file::SmallFile;
use crate::config::Settings;
use crate::run::{Job, Scope};

/// Ports on which TLS is spoken without being told so.
const TLS_PORTS: [u16; 2] = [443, 8443];
/// How many bad lines of a file an error names; more are counted.
const NAMED: usize = 10;

/// Arguments of `probe`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ProbeArgs {
    /// Hosts, with a port other than 443 if need be; a URL is taken for its host and port
    #[arg(value_name = "HOST[:PORT]", required_unless_present = "hosts_from", value_parser = Unrepeated(named))]
    hosts: Vec<Given<Endpoint>>,
    /// Also take hosts from this file, one a line, `#` begins a comment; `-` is standard input
    #[arg(
        long,
        value_name = "FILE",
        env = "HYBRIDCHECK_HOSTS_FROM",
        hide_env_values = true
    )]
    hosts_from: Option<String>,
    /// Speak TLS on every port, not only on 443 and 8443
    #[arg(long, env = "HYBRIDCHECK_TLS", value_parser = BoolishValueParser::new(), conflicts_with = "tcp", hide_env_values = true)]
    tls: bool,
    /// Only connect over TCP, on every port
    #[arg(long, env = "HYBRIDCHECK_TCP", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    tcp: bool,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs `probe`.
pub(super) fn run(args: &ProbeArgs) -> Result<u8, Failure> {
    let read: Vec<&str> = args
        .hosts_from
        .as_deref()
        .into_iter()
        .chain(args.network.files())
        .collect();
    let output = args.output.output(&read)?;
    let settings = args.network.settings()?;
    let targets = targets(args, &settings.regions)?;
    let object = HybridObject::of_targets(targets);
    let invocation = Invocation {
        command: "probe".into(),
        inputs: inputs(args),
        fail_on: Some(output.fail_on),
        settings: told(args, &settings),
        ..Invocation::default()
    };
    let checks = checks(&object);
    let configuration = Configuration {
        objects: vec![object],
        ..Configuration::default()
    };
    output.of_job(&Job {
        scope: Scope {
            configuration,
            checks,
            offline: false,
        },
        settings,
        policy: Policy::default(),
        as_of: None,
        invocation,
        origin: None,
    })
}

fn inputs(args: &ProbeArgs) -> Vec<String> {
    args.hosts.iter().map(|host| host.words.clone()).collect()
}

fn told(args: &ProbeArgs, settings: &Settings) -> Vec<String> {
    let file = args.hosts_from.iter();
    let mut told: Vec<String> = file.map(|file| format!("--hosts-from {file}")).collect();
    for (flag, is_set) in [("--tls", args.tls), ("--tcp", args.tcp)] {
        if is_set {
            told.push(flag.to_owned());
        }
    }
    told.extend(args.network.told(settings));
    told
}

/// The checks that have something to say about hosts without an object: those of endpoints, and of the network as a whole.
fn checks(object: &HybridObject) -> Vec<Box<dyn Check>> {
    let mut checks = hybridcheck_checks::checks();
    checks.retain(|check| {
        let of_network = matches!(check.family(), "network" | "proxy" | "tls");
        let is_of_hosts = |question: &Question<'_>| {
            matches!(question.subject, Subject::Endpoint { .. } | Subject::Object)
        };
        of_network && check.questions(object).iter().all(is_of_hosts)
    });
    checks
}

fn targets(args: &ProbeArgs, regions: &Regions) -> Result<Vec<Target>, Failure> {
    let here = |host: &Given<Endpoint>| (host.value.clone(), Place::whole("the command line"));
    let mut named: Vec<(Endpoint, Place)> = args.hosts.iter().map(here).collect();
    if let Some(path) = &args.hosts_from {
        named.extend(from_file(path)?);
    }
    let mut known = BTreeSet::new();
    named.retain(|(endpoint, _)| known.insert(endpoint.clone()));
    if named.is_empty() {
        return Err(Failure::Flag {
            flag: "--hosts-from",
            problem: "the file names no host".into(),
            help: EXAMPLE.into(),
        });
    }
    let target = |(endpoint, place): (Endpoint, Place)| Target {
        role: regions.of_host(&endpoint.host).map(|(_, role)| role),
        tls: !args.tcp && (args.tls || TLS_PORTS.contains(&endpoint.port)),
        endpoint,
        place,
    };
    Ok(named.into_iter().map(target).collect())
}

const EXAMPLE: &str =
    "for example login.mypurecloud.de, proxy.example.com:3128, 192.0.2.7 or [2001:db8::7]:443";

/// A host of the command line, whose words are told without user info.
fn named(word: &str) -> Result<Given<Endpoint>, String> {
    let value = parse(word).map_err(|problem| format!("`{}` {problem}; {EXAMPLE}", shown(word)))?;
    Ok(Given {
        words: without_user(word),
        value,
    })
}

/// A line a host: tens of thousands of them are far below it.
const HOSTS_FILE: SmallFile = SmallFile {
    flag: "--hosts-from",
    cap: 4 * 1024 * 1024,
    belongs: "the file holds one host a line",
};

/// The hosts of a file; junk is an error that names every bad line, and then nothing is asked at all.
fn from_file(path: &str) -> Result<Vec<(Endpoint, Place)>, Failure> {
    let bytes = HOSTS_FILE.read_or_stdin(path)?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    let mut hosts = Vec::new();
    let mut bad = Vec::new();
    for (line, number) in text.lines().zip(1_u32..) {
        let word = line.split('#').next().unwrap_or_default().trim();
        if word.is_empty() {
            continue;
        }
        match parse(word) {
            Ok(endpoint) => hosts.push((endpoint, Place::line(path, number))),
            Err(problem) => bad.push(format!("{path}:{number}: `{}` {problem}", shown(word))),
        }
    }
    if bad.is_empty() {
        return Ok(hosts);
    }
    let more = bad.len().saturating_sub(NAMED);
    bad.truncate(NAMED);
    if more > 0 {
        bad.push(format!("and {more} more lines like these"));
    }
    Err(Failure::Flag {
        flag: "--hosts-from",
        problem: bad.join("; "),
        help: format!("one host a line, {EXAMPLE}; nothing was asked"),
    })
}

/// A word without the user info that a pasted URL may hold.
fn without_user(word: &str) -> String {
    match word.rsplit_once('@') {
        Some((head, host)) => {
            let scheme = head
                .split_once("://")
                .map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
            format!("{scheme}…@{host}")
        }
        None => word.to_owned(),
    }
}

fn shown(word: &str) -> String {
    Outside::of(without_user(word)).shown(100).to_string()
}

/// A host with an optional port, or a URL.
fn parse(word: &str) -> Result<Endpoint, &'static str> {
    let (rest, default) = match word.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (rest, 443),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (rest, 80),
        Some(_) => return Err("has a scheme that is neither https nor http"),
        None => (word, 443),
    };
    let is_url = rest.len() != word.len();
    let authority = if is_url {
        rest.split(['/', '?']).next().unwrap_or_default()
    } else {
        rest
    };
    let authority = match (is_url, authority.rsplit_once('@')) {
        (true, Some((_, host))) => host,
        _ => authority,
    };
    let (host, port) = split_port(authority)?;
    let port = match port {
        None => default,
        Some(port) => match port.parse() {
            Ok(0) | Err(_) => return Err("has a port that is not between 1 and 65535"),
            Ok(port) => port,
        },
    };
    Ok(Endpoint {
        host: host_of(host)?,
        port,
    })
}

/// Splits the port off; an IPv6 literal without brackets has none.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, tail) = rest.split_once(']').ok_or("has a `[` without its `]`")?;
        return match tail.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if tail.is_empty() => Ok((host, None)),
            None => Err("has something behind its `]` that is no port"),
        };
    }
    if authority.parse::<std::net::Ipv6Addr>().is_ok() {
        return Ok((authority, None));
    }
    Ok(match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    })
}

/// A name that DNS can be asked for, international ones in their ASCII form, or an address.
fn host_of(text: &str) -> Result<Host, &'static str> {
    const NO_HOST: &str = "is no host name and no address";
    if text.parse::<std::net::Ipv6Addr>().is_ok() {
        return Ok(Host::of(text));
    }
    let is_host = |text: &str| {
        let labels = text.trim_end_matches('.').split('.');
        text.len() <= 253 && labels.clone().all(|label| (1..=63).contains(&label.len()))
    };
    match url::Host::parse(text) {
        Ok(url::Host::Ipv4(address)) => Ok(Host::of(&address.to_string())),
        Ok(url::Host::Domain(name)) if is_host(&name) && name.chars().all(is_name_char) => {
            Ok(Host::of(&name))
        }
        _ => Err(NO_HOST),
    }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(word: &str) -> Option<String> {
        parse(word).ok().map(|endpoint| endpoint.to_string())
    }

    #[test]
    fn hosts_are_taken_in_every_way_people_write_them() {
        for (word, expected) in [
            ("login.mypurecloud.de", "login.mypurecloud.de:443"),
            ("Login.MyPureCloud.de.", "login.mypurecloud.de:443"),
            ("proxy.example.com:3128", "proxy.example.com:3128"),
            ("192.0.2.7", "192.0.2.7:443"),
            ("192.0.2.7:80", "192.0.2.7:80"),
            ("2001:db8::7", "[2001:db8::7]:443"),
            ("[2001:db8::7]:8443", "[2001:db8::7]:8443"),
            (
                "https://api.mypurecloud.de/api/v2",
                "api.mypurecloud.de:443",
            ),
            ("http://user:word@portal.example/x", "portal.example:80"),
            ("bücher.example", "xn--bcher-kva.example:443"),
        ] {
            assert_eq!(parsed(word).as_deref(), Some(expected), "{word}");
        }
    }

    #[test]
    fn junk_is_no_host() {
        for word in [
            "",
            "a b",
            "host:",
            "host:0",
            "host:65536",
            "host:443x",
            "ftp://host",
            "[::1",
            "[::1]x",
            "a..b",
            "host/path",
            "$(reboot)",
            "a:b:c",
            "-:443x",
        ] {
            assert!(parse(word).is_err(), "{word}");
        }
    }

    #[test]
    fn user_info_of_a_pasted_url_is_never_shown() {
        let shown = shown("https://user:canary@host:x");
        assert!(!shown.contains("canary"), "{shown}");
    }
}
