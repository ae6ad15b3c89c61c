//! Which way the requests to an endpoint go: settled once from flags and environment, with the reason in words, and how others read the same.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]

mod address;
mod clients;
mod exempt;
mod pac;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use hybridcheck_core::endpoint::{Endpoint, Route};
use hybridcheck_core::facts::{ClientReading, RoutingFact};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::listed;

pub use address::Login;

use address::{CURL_PORT, ProxyAddress, Scheme};
use clients::{CLIENTS, EXEMPT_LOWER_FIRST, LOWER_FIRST, Manner, OURS, Reads};
use pac::PacResult;

/// Where a proxy can be named.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// `--proxy`.
    pub proxy: Option<&'a str>,
    /// `--noproxy`.
    pub noproxy: Option<&'a str>,
    /// `--pac-result`.
    pub pac: Option<&'a str>,
    /// The environment.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// A flag or variable that cannot be used; the text holds no user info.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The flag or the variable.
    pub origin: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// The proxies of a run and the rules by which one is chosen.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    decider: Decider,
    /// `--noproxy`, when it was given.
    noproxy: Option<String>,
    environment: Environment,
    logins: BTreeMap<Endpoint, Login>,
    /// Proxies that hybridcheck cannot speak to, and why.
    unspoken: BTreeMap<Endpoint, String>,
    oddities: Vec<String>,
    conflicts: Vec<String>,
}

#[derive(Clone, Debug, Default)]
enum Decider {
    #[default]
    Environment,
    Flag(ProxyAddress),
    Off,
    Pac(PacResult),
}

/// The proxy variables that are set and not empty, as every client counts them.
#[derive(Clone, Debug, Default)]
struct Environment {
    proxies: BTreeMap<&'static str, Result<ProxyAddress, String>>,
    exempt: BTreeMap<&'static str, String>,
}

/// What a manner of reading chose.
struct Choice<'a> {
    proxy: Option<(&'static str, &'a Result<ProxyAddress, String>)>,
    covered: Option<(&'a str, &'a str)>,
}

impl Proxies {
    /// Settles flags and environment.
    pub fn settle(words: Words<'_>) -> Result<Self, Problem> {
        let mut proxies = Self {
            noproxy: words.noproxy.map(str::to_owned),
            ..Self::default()
        };
        match (words.proxy, words.pac) {
            (Some(text), _) if text.trim().is_empty() => proxies.decider = Decider::Off,
            (Some(text), _) => {
                let address = read("--proxy", text)?;
                if let Scheme::Other(scheme) = address.scheme {
                    return Err(Problem {
                        origin: "--proxy",
                        problem: unspoken(scheme),
                    });
                }
                proxies.learn("--proxy", &address);
                proxies.decider = Decider::Flag(address);
            }
            (None, Some(text)) => {
                let problem = |problem| Problem {
                    origin: "--pac-result",
                    problem,
                };
                let result = PacResult::parse(text).map_err(problem)?;
                proxies.oddities.extend(result.others.iter().cloned());
                proxies.decider = Decider::Pac(result);
            }
            (None, None) => proxies.read_environment(words.variable)?,
        }
        if !matches!(proxies.decider, Decider::Off | Decider::Pac(_)) && words.noproxy.is_none() {
            proxies.read_exemptions(words.variable);
        }
        Ok(proxies)
    }

