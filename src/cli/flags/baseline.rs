//! `--permission-baseline`: what the roles that an object names should allow, where a site expects something else.

use hybridcheck_core::baseline::Baseline;
use hybridcheck_core::outside::Outside;

use crate::cli::Failure;
use crate::cli::small_file::SmallFile;

/// A baseline is a page of text.
const BASELINE_FILE: SmallFile = SmallFile {
    flag: "--permission-baseline",
    cap: 1024 * 1024,
    belongs: "a baseline is a table of some lines",
};

/// The argument that replaces the baseline.
#[derive(Clone, Debug, clap::Args)]
pub(in crate::cli) struct BaselineArgs {
    /// Which permissions the roles should hold, in place of the table that `permissions --baseline` prints
    #[arg(
        long,
        value_name = "FILE",
        env = "HYBRIDCHECK_PERMISSION_BASELINE",
        hide_env_values = true
    )]
    permission_baseline: Option<Outside>,
}

impl BaselineArgs {
    /// The baseline to judge by.
    pub(in crate::cli) fn read(&self) -> Result<Baseline, Failure> {
        match &self.permission_baseline {
            None => Ok(Baseline::default()),
            Some(path) => Baseline::parse(&text(path)?).map_err(|bad| {
                refused(
                    format!("{}, {bad}", path.shown(200)),
                    "`hybridcheck permissions --baseline` prints a table to begin with; its columns are parted by tabs",
                )
            }),
        }
    }

    /// The file that is read for it.
    pub(in crate::cli) fn file(&self) -> Option<&str> {
        self.permission_baseline
            .as_ref()
            .map(Outside::<String>::raw)
    }

    /// The flag, as the run document tells it.
    pub(in crate::cli) fn told(&self) -> Option<String> {
        let path = self.permission_baseline.as_ref()?;
        Some(format!("--permission-baseline {}", path.shown(300)))
    }
}

fn refused(problem: String, help: &str) -> Failure {
    Failure::Flag {
        flag: "--permission-baseline",
        problem,
        help: help.into(),
    }
}

fn text(path: &Outside) -> Result<String, Failure> {
    let bytes = BASELINE_FILE.read(path.raw())?;
    String::from_utf8(bytes).map_err(|_| {
        refused(
            format!("{} is not UTF-8 text", path.shown(200)),
            "save the table as plain text in UTF-8",
        )
    })
}
