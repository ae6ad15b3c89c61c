//! `check`: the main job, from inputs to reports.

use super::Failure;
use super::flags::JobArgs;
use super::output::OutputArgs;

/// Arguments of `check`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    job: JobArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Runs `check`.
pub(super) fn run(args: &CheckArgs) -> Result<u8, Failure> {
    let output = args.output.output(&args.job.files())?;
    let job = args.job.job("check", output.fail_on)?;
    output.of_job(&job)
}
