//! `--permission-baseline`: what the roles that an object names should allow, where a site expects something else.

use hybridcheck_core::baseline::Baseline;
use hybridcheck_core::outside::Outside;

use crate::cli::Failure;

/// Longer files are refused: a baseline is a page of text.
const FILE_CAP: u64 = 1024 * 1024;

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
    use std::io::Read;
    let failed = |source| Failure::File {
        action: "read",
        path: path.raw().to_owned(),
        source,
    };
    let file = std::fs::File::open(path.raw()).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(FILE_CAP + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > FILE_CAP {
        return Err(refused(
            format!("{} is longer than {FILE_CAP} bytes", path.shown(200)),
            "a baseline is a table of some lines",
        ));
    }
    String::from_utf8(bytes).map_err(|_| {
        refused(
            format!("{} is not UTF-8 text", path.shown(200)),
            "save the table as plain text in UTF-8",
        )
    })
}