    fn read_environment(
        &mut self,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(), Problem> {
        let set = |name: &str| variable(name).filter(|text| !text.trim().is_empty());
        let mut texts: BTreeMap<&str, String> = BTreeMap::new();
        for name in LOWER_FIRST.iter().copied() {
            if let Some(text) = set(name) {
                self.environment
                    .proxies
                    .insert(name, ProxyAddress::parse(&text));
                texts.insert(name, text);
            }
        }
        for name in LOWER_FIRST.iter().copied() {
            match self.environment.proxies.get(name).cloned() {
                // The variable that decides must be right; another one only confuses.
                Some(Err(problem)) if self.first() == Some(name) => {
                    return Err(Problem {
                        origin: name,
                        problem,
                    });
                }
                Some(Err(problem)) => self
                    .oddities
                    .push(format!("{name} is no address of a proxy: {problem}")),
                Some(Ok(address)) => self.learn(name, &address),
                None => {}
            }
        }
        for [lower, upper] in [["https_proxy", "HTTPS_PROXY"], ["all_proxy", "ALL_PROXY"]] {
            if let (Some(a), Some(b)) = (texts.get(lower), texts.get(upper))
                && a.trim() != b.trim()
            {
                self.conflicts.push(format!(
                    "{lower} names {}, {upper} names {}",
                    self.named(lower),
                    self.named(upper)
                ));
            }
        }
        if texts.is_empty()
            && let Some(name) = ["http_proxy", "HTTP_PROXY"]
                .into_iter()
                .find(|name| set(name).is_some())
        {
            self.oddities.push(format!(
                "only {name} is set, which no program uses for https: without HTTPS_PROXY or ALL_PROXY requests go direct"
            ));
        }
        Ok(())
    }

    fn read_exemptions(&mut self, variable: &dyn Fn(&str) -> Option<String>) {
        for name in EXEMPT_LOWER_FIRST.iter().copied() {
            if let Some(text) = variable(name).filter(|text| !text.trim().is_empty()) {
                self.environment.exempt.insert(name, text);
            }
        }
        let is_of_use = !matches!(self.decider, Decider::Environment) || self.first().is_some();
        if !is_of_use {
            return;
        }
        let sets: Vec<BTreeSet<String>> = self
            .environment
            .exempt
            .values()
            .map(|text| {
                exempt::entries(text, true)
                    .map(str::to_ascii_lowercase)
                    .collect()
            })
            .collect();
        if let [one, other] = sets.as_slice()
            && one != other
        {
            let only: Vec<String> = one
                .symmetric_difference(other)
                .take(6)
                .map(|entry| format!("`{}`", Outside::of(entry.as_str()).shown(80)))
                .collect();
            self.conflicts.push(format!(
                "no_proxy and NO_PROXY differ: {} stand in one of them only",
                listed(only)
            ));
        }
        for (name, text) in &self.environment.exempt {
            let entries: Vec<&str> = exempt::entries(text, true).collect();
            for entry in &entries {
                let shown = Outside::of(*entry).shown(80);
                if entry.contains("://") {
                    self.oddities
                        .push(format!("`{shown}` in {name} holds a scheme, which covers no host; write the bare name"));
                } else if *entry == "*" && entries.len() > 1 {
                    self.oddities.push(format!(
                        "`*` in {name} stands among other entries, where curl does not read it as \"every host\""
                    ));
                } else if entry.len() > 1 && entry.contains('*') {
                    self.oddities.push(format!(
                        "`{shown}` in {name} holds an asterisk, which curl and .NET do not read as a wildcard; write `.domain`"
                    ));
                }
            }
        }
    }

    /// The variable that decides for hybridcheck.
    fn first(&self) -> Option<&'static str> {
        let names = LOWER_FIRST.iter().copied();
        names
            .into_iter()
            .find(|name| self.environment.proxies.contains_key(name))
    }

    fn named(&self, variable: &str) -> String {
        match self.environment.proxies.get(variable) {
            Some(Ok(address)) => {
                let login = if address.login.is_some() {
                    " (with a login)"
                } else {
                    ""
                };
                format!("{}{login}", address.ours())
            }
            _ => "no proxy".into(),
        }
    }

    /// Keeps an address's login, and what is to be said about it.
    fn learn(&mut self, origin: &str, address: &ProxyAddress) {
        let endpoint = address.ours();
        if let Scheme::Other(scheme) = address.scheme {
            self.unspoken
                .entry(endpoint.clone())
                .or_insert_with(|| format!("{origin}: {}", unspoken(scheme)));
        }
        if let Some(login) = &address.login {
            let who = if origin.starts_with("--") {
                "every user of this host can read it in the list of processes; HYBRIDCHECK_PROXY or HTTPS_PROXY keep it out of there"
            } else {
                "every process of this user can read it there"
            };
            self.oddities.push(format!(
                "the proxy's password stands in the clear in {origin}: {who}"
            ));
            self.logins.entry(endpoint).or_insert_with(|| login.clone());
        }
    }

