//! What a run may do and how long it may take; settled once by the command line.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use hybridcheck_core::endpoint::{Endpoint, Host, Routes};
use hybridcheck_core::facts::{FactKey, Gap, RoutingFact, Whose};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::region::Regions;
use hybridcheck_core::secret::Secret;
use rustls_pki_types::CertificateDer;

use crate::probes::clock;
use crate::routing::Proxies;
use hybridcheck_saml::{self as saml, Encoding, Unmintable, Wish};

/// The pace unless the user sets another: a run of one object is not slowed, an object with hundreds of clients is no flood.
pub const REQUESTS_PER_SECOND: u32 = 25;

/// Settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The longest a phase (one look-up, connect, handshake, request) may take.
    pub phase: Duration,
    /// The longest gathering may take.
    pub overall: Duration,
    /// Address families to use.
    pub family: Family,
    /// Nameservers that replace the system's; empty for the system's own.
    pub dns_servers: Vec<SocketAddr>,
    /// Roots that replace the host's own store.
    pub roots: Option<Vec<CertificateDer<'static>>>,
    /// Addresses given for endpoints (`--resolve`).
    pub resolve: Vec<Resolve>,
    /// Endpoints that lead elsewhere (`--connect-to`).
    pub connect_to: Vec<ConnectTo>,
    /// Endpoints that the network surely allows (`--control`), for comparison.
    pub controls: Vec<Endpoint>,
    /// Secrets may pass a chain that ends only in this host's own store.
    pub trust_inspection: bool,
    /// The most requests a second to the auth and API hosts.
    pub requests_per_second: u32,
    /// The tool's own client.
    pub tool_client: Option<ToolClient>,
    /// The login with an assertion, when the user allowed one.
    pub saml_login: Option<SamlLogin>,
    /// The proxies, and when each is used.
    pub proxies: Proxies,
    /// Known regions.
    pub regions: Regions,
    /// Where this host's own view of names is read from.
    pub files: NameFiles,
}

/// `--saml-user` and what belongs to it: a login as an existing person.
#[derive(Clone, Debug)]
pub struct SamlLogin {
    /// For whom the assertion is made, and what it says beside what the object does.
    pub wish: Wish,
    /// The only encoding to send; all of them in turn when it is not given.
    pub encoding: Option<Encoding>,
}

/// A signed assertion, ready to be sent.
#[derive(Debug)]
pub struct Assertions {
    /// It in each encoding to try, with the encoding's name.
    pub encoded: Vec<(String, Secret)>,
    /// The audience that it names.
    pub audience: Outside,
    /// Everything of it that no output may hold.
    pub secrets: Vec<Secret>,
}

impl SamlLogin {
    /// The signed assertion.
    ///
    /// # Errors
    ///
    /// What the object lacks to make one, as a gap.
    pub fn assertions(&self, object: &HybridObject) -> Result<Assertions, Gap> {
        let minted = saml::mint(object, &self.wish, clock::now());
        let minted = minted.map_err(|error| unmintable(object, &error))?;
        let encodings = self
            .encoding
            .map_or(Encoding::ALL.to_vec(), |one| vec![one]);
        let encoded = encodings
            .into_iter()
            .map(|encoding| (encoding.label().to_owned(), minted.encoded(encoding)));
        Ok(Assertions {
            encoded: encoded.collect(),
            audience: minted.claims().audience.clone(),
            secrets: minted.secrets(),
        })
    }
}

/// An option that is not there is judged by a check of its own; whatever else is in the way is told here.
fn unmintable(object: &HybridObject, error: &Unmintable) -> Gap {
    if let Unmintable::Missing { option } = error
        && let Some((section, name)) = option.split_once('/')
    {
        let found = object.option(section, name);
        return if found.is_some_and(|found| found.value.shape().masked) {
            Gap::hidden(section, name)
        } else {
            Gap::blocked(FactKey::option(object.id, section, name))
        };
    }
    Gap::NoMeans {
        what: format!("no assertion can be made: {error}; {}", error.help()),
    }
}

/// The files that hold this host's own view of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameFiles {
    /// The hosts file.
    pub hosts: PathBuf,
    /// The list of nameservers, where the system keeps it in a file (resolv.conf(5)).
    pub resolv_conf: Option<PathBuf>,
}

impl Default for NameFiles {
    fn default() -> Self {
        if cfg!(windows) {
            let root = std::env::var_os("SystemRoot").unwrap_or_else(|| r"C:\Windows".into());
            return Self {
                hosts: PathBuf::from(root).join(r"System32\drivers\etc\hosts"),
                resolv_conf: None,
            };
        }
        Self {
            hosts: "/etc/hosts".into(),
            resolv_conf: Some("/etc/resolv.conf".into()),
        }
    }
}

/// Address families to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    /// Both.
    #[default]
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

