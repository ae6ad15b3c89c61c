//! `regions`: the region table with the hosts that a firewall must let through.

use std::fmt::Write;

use hybridcheck_core::region::{Regions, TABLE_DATE};

use super::Failure;
use super::output::print;

/// Arguments of `regions`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct RegionsArgs {}

/// Runs `regions`.
pub(super) fn run(_: &RegionsArgs) -> Result<u8, Failure> {
    let regions = Regions::default();
    let mut text = format!(
        "{:<16} {:<32} {:<30} {}\n",
        "AWS region", "Name", "general/base_auth_url host", "general/base_service_url host"
    );
    for region in regions.iter() {
        let _ = writeln!(
            text,
            "{:<16} {:<32} {:<30} {}",
            region.id,
            region.name,
            region.auth_host(),
            region.api_host()
        );
    }
    let _ = writeln!(
        text,
        "\nTable of {TABLE_DATE}, from the official SDKs. All hosts answer on TCP 443. Genesys adds regions: --add-region DOMAIN names a newer one."
    );
    print(&text)?;
    Ok(0)
}
