//! The two URLs of the object, read from the raw text: a URL library would heal what the components may not.

use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::region::{HostRole, Region, Regions};

use super::OPTIONS_TAB;
use super::cleaning::{Kind, clean_word, traces, without_tail};

/// The parts of a URL as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    scheme: Option<Outside>,
    /// The host.
    pub(crate) host: Host,
    port: Option<Outside>,
    path: Outside,
    has_query: bool,
    has_fragment: bool,
}

/// Where a host stands in the region table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Standing<'a> {
    /// The domain itself, without `login.` or `api.`.
    Bare(&'a Region),
    /// A host of a region.
    Of(&'a Region, HostRole),
    /// Not in the table.
    Unknown,
}

/// What one of the two URLs must be.
pub(crate) struct Wanted {
    /// The option in section `general`.
    pub(crate) option: &'static str,
    /// The first label of the host.
    pub(crate) label: &'static str,
    /// The role of the host.
    pub(crate) role: HostRole,
    /// The exact path.
    pub(crate) path: &'static str,
    /// What is wrong with a path, in a sentence.
    pub(crate) path_sentence: fn(&Outside) -> String,
}

impl Address {
    /// Splits a cleaned text; nothing when it names no host.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase().into()), rest),
            None => (None, text),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port.into())),
            _ => (authority, None),
        };
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-[]:_".contains(c);
        if host.is_empty()
            || !host.contains(['.', ':']) && scheme.is_none()
            || !host.chars().all(is_host)
        {
            return None;
        }
        let path = tail.split(['?', '#']).next().unwrap_or(tail);
        let before_fragment = tail.split('#').next().unwrap_or_default();
        Some(Self {
            scheme,
            host: Host::of(host),
            port,
            path: path.into(),
            has_query: before_fragment.contains('?'),
            has_fragment: tail.contains('#'),
        })
    }

    /// The address in a URL option that must be there; an option that names no host is a gap, for its own check fails.
    pub(crate) fn of(case: &Case<'_>, option: &str) -> Answer<Self> {
        let found = case.visible("general", option)?;
        found
            .value
            .plain()
            .and_then(|text| Self::parse(&clean_word(text.raw())))
            .ok_or_else(|| Gap::blocked(FactKey::option(case.object.id, "general", option)))
    }
}

impl<'a> Standing<'a> {
    /// Looks a host up.
    pub(crate) fn of(host: &Host, regions: &'a Regions) -> Self {
        if let Some((region, role)) = regions.of_host(host) {
            return Self::Of(region, role);
        }
        let bare = regions.iter().find(|region| region.domain == host.as_str());
        bare.map_or(Self::Unknown, Self::Bare)
    }

    /// The region, when it is in the table.
    pub(crate) fn region(self) -> Option<&'a Region> {
        match self {
            Self::Bare(region) | Self::Of(region, _) => Some(region),
            Self::Unknown => None,
        }
    }
}

impl Wanted {
    /// Judges the form of the URL; each defect is a sentence of its own, and the exact right value is offered.
    pub(crate) fn judge(&self, case: &Case<'_>) -> Answer<Judgement> {
        let found = case.visible("general", self.option)?;
        let text = found.value.plain();
        let address = text.and_then(|text| Address::parse(&clean_word(text.raw())));
        let shown = match text {
            Some(text) => format!("`{}`", without_tail(text).shown(200)),
            None => found.value.shown(),
        };
        let defects = match (&address, text) {
            (Some(address), _) => self.defects(address, case.regions),
            (None, Some(_)) => vec!["it is no URL with a host name".to_owned()],
            (None, None) => vec![
                "it holds user information (`@`) or key material and is therefore not shown; neither belongs there"
                    .to_owned(),
            ],
        };
        let judgement = if defects.is_empty() {
            Judgement::pass(shown)
        } else {
            let right = self.right(case, address.as_ref());
            Judgement::fail(
                format!("`{right}`"),
                format!("{shown}: {}", defects.join("; ")),
                format!(
                    "{OPTIONS_TAB}: set `general/{}` to exactly `{right}` and save.",
                    self.option
                ),
                Owner::EngageAdmin,
            )
        };
        let without = traces(found, Kind::Word);
        let judgement = judgement.of(found);
        Ok(if without.is_empty() {
            judgement
        } else {
            judgement.evidence("judged without", without.join(", "))
        })
    }

