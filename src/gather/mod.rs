//! Gathering: every wanted fact once, each started the moment what it stands on is there.
//!
//! Driven by dependencies, not by barriers. Safety lives in `gate`: which host may receive a secret, over which chain, and what is refused.
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]

mod gate;
mod job;
mod keys;
mod plan;
mod ready;
mod resources;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use hybridcheck_core::check::service_clients;
use hybridcheck_core::endpoint::{Endpoint, Host, Route, Routes};
use hybridcheck_core::facts::{Answer, ClientRef, Fact, FactKey, Facts, Gap, TokenEndFact};
use hybridcheck_core::guard::{Guarded, Panicked, breakable, guarded};
use hybridcheck_core::names::OrgId;
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::parallel;
use hybridcheck_core::secret::Secret;
use hybridcheck_core::time::Took;
use tokio::time::Instant;

pub use gate::is_https;
pub use plan::{closure, planned, routed};

use crate::config::Settings;
use crate::probes::clock::Watch;
use crate::probes::limits::{self, Met};
use job::{Job, Readiness};
use ready::readiness;
use resources::{Carried, Resources};

/// Watches a gathering go on.
pub trait Observer {
    /// So many facts are to be gathered, as far as known; there may be more.
    fn planned(&self, _number: usize) {}
    /// A fact is being gathered.
    fn started(&self, _key: &FactKey) {}
    /// A fact is there, or is known to be missing.
    fn finished(&self, _key: &FactKey) {}
    /// It is over.
    fn ended(&self) {}
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Observer for Unwatched {}

/// What gathering brought.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The facts.
    pub facts: Facts,
    /// The tokens issued and the assertions made, for the redaction filter alone.
    pub secrets: Vec<Secret>,
    /// Requests sent to the auth and API hosts.
    pub requests: u32,
    /// It was interrupted.
    pub interrupted: bool,
    /// What facts left behind, for a second gathering on top of this one.
    left: Option<Left>,
}

impl Gathered {
    /// Gathering itself panicked: nothing is known.
    pub fn failed(panicked: &Panicked) -> Self {
        Self {
            facts: Facts::without(broken(panicked)),
            ..Self::default()
        }
    }
}

/// Connections, API clients and tokens of a gathering that has ended, and how long it took.
struct Left {
    resources: Resources,
    took: Duration,
}

impl std::fmt::Debug for Left {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Left").finish_non_exhaustive()
    }
}

/// A finished probe: its fact, what it really stood on, and what it left for others to use.
struct Done {
    key: FactKey,
    answer: Answer<Fact>,
    stands_on: Vec<FactKey>,
    took: Took,
    carried: Carried,
    reader: Option<ClientRef>,
}

/// The state of a gathering.
struct Gathering<'a> {
    objects: &'a [HybridObject],
    settings: &'a Settings,
    /// The way the requests to each endpoint go.
    routes: Routes,
    facts: Facts,
    wanted: BTreeSet<FactKey>,
    waiting: BTreeSet<FactKey>,
    running: BTreeSet<FactKey>,
    /// Finished early (a warm-up); recorded once what it stands on is settled.
    held: BTreeMap<FactKey, Done>,
    /// Who has been asked for an organisation's fact and was not allowed to read it, and what the first of them was told.
    denied: BTreeMap<FactKey, (BTreeSet<ClientRef>, Answer<Fact>)>,
    resources: Resources,
    /// Calls without a token that the API's own client refused to make over an inspected connection.
    asked_again: BTreeSet<FactKey>,
    /// What has to be looked at again.
    stirred: Stirred,
    /// When the run's time is over.
    ends: Instant,
    /// The limits of this host that running probes have met.
    met: BTreeMap<FactKey, Met>,
}

/// Whose open facts may have become ready since they were last looked at.
#[derive(Default)]
struct Stirred {
    everything: bool,
    hosts: BTreeSet<Host>,
}

/// Gathers what is wanted and what it stands on.
///
/// `interrupt` ends gathering early; what is known stays.
pub async fn gather(
    wanted: BTreeSet<FactKey>,
    objects: &[HybridObject],
    settings: &Settings,
    observer: &dyn Observer,
    interrupt: impl Future<Output = ()>,
) -> Gathered {
    gather_on(
        Gathered::default(),
        wanted,
        objects,
        settings,
        observer,
        interrupt,
    )
    .await
}

