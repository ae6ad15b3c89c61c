//! `check`: the main job, from inputs to reports.

use std::collections::BTreeSet;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use hybridcheck_checks::engine::{self, Criteria, Judged};
use hybridcheck_core::check::Check;
use hybridcheck_core::endpoint::Route;
use hybridcheck_core::facts::{FactKey, Gap};
use hybridcheck_core::object::{Configuration, HybridObject, OBJECT_NAME, Tenant};
use hybridcheck_core::policy::Policy;
use hybridcheck_core::region::TABLE_DATE;
use hybridcheck_core::row::Row;
use hybridcheck_core::run::{Coverage, Invocation, ObjectSummary, Run, SCHEMA, Tool};
use hybridcheck_core::time::Timestamp;

use super::Failure;
use super::flags::{self, BaselineArgs, LoginArgs, NetworkArgs};
use super::output::{Output, OutputArgs};
use super::progress::Progress;
use crate::config::Settings;
use crate::gather::{self, Observer};
use crate::probes::clock::Watch;
use crate::redact::Redactor;
use crate::run::reread;
use hybridcheck_sources::{self as sources, Origin};

/// Arguments of `check`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Judge for this day or moment instead of now, such as the go-live day
    #[arg(
        long,
        value_name = "DATE",
        env = "HYBRIDCHECK_AS_OF",
        hide_env_values = true
    )]
    as_of: Option<String>,
    /// Warn when the SAML certificate expires within this time
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "30d",
        env = "HYBRIDCHECK_CERTIFICATE_WARN",
        hide_env_values = true
    )]
    certificate_warn: String,
    #[command(flatten)]
    baseline: BaselineArgs,
    #[command(flatten)]
    login: LoginArgs,
    #[command(flatten)]
    network: NetworkArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What is read: inputs and tenants.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct InputArgs {
    /// Exports of the object; `-` is standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,
    /// Take only the object that this tenant uses; a name or a DBID, repeatable
    #[arg(
        long,
        value_name = "TENANT",
        env = "HYBRIDCHECK_TENANT",
        hide_env_values = true
    )]
    tenant: Vec<String>,
}

impl InputArgs {
    /// Reads the inputs and keeps the objects of the tenants named.
    pub(super) fn read(&self) -> Result<Configuration, Failure> {
        let mut configuration = sources::read(&sources::load(&self.inputs)?)?;
        if !self.tenant.is_empty() {
            pick(&mut configuration, &self.tenant)?;
        }
        Ok(configuration)
    }
}

/// How long another program may take to finish a file that it has begun to write.
const WRITING: Duration = Duration::from_millis(500);

impl Origin for InputArgs {
    fn again(&self) -> Result<Configuration, String> {
        if self.inputs.iter().any(|input| input == "-") {
            return Err("standard input can be read only once".into());
        }
        // A file that is just being written is whole a moment later.
        self.read()
            .or_else(|_| {
                std::thread::sleep(WRITING);
                self.read()
            })
            .map_err(|failure| failure.to_string())
    }
}

/// What is checked: inputs, tenants, checks.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ScopeArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Ask nothing over the network: only what the input itself can show
    #[arg(long, env = "HYBRIDCHECK_OFFLINE", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    offline: bool,
    /// Run only these checks: ids, families or globs, separated by commas
    #[arg(
        long,
        value_name = "CHECKS",
        value_delimiter = ',',
        env = "HYBRIDCHECK_ONLY",
        hide_env_values = true
    )]
    only: Vec<String>,
    /// Leave these checks out: ids, families or globs, separated by commas
    #[arg(
        long,
        value_name = "CHECKS",
        value_delimiter = ',',
        env = "HYBRIDCHECK_SKIP",
        hide_env_values = true
    )]
    skip: Vec<String>,
}

/// A scope that was read.
pub(super) struct Scope {
    /// The objects to judge.
    pub(super) configuration: Configuration,
    /// The checks selected.
    pub(super) checks: Vec<&'static dyn Check>,
    /// Nothing is asked over the network.
    pub(super) offline: bool,
    /// The check of the login was left out: then nobody is logged in for what rests on it.
    pub(super) skips_login: bool,
}

impl ScopeArgs {
    /// Reads the inputs and selects checks and tenants.
    pub(super) fn read(&self) -> Result<Scope, Failure> {
        let checks = flags::checks(&self.only, &self.skip)?;
        Ok(Scope {
            configuration: self.input.read()?,
            skips_login: self.only.is_empty()
                && !checks.iter().any(|check| check.id().0 == "saml-login"),
            checks,
            offline: self.offline,
        })
    }
}

impl CheckArgs {
    /// Replaces how reports are written.
    pub(super) fn with_output(mut self, output: OutputArgs) -> Self {
        self.output = output;
        self
    }
}

