//! Everything that says what a check does; `demo` has it read from words of its own.

use std::time::Duration;

use hybridcheck_core::finding::Status;
use hybridcheck_core::policy::Policy;
use hybridcheck_core::run::Invocation;
use hybridcheck_core::time::Timestamp;

use super::values::{duration, moment};
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
        hide_env_values = true,
        value_parser = moment
    )]
    as_of: Option<Timestamp>,
    /// Warn when the SAML certificate expires within this time
    #[arg(
        long,
        value_name = "DURATION",
        default_value = "30d",
        env = "HYBRIDCHECK_CERTIFICATE_WARN",
        hide_env_values = true,
        value_parser = duration
    )]
    certificate_warn: Duration,
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
        let policy = self.policy()?;
        let (scope, settings) = settled(&self.scope, &self.network, &self.login)?;
        Ok(Job {
            invocation: self.invocation(command, &settings, fail_on),
            scope,
            settings,
            policy,
            as_of: self.as_of,
            origin: Some(self.scope.origin()),
        })
    }

    /// The files that the run reads.
    pub(in crate::cli) fn files(&self) -> Vec<&str> {
        let inputs = self.scope.inputs().iter().map(String::as_str);
        let others = self.network.files().chain(self.baseline.file());
        inputs.chain(others).collect()
    }

    fn policy(&self) -> Result<Policy, Failure> {
        let days =
            i64::try_from(self.certificate_warn.as_secs().div_ceil(86_400)).unwrap_or(i64::MAX);
        Ok(Policy {
            certificate_warn_days: days,
            permission_baseline: self.baseline.read()?,
            ..Policy::default()
        })
    }

    /// When the certificate is warned of, where that is not as usual.
    fn warning(&self) -> Option<String> {
        let usual = Policy::default().certificate_warn_days;
        let days = self.certificate_warn.as_secs().div_ceil(86_400);
        (i64::try_from(days) != Ok(usual)).then(|| format!("--certificate-warn {days}d"))
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
                .chain(self.scope.tenants())
                .chain(self.as_of.map(|moment| format!("--as-of {moment}")))
                .chain(self.warning())
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