/// Gathers on top of an earlier gathering on the same runtime: what is known stays and is not asked again, and its connections and
/// tokens are used. Facts that are to be gathered anew have to be forgotten before. The time of both counts.
pub async fn gather_on(
    mut earlier: Gathered,
    wanted: BTreeSet<FactKey>,
    objects: &[HybridObject],
    settings: &Settings,
    observer: &dyn Observer,
    interrupt: impl Future<Output = ()>,
) -> Gathered {
    let (wanted, routes) = routed(wanted, objects, settings);
    let mut wanted = closure(wanted, objects, &routes, settings.tool_client.is_some());
    let facts = std::mem::take(&mut earlier.facts);
    // Addresses and nameservers that were found before are looked at as they were then.
    wanted.extend(facts.entries().map(|entry| entry.key.clone()));
    let (mut resources, before) = match earlier.left.take() {
        Some(left) => (left.resources, left.took),
        None => (Resources::new(settings), Duration::ZERO),
    };
    resources.drop_tokens(|token| !facts.holds(token));
    resources.learn(objects, settings);
    let mut gathering = Gathering {
        objects,
        settings,
        routes,
        waiting: wanted
            .iter()
            .filter(|key| !facts.holds(key))
            .cloned()
            .collect(),
        facts,
        wanted,
        running: BTreeSet::new(),
        held: BTreeMap::new(),
        denied: BTreeMap::new(),
        resources,
        asked_again: BTreeSet::new(),
        stirred: Stirred {
            everything: true,
            hosts: BTreeSet::new(),
        },
        ends: Instant::now() + settings.overall.saturating_sub(before),
        met: BTreeMap::new(),
    };
    let watch = Watch::start();
    let mut tasks = FuturesUnordered::new();
    let deadline = tokio::time::sleep_until(gathering.ends);
    tokio::pin!(deadline, interrupt);
    let end = loop {
        gathering.settle(&mut tasks, observer);
        if tasks.is_empty() {
            break None;
        }
        tokio::select! {
            biased;
            () = &mut interrupt => break Some(Gap::Interrupted),
            () = &mut deadline => break Some(Gap::TimedOut { waited: Took(before + watch.took().0), flag: "--timeout".into() }),
            Some(done) = tasks.next() => gathering.finish(done, observer),
        }
    };
    if end.is_some() {
        // A token whose end is under way is not ended a second time.
        let ending = async {
            while gathering.ends_token() {
                let Some(done) = tasks.next().await else {
                    break;
                };
                gathering.finish(done, observer);
            }
        };
        let _ = tokio::time::timeout(FAREWELL, ending).await;
        drop(tasks);
        gathering.end_tokens().await;
    }
    gathering.close(end.as_ref(), before + watch.took().0)
}

/// Whose organisation a client of the tool sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// The object's, or nothing says otherwise.
    Ours,
    /// Another one, while a client of the object is in the one that the object names.
    Another,
    /// That is still asked.
    Open,
}

/// Whether another client may be allowed what this one was not: a permission or a scope is a client's own.
fn is_of_reader(answer: &Answer<Fact>) -> bool {
    match answer {
        Ok(fact) => fact
            .refusal()
            .is_some_and(|(_, error)| error.scope().is_some()),
        Err(gap) => matches!(gap, Gap::Denied { .. }),
    }
}

/// No phase is cut below this, unless the user set it so: silence of a moment is no silence.
const SHORTEST_PHASE: Duration = Duration::from_secs(1);

/// A phase that may outlast the whole run ends a moment before it: whoever kept silent until then is named, which a run that is over
/// could not do. Where it may not, a phase is what the user set, and what did not come to its end is no silence.
fn phase_within(settings: &Settings, left: Duration) -> Duration {
    if settings.phase <= settings.overall {
        return settings.phase;
    }
    let cut = left.saturating_sub(left / 10).max(SHORTEST_PHASE);
    settings.phase.min(cut)
}

/// The longest that a run which is over waits for the end of a token.
const FAREWELL: Duration = Duration::from_secs(3);

impl<'a> Gathering<'a> {
    /// Starts, records or leaves waiting each open fact until nothing moves any more.
    fn settle(
        &mut self,
        tasks: &mut FuturesUnordered<LocalBoxFuture<'a, Done>>,
        observer: &dyn Observer,
    ) {
        loop {
            let mut moved = false;
            for key in self.due() {
                let ready = guarded(|| {
                    breakable("readiness", &key);
                    readiness(self, &key)
                });
                let ready = ready.unwrap_or_else(|panicked| {
                    let stands_on = key.stands_on(self.objects, &self.routes);
                    Readiness::Known(Err(broken(&panicked)), stands_on)
                });
                match ready {
                    Readiness::Wait => {}
                    Readiness::Start(job) => {
                        self.waiting.remove(&key);
                        self.running.insert(key.clone());
                        observer.started(&key);
                        tasks.push(self.probe(key, job));
                        moved = true;
                    }
                    Readiness::Known(answer, stands_on) => {
                        self.waiting.remove(&key);
                        self.record(
                            key.clone(),
                            answer.map(|fact| *fact),
                            stands_on,
                            Took::default(),
                        );
                        observer.finished(&key);
                        moved = true;
                    }
                }
            }
            moved |= self.release_held(observer);
            if !moved {
                self.close_unneeded();
                return;
            }
        }
    }

