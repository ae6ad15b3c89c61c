//! Whether the auth host answers as Genesys Cloud's, of the right region.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::facts::{Answer, DiscoveryFact, FactKey};
use hybridcheck_core::finding::{Judgement, Owner, Severity};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::region::HostRole;

use crate::evidence::subjects;

page! {
    /// The auth host answers as Genesys Cloud's login service of its region.
    ///
    /// The public discovery document of the OAuth service names its issuer: the host itself. No login is needed to read it.
    ///
    /// ## Why it matters
    ///
    /// A captive portal, a block page or a wrong host answers with a friendly 200 too. Client secrets must only go to the genuine
    /// service, and a client of one region is unknown in every other.
    ///
    /// ## How to fix
    ///
    /// When something else answers: look at the evidence (status, server, first words of the page) and have the host exempted from
    /// that proxy, portal or filter. When another region answers: correct `general/base_auth_url`, or the DNS entry behind it.
    /// When the service answers with an error of its own: wait and look at the status page of Genesys Cloud.
    ///
    /// ## What we rely on
    ///
    /// Documented: the form of the document (RFC 8414). Observed by a third party: Genesys Cloud serves it, on mypurecloud.com;
    /// inferred for the other regions, so a plain 404 that carries the service's correlation id is a note and no failure.
    pub(crate) struct GenuineAuthService;
}

impl Judge for GenuineAuthService {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        let endpoints = object.auth_endpoints().into_iter();
        endpoints.collect()
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        vec![FactKey::discovery(endpoint)]
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.discovery(&FactKey::discovery(endpoint))?;
        let role = case.regions.of_host(&endpoint.host).map(|(_, role)| role);
        if role != Some(HostRole::Auth) {
            case.note(&FactKey::option(case.object.id, "general", "base_auth_url"));
        }
        let judgement = match &fact.document {
            Some(document) => of_document(case, endpoint, &document.issuer),
            None => of_something_else(endpoint, fact),
        };
        Ok(subjects::with_http(
            subjects::with_proxies(judgement, &fact.http),
            &fact.http,
        ))
    }
}

fn of_document(case: &Case<'_>, endpoint: &Endpoint, issuer: &Outside) -> Judgement {
    let shown = issuer.shown(120);
    let host = issuer_host(issuer);
    if host.as_ref() == Some(&endpoint.host) {
        return Judgement::pass(format!("the discovery document names the issuer {shown}"));
    }
    let expected = format!("issuer https://{}", endpoint.host);
    let region = host.as_ref().and_then(|host| case.regions.of_host(host));
    match region {
        Some((region, _)) => Judgement::fail(
            expected,
            format!("issuer {shown}: another region answers, {}", region.name),
            format!(
                "Set general/base_auth_url to https://{}/oauth/token if your organisation lives there; else correct what leads {} to another region (DNS, hosts file, proxy).",
                region.auth_host(),
                endpoint.host
            ),
            Owner::EngageAdmin,
        ),
        None => Judgement::fail(
            expected,
            format!("issuer {shown}: another OAuth service answers"),
            format!(
                "Find out what answers in place of {}; send it no client secret.",
                endpoint.host
            ),
            Owner::NetworkTeam,
        ),
    }
}