    fn defects(&self, address: &Address, regions: &Regions) -> Vec<String> {
        let mut defects = Vec::new();
        match address.scheme.as_ref() {
            Some(scheme) if *scheme == "https" => {}
            None => defects.push("it does not begin with `https://`".to_owned()),
            Some(scheme) if *scheme == "http" => defects.push(
                "its scheme is `http`: client secrets and tokens would travel unencrypted"
                    .to_owned(),
            ),
            Some(scheme) => defects.push(format!("its scheme is `{}`", scheme.shown(20))),
        }
        let standing = Standing::of(&address.host, regions);
        defects.extend(self.host_defect(&address.host, standing));
        let is_ours = standing
            .region()
            .is_some_and(|region| region.kind != "added");
        match address.port.as_ref() {
            Some(port) if port.is_empty() => {
                defects.push("a `:` follows the host, but no port".to_owned());
            }
            Some(port) if *port != "443" && is_ours => {
                defects.push(format!(
                    "it names port {}, Genesys Cloud answers on 443",
                    port.shown(20)
                ));
            }
            _ => {}
        }
        if address.path != self.path {
            defects.push((self.path_sentence)(&address.path));
        }
        if address.has_query {
            defects.push("it has a query (`?…`)".to_owned());
        }
        if address.has_fragment {
            defects.push("it has a fragment (`#…`)".to_owned());
        }
        defects
    }

    fn host_defect(&self, host: &Host, standing: Standing<'_>) -> Option<String> {
        let label = host.as_str().split('.').next().unwrap_or_default();
        let role = match standing {
            Standing::Of(_, role) if role == self.role => return None,
            Standing::Of(_, HostRole::Api) => "the API host",
            Standing::Of(_, HostRole::Apps) => "the host of the user interface",
            Standing::Of(_, HostRole::Auth) => "the login host",
            Standing::Of(_, HostRole::Other) => "another host of the region",
            Standing::Bare(_) => "the region's domain alone",
            // A host outside the table is judged by its label only; whether it exists is another check's matter.
            Standing::Unknown if label == self.label => return None,
            Standing::Unknown => match label {
                "api" => "an API host",
                "apps" => "a host of the user interface",
                "login" => "a login host",
                _ => return None,
            },
        };
        let wanted = match standing.region() {
            Some(region) => format!("`{}.{}`", self.label, region.domain),
            None => format!("one that begins with `{}.`", self.label),
        };
        Some(format!(
            "its host `{}` is {role}, expected {wanted}",
            host.shown(100)
        ))
    }

    fn right(&self, case: &Case<'_>, address: Option<&Address>) -> String {
        let of = |address: &Address| {
            let region = Standing::of(&address.host, case.regions).region()?;
            Some(format!("{}.{}", self.label, region.domain))
        };
        let other = || {
            ["base_auth_url", "base_service_url"]
                .into_iter()
                .filter(|option| *option != self.option)
                .find_map(|option| Address::parse(case.object.plain("general", option)?.raw()))
        };
        let host = match address {
            Some(address) => of(address).or_else(|| Some(self.relabelled(&address.host))),
            None => other().as_ref().and_then(of),
        };
        let host = host.unwrap_or_else(|| format!("{}.<domain of your region>", self.label));
        format!("https://{}{}", Outside::of(host).shown(100), self.path)
    }

    fn relabelled(&self, host: &Host) -> String {
        match host.as_str().split_once('.') {
            Some(("api" | "apps" | "login", domain)) => format!("{}.{domain}", self.label),
            _ => host.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_split_as_written() {
        let address =
            Address::parse("HTTPS://Login.MyPureCloud.de:443/OAuth?a#b").expect("an address");
        assert_eq!(
            address,
            Address {
                scheme: Some("https".into()),
                host: Host::of("login.mypurecloud.de"),
                port: Some("443".into()),
                path: "/OAuth".into(),
                has_query: true,
                has_fragment: true,
            }
        );
    }

    #[test]
    fn text_without_a_host_is_no_address() {
        for text in [
            "",
            "acme",
            "https:///oauth",
            "https://a b/",
            "https:\\\\login.x\\oauth",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
        assert!(Address::parse("login.mypurecloud.de/oauth/token").is_some());
        assert!(Address::parse("https://[::1]:8443/x").is_some());
    }

    #[test]
    fn the_domain_alone_still_names_its_region() {
        let regions = Regions::default();
        let standing = Standing::of(&Host::of("usw2.pure.cloud"), &regions);
        assert!(matches!(standing, Standing::Bare(region) if region.id == "us-west-2"));
        assert!(
            Standing::of(&Host::of("pure.cloud"), &regions)
                .region()
                .is_none()
        );
    }
}
