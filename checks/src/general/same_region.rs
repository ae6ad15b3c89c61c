//! Whether both URLs name the same region.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;

use crate::evidence::options::OPTIONS_TAB;
use crate::evidence::options::address::{Address, Standing};

page! {
    /// Both URLs name hosts of the same region
    ///
    /// ## Why it matters
    ///
    /// An organisation lives in one region. A token of one region is worth nothing in another: the login succeeds, then every call is
    /// refused with `bad.credentials`.
    ///
    /// ## How to fix
    ///
    /// Look up the region of the organisation: the browser shows `apps.<domain>` after the login to Genesys Cloud. In GAX, Configuration
    /// Manager > Routing/eServices > Transactions > hybrid_integration > Options, section `general`, set `base_auth_url` to
    /// `https://login.<domain>/oauth/token` and `base_service_url` to `https://api.<domain>/api/`, and save.
    ///
    /// ## What we rely on
    ///
    /// Documented: the region tables of the official SDKs give login and API host of a region the same domain. Inferred: the answer
    /// that a token of another region gets.
    pub(crate) struct SameRegion;
}

impl Judge for SameRegion {
    type Subject = Whole;

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let auth = Address::of(case, "base_auth_url")?.host;
        let api = Address::of(case, "base_service_url")?.host;
        let region = |host: &Host| Standing::of(host, case.regions).region();
        let (auth_region, api_region) = match (region(&auth), region(&api)) {
            (Some(auth_region), Some(api_region)) => (auth_region, api_region),
            (None, None) if domain(&auth) == domain(&api) => {
                let found = format!("both under `{}`", Outside::of(domain(&auth)).shown(100));
                return Ok(Judgement::pass(found));
            }
            (None, _) => return Err(unknown(case, "base_auth_url")),
            (_, None) => return Err(unknown(case, "base_service_url")),
        };
        let places =
            ["base_auth_url", "base_service_url"].map(|option| case.visible("general", option));
        if auth_region == api_region {
            let found = format!("both in {} ({})", auth_region.name, auth_region.id);
            return Ok(Judgement::pass(found));
        }
        let judgement = Judgement::fail(
            "login and API host of one region",
            format!(
                "`base_auth_url` names `{auth}` in {} ({}), `base_service_url` names `{api}` in {} ({})",
                auth_region.name, auth_region.id, api_region.name, api_region.id
            ),
            format!(
                "Find out which region the organisation is in. {OPTIONS_TAB}: for {} set `general/base_service_url` to `https://{}/api/`; for {} set `general/base_auth_url` to `https://{}/oauth/token`; save.",
                auth_region.name,
                auth_region.api_host(),
                api_region.name,
                api_region.auth_host()
            ),
            Owner::EngageAdmin,
        );
        Ok(places.into_iter().flatten().fold(judgement, Judgement::of))
    }
}

fn unknown(case: &Case<'_>, option: &str) -> Gap {
    Gap::blocked(FactKey::option(case.object.id, "general", option))
}

fn domain(host: &Host) -> &str {
    let name = host.as_str();
    name.split_once('.').map_or(name, |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::offline::{offline, only};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::objects::{healthy, with, without};

    fn judged(auth: &str, api: &str) -> Answer<Judgement> {
        let object = with(healthy(), "general", "base_auth_url", auth);
        let object = with(object, "general", "base_service_url", api);
        only(offline(&SameRegion, &object))
    }

    #[test]
    fn one_region_passes_whatever_else_is_wrong() {
        for (auth, api) in [
            (
                "https://login.mypurecloud.de/oauth/token",
                "https://api.mypurecloud.de/api/",
            ),
            (
                "http://api.mypurecloud.de",
                "\"https://api.mypurecloud.de/api/\"",
            ),
            (
                "https://login.new1.pure.cloud/oauth/token",
                "https://api.new1.pure.cloud/api/",
            ),
        ] {
            assert_eq!(
                judged(auth, api).expect("a judgement").status(),
                Status::Pass,
                "{auth}"
            );
        }
    }

    #[test]
    fn two_regions_fail_and_both_are_named() {
        let judgement = judged(
            "https://login.mypurecloud.com/oauth/token",
            "https://api.mypurecloud.de/api/",
        )
        .expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        for named in ["us-east-1", "eu-central-1"] {
            assert!(judgement.found().contains(named), "{}", judgement.found());
        }
        assert!(
            judgement
                .fix()
                .contains("`https://api.mypurecloud.com/api/`"),
            "{}",
            judgement.fix()
        );
        assert_eq!(judgement.places.len(), 2);
    }

    #[test]
    fn an_unknown_host_is_a_gap() {
        let answer = judged(
            "https://login.acme.example/oauth/token",
            "https://api.mypurecloud.de/api/",
        );
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
        let missing = without(healthy(), "general", "base_service_url");
        assert!(only(offline(&SameRegion, &missing)).is_err());
    }

    #[test]
    fn two_strange_domains_are_not_taken_for_one_region() {
        let strange = |auth: &str, api: &str| {
            judged(
                &format!("https://login.{auth}/oauth/token"),
                &format!("https://api.{api}/api/"),
            )
        };
        let answer = strange("new1.pure.cloud", "new2.pure.cloud");
        assert!(matches!(answer, Err(Gap::Blocked { .. })), "{answer:?}");
        let answer = strange("mypurecloud.de", "acme.example");
        assert!(matches!(answer, Err(Gap::Blocked { .. })), "{answer:?}");
    }
}