fn of_something_else(endpoint: &Endpoint, fact: &DiscoveryFact) -> Judgement {
    let answer = fact.http.outcome.answer();
    let is_marked = answer.is_some_and(|answer| answer.correlation_id().is_some());
    let status = answer.map(|answer| answer.status);
    let expected = format!("the discovery document of {}", endpoint.host);
    let judgement = match status {
        Some(500..=599) => Judgement::fail(
            expected,
            format!(
                "{}: the service, or something before it, failed",
                fact.http.outcome
            ),
            "Try again, and look at the status page of Genesys Cloud; give the correlation id to Genesys support.",
            Owner::CloudAdmin,
        ),
        Some(_) if is_marked => Judgement::finding(
            Severity::Note,
            expected,
            format!(
                "{} with the service's correlation id, but no discovery document: the region is not confirmed",
                fact.http.outcome
            ),
            "",
            Owner::CloudAdmin,
        ),
        Some(_) => Judgement::fail(
            expected,
            format!(
                "{}, which is not Genesys Cloud's login service",
                fact.http.outcome
            ),
            format!(
                "Exempt {} from the proxy, portal or filter that answers in its place, or correct general/base_auth_url.",
                endpoint.host
            ),
            Owner::NetworkTeam,
        ),
        None => Judgement::fail(
            expected,
            fact.http.outcome.to_string(),
            format!(
                "Find out what ends requests to {}: a proxy, a filter, or a service in trouble.",
                endpoint.host
            ),
            Owner::NetworkTeam,
        ),
    };
    match answer {
        Some(answer) if !answer.excerpt.view().trim().is_empty() => {
            judgement.evidence("first words", answer.excerpt.view().trim())
        }
        _ => judgement,
    }
}

/// The host of an issuer such as `https://login.mypurecloud.de`.
pub(crate) fn issuer_host(issuer: &Outside) -> Option<Host> {
    let rest = issuer
        .raw()
        .trim()
        .strip_prefix("https://")?
        .trim_end_matches('/');
    let name = rest.strip_suffix(":443").unwrap_or(rest);
    (!name.is_empty() && !name.contains(['/', '@', '?'])).then(|| Host::of(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Gap, HttpOutcome};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{discovery, http};

    fn answering(fact: DiscoveryFact) -> Judgement {
        let bench = Bench::healthy();
        let key = FactKey::discovery(bench.auth());
        bench
            .fact(key, fact)
            .judge_first(&GenuineAuthService)
            .expect("a verdict")
    }

    fn page(status: u16, genuine: bool) -> DiscoveryFact {
        let kind = if genuine {
            "application/json"
        } else {
            "text/html"
        };
        DiscoveryFact {
            http: http(
                "GET https://login.mypurecloud.de/…",
                status,
                kind,
                "<title>Blocked</title>",
                genuine,
            ),
            document: None,
        }
    }

    #[test]
    fn the_right_issuer_passes() {
        let judgement = Bench::healthy()
            .judge_first(&GenuineAuthService)
            .expect("a verdict");
        assert_eq!(
            judgement.found(),
            "the discovery document names the issuer https://login.mypurecloud.de"
        );
    }

    #[test]
    fn another_region_fails_and_is_named() {
        let judgement = answering(discovery(
            &Bench::healthy().auth(),
            "https://login.mypurecloud.ie",
        ));
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement
                .found()
                .contains("another region answers, EMEA (Dublin)")
        );
    }

    #[test]
    fn a_stranger_fails_with_what_answered() {
        let judgement = answering(page(200, false));
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement
                .found()
                .starts_with("HTTP 200 text/html, which is not")
        );
        assert!(
            judgement
                .evidence
                .iter()
                .any(|piece| piece.value == "<title>Blocked</title>")
        );
        let issuer = answering(discovery(
            &Bench::healthy().auth(),
            "https://login.evil.example",
        ));
        assert!(issuer.found().contains("another OAuth service"));
    }

    #[test]
    fn a_silent_service_fails() {
        let mut fact = page(200, false);
        fact.http.outcome = HttpOutcome::Closed;
        assert_eq!(answering(fact).status(), Status::Fail);
    }

    #[test]
    fn the_genuine_service_without_the_document_is_a_note() {
        assert_eq!(answering(page(404, true)).status(), Status::Note);
        assert_eq!(answering(page(503, true)).status(), Status::Fail);
    }

    #[test]
    fn no_connection_is_a_gap() {
        let bench = Bench::healthy();
        let bench = bench.blocked_behind(&FactKey::addresses(&Bench::healthy().auth().host));
        assert!(matches!(
            bench.judge_first(&GenuineAuthService),
            Err(Gap::Blocked { .. })
        ));
    }
}
