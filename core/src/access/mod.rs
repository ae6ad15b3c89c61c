//! What must be let through: the connections an object needs, each once, with its purposes and on what that rests.

mod destination;
mod needed;

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

pub use destination::{Destination, DnsName};
pub use needed::{UnusableUrl, needed};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::endpoint::Endpoint;
use crate::text::listed;

/// On what a rule rests, strongest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Genesys documents it, or its own software does exactly this.
    Documented,
    /// Seen in real traffic or real certificates.
    Observed,
    /// Concluded from the rest.
    Inferred,
}

impl Mark {
    /// One word for people and machines.
    pub fn label(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Inferred => "inferred",
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

/// Why a connection is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// The auth host.
    Login,
    /// The API host.
    Api,
    /// User interfaces in the agent desktop.
    Apps,
    /// Public assets of those.
    Assets,
    /// Revocation of the certificates that the others present.
    Revocation,
}

impl Purpose {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Login => "OAuth tokens and SAML login (general/base_auth_url)",
            Self::Api => "Platform API (general/base_service_url)",
            Self::Apps => "user interfaces of Genesys Cloud in the agent desktop",
            Self::Assets => "public assets and configuration of those user interfaces",
            Self::Revocation => "revocation lists and OCSP of the served certificates, plain HTTP",
        }
    }

    /// Who opens the connection.
    pub fn needed_by(self) -> &'static str {
        match self {
            Self::Login | Self::Api => {
                "Engage servers with an OAuth client; agent desktops with Workspace Desktop"
            }
            Self::Apps | Self::Assets => "agent desktops",
            Self::Revocation => {
                "hosts whose TLS library checks revocation (Windows; Java where it is switched on)"
            }
        }
    }

    /// On what it rests.
    pub fn mark(self) -> Mark {
        match self {
            Self::Login | Self::Api | Self::Apps => Mark::Documented,
            Self::Assets | Self::Revocation => Mark::Observed,
        }
    }

    /// Whether we recommend to exempt it from TLS inspection: these carry client secrets and tokens.
    pub fn is_better_exempt(self) -> bool {
        matches!(self, Self::Login | Self::Api)
    }
}

/// What this host could learn about a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Nobody tried.
    #[default]
    Unasked,
    /// It could be made.
    Open,
    /// It could not be made.
    Shut {
        /// What was found.
        found: String,
        /// Every try, as a firewall team can look it up.
        tries: Vec<String>,
    },
    /// It could not be judged.
    Untested {
        /// Why.
        why: String,
    },
}

/// One connection that must be let through, outbound and TCP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Where to.
    pub destination: Destination,
    /// The TCP port.
    pub port: u16,
    /// What for.
    pub purposes: BTreeSet<Purpose>,
    /// The domain of the region that it belongs to; absent for a host outside the region table.
    pub domain: Option<DnsName>,
    /// What this host learned about it.
    pub reach: Reach,
}

impl Access {
    /// What for, in words.
    pub fn purpose(&self) -> String {
        let words: Vec<&str> = self
            .purposes
            .iter()
            .map(|purpose| purpose.words())
            .collect();
        words.join("; ")
    }

    /// Who opens the connection.
    pub fn needed_by(&self) -> String {
        let words: BTreeSet<&str> = self
            .purposes
            .iter()
            .map(|purpose| purpose.needed_by())
            .collect();
        words.into_iter().collect::<Vec<_>>().join("; ")
    }

    /// The strongest ground among its purposes. A host outside the region table is needed only because the object names it.
    pub fn mark(&self) -> Mark {
        if self.is_stranger() {
            return Mark::Inferred;
        }
        let marks = self.purposes.iter().map(|purpose| purpose.mark());
        marks.min().unwrap_or(Mark::Inferred)
    }

    /// Whether it leads to a host of no known region.
    pub fn is_stranger(&self) -> bool {
        self.domain.is_none() && !self.purposes.contains(&Purpose::Revocation)
    }

    /// Whether we recommend to exempt it from TLS inspection.
    pub fn is_better_exempt(&self) -> bool {
        self.purposes
            .iter()
            .any(|purpose| purpose.is_better_exempt())
    }