    /// Sockets and links from which no open fact is to be read any more are closed. What belongs to an object stays: its tokens are
    /// asked for, and ended, over it.
    fn close_unneeded(&mut self) {
        let (wanted, facts) = (&self.wanted, &self.facts);
        let is_open = |key: FactKey| wanted.contains(&key) && !facts.holds(&key);
        let is_proxy = |host: &Host| {
            keys::connections(wanted)
                .any(|(_, route)| matches!(route, Route::Proxy(proxy) if proxy.host == *host))
        };
        let is_socket_needed = |base: &FactKey| match base.of_address() {
            Some((endpoint, address, route)) => {
                is_open(FactKey::tls(endpoint, address).by(route)) || is_proxy(&endpoint.host)
            }
            None => false,
        };
        let has_objects = !self.objects.is_empty();
        let is_link_needed = |endpoint: &Endpoint, route: &Route| {
            let read = [
                FactKey::api_probe(endpoint),
                FactKey::connection(endpoint),
                FactKey::discovery(endpoint),
                FactKey::web(endpoint),
            ];
            has_objects || read.into_iter().any(|key| is_open(key.by(route)))
        };
        self.resources.release(is_socket_needed, is_link_needed);
    }

    /// A probe; one that panics leaves a gap that says so, and so does one that meets a limit of this host.
    fn probe(&mut self, key: FactKey, job: Job) -> LocalBoxFuture<'a, Done> {
        let stands_on = key.stands_on(self.objects, &self.routes);
        let watch = Watch::start();
        let left = self.ends.saturating_duration_since(Instant::now());
        self.resources.phase = phase_within(self.settings, left);
        let met = Met::default();
        self.met.insert(key.clone(), met.clone());
        let probe = self.resources.probe(key.clone(), job, self.settings);
        let probe = limits::noting(met.clone(), probe);
        let probe = Guarded(Box::pin({
            let key = key.clone();
            async move {
                breakable("probe", &key);
                probe.await
            }
        }));
        Box::pin(async move {
            let done = probe.await.unwrap_or_else(|panicked| Done {
                key,
                answer: Err(broken(&panicked)),
                stands_on,
                took: watch.took(),
                carried: Carried::default(),
                reader: None,
            });
            match met.limit() {
                Some(limit) => Done {
                    answer: Err(limit.gap()),
                    ..done
                },
                None => done,
            }
        })
    }

    /// The open facts that may have become ready: all of them, or those of the hosts about which something became known and
    /// those that belong to no single host.
    fn due(&mut self) -> Vec<FactKey> {
        let stirred = std::mem::take(&mut self.stirred);
        let is_due = |key: &&FactKey| {
            stirred.everything
                || key
                    .of_host()
                    .is_none_or(|host| stirred.hosts.contains(host))
        };
        self.waiting.iter().filter(is_due).cloned().collect()
    }

    /// Something became known about a fact: who waits for it is looked at again.
    fn stir(&mut self, key: &FactKey) {
        match key.of_host() {
            Some(host) if !self.is_proxy(host) => {
                self.stirred.hosts.insert(host.clone());
            }
            // A warm-up, a token or an answer of the API concerns no host's other facts.
            None if !matches!(key, FactKey::Resolver) && !self.has_proxies() => {}
            _ => self.stirred.everything = true,
        }
    }

    fn has_proxies(&self) -> bool {
        keys::connections(&self.wanted).any(|(_, route)| *route != Route::Direct)
    }

    fn is_proxy(&self, host: &Host) -> bool {
        keys::connections(&self.wanted)
            .any(|(_, route)| matches!(route, Route::Proxy(proxy) if proxy.host == *host))
    }

    fn finish(&mut self, done: Done, observer: &dyn Observer) {
        self.running.remove(&done.key);
        self.stir(&done.key);
        if is_of_reader(&done.answer) && done.key.of_organization().is_some() {
            self.ask_another(done);
            return;
        }
        self.held.insert(done.key.clone(), done);
        self.release_held(observer);
    }

    /// What one client brought is kept for the end; the next one is asked.
    fn ask_another(&mut self, done: Done) {
        let Some(reader) = done.reader else { return };
        let (asked, _) = self
            .denied
            .entry(done.key.clone())
            .or_insert_with(|| (BTreeSet::new(), done.answer));
        asked.insert(reader);
        self.stir(&done.key);
        self.waiting.insert(done.key);
    }

    /// Whether what the tool's own client read is of the organisation that the object names, as far as the clients' tokens tell.
    fn whose(&self, done: &Done) -> Whose {
        let (Some(object), Some(reader @ ClientRef::Tool { .. })) =
            (done.key.of_organization(), &done.reader)
        else {
            return Whose::Ours;
        };
        let Some(object) = self.objects.get(usize::from(object.0)) else {
            return Whose::Ours;
        };
        let Some(ours) = object.organization_id().filter(OrgId::is_guid) else {
            return Whose::Ours;
        };
        let of = |client: &ClientRef| {
            let key = FactKey::token_info(client);
            let is_open = self.is_open(&key);
            let info = self.facts.token_info(&key).ok();
            let id = info.and_then(|fact| fact.organization_id());
            (is_open, id.map(|id| id.is_like(&ours)))
        };
        match of(reader) {
            (true, _) => return Whose::Open,
            (_, None | Some(true)) => return Whose::Ours,
            (_, Some(false)) => {}
        }
        let services: Vec<_> = service_clients(object).iter().map(of).collect();
        if services.iter().any(|(_, is_ours)| *is_ours == Some(true)) {
            Whose::Another
        } else if services.iter().any(|(is_open, _)| *is_open) {
            Whose::Open
        } else {
            Whose::Ours
        }
    }

    /// Records finished probes whose base is settled; what a warm-up found is dropped when its base turned out to be missing.
    fn release_held(&mut self, observer: &dyn Observer) -> bool {
        let settled: Vec<FactKey> = self
            .held
            .iter()
            .filter(|(_, done)| done.stands_on.iter().all(|base| !self.is_open(base)))
            .filter(|(_, done)| self.whose(done) != Whose::Open)
            .map(|(key, _)| key.clone())
            .collect();
        for key in &settled {
            let Some(done) = self.held.remove(key) else {
                continue;
            };
            if self.whose(&done) == Whose::Another {
                self.ask_another(done);
                continue;
            }
            let is_warm_up = matches!(key, FactKey::ApiProbe { .. });
            let mut bases = done.stands_on.iter();
            let blocked = bases.find(|base| is_warm_up && self.facts.get(base).is_err());
            let answer = match blocked {
                Some(base) => Err(Gap::blocked(base.clone())),
                None => done.answer,
            };
            let is_inspected = || {
                let mut bases = done.stands_on.iter();
                bases.any(|base| ready::is_inspected(self, base))
            };
            let is_unasked =
                blocked.is_none() && is_warm_up && (done.carried.was_unsent || is_inspected());
            if is_unasked && self.asked_again.insert(key.clone()) {
                self.waiting.insert(key.clone());
                self.stir(key);
                continue;
            }
            self.resources.keep(done.carried);
            self.record(key.clone(), answer, done.stands_on, done.took);
            observer.finished(key);
        }
        !settled.is_empty()
    }

    fn is_open(&self, key: &FactKey) -> bool {
        self.wanted.contains(key) && !self.facts.holds(key)
    }

    fn record(&mut self, key: FactKey, answer: Answer<Fact>, stands_on: Vec<FactKey>, took: Took) {
        self.stir(&key);
        let answer = self.resources.cleaned(answer);
        let follow_ups = plan::follow_ups(&key, &answer, &self.wanted, &self.facts, self.settings);
        for follow_up in follow_ups {
            self.want(follow_up);
        }
        self.facts.record(key, answer, stands_on, took);
    }

    /// Adds a fact to what is wanted, with what it stands on.
    fn want(&mut self, key: FactKey) {
        if self.wanted.contains(&key) {
            return;
        }
        let nameservers = self.facts.resolver(&FactKey::Resolver);
        let nameservers = nameservers.map_or_else(|_| Vec::new(), |fact| fact.nameservers.clone());
        let has_tool_client = self.settings.tool_client.is_some();
        let brought = closure(
            BTreeSet::from([key]),
            self.objects,
            &self.routes,
            has_tool_client,
        );
        for key in brought {
            if !self.wanted.insert(key.clone()) {
                continue;
            }
            self.stir(&key);
            if let FactKey::Addresses { host } = &key {
                let asked = plan::questions(host, &nameservers, &self.wanted, self.settings);
                for question in asked {
                    if self.wanted.insert(question.clone()) {
                        self.waiting.insert(question);
                    }
                }
            }
            self.waiting.insert(key);
        }
    }

    fn ends_token(&self) -> bool {
        let mut running = self.running.iter();
        running.any(|key| matches!(key, FactKey::TokenEnd { .. }))
    }

    /// The run is over early: the tokens that it meant to end are ended all the same, if that is quickly done. One that is not
    /// lives on until it expires; its end stays a gap.
    async fn end_tokens(&mut self) {
        let ends: Vec<FactKey> = self
            .wanted
            .iter()
            .filter(|key| matches!(key, FactKey::TokenEnd { .. }) && !self.facts.holds(key))
            .cloned()
            .collect();
        // Nothing else is asked any more.
        self.resources.clear_queue();
        for key in ends {
            let FactKey::TokenEnd { client } = &key else {
                continue;
            };
            if self.running.contains(&key) {
                let stands_on = key.stands_on(self.objects, &self.routes);
                let unconfirmed = TokenEndFact { status: None };
                self.facts
                    .record(key, Ok(unconfirmed.into()), stands_on, Took(FAREWELL));
                continue;
            }
            let Some(job) = ready::farewell(self, &key, client) else {
                continue;
            };
            let ended = self.probe(key.clone(), job);
            let (answer, stands_on, took) = match tokio::time::timeout(FAREWELL, ended).await {
                Ok(done) => (done.answer, done.stands_on, done.took),
                Err(_) => (
                    Ok(TokenEndFact { status: None }.into()),
                    key.stands_on(self.objects, &self.routes),
                    Took(FAREWELL),
                ),
            };
            self.facts.record(key, answer, stands_on, took);
        }
    }

    /// Ends: whatever is still open gets the reason of the end as its gap.
    fn close(mut self, end: Option<&Gap>, took: Duration) -> Gathered {
        let reason = end.cloned().unwrap_or(Gap::Broken {
            message: "a fact was left waiting for one that nobody gathers".into(),
        });
        let open: Vec<FactKey> = self
            .wanted
            .iter()
            .filter(|key| !self.facts.holds(key) && !matches!(key, FactKey::Option { .. }))
            .cloned()
            .collect();
        for key in open {
            let stands_on = key.stands_on(self.objects, &self.routes);
            let limit = self.met.get(&key).and_then(Met::limit);
            let gap = match (&reason, limit) {
                // Its turn did not come: that was the reason, not the time.
                (Gap::TimedOut { .. }, Some(limit)) => limit.gap(),
                _ => reason.clone(),
            };
            self.facts.record(key, Err(gap), stands_on, Took::default());
        }
        Gathered {
            secrets: self.resources.secrets(),
            requests: self.resources.requests(),
            facts: self.facts,
            interrupted: end == Some(&Gap::Interrupted),
            left: Some(Left {
                resources: self.resources,
                took,
            }),
        }
    }
}

