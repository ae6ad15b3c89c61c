//! What facts leave behind for other facts, in memory only: sockets, verified links, API clients, tokens.
#![deny(clippy::wildcard_enum_match_arm)]

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use hybridcheck_core::endpoint::{Endpoint, Host, Route};
use hybridcheck_core::facts::{Answer, ClientRef, Fact, FactKey, Gap, HelloVariant};
use hybridcheck_core::names::ClientId;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::secret::Secret;
use tokio::sync::Semaphore;

use super::Done;
use super::job::{Job, OverLink, Reading};
use crate::config::{SamlLogin, Settings};
use crate::probes::api::Api;
use crate::probes::clock::Watch;
use crate::probes::link::{Link, Through, Way, Worth};
use crate::probes::pace::Pace;
use crate::probes::socket::Socket;
use crate::probes::trust::Trusts;
use crate::probes::{dns, hello, hosts, limits, saml_login, tcp, thread, tls, token, tunnel};
use crate::redact::{self, Redactor};

/// How many requests wait for an answer of one kind of host at a time: an object with hundreds of sections is no flood.
const AT_ONCE: usize = 16;

/// What one probe hands on.
#[derive(Default)]
pub(super) struct Carried {
    socket: Option<(FactKey, Socket)>,
    link: Option<((Endpoint, IpAddr, Route), Arc<Link>)>,
    token: Option<(ClientRef, Secret)>,
    /// What no output may hold.
    secrets: Vec<Secret>,
    /// The request was never sent: its own connection was not made.
    pub(super) was_unsent: bool,
}

/// Everything handed on so far.
pub(super) struct Resources {
    /// The longest that the next probe may take in one phase.
    pub(super) phase: Duration,
    trusts: Arc<Trusts>,
    pace: Arc<Pace>,
    limit: Arc<Semaphore>,
    sockets: HashMap<FactKey, Socket>,
    links: HashMap<(Endpoint, IpAddr, Route), Arc<Link>>,
    apis: HashMap<(Endpoint, Route), Api>,
    tokens: HashMap<ClientRef, Secret>,
    secrets: Vec<Secret>,
    /// Every fact passes through it before it is recorded.
    redactor: Redactor,
    /// Read once: a list that blocks advertisements is long, and many hosts may be asked about.
    hosts_file: Arc<OnceLock<hosts::HostsFile>>,
}

