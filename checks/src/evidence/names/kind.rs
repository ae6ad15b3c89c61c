//! What an address is good for.

use hybridcheck_core::outside::Outside;
use std::net::IpAddr;

use super::sinkholes::{self, Certain, Sinkhole};

/// Whose address it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A host somewhere.
    Host,
    /// A host of this network (RFC 1918, RFC 4193).
    Private,
    /// Behind a carrier's or a cloud proxy's address translation (RFC 6598).
    Shared,
    /// A known sinkhole.
    Sinkhole(&'static Sinkhole),
    /// 0.0.0.0 or `::`.
    Nothing,
    /// This host itself.
    Loopback,
    /// A host on the same cable only.
    LinkLocal,
}

impl Kind {
    /// The kind of an address; an IPv4 address written as IPv6 counts as what it is.
    pub(crate) fn of(address: IpAddr) -> Self {
        let address = address.to_canonical();
        if let Some(sinkhole) = sinkholes::of_address(address) {
            return Self::Sinkhole(sinkhole);
        }
        match address {
            _ if address.is_unspecified() => Self::Nothing,
            _ if address.is_loopback() => Self::Loopback,
            IpAddr::V4(v4) if v4.is_link_local() => Self::LinkLocal,
            IpAddr::V4(v4) if v4.is_private() => Self::Private,
            IpAddr::V4(v4) if v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64 => Self::Shared,
            IpAddr::V6(v6) if v6.is_unicast_link_local() => Self::LinkLocal,
            IpAddr::V6(v6) if v6.is_unique_local() => Self::Private,
            _ => Self::Host,
        }
    }

    /// The kind of an address at the end of a chain of aliases, which may give a sinkhole away.
    pub(crate) fn behind(aliases: &[Outside], address: IpAddr) -> Self {
        let known = aliases
            .iter()
            .find_map(|alias| sinkholes::of_alias(alias.raw()));
        known.map_or_else(|| Self::of(address), Self::Sinkhole)
    }

    /// Whether no service of the internet can be at such an address.
    pub(crate) fn is_wrong(self) -> bool {
        matches!(
            self,
            Self::Sinkhole(_) | Self::Nothing | Self::Loopback | Self::LinkLocal
        )
    }

    /// How sure it is that such an address is none of the service's.
    pub(crate) fn certain(self) -> Certain {
        match self {
            Self::Sinkhole(sinkhole) => sinkhole.certain,
            Self::Nothing => Certain::Certain,
            _ => Certain::Likely,
        }
    }

    /// In words, after "which is".
    pub(crate) fn words(self) -> String {
        match self {
            Self::Host => "an address of a host".into(),
            Self::Private => "a private address".into(),
            Self::Shared => "an address of shared address space (100.64.0.0/10)".into(),
            Self::Sinkhole(sinkhole) => {
                format!("the sinkhole of {}", sinkhole.product)
            }
            Self::Nothing => "no address at all, but how a DNS filter says no".into(),
            Self::Loopback => "this host itself".into(),
            Self::LinkLocal => "an address that is valid on one cable only".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Kind {
        Kind::of(text.parse().expect("an address"))
    }

    #[test]
    fn kinds_are_told_apart() {
        for (text, expected) in [
            ("192.0.2.1", Kind::Host),
            ("2001:db8::1", Kind::Host),
            ("10.1.2.3", Kind::Private),
            ("172.32.0.1", Kind::Host),
            ("fd00::1", Kind::Private),
            ("100.64.0.1", Kind::Shared),
            ("100.128.0.1", Kind::Host),
            ("0.0.0.0", Kind::Nothing),
            ("::", Kind::Nothing),
            ("127.0.0.53", Kind::Loopback),
            ("::1", Kind::Loopback),
            ("169.254.1.1", Kind::LinkLocal),
            ("fe80::1", Kind::LinkLocal),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn an_ipv4_address_in_ipv6_clothes_is_recognised() {
        assert!(matches!(kind("::ffff:146.112.61.106"), Kind::Sinkhole(_)));
        assert_eq!(kind("::ffff:10.0.0.1"), Kind::Private);
    }

    #[test]
    fn an_alias_gives_a_sinkhole_away_whatever_its_address() {
        let aliases = ["sinkhole.paloaltonetworks.com.".into()];
        let address = "192.0.2.1".parse().expect("an address");
        assert!(Kind::behind(&aliases, address).is_wrong());
    }
}
