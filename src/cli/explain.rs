//! `explain`: the manual page of a check or a root cause, from inside the binary.

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
    let checks = hybridcheck_checks::checks();
    let rules = hybridcheck_checks::rules();
    let mut pages: Vec<(String, String)> = checks
        .iter()
        .map(|check| (check.id().0, page(&check.id().0, *check)))
        .collect();
    pages.extend(
        rules
            .iter()
            .map(|rule| (rule.cause_id().0, page(&rule.cause_id().0, *rule))),
    );
    let mut shown = Vec::new();
    for id in &args.ids {
        match pages.iter().find(|(known, _)| known == id) {
            Some((_, page)) => shown.push(page.as_str()),
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
    print(&shown.join("\n"))?;
    Ok(0)
}