impl Family {
    /// Whether an address is of a family in use.
    pub fn admits(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

/// `--resolve HOST:PORT:ADDRESS[,ADDRESS]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolve {
    /// The host.
    pub host: Host,
    /// The port.
    pub port: u16,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
}

/// `--connect-to HOST1:PORT1:HOST2:PORT2`; an empty part matches or keeps anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectTo {
    /// The host asked for; `None` is any.
    pub from_host: Option<Host>,
    /// The port asked for; `None` is any.
    pub from_port: Option<u16>,
    /// The host connected to; `None` keeps the one asked for.
    pub to_host: Option<Host>,
    /// The port connected to; `None` keeps the one asked for.
    pub to_port: Option<u16>,
}

/// hybridcheck's own read-only OAuth client.
#[derive(Clone, Debug)]
pub struct ToolClient {
    /// Client id.
    pub id: String,
    /// Client secret.
    pub secret: Secret,
    /// Where the secret came from: a variable or a file, never its value.
    pub source: String,
}

impl Settings {
    /// Where an endpoint's direct connections really go (`--connect-to`); a proxy is where its own address says.
    pub fn target(&self, endpoint: &Endpoint) -> Endpoint {
        if self.proxies.is_proxy(endpoint) {
            return endpoint.clone();
        }
        let matching = self.connect_to.iter().find(|rule| {
            rule.from_host
                .as_ref()
                .is_none_or(|host| *host == endpoint.host)
                && rule.from_port.is_none_or(|port| port == endpoint.port)
        });
        match matching {
            None => endpoint.clone(),
            Some(rule) => Endpoint {
                host: rule
                    .to_host
                    .clone()
                    .unwrap_or_else(|| endpoint.host.clone()),
                port: rule.to_port.unwrap_or(endpoint.port),
            },
        }
    }

    /// How the route to an endpoint is chosen.
    pub fn routing(&self, endpoint: &Endpoint) -> RoutingFact {
        self.proxies.routing(endpoint)
    }

    /// The routes to the endpoints of some facts and objects.
    pub fn routes(&self, wanted: &BTreeSet<FactKey>, objects: &[HybridObject]) -> Routes {
        let asked = wanted.iter().filter_map(|key| match key.whose() {
            Whose::Endpoint(endpoint, _) => Some(endpoint.clone()),
            Whose::Address(..)
            | Whose::Client(_)
            | Whose::Host(_)
            | Whose::Machine
            | Whose::Object(_)
            | Whose::Organization(_)
            | Whose::Person(_) => None,
        });
        let of_objects = objects
            .iter()
            .flat_map(|object| [object.auth_endpoint(), object.api_endpoint()])
            .flatten();
        let mut routes = Routes::default();
        for endpoint in asked.chain(of_objects) {
            let routing = self.routing(&endpoint);
            routes.set(endpoint, routing.route, routing.others);
        }
        routes
    }

    /// The flag by which the user says where names or addresses come from: then this host's own view is not asked.
    pub fn names_given_by(&self) -> Option<&'static str> {
        let given = [
            ("--dns-server", !self.dns_servers.is_empty()),
            ("--resolve", !self.resolve.is_empty()),
            ("--connect-to", !self.connect_to.is_empty()),
        ];
        given
            .into_iter()
            .find(|(_, is_given)| *is_given)
            .map(|(flag, _)| flag)
    }

    /// The addresses given for an endpoint (`--resolve`).
    pub fn given_addresses(&self, endpoint: &Endpoint) -> Option<&[IpAddr]> {
        let given = self
            .resolve
            .iter()
            .find(|given| given.host == endpoint.host && given.port == endpoint.port);
        given.map(|given| given.addresses.as_slice())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            phase: Duration::from_secs(5),
            overall: Duration::from_secs(30),
            family: Family::Any,
            dns_servers: Vec::new(),
            roots: None,
            resolve: Vec::new(),
            connect_to: Vec::new(),
            controls: Vec::new(),
            trust_inspection: false,
            requests_per_second: REQUESTS_PER_SECOND,
            tool_client: None,
            saml_login: None,
            proxies: Proxies::default(),
            regions: Regions::default(),
            files: NameFiles::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_testkit::objects;

    use super::*;

    fn missing(object: &HybridObject) -> Gap {
        let login = SamlLogin {
            wish: Wish {
                email: "test.agent@acme.example".into(),
                ..Wish::default()
            },
            encoding: None,
        };
        login.assertions(object).expect_err("no assertion")
    }

    #[test]
    fn what_is_not_there_is_behind_its_option_and_what_is_hidden_says_so() {
        let issuer = FactKey::option(objects::healthy().id, "saml", "issuer");
        let without = objects::without(objects::healthy(), "saml", "issuer");
        assert_eq!(missing(&without), Gap::blocked(issuer));
        let hidden = objects::with(objects::healthy(), "saml", "issuer", "********");
        assert!(matches!(missing(&hidden), Gap::Hidden { .. }));
        let Gap::NoMeans { what } = missing(&objects::healthy()) else {
            panic!("the placeholder signs");
        };
        assert!(what.starts_with("no assertion can be made: "), "{what}");
    }
}
