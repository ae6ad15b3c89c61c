//! The object mixes regions.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::{Case, Check};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::FactKey;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::region::Region;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::oauth::is_any_issued;
use crate::evidence::rows;
use crate::network;
use crate::network::genuine_auth_service::issuer_host;
use crate::{general, oauth};

page! {
    /// The object mixes two regions of Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// An organisation lives in one region, and its clients are known there only. When the login host and the API host are of
    /// different regions, or the login host is answered by another region, good clients look unknown and good secrets look wrong.
    ///
    /// ## How to fix
    ///
    /// Find out the region of the organisation: the address that administrators log in at names it. Then set both URLs to it. Change no
    /// client and no secret before that.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s https://LOGIN-HOST/.well-known/oauth-authorization-server` names the issuer, and with it the region that answers.
    ///
    /// ## What we rely on
    ///
    /// Documented: the hosts of the regions (official SDKs). Observed by users: a wrong region answers with *client not found* or
    /// *authentication failed*.
    pub(crate) struct RegionMismatch;
}

impl Rule for RegionMismatch {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = evidence(case, all);
        let regions = stated(case);
        if shown.is_empty() && regions.is_none() {
            return Vec::new();
        }
        // A token that was issued proves the region of the auth host: another client's refusal is another matter.
        let follow: &[&dyn Check] = if is_any_issued(case) {
            &[&oauth::ClientActive]
        } else {
            &[&oauth::TokenIssued, &oauth::ClientActive]
        };
        let follow = rows::failing_any(all, follow);
        let (sentence, fix) = words(case, regions);
        let urls = ["base_auth_url", "base_service_url"]
            .map(|option| FactKey::option(case.object.id, "general", option));
        let shown = members::on_facts(shown, all, |key| urls.contains(key));
        let mut diagnosis =
            members::diagnosis_of(shown, Certainty::Certain, sentence, Owner::EngageAdmin, fix)
                .explaining(follow)
                .breaks(urls);
        if let Some(endpoint) = case.object.auth_endpoint() {
            diagnosis = diagnosis
                .breaks([FactKey::discovery(&endpoint)])
                .command(format!(
                    "curl -s https://{endpoint}/.well-known/oauth-authorization-server"
                ));
        }
        vec![diagnosis]
    }
}

fn words(case: &Case<'_>, regions: Option<(Region, Region)>) -> (String, String) {
    if let Some((auth, api)) = &regions
        && is_any_issued(case)
        && answering(case).is_none()
    {
        return (
            format!(
                "general/base_auth_url is of {}, general/base_service_url of {}; the organisation lives in {0}, whose login service gave a token",
                auth.name, api.name
            ),
            format!(
                "Set base_service_url to https://{}/api/. Change no client that was given a token.",
                auth.api_host()
            ),
        );
    }
    if let Some((auth, api)) = regions {
        return (
            format!(
                "general/base_auth_url is of {}, general/base_service_url of {}",
                auth.name, api.name
            ),
            format!(
                "Set both URLs to the region your organisation lives in: https://{0}/oauth/token with https://{1}/api/ for {2}, or https://{3}/oauth/token with https://{4}/api/ for {5}. Change no client and no secret before that.",
                auth.auth_host(),
                auth.api_host(),
                auth.name,
                api.auth_host(),
                api.api_host(),
                api.name
            ),
        );
    }
    let host = case
        .object
        .auth_endpoint()
        .map(|endpoint| endpoint.host.to_string())
        .unwrap_or_default();
    match answering(case) {
        Some((issuer, Some(region))) => (
            format!("{host} is answered by another region: issuer {issuer}, {}", region.name),
            format!(
                "Find out which region your organisation lives in. For {}, set base_auth_url to https://{}/oauth/token and base_service_url to https://{}/api/; else correct what leads {host} there (DNS, hosts file, proxy). Change no client and no secret before that.",
                region.name, region.auth_host(), region.api_host()
            ),
        ),
        _ => (
            "general/base_auth_url and general/base_service_url are of different regions".into(),
            "Set both URLs to the region your organisation lives in. Change no client and no secret before that.".into(),
        ),
    }
}

/// The rows that show two regions; while there is one, no client and no secret is accused.
pub(crate) fn evidence<'r>(case: &Case<'_>, all: &'r [Row]) -> Vec<&'r Row> {
    let mut shown = rows::failing(all, &general::SameRegion);
    if answering(case).is_some_and(|(_, region)| region.is_some()) {
        shown.extend(rows::failing(all, &network::GenuineAuthService));
    }
    shown
}

/// Whether nothing speaks against the region: only then may a refusal be the client's or the secret's fault.
pub(crate) fn is_settled(case: &Case<'_>, all: &[Row]) -> bool {
    is_any_issued(case) || is_undisputed(case, all)
}