/// Runs `check`; `command` is how the run document calls it.
pub(super) fn run(args: &CheckArgs, command: &str) -> Result<u8, Failure> {
    let output = args.output.checked()?;
    let mut settings = args.network.settings()?;
    settings.saml_login = args.login.login()?;
    let as_of = args.as_of.as_deref().map(as_of).transpose()?;
    let policy = policy(args)?;
    let scope = args.scope.read()?;
    if scope.skips_login {
        settings.saml_login = None;
    }
    let invocation = invocation(args, command, &settings, output.fail_on);
    execute(&Job {
        scope,
        settings,
        policy,
        as_of,
        invocation,
        output,
        origin: Some(&args.scope.input),
    })
}

/// Everything that one run needs, settled.
pub(super) struct Job<'a> {
    /// What is judged, and by which checks.
    pub(super) scope: Scope,
    /// What may be done.
    pub(super) settings: Settings,
    /// Thresholds.
    pub(super) policy: Policy,
    /// The moment to judge for, when it is not now.
    pub(super) as_of: Option<Timestamp>,
    /// How the run was called.
    pub(super) invocation: Invocation,
    /// Where reports go.
    pub(super) output: Output,
    /// Where the objects can be read once more.
    pub(super) origin: Option<&'a dyn Origin>,
}

/// Gathers, judges and reports; the exit status.
pub(super) fn execute(job: &Job<'_>) -> Result<u8, Failure> {
    let (scope, settings, output) = (&job.scope, &job.settings, &job.output);
    let watch = Watch::start();
    let mut redactor = Redactor::default();
    redactor.learn_objects(&scope.configuration.objects);
    if let Some(tool) = &settings.tool_client {
        redactor.learn(tool.secret.clone());
    }
    for login in settings.proxies.logins() {
        for form in &login.forms {
            redactor.learn(form.clone());
        }
    }
    let has_tool_client = settings.tool_client.is_some();
    let (configuration, gathered) = gathered_twice(job)?;
    redactor.learn_objects(&configuration.objects);
    for secret in gathered.secrets {
        redactor.learn(secret);
    }
    let rules = hybridcheck_checks::rules();
    // Whole seconds: nothing is judged finer, and people read it.
    let as_of = job
        .as_of
        .unwrap_or(Timestamp::from_unix(watch.started.unix()));
    let criteria = Criteria {
        checks: &scope.checks,
        rules: &rules,
        policy: &job.policy,
        regions: &settings.regions,
        as_of,
        has_tool_client,
    };
    let judged = engine::judge(&configuration, &gathered.facts, &criteria);
    let verdict = engine::verdict(&judged.rows, output.fail_on, gathered.interrupted);
    let unproven = unproven(scope, settings, &judged);
    let coverage = Coverage {
        requests: gathered.requests,
        unproven,
        ..judged.coverage
    };
    let objects = configuration.objects.iter();
    let run = Run {
        schema: SCHEMA,
        tool: Tool {
            name: "hybridcheck".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            regions: TABLE_DATE.into(),
        },
        invocation: job.invocation.clone(),
        started: watch.started,
        took: watch.took(),
        as_of,
        policy: job.policy.clone(),
        verdict,
        objects: objects.map(|object| summary(object, settings)).collect(),
        strangers: configuration.strangers.clone(),
        notes: configuration.notes.clone(),
        causes: judged.causes,
        rows: judged.rows,
        coverage,
        catalogue: engine::catalogue(&scope.checks),
        facts: gathered.facts.entries().cloned().collect(),
    };
    output.write(&run, &redactor)?;
    Ok(verdict.exit_status())
}

/// Gathers; when something is refused, the objects are read once more, and what was refused is asked for once more if it rests on an
/// option that changed. The objects as they were judged, and the facts.
fn gathered_twice(job: &Job<'_>) -> Result<(Configuration, gather::Gathered), Failure> {
    let (scope, settings) = (&job.scope, &job.settings);
    let mut configuration = scope.configuration.clone();
    let wanted = |objects: &[HybridObject]| {
        let has_tool_client = settings.tool_client.is_some();
        engine::wanted(&scope.checks, objects, has_tool_client, &job.policy)
    };
    let first = wanted(&configuration.objects);
    if scope.offline {
        let gathered = gather::local(&first, &configuration.objects);
        return Ok((configuration, gathered));
    }
    let session = Session::start(settings, job.output.progress())?;
    let mut gathered = session.gather(gather::Gathered::default(), first, &configuration.objects);
    let second = job
        .origin
        .filter(|_| !gathered.interrupted)
        .and_then(|origin| reread::second(&configuration, &gathered.facts, origin));
    if let Some(second) = second {
        if second.is_worth_a_try() {
            gathered.facts.forget(&second.stale);
            configuration = second.configuration;
            let again = wanted(&configuration.objects);
            gathered = session.gather(gathered, again, &configuration.objects);
        }
        reread::record(&mut gathered.facts, second.facts);
    }
    session.end();
    Ok((configuration, gathered))
}

