//! Whether the proxy opens a tunnel to an endpoint.

use std::net::IpAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, FactKey, Gap, TunnelFact, TunnelOutcome};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::{proxy, subjects};

page! {
    /// The proxy opens a tunnel to the endpoint.
    ///
    /// The proxy is asked with CONNECT, by name and never by address, with the login that was given for it (Basic) or without one.
    /// Its own answer is kept: status, reason, the schemes of a 407, squid's X-Squid-Error.
    ///
    /// ## Why it matters
    ///
    /// Everything between this host and Genesys Cloud goes through this tunnel: TLS, tokens, calls of the API.
    ///
    /// ## How to fix
    ///
    /// 407: give the login, or let this host pass without one. 403: let the proxy's rules allow CONNECT to the host, port 443.
    /// 502, 503, 504: the proxy itself cannot resolve or reach the host. The diagnosis says which, in words for who runs the proxy.
    ///
    /// ## What we rely on
    ///
    /// Documented: CONNECT and 407 (RFC 9110 sections 9.3.6 and 15.5.8). Observed: squid's answers and its X-Squid-Error header.
    pub(crate) struct Tunnel;
}

impl Judge for Tunnel {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        subjects::tls_endpoints(object)
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        subjects::connection_needs(endpoint)
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let proxy = match proxy::proxy_of(case, endpoint)? {
            Ok(proxy) => proxy,
            Err(not_applicable) => return Ok(not_applicable),
        };
        let mut tried: Vec<(IpAddr, &TunnelFact)> = Vec::new();
        let mut missing = None;
        for (address, answer) in case.tunnels_of(endpoint) {
            match answer {
                Ok(fact) => tried.push((address, fact)),
                Err(gap) => missing = missing.or(Some(gap)),
            }
        }
        if tried.is_empty() {
            let connection = case.connection(&FactKey::connection(endpoint.clone()));
            let gap = missing.or(connection.err());
            return Err(gap.unwrap_or(Gap::blocked(FactKey::addresses(&proxy.host))));
        }
        let judgement = verdict(endpoint, &proxy, &tried);
        Ok(with_answers(judgement, &tried))
    }
}

fn verdict(endpoint: &Endpoint, proxy: &Endpoint, tried: &[(IpAddr, &TunnelFact)]) -> Judgement {
    let refused: Vec<String> = tried
        .iter()
        .filter(|(_, fact)| fact.outcome != TunnelOutcome::Open)
        .map(|(address, fact)| format!("{address}: {}", fact.outcome))
        .collect();
    if refused.is_empty() {
        let login = if tried.iter().any(|(_, fact)| fact.login_sent) {
            ", with a login"
        } else {
            ""
        };
        return Judgement::pass(format!(
            "proxy {proxy} opened a tunnel to {endpoint}{login}"
        ));
    }
    let expected = format!("a tunnel to {endpoint}");
    let fix = format!("Let proxy {proxy} open tunnels (CONNECT) from this host to {endpoint}.");
    if refused.len() == tried.len() {
        Judgement::fail(
            expected,
            format!("proxy {proxy} opens none: {}", listed(&refused)),
            fix,
            Owner::NetworkTeam,
        )
    } else {
        Judgement::warn(
            expected,
            format!(
                "proxy {proxy} opens one at some of its addresses only: {}",
                listed(&refused)
            ),
            fix,
            Owner::NetworkTeam,
        )
    }
}

fn with_answers(mut judgement: Judgement, tried: &[(IpAddr, &TunnelFact)]) -> Judgement {
    for (address, fact) in tried {
        let login = if fact.login_sent {
            "with a login"
        } else {
            "without a login"
        };
        judgement = judgement.evidence(
            &format!("CONNECT {} at {address}, {login}", fact.asked),
            &fact.outcome,
        );
        match &fact.outcome {
            TunnelOutcome::Refused { answer } => {
                for name in ["proxy-authenticate", "server", "via", "location"] {
                    let values = answer.headers.iter().filter(|(found, _)| found == name);
                    for (_, value) in values {
                        judgement = judgement.evidence(name, value);
                    }
                }
                if !answer.excerpt.view().trim().is_empty() {
                    judgement = judgement.evidence("first words", answer.excerpt.view().trim());
                }
            }
            TunnelOutcome::NotHttp { excerpt } => {
                judgement = judgement.evidence("first words", excerpt);
            }
            _ => {}
        }
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::proxied::{proxy_tcp_key, refused, tunnel, tunnel_key};

    #[test]
    fn an_open_tunnel_passes_and_without_a_proxy_it_does_not_apply() {
        assert_eq!(
            Bench::healthy().behind_proxy().status(&Tunnel),
            Status::Pass
        );
        assert_eq!(Bench::healthy().status(&Tunnel), Status::NotApplicable);
    }

    #[test]
    fn a_refusal_fails_with_the_proxys_own_words() {
        let bench = Bench::healthy().behind_proxy();
        let key = tunnel_key(&bench.auth());
        let answer = refused(503, &[("x-squid-error", "ERR_CONNECT_FAIL 110")]);
        let bench = bench.fact(key.clone(), tunnel(answer)).blocked_behind(&key);
        let judgement = bench.judge_first(&Tunnel).expect("a judgement");
        assert_eq!(judgement.status(), Status::Fail);
        assert!(
            judgement
                .found()
                .contains("HTTP 503, X-Squid-Error: ERR_CONNECT_FAIL 110"),
            "{}",
            judgement.found()
        );
    }

    #[test]
    fn an_unreachable_proxy_is_a_gap() {
        let bench = Bench::healthy()
            .behind_proxy()
            .blocked_behind(&proxy_tcp_key());
        assert_eq!(bench.status(&Tunnel), Status::Gap);
    }
}
