//! Whether the API host answers as Genesys Cloud's Platform API.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, ApiError, ApiProbeFact, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::region::HostRole;

use crate::evidence::subjects;

page! {
    /// The API host answers as Genesys Cloud's Platform API.
    ///
    /// A call without a token must be refused with 401 and the error `authentication.required`, in the service's own form.
    ///
    /// ## Why it matters
    ///
    /// Components send their tokens to this host. A portal or block page answers with something that looks like success, and then
    /// every component fails in a way of its own.
    ///
    /// ## How to fix
    ///
    /// Look at the evidence: what answered is named there. Have the host exempted from that proxy, portal or filter, or correct
    /// `general/base_service_url`. An error of the service itself passes by waiting; its status page says more.
    ///
    /// ## What we rely on
    ///
    /// Documented: the error body and its codes (Platform API definition). Inferred: nothing but the API sends them.
    pub(crate) struct GenuineApiService;
}

impl Judge for GenuineApiService {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        let endpoints = object.api_endpoints().into_iter();
        endpoints.collect()
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::api_probe(endpoint)]
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.api_probe(&FactKey::api_probe(endpoint))?;
        let role = case.regions.of_host(&endpoint.host).map(|(_, role)| role);
        if role != Some(HostRole::Api) {
            case.note(&FactKey::option(
                case.object.id,
                "general",
                "base_service_url",
            ));
        }
        let judgement = match &fact.error {
            Some(error) => of_error(endpoint, error),
            None => of_something_else(endpoint, fact),
        };
        Ok(subjects::with_http(
            subjects::with_proxies(judgement, &fact.http),
            &fact.http,
        ))
    }
}

const EXPECTED: &str =
    "401 authentication.required, the API's own refusal of a call without a token";

fn of_error(endpoint: &Endpoint, error: &ApiError) -> Judgement {
    let said = error.to_string();
    match error.status {
        401 if error.code == "authentication.required" => {
            Judgement::pass(format!("refused as documented: {said}"))
        }
        500..=599 => failing(&said),
        429 => Judgement::note(
            format!("the API answers, and limits the rate of calls: {said}"),
            "Run again later.",
            Owner::CloudAdmin,
        ),
        _ => Judgement::warn(
            EXPECTED,
            format!("the API answers, but differently: {said}"),
            format!(
                "Look for a proxy or gateway that changes requests to {}, above all one that adds an Authorization header.",
                endpoint.host
            ),
            Owner::NetworkTeam,
        ),
    }
}

fn failing(said: &str) -> Judgement {
    Judgement::fail(
        EXPECTED,
        format!("{said}: the service, or something before it, failed"),
        "Try again, and look at the status page of Genesys Cloud; give the correlation id to Genesys support.",
        Owner::CloudAdmin,
    )
}

fn of_something_else(endpoint: &Endpoint, fact: &ApiProbeFact) -> Judgement {
    let said = fact.http.outcome.to_string();
    let Some(answer) = fact.http.outcome.answer() else {
        return Judgement::fail(
            EXPECTED,
            said,
            format!(
                "Find out what ends requests to {}: a proxy, a filter, or a service in trouble.",
                endpoint.host
            ),
            Owner::NetworkTeam,
        );
    };
    let judgement = if (500..=599).contains(&answer.status) {
        failing(&said)
    } else {
        Judgement::fail(
            EXPECTED,
            format!("{said}, which is not Genesys Cloud's Platform API"),
            format!(
                "Exempt {} from the proxy, portal or filter that answers in its place, or correct general/base_service_url.",
                endpoint.host
            ),
            Owner::NetworkTeam,
        )
    };
    let excerpt = answer.excerpt.view().trim();
    if excerpt.is_empty() {
        judgement
    } else {
        judgement.evidence("first words", excerpt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::Gap;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{api_error, api_probe};

    fn answering(error: Option<ApiError>) -> Judgement {
        let bench = Bench::healthy();
        let endpoint = bench.api();
        let bench = bench.fact(FactKey::api_probe(&endpoint), api_probe(&endpoint, error));
        bench.judge_first(&GenuineApiService).expect("a verdict")
    }

    #[test]
    fn the_documented_refusal_passes() {
        let judgement = Bench::healthy()
            .judge_first(&GenuineApiService)
            .expect("a verdict");
        assert!(
            judgement
                .found()
                .starts_with("refused as documented: HTTP 401 authentication.required")
        );
    }

    #[test]
    fn a_page_instead_of_the_api_fails() {
        let judgement = answering(None);
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement
                .found()
                .starts_with("HTTP 200 text/html, which is not")
        );
    }

    #[test]
    fn other_answers_of_the_api_are_weighed() {
        let status = |status, code| answering(Some(api_error(status, code, "…"))).status();
        assert_eq!(status(503, "service.unavailable"), Status::Fail);
        assert_eq!(status(401, "bad.credentials"), Status::Warn);
        assert_eq!(status(429, "too.many.requests"), Status::Note);
    }

    #[test]
    fn no_answer_is_a_gap() {
        let bench = Bench::healthy();
        let key = FactKey::api_probe(bench.api());
        assert_eq!(
            bench.gap(key, Gap::Offline).judge_first(&GenuineApiService),
            Err(Gap::Offline)
        );
    }
}
