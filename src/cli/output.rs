//! Where reports go: one document on standard output, files written whole or not at all, all through the last gate.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::{BoolishValueParser, PossibleValue};
use hybridcheck_core::finding::Status;
use hybridcheck_core::report::{Report, Style};
use hybridcheck_core::run::Run;
use serde::Serialize;

use super::Failure;
use super::exit::nearest;
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
    files: Vec<(Form, String)>,
    style: Style,
    /// The lowest status that makes the run fail.
    pub(super) fail_on: Status,
}

impl OutputArgs {
    /// What the flags say together with this process's terminal.
    pub(super) fn output(&self) -> Output {
        let verbosity = if self.quiet {
            -1
        } else {
            i8::try_from(self.verbose).unwrap_or(i8::MAX)
        };
        Output {
            format: self.format,
            files: self.report.clone(),
            style: style::of_stdout(self.color, self.ascii, verbosity, self.show_from.into()),
            fail_on: self.fail_on.into(),
        }
    }
}

impl Output {
    /// Makes a run while its progress is shown, and writes its reports; the exit status.
    pub(super) fn of_job(&self, job: &Job<'_>) -> Result<u8, Failure> {
        let is_drawn = style::shows_progress() && self.style.verbosity >= 0 && !job.scope.offline;
        let progress = Progress::new(is_drawn, !self.style.unicode, job.settings.phase);
        let done = job.run(&progress)?;
        self.write(&done.run, &done.redactor)?;
        Ok(done.run.verdict.exit_status())
    }

    /// Writes every report; files first, so that a full disk is told before the verdict scrolls by.
    fn write(&self, run: &Run, redactor: &Redactor) -> Result<(), Failure> {
        for (report, path) in &self.files {
            let text = redactor.clean(report.0.render(run, &style::of_file(self.style)));
            write_whole(path, &text).map_err(|source| Failure::File {
                action: "write",
                path: path.clone(),
                source,
            })?;
        }
        print(&redactor.clean(self.format.0.render(run, &self.style)))
    }
}

/// Prints to standard output; a reader that went away is no failure.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::File {
            action: "write",
            path: "standard output".into(),
            source: error,
        }),
        _ => Ok(()),
    }
}

/// Written to a temporary name beside the file and renamed: whole or not at all.
///
/// A rename replaces what stands there, so it is for files only: root's `--report json=/dev/null` must not take the device away,
/// and a link is followed to its file.
fn write_whole(path: &str, text: &str) -> io::Result<()> {
    let path = &Path::new(path);
    let found = path.canonicalize();
    let path = found.as_deref().unwrap_or(path);
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return fs::write(path, text);
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map(|_| ()).map_err(|error| error.error)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_replaces_a_file_whole() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("run.json");
        fs::write(&path, "an older and longer report").unwrap();
        write_whole(path.to_str().unwrap(), "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_written_to_and_stays() {
        use std::os::unix::fs::{FileTypeExt, symlink};

        let room = tempfile::tempdir().unwrap();
        let (pipe, file) = (room.path().join("pipe"), room.path().join("run.json"));
        // A pipe of our own: root's test must not be able to take a device of the host away.
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read_to_string(pipe).unwrap()
        });
        write_whole(pipe.to_str().unwrap(), "text").unwrap();
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        assert_eq!(reader.join().unwrap(), "text");
        let alias = room.path().join("latest.json");
        fs::write(&file, "old").unwrap();
        symlink(&file, &alias).unwrap();
        write_whole(alias.to_str().unwrap(), "new").unwrap();
        assert!(alias.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
    }
}