    /// How the route to an endpoint is chosen.
    pub fn routing(&self, endpoint: &Endpoint) -> RoutingFact {
        let mut fact = RoutingFact {
            route: Route::Direct,
            why: "direct, because no proxy is set".into(),
            others: Vec::new(),
            oddities: self.oddities.clone(),
            readings: Vec::new(),
            conflicts: self.conflicts.clone(),
            unspoken: None,
        };
        match &self.decider {
            Decider::Off => fact.why = "direct, because --proxy is empty".into(),
            Decider::Flag(address) => {
                let covered = self.covered(endpoint);
                through(&mut fact, "--proxy", address, covered);
            }
            Decider::Pac(result) => {
                let covered = self.covered(endpoint);
                let first = result.routes.first().cloned().unwrap_or_default();
                fact.why = match (&covered, &first) {
                    (Some((entry, list)), _) => because(entry, list).into(),
                    (None, Route::Direct) => "direct, because --pac-result says so first".into(),
                    (None, Route::Proxy(proxy)) => {
                        format!("through proxy {proxy}, because --pac-result names it first").into()
                    }
                };
                fact.route = if covered.is_some() {
                    Route::Direct
                } else {
                    first
                };
                fact.others.clone_from(&result.routes);
            }
            Decider::Environment => self.by_environment(&mut fact, endpoint),
        }
        if let Route::Proxy(proxy) = &fact.route {
            fact.unspoken = self.unspoken.get(proxy).cloned();
        }
        let mut known = BTreeSet::from([fact.route.clone()]);
        fact.others.retain(|route| {
            let is_spoken =
                !matches!(route, Route::Proxy(proxy) if self.unspoken.contains_key(proxy));
            is_spoken && known.insert(route.clone())
        });
        fact
    }

    fn by_environment(&self, fact: &mut RoutingFact, endpoint: &Endpoint) {
        let noproxy = self.noproxy.as_deref().map(|list| ("--noproxy", list));
        let manner = Manner {
            proxy: LOWER_FIRST,
            exempt: EXEMPT_LOWER_FIRST,
            default_port: CURL_PORT,
            dialect: OURS,
        };
        let choice = self.environment.choose(&manner, endpoint, noproxy);
        let Some((variable, Ok(address))) = choice.proxy else {
            return;
        };
        through(fact, variable, address, choice.covered);
        // The same variable in the other case: another client takes that one.
        let others = LOWER_FIRST.iter().filter_map(|name| {
            let is_twin = name.eq_ignore_ascii_case(variable);
            self.environment
                .proxies
                .get(name)
                .filter(|_| is_twin)?
                .as_ref()
                .ok()
        });
        fact.others
            .extend(others.map(|address| Route::Proxy(address.ours())));
        fact.readings = self.readings(&fact.route, endpoint);
    }

    /// The clients that would take another route.
    fn readings(&self, ours: &Route, endpoint: &Endpoint) -> Vec<ClientReading> {
        let mut readings = Vec::new();
        for client in CLIENTS {
            let (route, why) = match &client.reads {
                Reads::Nothing(instead) => (Route::Direct, (*instead).to_owned()),
                Reads::Environment(manner) => {
                    let choice = self.environment.choose(manner, endpoint, None);
                    match (choice.proxy, choice.covered) {
                        (None, _) => (
                            Route::Direct,
                            "it finds none of the variables it reads".into(),
                        ),
                        (Some((_, Err(_))), _) => continue,
                        (Some(_), Some((entry, list))) => (Route::Direct, because(entry, list)),
                        (Some((variable, Ok(address))), None) => {
                            let proxy = address.endpoint(manner.default_port);
                            let mut why = format!(
                                "it takes {variable}, and nothing it understands exempts this host"
                            );
                            if address.port.is_none() && manner.default_port != CURL_PORT {
                                why = format!(
                                    "it takes port {} where {variable} names none",
                                    manner.default_port
                                );
                            }
                            (Route::Proxy(proxy), why)
                        }
                    }
                }
            };
            if route != *ours {
                readings.push(ClientReading {
                    client: client.name.into(),
                    route,
                    why,
                    source: client.source.into(),
                });
            }
        }
        readings
    }

    /// The entry that covers an endpoint, and the name of its list; `--noproxy` replaces the variables.
    fn covered(&self, endpoint: &Endpoint) -> Option<(&str, &str)> {
        if let Some(list) = &self.noproxy {
            return exempt::covering(list, endpoint, OURS).map(|entry| (entry, "--noproxy"));
        }
        self.environment.covered(EXEMPT_LOWER_FIRST, OURS, endpoint)
    }