    /// Whether agent desktops alone need it.
    pub fn is_for_desktops_only(&self) -> bool {
        self.purposes
            .iter()
            .all(|purpose| matches!(purpose, Purpose::Apps | Purpose::Assets))
    }

    fn is_same_rule(&self, other: &Self) -> bool {
        self.destination == other.destination && self.port == other.port
    }
}

/// Everything that a document of rules says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccessList {
    /// Tool and version.
    pub tool: String,
    /// The day of the region table.
    pub table_date: String,
    /// What the rules are for, as the inputs name it: hostile text until a format has escaped it.
    pub subjects: Vec<String>,
    /// Only connections that this host could not make are listed.
    pub only_missing: bool,
    /// One wildcard for each region's domain, where the format can say it.
    pub wildcards: bool,
    /// The addresses that this host's connections came from, when it tried.
    pub sources: Vec<IpAddr>,
    /// The rules, each once.
    pub rules: Vec<Access>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

impl AccessList {
    /// The rules for a format that knows wildcards: one per region and port instead of one per host, when the user wants that.
    pub fn widened(&self) -> Vec<Access> {
        if !self.wildcards {
            return self.rules.clone();
        }
        let mut wide: Vec<Access> = Vec::new();
        for rule in &self.rules {
            let mut rule = rule.clone();
            if let (Some(domain), Destination::Name(_)) = (&rule.domain, &rule.destination) {
                rule.destination = Destination::Below(domain.clone());
            }
            add(&mut wide, rule);
        }
        let all = wide.clone();
        wide.retain(|rule| {
            !all.iter().any(|other| {
                other.port == rule.port
                    && other.destination != rule.destination
                    && other.destination.covers(&rule.destination)
            })
        });
        wide
    }

    /// The rules by port, highest first, so that revocation comes last: one service for each.
    pub fn by_port(rules: &[Access]) -> Vec<(u16, Vec<&Access>)> {
        let ports: BTreeSet<u16> = rules.iter().map(|rule| rule.port).collect();
        let of = |port| rules.iter().filter(move |rule| rule.port == port).collect();
        ports
            .into_iter()
            .rev()
            .map(|port| (port, of(port)))
            .collect()
    }

    /// The rules by port and by who needs them: what desktops alone need is opened to no server.
    pub fn by_port_and_client(rules: &[Access]) -> Vec<(u16, bool, Vec<&Access>)> {
        let mut groups = Vec::new();
        for (port, of_port) in Self::by_port(rules) {
            let (desktops, all): (Vec<&Access>, Vec<&Access>) = of_port
                .into_iter()
                .partition(|rule| rule.is_for_desktops_only());
            groups.extend([(port, false, all), (port, true, desktops)]);
        }
        groups.retain(|(.., members)| !members.is_empty());
        groups
    }

    /// The hosts that we recommend to exempt from TLS inspection: always the hosts themselves, however wide the rules are.
    pub fn exempt(&self) -> Vec<&DnsName> {
        let mut names = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.is_better_exempt()) {
            if let Destination::Name(name) = &rule.destination
                && !names.contains(&name)
            {
                names.push(name);
            }
        }
        names
    }
}

/// Adds a rule, or its purposes and what is known of it to the same rule.
fn add(rules: &mut Vec<Access>, rule: Access) {
    match rules.iter_mut().find(|known| known.is_same_rule(&rule)) {
        Some(known) => {
            known.purposes.extend(rule.purposes);
            known.reach = merged(std::mem::take(&mut known.reach), rule.reach);
        }
        None => rules.push(rule),
    }
}

/// The worse of two: a rule is wanted as soon as one of the connections it stands for could not be made.
fn merged(first: Reach, second: Reach) -> Reach {
    match (first, second) {
        (
            Reach::Shut { found, mut tries },
            Reach::Shut {
                found: other,
                tries: more,
            },
        ) => {
            tries.extend(more);
            let found = if found == other {
                found
            } else {
                format!("{found}; {other}")
            };
            Reach::Shut { found, tries }
        }
        (shut @ Reach::Shut { .. }, _) | (_, shut @ Reach::Shut { .. }) => shut,
        (untested @ Reach::Untested { .. }, _) | (_, untested @ Reach::Untested { .. }) => untested,
        (Reach::Open, _) | (_, Reach::Open) => Reach::Open,
        (Reach::Unasked, Reach::Unasked) => Reach::Unasked,
    }
}