/// Gathers what is wanted; `progress` says whether it may be drawn, and whether in ASCII.
pub(super) fn gathered(
    wanted: BTreeSet<FactKey>,
    scope: &Scope,
    settings: &Settings,
    progress: (bool, bool),
) -> Result<gather::Gathered, Failure> {
    let objects = &scope.configuration.objects;
    if scope.offline {
        return Ok(gather::local(&wanted, objects));
    }
    let session = Session::start(settings, progress)?;
    let gathered = session.gather(gather::Gathered::default(), wanted, objects);
    session.end();
    Ok(gathered)
}

/// The runtime on which a run gathers, and the drawing of its progress.
struct Session<'a> {
    runtime: tokio::runtime::Runtime,
    progress: Progress,
    settings: &'a Settings,
}

impl<'a> Session<'a> {
    fn start(settings: &'a Settings, (enabled, ascii): (bool, bool)) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|source| Failure::System {
            action: "start the network runtime",
            source,
        })?;
        Ok(Self {
            runtime,
            progress: Progress::new(enabled, ascii),
            settings,
        })
    }

    /// Gathers on top of what is known already.
    fn gather(
        &self,
        earlier: gather::Gathered,
        wanted: BTreeSet<FactKey>,
        objects: &[HybridObject],
    ) -> gather::Gathered {
        let settings = self.settings;
        let (over, routes) = gather::routed(wanted.clone(), objects, settings);
        let has_tool_client = settings.tool_client.is_some();
        let all = gather::closure(over, objects, &routes, has_tool_client);
        let open = all.iter().filter(|key| !earlier.facts.holds(key));
        self.progress.planned(open.count());
        let watcher = Watcher(&self.progress, settings.phase);
        let interrupt = async {
            // Without a handler Ctrl-C simply ends the process, as everywhere.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let gathering = gather::gather_on(earlier, wanted, objects, settings, &watcher, interrupt);
        let gathered = self.runtime.block_on(gathering);
        self.progress.clear();
        gathered
    }

    /// Connections that still drip must not keep the process.
    fn end(self) {
        self.runtime.shutdown_background();
    }
}

struct Watcher<'a>(&'a Progress, Duration);

impl Observer for Watcher<'_> {
    fn started(&self, key: &FactKey) {
        self.0.started_within(key, self.1);
    }

    fn finished(&self, key: &FactKey) {
        self.0.finished(key);
    }
}

pub(super) fn as_of(text: &str) -> Result<Timestamp, Failure> {
    Timestamp::parse(text).map_err(|error| Failure::Flag {
        flag: "--as-of",
        problem: format!("`{}` is {error}", hybridcheck_core::text::visible(text, 60)),
        help: "for example --as-of 2027-01-15".into(),
    })
}

fn policy(args: &CheckArgs) -> Result<Policy, Failure> {
    let warn = flags::duration("--certificate-warn", &args.certificate_warn)?;
    let days = i64::try_from(warn.as_secs().div_ceil(86_400)).unwrap_or(i64::MAX);
    Ok(Policy {
        certificate_warn_days: days,
        permission_baseline: args.baseline.read()?,
        ..Policy::default()
    })
}

/// Keeps the objects that the named tenants use.
pub(super) fn pick(configuration: &mut Configuration, names: &[String]) -> Result<(), Failure> {
    let is_named = |tenant: &Tenant, name: &String| {
        tenant
            .name
            .as_deref()
            .is_some_and(|known| known.eq_ignore_ascii_case(name))
            || tenant.dbid.is_some_and(|dbid| dbid.to_string() == *name)
            || (tenant.is_environment() && name.eq_ignore_ascii_case("Environment"))
    };
    for name in names {
        let served = configuration
            .objects
            .iter()
            .flat_map(|object| &object.serves);
        let served: Vec<String> = served.map(ToString::to_string).collect();
        let is_there = configuration
            .objects
            .iter()
            .any(|object| object.serves.iter().any(|tenant| is_named(tenant, name)));
        if !is_there {
            let help = if served.is_empty() {
                "this input names no tenant (an option file never does); leave --tenant out"
                    .to_owned()
            } else {
                format!("the input serves: {}", served.join(", "))
            };
            return Err(Failure::Unknown {
                what: "tenant",
                word: hybridcheck_core::text::visible(name, 100),
                help,
            });
        }
    }
    configuration.objects.retain(|object| {
        object
            .serves
            .iter()
            .any(|tenant| names.iter().any(|name| is_named(tenant, name)))
    });
    for (index, object) in configuration.objects.iter_mut().enumerate() {
        object.id = hybridcheck_core::object::ObjectId(u16::try_from(index).unwrap_or(u16::MAX));
        object
            .serves
            .retain(|tenant| names.iter().any(|name| is_named(tenant, name)));
    }
    Ok(())
}