    /// The login for a proxy.
    pub fn login(&self, proxy: &Endpoint) -> Option<&Login> {
        self.logins.get(proxy)
    }

    /// All logins, for the redaction filter.
    pub fn logins(&self) -> impl Iterator<Item = &Login> {
        self.logins.values()
    }

    /// Why hybridcheck cannot speak to a proxy.
    pub fn unspoken(&self, proxy: &Endpoint) -> Option<&str> {
        self.unspoken.get(proxy).map(String::as_str)
    }

    /// Whether an endpoint is a proxy of this run.
    pub fn is_proxy(&self, endpoint: &Endpoint) -> bool {
        let is_flag = match &self.decider {
            Decider::Flag(address) => address.ours() == *endpoint,
            Decider::Pac(result) => result.routes.contains(&Route::Proxy(endpoint.clone())),
            Decider::Environment | Decider::Off => false,
        };
        let variables = self
            .environment
            .proxies
            .values()
            .filter_map(|read| read.as_ref().ok());
        is_flag
            || variables
                .into_iter()
                .any(|address| address.ours() == *endpoint)
    }

    /// What the run document tells of it.
    pub fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        match &self.decider {
            Decider::Off => told.push("--proxy \"\"".to_owned()),
            Decider::Flag(address) => {
                told.push(format!("--proxy {}", address.ours()));
            }
            Decider::Pac(result) => {
                told.push(format!("--pac-result {}", listed(&result.routes)));
            }
            Decider::Environment => {
                if let Some(name) = self.first() {
                    told.push(format!("{name} {}", self.named(name)));
                }
            }
        }
        if let Some(list) = &self.noproxy {
            told.push(
                Outside::of(format!("--noproxy {list}"))
                    .shown(300)
                    .to_string(),
            );
        }
        told
    }
}

impl Environment {
    fn choose<'a>(
        &'a self,
        manner: &Manner,
        endpoint: &Endpoint,
        noproxy: Option<(&'a str, &'a str)>,
    ) -> Choice<'a> {
        let proxy = manner
            .proxy
            .iter()
            .find_map(|name| Some((*name, self.proxies.get(name)?)));
        let covered = match noproxy {
            Some((name, list)) => {
                exempt::covering(list, endpoint, manner.dialect).map(|entry| (entry, name))
            }
            None => self.covered(manner.exempt, manner.dialect, endpoint),
        };
        Choice { proxy, covered }
    }

    fn covered(
        &self,
        names: &'static [&'static str],
        dialect: exempt::Dialect,
        endpoint: &Endpoint,
    ) -> Option<(&str, &str)> {
        let (name, list) = names
            .iter()
            .find_map(|name| Some((*name, self.exempt.get(name)?)))?;
        exempt::covering(list, endpoint, dialect).map(|entry| (entry, name))
    }
}

fn read(origin: &'static str, text: &str) -> Result<ProxyAddress, Problem> {
    ProxyAddress::parse(text).map_err(|problem| Problem { origin, problem })
}

/// Fills in the route through a proxy, or past it when an entry covers the endpoint.
fn through(
    fact: &mut RoutingFact,
    origin: &str,
    address: &ProxyAddress,
    covered: Option<(&str, &str)>,
) {
    let proxy = address.ours();
    if let Some((entry, list)) = covered {
        fact.why = because(entry, list).into();
        fact.others.push(Route::Proxy(proxy));
    } else {
        fact.why = format!("through proxy {proxy}, because {origin} is set").into();
        fact.route = Route::Proxy(proxy);
        fact.others.push(Route::Direct);
    }
}

fn because(entry: &str, list: &str) -> String {
    format!(
        "direct, because `{}` in {list} matched",
        Outside::of(entry).shown(80)
    )
}

fn unspoken(scheme: &str) -> String {
    format!(
        "a proxy of scheme {scheme}:// cannot be used: hybridcheck speaks plain HTTP to a proxy (CONNECT), no {}; name an http:// proxy with --proxy, or go direct with --proxy \"\"",
        if scheme == "https" { "TLS" } else { "SOCKS" }
    )
}
