//! What values of flags are read as; clap names the flag where one cannot be read.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command};
use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::object::is_guid;
use hybridcheck_core::time::Timestamp;

use crate::config::{ConnectTo, Resolve};

/// A value beside the words in which it was given: the run document tells those.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Given<T> {
    /// The words.
    pub(in crate::cli) words: String,
    /// What they are read as.
    pub(in crate::cli) value: T,
}

/// Keeps the words beside what they are read as.
pub(in crate::cli) fn given<T>(
    read: fn(&str) -> Result<T, String>,
) -> impl Fn(&str) -> Result<Given<T>, String> + Clone {
    move |words| {
        Ok(Given {
            value: read(words)?,
            words: words.to_owned(),
        })
    }
}

/// Reads what may hold a secret by mistake: the error says what is wrong, and does not repeat the value as clap's own does.
#[derive(Clone)]
pub(in crate::cli) struct Unrepeated<T>(pub(in crate::cli) fn(&str) -> Result<T, String>);

impl<T: Clone + Send + Sync + 'static> TypedValueParser for Unrepeated<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<T, clap::Error> {
        let read = match value.to_str() {
            Some(text) => (self.0)(text),
            None => Err("is not UTF-8 text".to_owned()),
        };
        read.map_err(|problem| {
            let flag = arg.map_or_else(String::new, |arg| format!("{arg}: "));
            let message = format!("{flag}{problem}");
            command.clone().error(ErrorKind::ValueValidation, message)
        })
    }
}

/// A day or a moment to judge for.
pub(in crate::cli) fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|error| error.to_string())
}

/// A duration with its unit: `300ms`, `5s`, `2m`, `1h`, `30d`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let millis_per_unit = match &text[digits..] {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        "d" => Some(86_400_000),
        _ => None,
    };
    let count: Option<u64> = text[..digits].parse().ok();
    count
        .zip(millis_per_unit)
        .and_then(|(count, millis)| count.checked_mul(millis))
        .filter(|millis| *millis > 0)
        .map(Duration::from_millis)
        .ok_or_else(|| {
            "expected a duration above zero with its unit, such as 300ms, 5s, 2m, 1h or 30d"
                .to_owned()
        })
}

/// Requests a second.
pub(super) fn rate(text: &str) -> Result<u32, String> {
    let rate = text.trim().parse().ok();
    rate.filter(|rate| (1..=1000).contains(rate))
        .ok_or_else(|| "expected a whole number from 1 to 1000".to_owned())
}

/// The id of an OAuth client.
pub(super) fn client_id(text: &str) -> Result<String, String> {
    let id = text.trim();
    if is_guid(id) {
        return Ok(id.to_owned());
    }
    Err(
        "expected a GUID such as 11111111-2222-4333-8444-555555555555; the client id stands in Genesys Cloud under \
         Admin > Integrations > OAuth, and a secret is never given as an argument"
            .to_owned(),
    )
}

/// The domain of a region.
pub(super) fn domain(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(['/', ':', ' ']) || !text.contains('.') {
        return Err("expected a domain such as euw9.pure.cloud".to_owned());
    }
    Ok(text.to_owned())
}

/// An address of a nameserver, with port 53 unless another is given.
pub(super) fn nameserver(text: &str) -> Result<SocketAddr, String> {
    let with_port = text.parse::<SocketAddr>().ok();
    let bare = || {
        let address = unbracketed(text).parse::<IpAddr>();
        address.ok().map(|ip| SocketAddr::new(ip, 53))
    };
    with_port.or_else(bare).ok_or_else(|| {
        "expected an address such as 10.0.0.53, 10.0.0.53:5353 or [fd00::53]:53".to_owned()
    })
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

fn unbracketed(text: &str) -> &str {
    text.trim_start_matches('[').trim_end_matches(']')
}

/// `HOST:PORT:ADDRESS[,ADDRESS]`.
pub(super) fn resolve(text: &str) -> Result<Resolve, String> {
    let read = || {
        let parts = parts(text);
        let [host, port, _, ..] = parts.as_slice() else {
            return None;
        };
        // An IPv6 address may stand without brackets, since nothing follows it.
        let addresses = parts[2..].join(":");
        let addresses = addresses
            .split(',')
            .map(|address| unbracketed(address).parse().ok());
        Some(Resolve {
            host: Some(Host::of(host)).filter(|_| !host.is_empty())?,
            port: port.parse().ok()?,
            addresses: addresses.collect::<Option<_>>()?,
        })
    };
    read().ok_or_else(|| "expected the form HOST:PORT:ADDRESS[,ADDRESS]".to_owned())
}

/// `HOST1:PORT1:HOST2:PORT2`, parts of which may be empty.
pub(super) fn connect_to(text: &str) -> Result<ConnectTo, String> {
    let host = |name: &str| (!name.is_empty()).then(|| Host::of(name));
    let port = |number: &str| match number {
        "" => Some(None),
        digits => digits.parse().ok().map(Some),
    };
    let read = || {
        let [from_host, from_port, to_host, to_port] = parts(text).try_into().ok()?;
        Some(ConnectTo {
            from_host: host(from_host),
            from_port: port(from_port)?,
            to_host: host(to_host),
            to_port: port(to_port)?,
        })
    };
    read().ok_or_else(|| "expected the form HOST1:PORT1:HOST2:PORT2".to_owned())
}

/// A host name or address literal, with port 443 unless another is given.
pub(super) fn control(text: &str) -> Result<Endpoint, String> {
    let is_strange = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '@' | '?');
    let read = || {
        let is_bare_v6 = text.parse::<Ipv6Addr>().is_ok();
        let (host, port) = match parts(text).as_slice() {
            _ if is_bare_v6 => (text, 443),
            [host] => (*host, 443),
            [host, port] => (*host, port.parse().ok()?),
            _ => return None,
        };
        (!host.is_empty() && port != 0 && !host.contains(is_strange)).then(|| Endpoint {
            host: Host::of(host),
            port,
        })
    };
    read().ok_or_else(|| {
        "expected a host such as www.example.com, proxy.example:8080 or [fd00::1]:443".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_unit() {
        assert_eq!(
            duration("300ms").expect("a duration"),
            Duration::from_millis(300)
        );
        assert_eq!(
            duration("2m").expect("a duration"),
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
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn connect_to_is_read_as_curl_reads_it() {
        let rule = connect_to("login.mypurecloud.de:443::8443").expect("a rule");
        assert_eq!((rule.to_host, rule.to_port), (None, Some(8443)));
        assert!(connect_to(":::[fd00::1]").is_err());
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