/// hybridcheck itself failed where the fact was to be gathered.
fn broken(panicked: &Panicked) -> Gap {
    Gap::Broken {
        message: panicked.to_string(),
    }
}

/// Facts of a run that asks nothing over the network: what the objects themselves hold. When `is_interrupted` becomes true, nothing
/// more is decoded.
pub fn local(
    wanted: &BTreeSet<FactKey>,
    objects: &[HybridObject],
    is_interrupted: impl Fn() -> bool + Sync,
) -> Gathered {
    let held: Vec<_> = wanted
        .iter()
        .filter_map(|key| {
            let (id, decode) = ready::decoded(key)?;
            Some((key, objects.get(usize::from(id.0))?, decode))
        })
        .collect();
    // A key may ask for seconds of derivation: they are opened side by side.
    let answers = parallel::each(&held, |(key, object, decode)| {
        if is_interrupted() {
            return Err(Gap::Interrupted);
        }
        let decoded = || {
            breakable("readiness", *key);
            decode(object)
        };
        guarded(decoded).unwrap_or_else(|panicked| Err(broken(&panicked)))
    });
    let mut facts = Facts::without(Gap::Offline);
    let mut interrupted = false;
    for ((key, ..), answer) in held.into_iter().zip(answers) {
        interrupted |= matches!(answer, Err(Gap::Interrupted));
        let stands_on = key.stands_on(objects, &Routes::default());
        facts.record(key.clone(), answer, stands_on, Took::default());
    }
    Gathered {
        facts,
        interrupted,
        ..Gathered::default()
    }
}
