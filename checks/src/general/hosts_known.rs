//! Whether the hosts of both URLs belong to a region.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::Answer;
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::region::{Region, Regions, TABLE_DATE};
use hybridcheck_core::text::{listed, nearest};

use crate::evidence::options::OPTIONS_TAB;
use crate::evidence::options::address::{Address, Standing};

page! {
    /// The host belongs to a known Genesys Cloud region
    ///
    /// ## Why it matters
    ///
    /// A host that belongs to no region is most often a typing mistake or a name invented by a web page. hybridcheck sends client
    /// secrets only to hosts it knows, so with an unknown one the login cannot be tried either.
    ///
    /// ## How to fix
    ///
    /// Look up the region of the organisation: the browser shows `apps.<domain>` after the login to Genesys Cloud. In GAX, Configuration
    /// Manager > Routing/eServices > Transactions > hybrid_integration > Options, section `general`, put `login.<domain>` into
    /// `base_auth_url` and `api.<domain>` into `base_service_url` and save. If the region is newer than the table, name its domain to
    /// hybridcheck with `--add-region`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the region tables of the official SDKs, gathered on the day that the finding gives. New regions appear, so a host
    /// outside the table warns and never fails. Observed: names such as `api.us.genesys.cloud` stand on web pages but in no table.
    pub(crate) struct HostsKnown;
}

/// Domains seen beside those of the older regions in allow lists only, never as login or API hosts.
const ALIASES: [(&str, &str); 5] = [
    ("use1.pure.cloud", "mypurecloud.com"),
    ("euw1.pure.cloud", "mypurecloud.ie"),
    ("euc1.pure.cloud", "mypurecloud.de"),
    ("apne1.pure.cloud", "mypurecloud.jp"),
    ("apse2.pure.cloud", "mypurecloud.com.au"),
];

impl Judge for HostsKnown {
    type Subject = OptionName;

    fn subjects(&self, _object: &HybridObject) -> Vec<OptionName> {
        ["base_auth_url", "base_service_url"]
            .map(|option| OptionName::new("general", option))
            .into()
    }

    fn judge(&self, name: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = name.option.raw();
        let host = Address::of(case, option)?.host;
        let found = case.visible("general", option)?;
        let shown = host.shown(100);
        if let Some(region) = Standing::of(&host, case.regions).region() {
            let found_text = format!("`{shown}` belongs to {} ({})", region.name, region.id);
            return Ok(Judgement::pass(found_text).of(found));
        }
        let label = if option == "base_auth_url" {
            "login"
        } else {
            "api"
        };
        let hint = hint(&host, label, case.regions);
        let fix = match &hint.hosts[..] {
            [] => format!(
                "{OPTIONS_TAB}: put `{label}.<domain of your region>` into `general/{option}` and save; the browser shows `apps.<domain>` after the login to Genesys Cloud."
            ),
            hosts => {
                let hosts: Vec<String> = hosts.iter().map(|host| format!("`{host}`")).collect();
                format!(
                    "{OPTIONS_TAB}: if {} is meant, put it into `general/{option}` and save.",
                    hosts.join(" or ")
                )
            }
        };
        Ok(Judgement::warn(
            format!("a host `{label}.<domain>` of a region in the table of {TABLE_DATE}"),
            format!(
                "`{shown}` is not in the table of {TABLE_DATE}{}",
                hint.sentence
            ),
            format!("{fix} If the region is newer than the table, name its domain to hybridcheck with --add-region."),
            Owner::EngageAdmin,
        )
        .of(found))
    }
}

struct Hint {
    sentence: String,
    hosts: Vec<String>,
}

