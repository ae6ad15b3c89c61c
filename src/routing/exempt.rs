//! Lists of hosts that need no proxy, in the dialects that programs read them in: there is no common rule.

use std::net::IpAddr;

use hybridcheck_core::endpoint::{Endpoint, Host};

/// How a program reads the entries of such a list.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent differences between programs, a column each"
)]
pub(super) struct Dialect {
    /// `example.com` covers `www.example.com` too.
    pub(super) bare_covers_subdomains: bool,
    /// `.example.com` covers `example.com` too.
    pub(super) dot_covers_itself: bool,
    /// `*.example.com` is read as `.example.com`.
    pub(super) star_dot: bool,
    /// `*` counts wherever it stands; otherwise only as the whole list.
    pub(super) star_anywhere: bool,
    /// `*` as the whole list covers everything.
    pub(super) star_alone: bool,
    /// `example.com:443` covers that port only; otherwise such an entry covers nothing.
    pub(super) ports: bool,
    /// `10.0.0.0/8` is a network.
    pub(super) networks: bool,
    /// Blanks separate entries as commas do.
    pub(super) blanks: bool,
}

/// The entry of a list that covers an endpoint.
pub(super) fn covering<'a>(
    list: &'a str,
    endpoint: &Endpoint,
    dialect: Dialect,
) -> Option<&'a str> {
    if list.trim() == "*" && dialect.star_alone {
        return Some("*");
    }
    entries(list, dialect.blanks).find(|entry| covers(entry, endpoint, dialect))
}

/// The entries of a list.
pub(super) fn entries(list: &str, blanks: bool) -> impl Iterator<Item = &str> {
    let separates = move |c: char| c == ',' || (blanks && c.is_whitespace());
    list.split(separates)
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

fn covers(entry: &str, endpoint: &Endpoint, dialect: Dialect) -> bool {
    if entry == "*" {
        return dialect.star_anywhere;
    }
    let (name, port) = port_of(entry);
    if port.is_some_and(|port| !dialect.ports || port != endpoint.port) {
        return false;
    }
    if let Some(address) = endpoint.host.literal() {
        return match name.split_once('/') {
            Some((network, bits)) => dialect.networks && is_within(address, network, bits),
            None => Host::of(name).literal() == Some(address),
        };
    }
    let host = endpoint.host.as_str();
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let name = match name.strip_prefix('*') {
        Some(rest) if dialect.star_dot && rest.starts_with('.') => rest,
        _ => name.as_str(),
    };
    match name.strip_prefix('.') {
        Some(domain) => host.ends_with(name) || (dialect.dot_covers_itself && host == domain),
        None if name == host => true,
        None => {
            let below = host.strip_suffix(name);
            !name.is_empty()
                && dialect.bare_covers_subdomains
                && below.is_some_and(|below| below.ends_with('.'))
        }
    }
}

/// A port after the last colon; an IPv6 literal without brackets has none.
fn port_of(entry: &str) -> (&str, Option<u16>) {
    let split = match entry.rsplit_once(':') {
        Some((name, digits)) if name.ends_with(']') || !name.contains(':') => {
            digits.parse().ok().map(|port| (name, port))
        }
        _ => None,
    };
    split.map_or((entry, None), |(name, port)| (name, Some(port)))
}

fn is_within(address: IpAddr, network: &str, bits: &str) -> bool {
    let Ok(bits) = bits.parse::<u32>() else {
        return false;
    };
    match (address, Host::of(network).literal()) {
        (IpAddr::V4(address), Some(IpAddr::V4(network))) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), Some(IpAddr::V6(network))) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::clients::OURS;

    fn at(host: &str) -> Endpoint {
        Endpoint {
            host: Host::of(host),
            port: 443,
        }
    }

    #[test]
    fn names_match_with_and_without_a_leading_dot_at_labels_only() {
        let login = at("login.usw2.pure.cloud");
        for entry in [
            "pure.cloud",
            ".pure.cloud",
            "login.usw2.pure.cloud",
            ".LOGIN.usw2.Pure.Cloud.",
            "login.usw2.pure.cloud:443",
        ] {
            let list = format!("a.example, {entry}");
            assert_eq!(covering(&list, &login, OURS), Some(entry), "{entry}");
        }
        for entry in [
            "re.cloud",
            "*.pure.cloud",
            "pure.cloud:80",
            "login.usw2.pure.cloud.example",
            "",
            ".",
            "a,*",
        ] {
            assert_eq!(covering(entry, &login, OURS), None, "{entry}");
        }
        assert_eq!(covering(" * ", &login, OURS), Some("*"));
        assert_eq!(covering("a b pure.cloud", &login, OURS), Some("pure.cloud"));
    }

    #[test]
    fn addresses_match_as_literals_and_in_networks() {
        for (host, list) in [
            ("10.1.2.3", "10.0.0.0/8"),
            ("10.1.2.3", "10.1.2.3"),
            ("10.1.2.3", "0.0.0.0/0"),
            ("fd00::1", "fd00::/16"),
            ("fd00::1", "::1,fd00::1"),
            ("fd00::1", "[fd00::1]:443"),
        ] {
            assert!(covering(list, &at(host), OURS).is_some(), "{host} {list}");
        }
        for (host, list) in [
            ("11.1.2.3", "10.0.0.0/8"),
            ("10.1.2.3", "10.0.0.0/33"),
            ("10.1.2.3", "1.2.3"),
            ("fd00::1", "10.0.0.0/8"),
            ("login.10.0.0.1", "10.0.0.0/8"),
        ] {
            assert!(covering(list, &at(host), OURS).is_none(), "{host} {list}");
        }
    }
}