/// The object, where just one is needed.
pub(super) fn the_only<'a>(
    flag: &'static str,
    configuration: &'a Configuration,
) -> Result<&'a HybridObject, Failure> {
    match configuration.objects.as_slice() {
        [object] => Ok(object),
        objects => {
            let titles: Vec<String> = objects.iter().map(HybridObject::title).collect();
            Err(Failure::Flag {
                flag,
                problem: format!(
                    "the input holds {} objects, and one is needed",
                    objects.len()
                ),
                help: format!("choose by --tenant; found: {}", titles.join(", ")),
            })
        }
    }
}

fn invocation(
    args: &CheckArgs,
    command: &str,
    settings: &Settings,
    fail_on: hybridcheck_core::finding::Status,
) -> Invocation {
    Invocation {
        command: command.to_owned(),
        inputs: args.scope.input.inputs.clone(),
        offline: args.scope.offline,
        only: args.scope.only.clone(),
        skip: args.scope.skip.clone(),
        fail_on: Some(fail_on),
        client_secret_source: settings
            .tool_client
            .as_ref()
            .map(|tool| tool.source.clone()),
        client_id: settings.tool_client.as_ref().map(|tool| tool.id.clone()),
        settings: args
            .network
            .told(settings)
            .into_iter()
            .chain(args.login.told())
            .chain(args.baseline.told())
            .collect(),
    }
}

fn summary(object: &HybridObject, settings: &Settings) -> ObjectSummary {
    let hosts = [object.auth_endpoint(), object.api_endpoint()];
    let region = hosts.into_iter().flatten().find_map(|endpoint| {
        settings
            .regions
            .of_host(&endpoint.host)
            .map(|(region, _)| format!("{} ({})", region.name, region.id))
    });
    ObjectSummary {
        id: object.id,
        title: object.title(),
        place: object.place.clone(),
        form: object.form,
        tenant: object.tenant.clone(),
        folder: object.folder.clone(),
        dbid: object.dbid.clone(),
        serves: object.serves.clone(),
        region,
        sections: object
            .sections
            .iter()
            .map(|section| hybridcheck_core::text::visible(&section.name, 100))
            .collect(),
        notes: object.notes.clone(),
    }
}

/// The routes that requests took, in words.
fn routes_taken(scope: &Scope, settings: &Settings) -> String {
    let objects = scope.configuration.objects.iter();
    let endpoints = objects.flat_map(|object| [object.auth_endpoint(), object.api_endpoint()]);
    let routes: BTreeSet<Route> = endpoints
        .flatten()
        .map(|endpoint| settings.routing(&endpoint).route)
        .collect();
    if routes.iter().all(|route| *route == Route::Direct) {
        return "without a proxy".into();
    }
    hybridcheck_core::text::listed(routes)
}

/// What no run of this kind proves.
fn unproven(scope: &Scope, settings: &Settings, judged: &Judged) -> Vec<String> {
    let rows = &judged.rows;
    let has_tool_client = settings.tool_client.is_some();
    let mut unproven = Vec::new();
    if scope.offline {
        unproven.push(
            "The network and the Genesys Cloud organisation: nothing was asked (--offline)."
                .to_owned(),
        );
    } else {
        unproven.push(format!(
            "Other hosts and other routes: this is what this host sees, {}, as the user who ran it.",
            routes_taken(scope, settings)
        ));
        unproven.push("That Engage components trust the same certificates: Java and Windows keep stores of their own.".to_owned());
        let is_denied = |row: &Row| matches!(row.gap(), Some(Gap::Denied { .. }));
        if rows.iter().any(is_denied) {
            unproven.push("Permissions given in the last minutes: a change takes up to five minutes to be known everywhere, and a token keeps the rights it was made with. Wait and run again.".to_owned());
        }
        if !has_tool_client && rows.iter().any(is_denied) {
            unproven.push("What the object's own clients may not read; a read-only client for hybridcheck (--client-id) can be allowed to.".to_owned());
        }
    }
    let is_unasked = |row: &Row| matches!(row.gap(), Some(Gap::NotAskedFor { .. }));
    if rows.iter().any(is_unasked) {
        unproven.push("The SAML2 bearer login of [saml_auth]: it could create a user where users are provisioned at their first login, so it was not tried; --saml-user EMAIL, with an existing test user, allows it.".to_owned());
    }
    let objects = &scope.configuration.objects;
    if objects.iter().any(|object| object.form.is_selection()) {
        unproven.push(format!("That the export is whole: the person who exports {OBJECT_NAME} selects its sections and options."));
    }
    for id in &judged.panicked {
        unproven.push(format!(
            "What {id} would say: it panicked; please report it with the output of --format json."
        ));
    }
    unproven
}
