//! `list`: every check and every root cause, a line each.

use std::fmt::Write;

use hybridcheck_core::check::Check;

use super::Failure;
use super::output::print;

/// Arguments of `list`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ListArgs {
    /// Only this family
    #[arg(value_name = "FAMILY")]
    family: Option<String>,
}

/// Runs `list`.
pub(super) fn run(args: &ListArgs) -> Result<u8, Failure> {
    print(&listed(
        args.family.as_deref(),
        &hybridcheck_checks::checks(),
    )?)?;
    Ok(0)
}

/// The checks of a family, or of all, and the causes.
pub(super) fn listed(only: Option<&str>, checks: &[Box<dyn Check>]) -> Result<String, Failure> {
    let mut families: Vec<&str> = checks.iter().map(|check| check.family()).collect();
    families.dedup();
    families.push("causes");
    if let Some(family) = only
        && !families.contains(&family)
    {
        return Err(Failure::unknown(
            "family",
            family,
            families,
            "hybridcheck list",
        ));
    }
    let is_shown = |family: &str| only.is_none_or(|only| only == family);
    let mut text = String::new();
    for family in families
        .iter()
        .filter(|family| is_shown(family) && **family != "causes")
    {
        let _ = writeln!(text, "{family}");
        for check in checks.iter().filter(|check| check.family() == *family) {
            let _ = writeln!(text, "  {:<36} {}", check.id().0, check.title());
        }
    }
    if is_shown("causes") {
        let _ = writeln!(text, "causes");
        for rule in hybridcheck_checks::rules() {
            let _ = writeln!(text, "  {:<36} {}", rule.cause_id().0, rule.title());
        }
    }
    Ok(text)
}
