//! Where reports go: one document on standard output, others in files, all through the last gate.

use std::error::Error as _;
use std::io::{self, ErrorKind, Write};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::{BoolishValueParser, PossibleValue};
use hybridcheck_core::finding::Status;
use hybridcheck_core::guard;
use hybridcheck_core::report::{Report, Style};
use hybridcheck_core::run::Run;
use hybridcheck_core::time::Took;
use serde::Serialize;

use super::Failure;
use super::exit::{complain, nearest};
use super::place::{self, Place};
use super::progress::Progress;
use super::style::{self, Color};
use crate::redact::Redactor;
use crate::run::Job;

/// Flags of reports.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Reports")]
pub(super) struct OutputArgs {
    /// What goes to standard output
    #[arg(
        long,
        short = 'o',
        value_name = "NAME",
        default_value = "table",
        env = "HYBRIDCHECK_FORMAT",
        hide_env_values = true
    )]
    format: Form,
    /// Also write a report to a file, in one of the forms of --format; repeatable
    #[arg(
        long,
        value_name = "NAME=FILE",
        env = "HYBRIDCHECK_REPORT",
        hide_env_values = true,
        value_parser = file
    )]
    report: Vec<(Form, String)>,
    /// The lowest status that makes the run fail
    #[arg(
        long,
        value_name = "STATUS",
        default_value = "fail",
        env = "HYBRIDCHECK_FAIL_ON",
        hide_env_values = true
    )]
    fail_on: FailOn,
    /// The lowest status shown
    #[arg(
        long,
        value_name = "STATUS",
        default_value = "pass",
        env = "HYBRIDCHECK_SHOW_FROM",
        hide_env_values = true
    )]
    show_from: ShowFrom,
    /// Show more: timings, then every fact
    #[arg(short, long, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    verbose: u8,
    /// Show only what is not a pass, the causes and the verdict
    #[arg(short, long, env = "HYBRIDCHECK_QUIET", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    quiet: bool,
    /// When to use colour
    #[arg(
        long,
        value_name = "WHEN",
        default_value = "auto",
        env = "HYBRIDCHECK_COLOR",
        hide_env_values = true
    )]
    color: Color,
    /// Use ASCII characters only
    #[arg(long, env = "HYBRIDCHECK_ASCII", value_parser = BoolishValueParser::new(), hide_env_values = true)]
    ascii: bool,
}

/// A form of reports as a value of the command line.
#[derive(Clone, Copy)]
struct Form(&'static dyn Report);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.name())
    }
}

impl ValueEnum for Form {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Form>> = LazyLock::new(|| {
            hybridcheck_reports::reports()
                .into_iter()
                .map(Form)
                .collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name()).help(self.0.about()))
    }
}

/// The lowest status that makes a run fail.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Whatever should be changed.
    Warn,
    /// Only what will not work.
    Fail,
}

impl From<FailOn> for Status {
    fn from(given: FailOn) -> Self {
        match given {
            FailOn::Warn => Self::Warn,
            FailOn::Fail => Self::Fail,
        }
    }
}

/// The lowest status that is shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ShowFrom {
    /// Everything.
    Pass,
    /// What is worth knowing.
    Note,
    /// What was not checked.
    Gap,
    /// What should be changed.
    Warn,
    /// What will not work.
    Fail,
}

impl From<ShowFrom> for Status {
    fn from(given: ShowFrom) -> Self {
        match given {
            ShowFrom::Pass => Self::Pass,
            ShowFrom::Note => Self::Note,
            ShowFrom::Gap => Self::Gap,
            ShowFrom::Warn => Self::Warn,
            ShowFrom::Fail => Self::Fail,
        }
    }
}

/// `NAME=FILE`.
fn file(text: &str) -> Result<(Form, String), String> {
    let (name, path) = text
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or("expected the form NAME=FILE, for example json=run.json")?;
    let report = hybridcheck_reports::by_name(name).ok_or_else(|| {
        let known = hybridcheck_reports::reports().into_iter().map(Report::name);
        nearest(name, known, "hybridcheck check --help")
    })?;
    Ok((Form(report), path.to_owned()))
}

/// Where reports go, and how they look there.
pub(super) struct Output {
    format: Form,
    files: Vec<(Form, Place)>,
    style: Style,
    /// The lowest status that makes the run fail.
    pub(super) fail_on: Status,
}