fn is_undisputed(case: &Case<'_>, all: &[Row]) -> bool {
    evidence(case, all).is_empty()
        && stated(case).is_none()
        && !rows::fails(all, &general::AuthUrl)
        && !rows::fails(all, &network::GenuineAuthService)
}

/// The regions of the two URLs, when both are known and differ.
fn stated(case: &Case<'_>) -> Option<(Region, Region)> {
    let region = |endpoint: &Endpoint| {
        case.regions
            .of_host(&endpoint.host)
            .map(|(region, _)| region.clone())
    };
    let (auth, api) = (
        region(&case.object.auth_endpoint()?)?,
        region(&case.object.api_endpoint()?)?,
    );
    (auth.domain != api.domain).then_some((auth, api))
}

/// The issuer that answers at the auth host when it is another host's, with its region when it is one.
fn answering(case: &Case<'_>) -> Option<(String, Option<Region>)> {
    let endpoint = case.object.auth_endpoint()?;
    let fact = case
        .facts()
        .discovery(&case.over(FactKey::discovery(&endpoint)))
        .ok()?;
    let issuer = &fact.document.as_ref()?.issuer;
    let host = issuer_host(issuer)?;
    if host == endpoint.host {
        return None;
    }
    let region = case
        .regions
        .of_host(&host)
        .map(|(region, _)| region.clone());
    Some((issuer.shown(120).to_string(), region))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::network::not_the_genuine_service::NotTheGenuineService;
    use crate::causes::oauth::unknown_client::UnknownClient;
    use crate::causes::oauth::wrong_secret::WrongSecret;
    use crate::testing::bench::Bench;
    use hybridcheck_core::check::Subject;
    use hybridcheck_testkit::facts::{discovery, oauth_error, token, token_key};
    use hybridcheck_testkit::objects;

    fn refused(bench: Bench, description: &str) -> Bench {
        let fact = token(
            &bench.object,
            "ewt",
            oauth_error(401, "invalid_client", description),
        );
        bench
            .without_login()
            .fact(token_key("ewt"), fact)
            .blocked_behind(&token_key("ewt"))
    }

    /// A client of the object that was given a token settles the region of the auth host; another's wrong secret is its own.
    #[test]
    fn a_token_that_was_issued_settles_the_region_for_the_other_clients() {
        let object = objects::with(
            objects::healthy(),
            "general",
            "base_service_url",
            "https://api.mypurecloud.ie/api/",
        );
        let object = objects::with(
            object,
            "pacing",
            "client_id",
            "77777777-aaaa-4bbb-8ccc-777777777777",
        );
        let object = objects::with(object, "pacing", "password", "FAKE-secret");
        let bench = Bench::of(object);
        let refusal = oauth_error(401, "invalid_client", "authentication failed");
        let fact = token(&bench.object, "pacing", refusal);
        let bench = bench
            .fact(token_key("pacing"), fact)
            .blocked_behind(&token_key("pacing"));
        let found = bench.diagnose(&RegionMismatch).remove(0);
        assert_eq!(found.explains, []);
        assert!(
            found
                .fix
                .starts_with("Set base_service_url to https://api.mypurecloud.de/api/"),
            "{}",
            found.fix
        );
        assert_eq!(bench.diagnose(&WrongSecret).len(), 1);
    }

    #[test]
    fn two_regions_explain_refused_clients_and_secrets() {
        let object = objects::with(
            objects::healthy(),
            "general",
            "base_auth_url",
            "https://login.mypurecloud.ie/oauth/token",
        );
        for description in ["client not found", "authentication failed"] {
            let bench = refused(Bench::of(object.clone()), description)
                .failing(&general::SameRegion, Subject::Object);
            let found = bench.diagnose(&RegionMismatch);
            assert_eq!(found[0].explains.len(), 1);
            assert!(found[0].fix.contains(
                "https://login.mypurecloud.de/oauth/token with https://api.mypurecloud.de/api/"
            ));
            assert!(bench.diagnose(&UnknownClient).is_empty());
            assert!(bench.diagnose(&WrongSecret).is_empty());
        }
    }

    #[test]
    fn another_regions_issuer_fires() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = refused(bench, "authentication failed").fact(
            FactKey::discovery(&auth),
            discovery(&auth, "https://login.mypurecloud.ie"),
        );
        assert_eq!(bench.causes(), ["region-mismatch"]);
    }

    #[test]
    fn a_strangers_issuer_is_not_a_region() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = bench.fact(
            FactKey::discovery(&auth),
            discovery(&auth, "https://login.evil.example"),
        );
        assert!(bench.diagnose(&RegionMismatch).is_empty());
        let _ = bench.diagnose(&NotTheGenuineService);
    }

    #[test]
    fn one_region_with_a_wrong_secret_is_another_cause() {
        let bench = refused(Bench::healthy(), "authentication failed");
        assert!(bench.diagnose(&RegionMismatch).is_empty());
        assert_eq!(bench.diagnose(&WrongSecret).len(), 1);
    }
}
