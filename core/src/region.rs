//! Genesys Cloud regions: the table as data, whole-label host matching, and regions the user adds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::endpoint::Host;

/// The day the embedded table was gathered.
pub const TABLE_DATE: &str = "2026-11-23";

const TABLE: &str = include_str!("../data/regions.tsv");

/// One Genesys Cloud region. Source: the official SDKs' region tables (`data/regions.tsv`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Region {
    /// The AWS region, such as `eu-central-1`; the domain itself for a region that the user added.
    pub id: String,
    /// The name on the login page.
    pub name: String,
    /// The domain under which `login.`, `api.` and `apps.` live.
    pub domain: String,
    /// `core`, `core-fedramp`, `core-sovereign`, or `added` for one that the user named.
    pub kind: String,
}

/// What a host name is for, in the region it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostRole {
    /// `api.<domain>`: the Platform API.
    Api,
    /// `apps.<domain>`: user interfaces.
    Apps,
    /// `login.<domain>`: OAuth.
    Auth,
    /// Another host below the region's domain.
    Other,
}

impl Region {
    /// `login.<domain>`.
    pub fn auth_host(&self) -> Host {
        Host::of(&format!("login.{}", self.domain))
    }

    /// `api.<domain>`.
    pub fn api_host(&self) -> Host {
        Host::of(&format!("api.{}", self.domain))
    }
}

/// The table of regions that a run judges by.
#[derive(Clone, Debug)]
pub struct Regions(Vec<Region>);

impl Default for Regions {
    fn default() -> Self {
        let rows = TABLE
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty());
        Self(rows.filter_map(region_of).collect())
    }
}

impl Regions {
    /// Adds a region by its domain, for one that is newer than the table.
    pub fn add(&mut self, domain: &str) {
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        if self.0.iter().any(|region| region.domain == domain) {
            return;
        }
        self.0.push(Region {
            id: domain.clone(),
            name: "named by the user".into(),
            domain,
            kind: "added".into(),
        });
    }

    /// All regions, in the table's order.
    pub fn iter(&self) -> impl Iterator<Item = &Region> {
        self.0.iter()
    }

    /// The region a host belongs to and what the host is for; whole labels are compared, so `evil-pure.cloud` matches nothing.
    pub fn of_host(&self, host: &Host) -> Option<(&Region, HostRole)> {
        self.0.iter().find_map(|region| {
            let label = host
                .as_str()
                .strip_suffix(&region.domain)?
                .strip_suffix('.')?;
            let role = match label {
                "api" => HostRole::Api,
                "apps" => HostRole::Apps,
                "login" => HostRole::Auth,
                _ => HostRole::Other,
            };
            Some((region, role))
        })
    }

    /// Whether a secret may be sent to this host at all: only to a region's auth or API host.
    pub fn may_receive_secrets(&self, host: &Host) -> bool {
        matches!(
            self.of_host(host),
            Some((_, HostRole::Api | HostRole::Auth))
        )
    }
}

fn region_of(line: &str) -> Option<Region> {
    let mut fields = line.split('\t').map(str::to_owned);
    Some(Region {
        id: fields.next()?,
        domain: fields.next()?,
        kind: fields.next()?,
        name: fields.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = TABLE
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .count();
        assert_eq!(Regions::default().iter().count(), rows);
        assert!(rows >= 18);
    }

    #[test]
    fn hosts_are_matched_by_whole_labels() {
        let regions = Regions::default();
        let (region, role) = regions
            .of_host(&Host::of("login.mypurecloud.de"))
            .expect("a region's host");
        assert_eq!((region.id.as_str(), role), ("eu-central-1", HostRole::Auth));
        for stranger in [
            "login.evil-mypurecloud.de",
            "mypurecloud.de",
            "login.mypurecloud.de.evil.example",
        ] {
            assert!(regions.of_host(&Host::of(stranger)).is_none(), "{stranger}");
        }
    }

    #[test]
    fn secrets_go_to_auth_and_api_hosts_only() {
        let mut regions = Regions::default();
        assert!(regions.may_receive_secrets(&Host::of("api.usw2.pure.cloud")));
        assert!(!regions.may_receive_secrets(&Host::of("apps.usw2.pure.cloud")));
        assert!(!regions.may_receive_secrets(&Host::of("login.new1.pure.cloud")));
        regions.add("New1.pure.cloud");
        assert!(regions.may_receive_secrets(&Host::of("login.new1.pure.cloud")));
    }
}
