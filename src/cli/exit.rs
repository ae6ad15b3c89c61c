//! How a process ends: the failures of the tool itself, each with a help line, and a panic hook that prints no value.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use hybridcheck_core::access::UnusableUrl;
use hybridcheck_core::guard::{self, Panicked};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::run::Verdict;
use hybridcheck_core::text;

use crate::probes::limits;
use crate::run::NoRuntime;
use crate::run::interrupt::Signal;
use hybridcheck_sources::SourceError;

/// The exit status of "cannot run".
pub const USAGE: u8 = 2;

/// Why hybridcheck cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A flag's value is not usable.
    #[error("{flag}: {problem}")]
    Flag {
        /// The flag.
        flag: &'static str,
        /// What is wrong, without the value when it may be secret.
        problem: String,
        /// What to do.
        help: String,
    },
    /// An input cannot be read.
    #[error(transparent)]
    Input(#[from] SourceError),
    /// A captured SAML message cannot be explained.
    #[error("{path}: {problem}")]
    Capture {
        /// The path.
        path: String,
        /// Why.
        problem: hybridcheck_saml::Unreadable,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}", Outside::of(path.as_str()))]
    File {
        /// `read` or `write`.
        action: &'static str,
        /// The path.
        path: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A report cannot be written where it should go.
    #[error("cannot write {path}: {problem}")]
    Place {
        /// The path.
        path: Outside,
        /// Why.
        problem: String,
    },
    /// A run was made, and not all of its reports could be written.
    #[error("cannot write {}", unwritten.join("; "))]
    Unwritten {
        /// Each report with its place, and why.
        unwritten: Vec<String>,
        /// The verdict of the run.
        verdict: Verdict,
    },
    /// hybridcheck itself failed.
    #[error("hybridcheck itself failed: {0}")]
    Itself(Panicked),
    /// The embedded sandbox did not start.
    #[error("the embedded sandbox did not start")]
    Sandbox(#[source] hybridcheck_sandbox::SandboxError),
    /// No assertion can be made.
    #[error("no assertion can be made")]
    Unmintable(#[from] hybridcheck_saml::Unmintable),
    /// No run can be made at all.
    #[error(transparent)]
    Runtime(#[from] NoRuntime),
    /// The system refuses something that a subcommand needs.
    #[error("cannot {action}")]
    System {
        /// What.
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A URL of the object names nothing that may stand in a firewall rule.
    #[error(transparent)]
    Url(#[from] UnusableUrl),
    /// A word that names no check, cause, fault, tenant or format.
    #[error("unknown {what} `{word}`")]
    Unknown {
        /// What it should name.
        what: &'static str,
        /// The word, made visible.
        word: String,
        /// The nearest right ones, or where to look.
        help: String,
    },
}

impl Failure {
    /// An unknown word with the nearest right ones.
    pub fn unknown<'a>(
        what: &'static str,
        word: &str,
        known: impl IntoIterator<Item = &'a str>,
        list: &str,
    ) -> Self {
        Self::Unknown {
            what,
            word: Outside::of(word).shown(100).to_string(),
            help: nearest(word, known, list),
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Flag { help, .. } | Self::Unknown { help, .. } => Some(help.clone()),
            Self::Capture { problem, .. } => Some(problem.help()),
            Self::Input(error) => Some(error.help()),
            Self::Unmintable(error) => Some(error.help()),
            Self::Url(_) => Some(
                "correct the option (`hybridcheck explain general-auth-url` and `general-service-url` say what belongs there), or look \
                 the hosts of the region up with `hybridcheck regions`"
                    .into(),
            ),
            Self::Place { .. } => Some(
                "name a file in a folder where this user may write; nothing was asked yet".into(),
            ),
            Self::Unwritten { verdict, .. } => Some(format!(
                "the run itself was made, and its verdict is {verdict}; whatever is not named here was written"
            )),
            Self::File { .. } | Self::Itself(_) | Self::Runtime(_) | Self::Sandbox(_) | Self::System { .. } => self.own_limit(),
        }
    }

    /// Who can raise the limit of this host that it came of, when it did.
    fn own_limit(&self) -> Option<String> {
        let mut cause = self.source();
        let limit = loop {
            let inner = cause?;
            let error = inner.downcast_ref::<std::io::Error>();
            if let Some(limit) = error.and_then(limits::own_limit) {
                break limit;
            }
            cause = inner.source();
        };
        Some(limit.gap().to_string())
    }
}

/// The words nearest to an unknown one, and where all of them are listed.
pub(super) fn nearest<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    list: &str,
) -> String {
    let near = text::nearest(word, known);
    if near.is_empty() {
        format!("`{list}` shows them all")
    } else {
        format!(
            "did you mean {}? `{list}` shows them all",
            near.join(" or ")
        )
    }
}

/// Prints `error:`, the chain, and `help:`, each on lines of its own.
pub(super) fn report(failure: &Failure) -> ExitCode {
    let mut text = format!("error: {failure}\n");
    let mut source = failure.source();
    while let Some(inner) = source {
        let line = format!("  because: {inner}\n");
        if !text.contains(&inner.to_string()) {
            text.push_str(&line);
        }
        source = inner.source();
    }
    if let Some(help) = failure.help() {
        let _ = writeln!(text, "help: {help}");
    }
    complain(&text::without_generated(&text));
    ExitCode::from(USAGE)
}

/// clap's own errors, which repeat what was given: what a terminal would obey in it is taken out or made visible. `--help` and
/// `--version` are no errors.
pub(super) fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let printed = error.print().and_then(|()| std::io::stdout().flush());
        return match printed {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => report(&Failure::File {
                action: "write",
                path: "standard output".into(),
                source: error,
            }),
            _ => ExitCode::SUCCESS,
        };
    }
    let told = text::without_generated(&error.render().to_string());
    for line in told.lines() {
        complain(&format!("{}\n", Outside::of(line).shown(usize::MAX)));
    }
    ExitCode::from(USAGE)
}

/// A signal ended what had no run to tell of, or what would not end by itself.
pub(super) fn ended(_: Signal, had_run: bool) {
    complain(if had_run {
        "error: interrupted while reports were written; the last ones are not whole\n"
    } else {
        "error: interrupted before there was anything to report\n"
    });
}

/// A core dump would hold every secret of the run.
pub(super) fn leave_no_core() {
    #[cfg(target_os = "linux")]
    {
        use nix::sys::resource::{Resource, setrlimit};
        // A system that refuses even less leaves nothing to do.
        let _ = setrlimit(Resource::RLIMIT_CORE, 0, 0);
    }
}

/// Writes to standard error; there is nobody to tell when even that fails.
pub(super) fn complain(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// A panic's text may hold a value: only its place is printed; a judgement's panic is told in its row.
pub(super) fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        if guard::takes(info.location()) {
            return;
        }
        let place = info
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        complain(&format!(
            "error: hybridcheck itself failed{place}; please report this line\n"
        ));
    }));
}
