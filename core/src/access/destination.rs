//! Where a rule leads: names that are safe to write into any firewall's language, because nothing else is let in.

use std::fmt;
use std::net::IpAddr;

use crate::endpoint::Host;

/// The longest name that still fits with `*.` before it and `/` behind it into the 255 characters that some firewalls allow.
const LONGEST: usize = 251;

/// A DNS host name in lower case: labels of letters, digits and hyphens (RFC 1123 section 2.1), and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DnsName(String);

impl DnsName {
    /// The name, when it is one. A name that a resolver could mistake for an address is none.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let is_numeric = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
        let is_name = !name.is_empty()
            && name.len() <= LONGEST
            && name.split('.').all(is_label)
            && !name.rsplit('.').next().is_some_and(is_numeric);
        is_name.then_some(Self(name))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this name lies below `domain`, compared by whole labels.
    pub fn is_below(&self, domain: &Self) -> bool {
        self.0
            .strip_suffix(domain.as_str())
            .is_some_and(|rest| rest.ends_with('.'))
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn is_label(label: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len())
        && label.bytes().all(is_inner)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// The destination of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// One host.
    Name(DnsName),
    /// Every host below a domain; not the domain itself.
    Below(DnsName),
    /// An address, only because the object itself names one.
    Address(IpAddr),
}

impl Destination {
    /// The destination of a host, when it is a DNS name or an address.
    pub fn of(host: &Host) -> Option<Self> {
        if let Some(address) = host.literal() {
            return Some(Self::Address(address));
        }
        DnsName::parse(host.as_str()).map(Self::Name)
    }

    /// Whether a rule for `self` lets everything through that a rule for `other` would.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Below(domain), Self::Name(name) | Self::Below(name)) if self != other => {
                name.is_below(domain)
            }
            _ => self == other,
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "{name}"),
            Self::Below(domain) => write!(f, "*.{domain}"),
            Self::Address(address) => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_digits_and_hyphens_are_a_name() {
        for good in ["login.mypurecloud.de", "LOGIN.x-1.de.", "a.1b", "localhost"] {
            assert!(DnsName::parse(good).is_some(), "{good}");
        }
        let long = format!("{}.de", ["a".repeat(63).as_str(); 4].join("."));
        for bad in [
            "", ".", "a..b", "-a.de", "a-.de", "a_b.de", "a b.de", "a\nb.de", "a\".de", "a'.de",
            "a`.de", "a|b.de", "=a.de", "$(x).de", "a;b.de", "*.de", "ä.de", "10.0.0", "a.de\\",
            &long,
        ] {
            assert!(DnsName::parse(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_wildcard_covers_what_lies_below_it_by_whole_labels() {
        let below = |text| Destination::Below(DnsName::parse(text).expect("a name"));
        let name = |text| Destination::Name(DnsName::parse(text).expect("a name"));
        assert!(below("pure.cloud").covers(&name("api.usw2.pure.cloud")));
        assert!(below("pure.cloud").covers(&below("usw2.pure.cloud")));
        assert!(!below("pure.cloud").covers(&name("evil-pure.cloud")));
        assert!(!below("pure.cloud").covers(&name("pure.cloud")));
        assert!(!name("pure.cloud").covers(&name("api.pure.cloud")));
    }

    #[test]
    fn addresses_are_taken_as_what_they_are() {
        for text in ["192.0.2.1", "[2001:db8::1]"] {
            let found = Destination::of(&Host::of(text));
            assert!(matches!(found, Some(Destination::Address(_))), "{text}");
        }
        assert_eq!(Destination::of(&Host::of("a_b.de")), None);
    }
}
