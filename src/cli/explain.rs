//! `explain`: the manual page of a check or a root cause, from inside the binary.

use hybridcheck_core::check::{Check, Page};

use super::Failure;
use super::output::print;
use super::page::page;

/// Arguments of `explain`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// A check or a cause, as `hybridcheck list` names it
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
}

/// Runs `explain`.
pub(super) fn run(args: &ExplainArgs) -> Result<u8, Failure> {
    print(&explained(&args.ids, &hybridcheck_checks::checks())?)?;
    Ok(0)
}

/// The pages of some ids, one after the other.
pub(super) fn explained(ids: &[String], checks: &[Box<dyn Check>]) -> Result<String, Failure> {
    let rules = hybridcheck_checks::rules();
    let of_checks = checks.iter().map(|check| (check.id().0, check.page()));
    let of_rules = rules.iter().map(|rule| (rule.cause_id().0, rule.page()));
    let pages: Vec<(String, Page<'_>)> = of_checks.chain(of_rules).collect();
    let mut shown = Vec::new();
    for id in ids {
        match pages.iter().find(|(known, _)| known == id) {
            Some((_, found)) => shown.push(page(id, *found)),
            None => {
                let known = pages.iter().map(|(known, _)| known.as_str());
                return Err(Failure::unknown(
                    "check or cause",
                    id,
                    known,
                    "hybridcheck list",
                ));
            }
        }
    }
    Ok(shown.join("\n"))
}
