//! Whether a host that a person named answers a plain request itself, instead of a filter on the way.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, FactKey};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

use crate::evidence::http::{self, Answerer};
use crate::evidence::subjects;

page! {
    /// No filter answers in place of the host.
    ///
    /// Hosts named to `hybridcheck probe` that are no auth or API host of Genesys Cloud are asked for `/` over the verified
    /// connection. Any answer will do, unless it bears the mark of a product that blocks pages, or asks for a login to the network.
    ///
    /// ## Why it matters
    ///
    /// A filter that inspects TLS answers with a page of its own, and its certificate is trusted on company hosts. A connection alone
    /// proves nothing then.
    ///
    /// ## How to fix
    ///
    /// Have the host allowed in the product that is named, for this host and the accounts its services run under.
    ///
    /// ## What we rely on
    ///
    /// Observed: the marks of block pages, each with its source and certainty. Documented: status 511 (RFC 6585 section 6). A filter whose
    /// page bears no known mark is not recognised.
    pub(crate) struct NoBlockPage;
}

/// Network Authentication Required.
const NEEDS_LOGIN: u16 = 511;

impl Judge for NoBlockPage {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        let targets = object.targets.iter();
        targets
            .filter(|target| target.tls && target.role.is_none())
            .map(|target| target.endpoint.clone())
            .collect()
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        vec![key(endpoint)]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let fact = case.web(&key(endpoint))?;
        let status = fact.outcome.answer().map(|answer| answer.status);
        let by = match http::answerer(fact) {
            Some(Answerer::Product(found)) => Some(format!("{} ({})", found.product, found.mark)),
            _ if status == Some(NEEDS_LOGIN) => {
                Some("a network that asks for a login first (HTTP 511)".to_owned())
            }
            _ => None,
        };
        let judgement = match by {
            Some(by) => Judgement::fail(
                format!("an answer of {} itself", endpoint.host),
                format!("{by} answers in its place"),
                format!(
                    "Please allow {} by host name there, for this host and the accounts its services run under.",
                    endpoint.host
                ),
                Owner::NetworkTeam,
            ),
            None => Judgement::pass(format!("{}; no mark of a known filter", fact.outcome)),
        };
        Ok(subjects::with_http(judgement, fact))
    }
}

fn key(endpoint: &Endpoint) -> FactKey {
    FactKey::web(endpoint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::endpoint::Host;
    use hybridcheck_core::facts::HttpOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_core::object::{Place, Target};
    use hybridcheck_testkit::facts::http;

    fn answered(status: u16, page: &str, server: Option<&str>) -> Status {
        let endpoint = Endpoint {
            host: Host::of("www.example"),
            port: 443,
        };
        let mut fact = http("GET https://www.example/", status, "text/html", page, false);
        if let (HttpOutcome::Answer(answer), Some(server)) = (&mut fact.outcome, server) {
            answer.headers.push(("server".into(), server.into()));
        }
        let mut bench = Bench::healthy();
        bench.object.targets = vec![Target {
            endpoint: endpoint.clone(),
            role: None,
            tls: true,
            place: Place::whole("the command line"),
        }];
        let bench = bench.fact(key(&endpoint), fact);
        bench
            .judge(&NoBlockPage, endpoint)
            .expect("a verdict")
            .status()
    }

    #[test]
    fn a_known_page_and_a_login_to_the_network_fail() {
        assert_eq!(answered(403, "", Some("Zscaler/6.2")), Status::Fail);
        assert_eq!(answered(511, "", None), Status::Fail);
    }

    #[test]
    fn any_other_answer_passes() {
        for status in [200, 301, 403, 404, 503] {
            assert_eq!(
                answered(status, "<title>Shop</title>", Some("nginx")),
                Status::Pass
            );
        }
    }

    #[test]
    fn hosts_of_an_object_are_not_asked() {
        assert!(NoBlockPage.subjects(&Bench::healthy().object).is_empty());
    }
}
