//! The command line: one file per subcommand, decided once.

mod check;
mod demo;
mod docs;
mod exit;
mod explain;
mod firewall;
mod flags;
mod idp;
mod list;
mod output;
mod page;
mod permissions;
mod place;
mod plan;
mod probe;
mod progress;
mod regions;
mod saml;
mod small_file;
mod style;

#[cfg(test)]
mod tests;

use std::process::ExitCode;
use std::thread;

use clap::builder::Resettable;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use hybridcheck_core::guard;

pub use exit::{Failure, USAGE};

use crate::run::interrupt::{self, Signal};

/// Is the hybrid integration ready to go live, and if not, what is the one cause?
///
/// Reads the transaction object hybrid_integration as exported from Genesys Engage, looks at the network and at the Genesys
/// Cloud organisation from this host, and names root causes with the words that each owner needs. It changes nothing; only
/// `--saml-user` asks for a login, which may leave a new user behind.
#[derive(Debug, Parser)]
#[command(name = "hybridcheck", version, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit status: 0 ready, 1 not ready, 2 cannot run (usage, unreadable input), 3 incomplete
(nothing failed, but something required could not be checked); interrupted: 130 by
Ctrl-C, 143 by SIGTERM, 129 by SIGHUP, with a report of what was known by then.
Every flag that is not secret can also be set as HYBRIDCHECK_<FLAG>; set to nothing, it says nothing.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Check one or more exports of the object, and what they point to
    #[command(args_override_self = true)]
    Check(Box<check::CheckArgs>),
    /// Run the whole suite against an embedded Genesys Cloud on loopback
    Demo(Box<demo::DemoArgs>),
    /// Print what a check would do: hosts, requests and effects, in order
    #[command(args_override_self = true)]
    Plan(Box<plan::PlanArgs>),
    /// Print the firewall rules that the object needs, in the language of a firewall, a proxy or a ticket
    #[command(args_override_self = true)]
    Firewall(Box<firewall::FirewallArgs>),
    /// Check the network to any hosts: names, connections, TLS, who answers; no object is needed
    #[command(args_override_self = true)]
    Probe(Box<probe::ProbeArgs>),
    /// List all checks and root causes
    List(list::ListArgs),
    /// Explain a check or a root cause
    Explain(explain::ExplainArgs),
    /// Print the read-only role that hybridcheck's own client needs, and what each missing permission leaves unchecked
    #[command(args_override_self = true)]
    Permissions(permissions::PermissionsArgs),
    /// List the known Genesys Cloud regions with their hosts
    Regions(regions::RegionsArgs),
    /// Show the SAML assertion that the object would send, or explain a captured SAMLResponse; no assertion is sent
    #[command(args_override_self = true)]
    Saml(Box<saml::SamlArgs>),
    /// Print the PureEngage identity provider that the object implies, for an administrator to send; nothing is written
    #[command(args_override_self = true)]
    Idp(Box<idp::IdpArgs>),
    /// Write the generated pages of docs/, or check that they are current
    #[command(hide = true)]
    Docs(docs::DocsArgs),
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    exit::install_panic_hook();
    interrupt::listen(exit::ended);
    #[cfg(debug_assertions)]
    if let Ok(place) = std::env::var("HYBRIDCHECK_TEST_PANIC") {
        guard::arm(place);
    }
    exit::leave_no_core();
    // Every part of a run has a guard that tells more; this one is there so that no status but ours is ever left behind.
    let result = match guard::guarded(on_a_stack_of_its_own) {
        Ok(Ok(result)) => result,
        Ok(Err(error)) => return exit::usage(&error),
        Err(panicked) => Err(Failure::Itself(panicked)),
    };
    match result {
        Ok(status) => ExitCode::from(interrupt::cut_by().map_or(status, Signal::exit_status)),
        Err(failure) => exit::report(&failure),
    }
}

/// Deep documents need a stack, and a host may have set a small one (`ulimit -s`): this one is made for the purpose.
fn on_a_stack_of_its_own() -> Result<Result<u8, Failure>, clap::Error> {
    const STACK: usize = 8 << 20;
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK);
        match worker.spawn_scoped(scope, || guard::guarded(parsed_and_run)) {
            Ok(worker) => match worker.join() {
                Ok(Ok(result)) => result,
                Ok(Err(panicked)) => Ok(Err(Failure::Itself(panicked))),
                Err(panic) => std::panic::resume_unwind(panic),
            },
            Err(_) => parsed_and_run(),
        }
    })
}

/// A variable that is set to nothing says nothing, as one that is not set.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let set_to_nothing = |arg: &clap::Arg| {
        let value = arg.get_env().and_then(std::env::var_os);
        value.is_some_and(|value| value.is_empty())
    };
    let command = command.mut_args(|arg| {
        if set_to_nothing(&arg) {
            arg.env(Resettable::Reset)
        } else {
            arg
        }
    });
    let names = command.get_subcommands().map(clap::Command::get_name);
    let names: Vec<String> = names.map(str::to_owned).collect();
    names.iter().fold(command, |command, name| {
        command.mut_subcommand(name, without_empty_variables)
    })
}

/// What the subcommand says, or why the words are none.
fn parsed_and_run() -> Result<Result<u8, Failure>, clap::Error> {
    let mut command = without_empty_variables(Cli::command());
    let words = command.try_get_matches_from_mut(std::env::args_os())?;
    let cli = Cli::from_arg_matches(&words).map_err(|error| error.format(&mut command))?;
    guard::breakable("command line", &"");
    Ok(match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Firewall(args) => firewall::run(&args),
        Command::Probe(args) => probe::run(&args),
        Command::List(args) => list::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Permissions(args) => permissions::run(&args),
        Command::Regions(args) => regions::run(&args),
        Command::Saml(args) => saml::run(&args),
        Command::Idp(args) => idp::run(&args),
        Command::Docs(args) => docs::run(&args),
    })
}