/// What an unknown host was probably meant to be, best guess first.
fn hint(host: &Host, label: &str, regions: &Regions) -> Hint {
    let none = |sentence: &str| Hint {
        sentence: sentence.to_owned(),
        hosts: Vec::new(),
    };
    let meant = |sentence: String, region: &Region| Hint {
        sentence,
        hosts: vec![format!("{label}.{}", region.domain)],
    };
    let name = host.as_str();
    if host.literal().is_some() {
        return none(": an address, while certificates name hosts and addresses change");
    }
    let alias = ALIASES.iter().find(|(alias, _)| {
        let rest = name.strip_suffix(alias);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    if let Some((alias, domain)) = alias
        && let Some(region) = regions.iter().find(|region| region.domain == *domain)
    {
        return meant(
            format!(
                ": `{alias}` is known from allow lists only, the region's hosts are under `{domain}`"
            ),
            region,
        );
    }
    let by_id = regions.iter().find(|region| {
        name.split('.')
            .any(|part| part.replace('_', "-") == region.id)
    });
    if let Some(region) = by_id {
        return meant(
            format!(": region {} has the domain `{}`", region.id, region.domain),
            region,
        );
    }
    if name == "genesys.cloud" || name.ends_with(".genesys.cloud") {
        return none(": under `genesys.cloud` no region of the table has its login or API host");
    }
    let candidates: Vec<String> = regions
        .iter()
        .map(|region| format!("{label}.{}", region.domain))
        .collect();
    // The label may be wrong too; that is another check's matter.
    let domain = name.split_once('.').map_or(name, |(_, domain)| domain);
    let relabelled = format!("{label}.{domain}");
    let near = nearest(&relabelled, candidates.iter().map(String::as_str));
    if near.is_empty() {
        return none("");
    }
    let hosts: Vec<String> = near.into_iter().map(str::to_owned).collect();
    let quoted = hosts.iter().map(|host| format!("`{host}`"));
    Hint {
        sentence: format!("; near it: {}", listed(quoted)),
        hosts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{about, offline, unusual};
    use hybridcheck_core::facts::Gap;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{healthy, with, without};

    fn judged(host: &str) -> Judgement {
        let url = format!("https://{host}/api/");
        let object = with(healthy(), "general", "base_service_url", &url);
        about(offline(&HostsKnown, &object), "general", "base_service_url").expect("a judgement")
    }

    #[test]
    fn hosts_of_a_region_pass_and_name_it() {
        assert!(unusual(&offline(&HostsKnown, &healthy())).is_empty());
        let judgement = judged("api.mypurecloud.ie");
        assert!(
            judgement.found().contains("eu-west-1"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn a_wrong_label_of_a_known_region_is_another_checks_matter() {
        assert_eq!(judged("login.mypurecloud.de").status(), Status::Pass);
        assert_eq!(judged("mypurecloud.de").status(), Status::Pass);
    }

    #[test]
    fn unknown_hosts_warn_with_what_was_probably_meant() {
        for (host, hint) in [
            ("api.mypurecloud.dee", "`api.mypurecloud.de`"),
            ("api.us.genesys.cloud", "no region of the table"),
            ("api.euc1.pure.cloud", "`mypurecloud.de`"),
            ("api.eu-west-2.pure.cloud", "`euw2.pure.cloud`"),
            ("192.0.2.7", "an address"),
            ("api.evil-mypurecloud.de", "not in the table"),
            ("gateway.acme.example", "not in the table"),
        ] {
            let judgement = judged(host);
            assert_eq!(judgement.status(), Status::Warn, "{host}");
            assert!(judgement.found().contains(hint), "{}", judgement.found());
            assert!(judgement.found().contains(TABLE_DATE));
        }
    }

    #[test]
    fn a_url_without_a_host_is_a_gap() {
        for object in [
            with(healthy(), "general", "base_auth_url", "token url"),
            with(
                healthy(),
                "general",
                "base_auth_url",
                "https://u:p@login.mypurecloud.de/",
            ),
            without(healthy(), "general", "base_auth_url"),
        ] {
            let answer = about(offline(&HostsKnown, &object), "general", "base_auth_url");
            assert!(matches!(answer, Err(Gap::Blocked { .. })));
        }
    }
}