impl Resources {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            phase: settings.phase,
            trusts: Arc::new(Trusts::new(settings.roots.as_deref())),
            pace: Arc::new(Pace::new(settings.requests_per_second)),
            limit: Arc::new(Semaphore::new(AT_ONCE)),
            sockets: HashMap::new(),
            links: HashMap::new(),
            apis: HashMap::new(),
            tokens: HashMap::new(),
            secrets: Vec::new(),
            redactor: Redactor::default(),
            hosts_file: Arc::default(),
        }
    }

    /// Requests sent to the auth and API hosts.
    pub(super) fn requests(&self) -> u32 {
        self.pace.sent()
    }

    /// Whoever waited for a turn has given up.
    pub(super) fn clear_queue(&self) {
        self.pace.clear_queue();
    }

    /// The tokens issued and the assertions made in this run, for the redaction filter.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        self.secrets.clone()
    }

    /// Tokens whose fact is to be gathered anew are not used any more.
    pub(super) fn drop_tokens(&mut self, is_stale: impl Fn(&FactKey) -> bool) {
        self.tokens
            .retain(|client, _| !is_stale(&FactKey::token_of(client)));
    }

    /// Closes what was kept and is not needed: its places are for those that queue.
    pub(super) fn release(
        &mut self,
        is_socket_needed: impl Fn(&FactKey) -> bool,
        is_link_needed: impl Fn(&Endpoint, &Route) -> bool,
    ) {
        self.sockets.retain(|base, _| is_socket_needed(base));
        // Of those to one endpoint the first address decides.
        let mut first: HashMap<(Endpoint, Route), IpAddr> = HashMap::new();
        for (endpoint, address, route) in self.links.keys() {
            let of_endpoint = first.entry((endpoint.clone(), route.clone()));
            let first = of_endpoint.or_insert(*address);
            *first = (*first).min(*address);
        }
        self.links.retain(|(endpoint, address, route), _| {
            let is_first = first.get(&(endpoint.clone(), route.clone())) == Some(address);
            is_first && is_link_needed(endpoint, route)
        });
    }

    pub(super) fn keep(&mut self, carried: Carried) {
        self.sockets.extend(carried.socket);
        self.links.extend(carried.link);
        let token = carried.token.iter().map(|(_, token)| token.clone());
        for secret in carried.secrets.into_iter().chain(token) {
            self.redactor.learn(&secret);
            self.secrets.push(secret);
        }
        self.tokens.extend(carried.token);
    }

    /// Learns what must not come back in an answer: the secrets of the objects and of the settings.
    pub(super) fn learn(&mut self, objects: &[HybridObject], settings: &Settings) {
        self.redactor.learn_objects(objects);
        redact::learn_settings(&mut self.redactor, settings);
    }

    /// What may be recorded of an answer.
    pub(super) fn cleaned(&self, answer: Answer<Fact>) -> Answer<Fact> {
        redact::cleaned(&self.redactor, answer)
    }

    /// The future that gathers one fact; it owns all it needs.
    #[expect(clippy::too_many_lines, reason = "one arm for each kind of request")]
    pub(super) fn probe<'a>(
        &mut self,
        key: FactKey,
        job: Job,
        settings: &Settings,
    ) -> LocalBoxFuture<'a, Done> {
        let phase = self.phase;
        match job {
            Job::Alone { probe, stands_on } => boxed(key, stands_on, None, async move {
                (probe.await, Carried::default())
            }),
            Job::Dns { host, nameserver } => {
                boxed(key, vec![FactKey::Resolver], None, async move {
                    let fact = dns::ask(&host, nameserver, phase).await;
                    (Ok(fact.into()), Carried::default())
                })
            }
            Job::HostsFile { host } => self.hosts_file(key, host, settings),
            Job::Tcp { remote, base } => {
                let owned = key.clone();
                boxed(key, vec![base], None, async move {
                    let (fact, socket) = tcp::connect(remote, phase).await;
                    let carried = Carried {
                        socket: socket.map(|socket| (owned, socket)),
                        ..Carried::default()
                    };
                    (Ok(fact.into()), carried)
                })
            }
            Job::Tls {
                endpoint,
                address,
                route,
                remote,
                base,
            } => self.tls(key, (endpoint, address, route), remote, base, settings),
            Job::Tunnel {
                remote,
                endpoint,
                proxy,
                base,
            } => {
                let login = settings
                    .proxies
                    .login(&proxy)
                    .map(|login| login.pair.clone());
                self.tunnel(key, remote, endpoint, login, base)
            }
            Job::Hello {
                remote,
                host,
                variant,
                base,
            } => self.hello(key, remote, host, variant, base),
            Job::OverLink {
                endpoint,
                address,
                route,
                read,
                stands_on,
            } => {
                let link = self.links.get(&(endpoint, address, route)).cloned();
                self.over_link(key, link, read, stands_on)
            }
            Job::Api {
                endpoint,
                route,
                addresses,
                stands_on,
            } => {
                let api = self.api(&endpoint, &route, &addresses, settings);
                boxed(key, stands_on, None, async move {
                    let Some(api) = api else {
                        return (Err(no_client()), Carried::default());
                    };
                    let (fact, was_sent) = api.probe().await;
                    let carried = Carried {
                        was_unsent: !was_sent,
                        ..Carried::default()
                    };
                    (Ok(fact.into()), carried)
                })
            }
            Job::Token {
                client,
                endpoint,
                address,
                route,
                client_id,
                secret,
                stands_on,
            } => {
                let link = self.links.get(&(endpoint, address, route)).cloned();
                self.token(key, link, client, (client_id, secret), stands_on)
            }
            Job::SharedToken {
                client,
                first,
                fact,
                stands_on,
            } => {
                let token = self.tokens.get(&first).cloned();
                boxed(key, stands_on, None, async move {
                    let carried = Carried {
                        token: token.map(|token| (client, token)),
                        ..Carried::default()
                    };
                    (Ok((*fact).into()), carried)
                })
            }
            Job::SamlLogin {
                object,
                endpoint,
                address,
                route,
                client_id,
                secret,
                stands_on,
            } => {
                let link = self.links.get(&(endpoint, address, route)).cloned();
                let login = settings.saml_login.clone();
                self.saml_login(key, link, object, login, (client_id, secret), stands_on)
            }
            Job::Organization {
                endpoint,
                route,
                addresses,
                reader,
                read,
                stands_on,
            } => {
                let api = self.api(&endpoint, &route, &addresses, settings);
                self.organization(key, api, reader, read, stands_on)
            }
        }
    }

    /// The proxy's connection that was measured carries the first tunnel; every other opens its own.
    fn tunnel<'a>(
        &mut self,
        key: FactKey,
        remote: SocketAddr,
        endpoint: Endpoint,
        login: Option<Secret>,
        base: FactKey,
    ) -> LocalBoxFuture<'a, Done> {
        let socket = self.sockets.remove(&base);
        let phase = self.phase;
        let owned = key.clone();
        boxed(key, vec![base], None, async move {
            let login = login.as_ref();
            let (fact, socket) = match socket {
                Some(socket) => tunnel::open(socket, &endpoint, login, phase).await,
                None => tunnel::connect(remote, &endpoint, login, phase).await,
            };
            let carried = Carried {
                socket: socket.map(|socket| (owned, socket)),
                ..Carried::default()
            };
            (Ok(fact.into()), carried)
        })
    }

    fn hosts_file<'a>(
        &self,
        key: FactKey,
        host: Host,
        settings: &Settings,
    ) -> LocalBoxFuture<'a, Done> {
        let file = Arc::clone(&self.hosts_file);
        let path = settings.files.hosts.clone();
        boxed(key, Vec::new(), None, async move {
            let fact = match file.get() {
                Some(file) => file.of(&host),
                None => {
                    let read = hosts::read_from(&path);
                    if limits::is_met() {
                        read.of(&host)
                    } else {
                        file.get_or_init(|| read).of(&host)
                    }
                }
            };
            (Ok(fact.into()), Carried::default())
        })
    }

    fn tls<'a>(
        &mut self,
        key: FactKey,
        (endpoint, address, route): (Endpoint, IpAddr, Route),
        remote: SocketAddr,
        base: FactKey,
        settings: &Settings,
    ) -> LocalBoxFuture<'a, Done> {
        let socket = self.sockets.remove(&base);
        let (trusts, phase) = (Arc::clone(&self.trusts), self.phase);
        let pace = Arc::clone(&self.pace);
        let inspection_allowed = settings.trust_inspection;
        let through = through(&route, settings);
        boxed(key, vec![base], None, async move {
            let Some(socket) = socket else {
                return (Err(no_link()), Carried::default());
            };
            let (fact, stream) = tls::handshake(socket, &endpoint.host, &trusts, phase).await;
            let mut carried = Carried::default();
            if let Some(stream) = stream {
                let way = Way { remote, through };
                let worth = Worth {
                    first: fact.trust,
                    inspection_allowed,
                };
                let link = Link::over(endpoint.clone(), way, worth, trusts, pace, stream).await;
                carried.link = Some(((endpoint, address, route), Arc::new(link)));
            }
            (Ok(fact.into()), carried)
        })
    }

    fn hello<'a>(
        &self,
        key: FactKey,
        remote: SocketAddr,
        host: Host,
        variant: HelloVariant,
        base: FactKey,
    ) -> LocalBoxFuture<'a, Done> {
        let (trusts, phase) = (Arc::clone(&self.trusts), self.phase);
        boxed(key, vec![base], None, async move {
            let fact = hello::send(remote, &host, variant, &trusts, phase).await;
            (Ok(fact.into()), Carried::default())
        })
    }

    /// A request without any credential over a verified connection.
    fn over_link<'a>(
        &self,
        key: FactKey,
        link: Option<Arc<Link>>,
        read: OverLink,
        stands_on: Vec<FactKey>,
    ) -> LocalBoxFuture<'a, Done> {
        let phase = self.phase;
        boxed(key, stands_on, None, async move {
            let Some(link) = link else {
                return (Err(no_link()), Carried::default());
            };
            (Ok(read(&link, phase).await), Carried::default())
        })
    }

    fn token<'a>(
        &mut self,
        key: FactKey,
        link: Option<Arc<Link>>,
        client: ClientRef,
        (client_id, secret): (ClientId, Secret),
        stands_on: Vec<FactKey>,
    ) -> LocalBoxFuture<'a, Done> {
        let phase = self.phase;
        let limit = Arc::clone(&self.limit);
        boxed(key, stands_on, None, async move {
            let Some(link) = link else {
                return (Err(no_link()), Carried::default());
            };
            let _place = limit.acquire().await;
            let (fact, left) = token::request(&link, &client_id, &secret, phase).await;
            let carried = Carried {
                token: left.token.map(|token| (client, token)),
                secrets: left.secrets,
                ..Carried::default()
            };
            (Ok(fact.into()), carried)
        })
    }

    fn saml_login<'a>(
        &mut self,
        key: FactKey,
        link: Option<Arc<Link>>,
        object: Box<HybridObject>,
        login: Option<SamlLogin>,
        (client_id, secret): (ClientId, Secret),
        stands_on: Vec<FactKey>,
    ) -> LocalBoxFuture<'a, Done> {
        let phase = self.phase;
        let limit = Arc::clone(&self.limit);
        boxed(key, stands_on, None, async move {
            let (Some(link), Some(login)) = (link, login) else {
                return (Err(no_link()), Carried::default());
            };
            let person = ClientRef::Person { object: object.id };
            let organization = object.plain("general", "organization_sname");
            let organization = organization.unwrap_or_default().raw().to_owned();
            let email = login.wish.email.clone();
            // Opening the key may take seconds: sockets must not wait for it.
            let minted = thread::run(move || login.assertions(&object)).await;
            let minted = match minted.and_then(|minted| minted) {
                Ok(minted) => minted,
                Err(gap) => return (Err(gap), Carried::default()),
            };
            let _place = limit.acquire().await;
            let ask = saml_login::Ask {
                email: email.raw(),
                organization: &organization,
                audience: minted.audience.raw(),
                client: (&client_id, &secret),
                assertions: &minted.encoded,
            };
            let (fact, left) = saml_login::request(&link, &ask, phase).await;
            let mut secrets = minted.secrets;
            secrets.extend(left.secrets);
            let carried = Carried {
                token: left.token.map(|token| (person, token)),
                secrets,
                ..Carried::default()
            };
            (Ok(fact.into()), carried)
        })
    }

    fn organization<'a>(
        &mut self,
        key: FactKey,
        api: Option<Api>,
        reader: ClientRef,
        read: Reading,
        stands_on: Vec<FactKey>,
    ) -> LocalBoxFuture<'a, Done> {
        let token = self.tokens.get(&reader).cloned();
        let limit = Arc::clone(&self.limit);
        let by = reader.clone();
        boxed(key, stands_on, Some(reader), async move {
            let (Some(api), Some(token)) = (api, token) else {
                return (Err(no_client()), Carried::default());
            };
            let _place = limit.acquire().await;
            (read(&api, &by, &token).await, Carried::default())
        })
    }

    /// The client of an API host, made once.
    fn api(
        &mut self,
        endpoint: &Endpoint,
        route: &Route,
        addresses: &[SocketAddr],
        settings: &Settings,
    ) -> Option<Api> {
        let key = (endpoint.clone(), route.clone());
        if let Some(api) = self.apis.get(&key) {
            return Some(api.clone());
        }
        let api = Api::new(
            endpoint,
            through(route, settings),
            addresses,
            &self.trusts,
            settings.trust_inspection,
            self.phase,
            Arc::clone(&self.pace),
        )?;
        self.apis.insert(key, api.clone());
        Some(api)
    }
}

/// The proxy's part of a route.
fn through(route: &Route, settings: &Settings) -> Option<Through> {
    let Route::Proxy(proxy) = route else {
        return None;
    };
    let login = settings.proxies.login(proxy);
    Some(Through {
        login: login.map(|login| login.pair.clone()),
    })
}

fn no_link() -> Gap {
    Gap::Broken {
        message: "a connection that was recorded is not there".into(),
    }
}

fn no_client() -> Gap {
    Gap::Broken {
        message: "no API client could be made".into(),
    }
}

fn boxed<'a>(
    key: FactKey,
    stands_on: Vec<FactKey>,
    reader: Option<ClientRef>,
    work: impl Future<Output = (Answer<Fact>, Carried)> + 'a,
) -> LocalBoxFuture<'a, Done> {
    Box::pin(async move {
        let watch = Watch::start();
        let (answer, carried) = work.await;
        Done {
            key,
            answer,
            stands_on,
            took: watch.took(),
            carried,
            reader,
        }
    })
}
