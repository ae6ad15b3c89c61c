//! A URL option is not what components need.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{ApiOutcome, FactKey, Gap};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::region::HostRole;
use hybridcheck_core::row::Row;

use crate::evidence::members::Rows;
use crate::evidence::rows;
use crate::evidence::tcp::broken;
use crate::{general, network, oauth};

page! {
    /// A URL in the object is not what components need.
    ///
    /// ## What it means
    ///
    /// Components take `general/base_auth_url` as it is, and put paths such as `v2/conversations` behind `general/base_service_url`.
    /// A wrong host, path, scheme or a missing slash makes every request go wrong, whatever the network does.
    ///
    /// ## How to fix
    ///
    /// `base_auth_url` is `https://login.DOMAIN/oauth/token`, `base_service_url` is `https://api.DOMAIN/api/`, of one region.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -si https://login.DOMAIN/.well-known/oauth-authorization-server`, and a look at the two options.
    ///
    /// ## What we rely on
    ///
    /// Documented: the form of both URLs (provisioning article) and the hosts of the regions (official SDKs).
    pub(crate) struct UrlMalformed;
}

const AUTH: (&dyn Check, &str) = (&general::AuthUrl, "base_auth_url");
const SERVICE: (&dyn Check, &str) = (&general::ServiceUrl, "base_service_url");

impl Rule for UrlMalformed {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        if are_swapped(case)
            && let Some(wrong) = Rows::all(rows::failing_any(all, &[AUTH.0, SERVICE.0]))
        {
            let diagnosis = wrong.diagnosis(
                Certainty::Certain,
                "general/base_auth_url and general/base_service_url are swapped",
                Owner::EngageAdmin,
                "Exchange the hosts: base_auth_url is https://login.DOMAIN/oauth/token, base_service_url is https://api.DOMAIN/api/.",
            );
            return vec![consequences(case, all, diagnosis, &[AUTH.1, SERVICE.1])];
        }
        let each = [AUTH, SERVICE].into_iter().filter_map(|(check, option)| {
            let wrong = Rows::all(rows::failing(all, check))?;
            let first = wrong.row();
            let diagnosis = wrong.diagnosis(
                Certainty::Certain,
                format!(
                    "general/{option} is not what components need: {}",
                    first.found()
                ),
                first.owner().unwrap_or(Owner::EngageAdmin),
                first.fix().to_owned(),
            );
            Some(consequences(case, all, diagnosis, &[option]))
        });
        each.collect()
    }
}

fn consequences(
    case: &Case<'_>,
    all: &[Row],
    mut diagnosis: Diagnosis,
    options: &[&str],
) -> Diagnosis {
    for option in options {
        if *option == SERVICE.1 && is_api_answering(case) {
            // The API was reached all the same: what is missing there is missing for a reason of its own.
            continue;
        }
        diagnosis = diagnosis.breaks([FactKey::option(case.object.id, "general", *option)]);
        let Some(endpoint) = case.object.endpoint(option) else {
            continue;
        };
        let checks: [&dyn Check; 5] = [
            &network::Resolves,
            &network::Connects,
            &network::GenuineAuthService,
            &network::GenuineApiService,
            &oauth::TokenIssued,
        ];
        let follow = rows::failing_any(all, &checks).into_iter();
        let follow = follow.filter(|row| rows::endpoint(row).is_none_or(|of| *of == endpoint));
        diagnosis = diagnosis.explaining(follow.filter(|row| {
            row.judged_on
                .contains(&FactKey::option(case.object.id, "general", *option))
        }));
        if rows::is_port_at_fault(case, all, &endpoint) {
            let shut = rows::failing(all, &network::Connects).into_iter();
            diagnosis = diagnosis
                .explaining(shut.filter(|row| rows::endpoint(row) == Some(&endpoint)))
                .breaks(broken(case, &[&endpoint]));
        }
        if !is_known(case, &endpoint) {
            diagnosis = diagnosis.breaks([
                FactKey::addresses(&endpoint.host),
                FactKey::connection(endpoint),
            ]);
        }
    }
    diagnosis
}

