//! Everything that says what a check does; `demo` has it read from words of its own.

use hybridcheck_core::finding::Status;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::run::Invocation;
use hybridcheck_core::time::Timestamp;

use super::network::duration;
use super::{BaselineArgs, LoginArgs, NetworkArgs, ScopeArgs};
use crate::cli::Failure;
use crate::config::Settings;
use crate::run::{Job, Scope};

/// What is judged, for when, by which thresholds, and what may be done for it.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct JobArgs {
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
}

impl JobArgs {
    /// The run that is asked for; `command` is how its document calls it.
    pub(in crate::cli) fn job(&self, command: &str, fail_on: Status) -> Result<Job<'_>, Failure> {
        let as_of = self.as_of.as_deref().map(moment).transpose()?;
        let policy = self.policy()?;
        let (scope, settings) = settled(&self.scope, &self.network, &self.login)?;
        Ok(Job {
            invocation: self.invocation(command, &settings, fail_on),
            scope,
            settings,
            policy,
            as_of,
            origin: Some(self.scope.origin()),
        })
    }

    fn policy(&self) -> Result<Policy, Failure> {
        let warn = duration("--certificate-warn", &self.certificate_warn)?;
        let days = i64::try_from(warn.as_secs().div_ceil(86_400)).unwrap_or(i64::MAX);
        Ok(Policy {
            certificate_warn_days: days,
            permission_baseline: self.baseline.read()?,
            ..Policy::default()
        })
    }

    fn invocation(&self, command: &str, settings: &Settings, fail_on: Status) -> Invocation {
        let tool = settings.tool_client.as_ref();
        Invocation {
            command: command.to_owned(),
            fail_on: Some(fail_on),
            client_secret_source: tool.map(|tool| tool.source.clone()),
            client_id: tool.map(|tool| tool.id.clone()),
            settings: self
                .network
                .told(settings)
                .into_iter()
                .chain(self.login.told())
                .chain(self.baseline.told())
                .collect(),
            ..self.scope.told()
        }
    }
}

/// What is judged, and what may be done for it.
pub(in crate::cli) fn settled(
    scope: &ScopeArgs,
    network: &NetworkArgs,
    login: &LoginArgs,
) -> Result<(Scope, Settings), Failure> {
    let mut settings = network.settings()?;
    settings.saml_login = login.login()?;
    let read = scope.read()?;
    if scope.skips_login(&read) {
        settings.saml_login = None;
    }
    Ok((read, settings))
}

/// A day or a moment to judge for.
pub(in crate::cli) fn moment(text: &str) -> Result<Timestamp, Failure> {
    Timestamp::parse(text).map_err(|error| Failure::Flag {
        flag: "--as-of",
        problem: format!("`{}` is {error}", hybridcheck_core::text::visible(text, 60)),
        help: "for example --as-of 2027-01-15".into(),
    })
}