/// The request to a network team in one line: who, where to, by name, which protocol and port.
///
/// Without a source it says "this host". Names are made visible, so the line stays one line whatever an object holds.
pub fn request(sources: &[IpAddr], endpoints: &[&Endpoint]) -> String {
    let source = if sources.is_empty() {
        "this host".to_owned()
    } else {
        format!("this host ({})", listed(sources))
    };
    let mut targets: Vec<String> = Vec::new();
    for endpoint in endpoints {
        let target = format!("{} port {}", endpoint.host, endpoint.port);
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    format!(
        "Please allow outbound TCP from {source} to {}, as stateful rules by host name (FQDN): the addresses behind the names change \
         without notice, so do not convert them to IP. Nothing inbound is needed.",
        listed(targets)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::Host;

    fn rule(host: &str, port: u16, purpose: Purpose, domain: Option<&str>) -> Access {
        Access {
            destination: Destination::of(&Host::of(host)).expect("a destination"),
            port,
            purposes: [purpose].into(),
            domain: domain.and_then(DnsName::parse),
            reach: Reach::Unasked,
        }
    }

    #[test]
    fn wildcards_take_a_regions_hosts_and_no_other() {
        let mut list = AccessList {
            rules: vec![
                rule(
                    "login.mypurecloud.de",
                    443,
                    Purpose::Login,
                    Some("mypurecloud.de"),
                ),
                rule(
                    "api.mypurecloud.de",
                    443,
                    Purpose::Api,
                    Some("mypurecloud.de"),
                ),
                rule("gateway.acme.example", 443, Purpose::Api, None),
            ],
            ..AccessList::default()
        };
        let shown = |rules: Vec<Access>| {
            let names = rules.iter().map(|rule| rule.destination.to_string());
            names.collect::<Vec<_>>()
        };
        assert_eq!(shown(list.widened()).len(), 3);
        list.wildcards = true;
        assert_eq!(
            shown(list.widened()),
            ["*.mypurecloud.de", "gateway.acme.example"]
        );
        assert_eq!(list.widened()[0].purposes.len(), 2);
        assert_eq!(list.exempt().len(), 3, "the exemption stays narrow");
    }

    #[test]
    fn a_wildcard_below_another_is_not_repeated() {
        let list = AccessList {
            wildcards: true,
            rules: vec![
                rule(
                    "login.new.pure.cloud",
                    443,
                    Purpose::Login,
                    Some("new.pure.cloud"),
                ),
                rule("api.pure.cloud", 443, Purpose::Api, Some("pure.cloud")),
            ],
            ..AccessList::default()
        };
        let wide = list.widened();
        assert_eq!(wide.len(), 1, "{wide:?}");
        assert_eq!(wide[0].destination.to_string(), "*.pure.cloud");
    }

    #[test]
    fn a_request_is_one_line_with_source_names_protocol_and_port() {
        let endpoint = |host: &str, port| Endpoint {
            host: Host::of(host),
            port,
        };
        let (login, api, other) = (
            endpoint("login.mypurecloud.de", 443),
            endpoint("api.mypurecloud.de", 443),
            endpoint("a\nb", 8443),
        );
        let source = "10.0.0.5".parse().expect("an address");
        let line = request(&[source], &[&login, &api, &other, &login]);
        assert!(
            line.starts_with(
                "Please allow outbound TCP from this host (10.0.0.5) to login.mypurecloud.de port 443, api.mypurecloud.de port 443 \
                 and a\\u{a}b port 8443, as stateful rules by host name"
            ),
            "{line}"
        );
        assert_eq!(line.lines().count(), 1);
        assert!(request(&[], &[&login]).contains("from this host to login"));
    }
}