fn is_known(case: &Case<'_>, endpoint: &Endpoint) -> bool {
    case.regions.of_host(&endpoint.host).is_some()
}

fn are_swapped(case: &Case<'_>) -> bool {
    let role = |endpoint: Option<Endpoint>| {
        let endpoint = endpoint?;
        case.regions.of_host(&endpoint.host).map(|(_, role)| role)
    };
    role(case.object.auth_endpoint()) == Some(HostRole::Api)
        && role(case.object.api_endpoint()) == Some(HostRole::Auth)
}

fn is_api_answering(case: &Case<'_>) -> bool {
    let key = FactKey::organization(case.object.id);
    match case.facts().organization(&key) {
        Ok(fact) => matches!(fact.outcome, ApiOutcome::Found(_)),
        Err(gap) => matches!(gap, Gap::Denied { .. }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::general::region_mismatch::RegionMismatch;
    use crate::general;
    use crate::testing::bench::Bench;
    use hybridcheck_core::check::Subject;
    use hybridcheck_core::facts::TcpOutcome;
    use hybridcheck_testkit::facts::{addresses_of, tcp, took};
    use hybridcheck_testkit::objects;

    fn url(option: &str) -> Subject {
        Subject::option("general", option)
    }

    #[test]
    fn each_wrong_url_is_its_own_cause() {
        let bench = Bench::healthy().failing(&general::AuthUrl, url("base_auth_url"));
        let found = bench.diagnose(&UrlMalformed);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].fix, "what the check advises");
        let both = bench.failing(&general::ServiceUrl, url("base_service_url"));
        assert_eq!(both.diagnose(&UrlMalformed).len(), 2);
    }

    #[test]
    fn swapped_urls_are_one_cause() {
        let object = objects::with(
            objects::healthy(),
            "general",
            "base_auth_url",
            "https://api.mypurecloud.de/oauth/token",
        );
        let object = objects::with(
            object,
            "general",
            "base_service_url",
            "https://login.mypurecloud.de/api/",
        );
        let bench = Bench::of(object)
            .failing(&general::AuthUrl, url("base_auth_url"))
            .failing(&general::ServiceUrl, url("base_service_url"));
        let found = bench.diagnose(&UrlMalformed);
        assert_eq!(found.len(), 1);
        assert!(found[0].sentence.ends_with("are swapped"));
    }

    #[test]
    fn the_port_of_a_wrong_url_is_not_the_firewalls_fault() {
        let written = "http://login.mypurecloud.de:8080/oauth/token";
        for outcome in [
            TcpOutcome::Refused,
            TcpOutcome::TimedOut { waited: took(5000) },
        ] {
            let mut bench = Bench::of(objects::with(
                objects::healthy(),
                "general",
                "base_auth_url",
                written,
            ));
            let auth = bench.auth();
            assert_eq!(auth.port, 8080);
            for address in addresses_of(&auth.host) {
                let key = FactKey::tcp(&auth, address);
                bench = bench
                    .fact(key.clone(), tcp(address, 8080, outcome.clone()))
                    .blocked_behind(&key);
            }
            assert_eq!(bench.causes(), ["url-malformed"]);
        }
    }

    #[test]
    fn an_api_that_answers_is_not_called_broken() {
        let bench = Bench::healthy().failing(&general::ServiceUrl, url("base_service_url"));
        assert!(bench.diagnose(&UrlMalformed)[0].broken.is_empty());
    }

    #[test]
    fn two_good_urls_of_different_regions_are_another_cause() {
        let object = objects::with(
            objects::healthy(),
            "general",
            "base_service_url",
            "https://api.mypurecloud.ie/api/",
        );
        let bench = Bench::of(object).failing(&general::SameRegion, Subject::Object);
        assert!(bench.diagnose(&UrlMalformed).is_empty());
        assert_eq!(bench.diagnose(&RegionMismatch).len(), 1);
    }
}