impl OutputArgs {
    /// What the flags say together with this process's terminal; the place of every report is proven. `read` are the files that the
    /// run itself reads.
    pub(super) fn output(&self, read: &[&str]) -> Result<Output, Failure> {
        let verbosity = if self.quiet {
            -1
        } else {
            i8::try_from(self.verbose).unwrap_or(i8::MAX)
        };
        let paths: Vec<&str> = self.report.iter().map(|(_, path)| path.as_str()).collect();
        let places = place::prove(&paths, read)?;
        let forms = self.report.iter().map(|(form, _)| *form);
        Ok(Output {
            format: self.format,
            files: forms.zip(places).collect(),
            style: style::of_stdout(self.color, self.ascii, verbosity, self.show_from.into()),
            fail_on: self.fail_on.into(),
        })
    }
}

impl Output {
    /// Makes a run while its progress is shown, and writes its reports; the exit status.
    pub(super) fn of_job(self, job: &Job<'_>) -> Result<u8, Failure> {
        let is_drawn = style::shows_progress() && self.style.verbosity >= 0 && !job.scope.offline;
        let progress = Progress::new(is_drawn, !self.style.unicode, job.settings.phase);
        let (phase, overall) = (job.settings.phase, job.settings.overall);
        if phase > overall && !job.scope.offline {
            complain(&format!(
                "note: --connect-timeout ({}) is longer than --timeout ({}), so each phase is cut to what is left of the whole\n",
                Took(phase),
                Took(overall)
            ));
        }
        let done = job.run(&progress)?;
        let verdict = done.run.verdict;
        let unwritten = self.write(&done.run, &done.redactor);
        if unwritten.is_empty() {
            return Ok(verdict.exit_status());
        }
        Err(Failure::Unwritten { unwritten, verdict })
    }

    /// Writes every report: one that cannot be written, or that panics, keeps no other from being written. What went wrong.
    fn write(self, run: &Run, redactor: &Redactor) -> Vec<String> {
        let mut unwritten = Vec::new();
        let rendered = |form: Form, style: &Style| {
            guard::guarded(|| {
                guard::breakable("report", &form.0.name());
                redactor.gate(form.0.render(run, style))
            })
        };
        let written = |(form, place): (Form, Place)| {
            let name = format!("{}={}", form.0.name(), place.path());
            match rendered(form, &style::of_file(self.style)) {
                Ok(text) => {
                    let error = place.write(&text).err()?;
                    Some(format!("{name}: {}", place::words(&error)))
                }
                Err(panicked) => Some(format!("{name}: {panicked}")),
            }
        };
        // A pipe that nobody reads keeps nothing else from being written.
        let files = self.files.into_iter();
        let (pipes, files): (Vec<_>, Vec<_>) = files.partition(|(_, place)| place.may_block());
        unwritten.extend(files.into_iter().filter_map(written));
        match rendered(self.format, &self.style) {
            Ok(text) => {
                if let Err(failure) = print(&text) {
                    let why = failure.source().map(ToString::to_string);
                    unwritten.push(format!("standard output: {}", why.unwrap_or_default()));
                }
            }
            Err(panicked) => unwritten.push(format!("{}: {panicked}", self.format.0.name())),
        }
        unwritten.extend(pipes.into_iter().filter_map(written));
        unwritten
    }
}

/// Prints to standard output; a reader that went away is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    match write_all(&mut io::stdout().lock(), text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::File {
            action: "write",
            path: "standard output".into(),
            source: error,
        }),
        _ => Ok(()),
    }
}

/// How long a full pipe is left to its reader.
const FULL: Duration = Duration::from_millis(5);

/// Writes all of it, also where another program made the pipe one that does not wait.
fn write_all(to: &mut impl Write, mut bytes: &[u8]) -> io::Result<()> {
    loop {
        let done = match to.write(bytes) {
            Ok(0) if bytes.is_empty() => to.flush(),
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => {
                bytes = bytes.get(count..).unwrap_or_default();
                continue;
            }
            Err(error) => Err(error),
        };
        match done {
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(FULL),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// The forms of what a subcommand other than `check` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// A document for machines.
pub(super) fn json(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
