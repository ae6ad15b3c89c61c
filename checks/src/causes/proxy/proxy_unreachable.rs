//! The proxy cannot be reached at its port.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, TcpOutcome};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members::{self, Endpoints};
use crate::evidence::proxy::{self, Refusal};
use crate::evidence::rows;
use crate::evidence::tcp::{self, Shut};
use crate::proxy::Connects;

page! {
    /// The proxy cannot be reached at its port.
    ///
    /// ## What it means
    ///
    /// No address of the proxy accepts a TCP connection, or what answers there is no HTTP proxy. A closed port is refused at once; a firewall drops in silence.
    ///
    /// ## How to fix
    ///
    /// Compare host and port with a host on which it works. If they are right, give the network team the sentences of the diagnosis.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -v --connect-timeout 10 -x http://PROXY:PORT https://HOST/`, or `Test-NetConnection PROXY -Port PORT` in PowerShell.
    ///
    /// ## What we rely on
    ///
    /// Observed: what Linux reports for a closed port, a silent drop and a reject.
    pub(crate) struct ProxyUnreachable;
}

impl Rule for ProxyUnreachable {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shut = members::grouped(rows::failing(all, &Connects), |endpoint| {
            proxy::proxy(case, endpoint)
        });
        let mut found = shut.diagnosed(|proxy, members| closed(case, &proxy, members));
        found.extend(proxy::diagnosed(case, all, Refusal::NotHttp, |proxy, members| {
            let names = members.all_names();
            members.diagnosis(
                Certainty::Likely,
                format!("what answers at {proxy} is no HTTP proxy"),
                Owner::HostAdmin,
                format!("Correct host or port of the proxy: {proxy} answers CONNECT for {names} with something else than HTTP (its first words are in the evidence)."),
            )
        }));
        found
    }
}

/// Who keeps connections to a proxy from being made, as far as anything tells.
fn blocked(case: &Case<'_>, proxy: &Endpoint) -> String {
    let reasons = tcp::reasons(case, proxy);
    let device = reasons.iter().find_map(|reason| match reason {
        Shut::Rejected { by, said, .. } => Some(format!("on the way: {by} answers {said}")),
        Shut::Here(_) => Some("by this host itself".to_owned()),
        _ => None,
    });
    let place = || {
        let tried = rows::tcp(case, proxy).into_iter();
        let mut ends =
            tried.filter_map(|(address, _)| tcp::path(case, proxy, address)?.last_router());
        ends.next()
            .map(|(hop, router)| format!("on the way: SYNs die at or behind hop {hop} ({router})"))
    };
    let how = device.or_else(place);
    let how = how.unwrap_or_else(|| "on the way".to_owned());
    format!("connections to proxy {proxy} are blocked {how}")
}

fn closed(case: &Case<'_>, proxy: &Endpoint, members: &Endpoints<'_>) -> Diagnosis {
    let tried = rows::tcp(case, proxy);
    let is_refused = tried
        .iter()
        .all(|(_, fact)| fact.outcome == TcpOutcome::Refused);
    let request = rows::firewall_request(case, &[proxy]);
    let (sentence, owner, fix) = if is_refused {
        (
            format!(
                "proxy {proxy} refuses connections: nothing listens there, or a firewall rejects them"
            ),
            Owner::HostAdmin,
            format!(
                "Compare host and port with the proxy that works on other hosts. If {proxy} is right: {request}"
            ),
        )
    } else {
        (
            blocked(case, proxy),
            Owner::NetworkTeam,
            format!(
                "{request} If {proxy} is not the proxy of this network, correct the setting instead."
            ),
        )
    };
    members
        .diagnosis(Certainty::Likely, sentence, owner, fix)
        .breaks(
            tried
                .iter()
                .map(|(address, _)| FactKey::tcp(proxy, *address)),
        )
        .command(proxy::command(case, proxy, members.first()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::TunnelOutcome;
    use hybridcheck_testkit::facts::{tcp, took};
    use hybridcheck_testkit::proxied::{address, proxy, proxy_tcp_key, tunnel, tunnel_key};

    fn shut(outcome: TcpOutcome) -> Bench {
        let key = proxy_tcp_key();
        Bench::healthy()
            .behind_proxy()
            .fact(key.clone(), tcp(address(), proxy().port, outcome))
            .blocked_behind(&key)
    }

    #[test]
    fn a_shut_port_is_one_cause_that_explains_everything() {
        let silence = TcpOutcome::TimedOut { waited: took(5000) };
        for (outcome, owner) in [
            (TcpOutcome::Refused, Owner::HostAdmin),
            (silence, Owner::NetworkTeam),
        ] {
            let bench = shut(outcome);
            let found = bench.diagnose(&ProxyUnreachable);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].owner, owner);
            assert!(
                found[0].fix.contains("proxy.acme.example port 8080"),
                "{}",
                found[0].fix
            );
            assert_eq!(bench.causes(), ["proxy-unreachable"]);
            assert_eq!(bench.unexplained(), Vec::<String>::new());
        }
    }

    #[test]
    fn another_protocol_on_the_port_is_said_so() {
        let mut bench = Bench::healthy().behind_proxy();
        for endpoint in [bench.auth(), bench.api()] {
            let key = tunnel_key(&endpoint);
            let banner = TunnelOutcome::NotHttp {
                excerpt: "SSH-2.0-OpenSSH".into(),
            };
            bench = bench.fact(key.clone(), tunnel(banner)).blocked_behind(&key);
        }
        assert_eq!(bench.causes(), ["proxy-unreachable"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn an_open_proxy_and_a_shut_direct_way_are_not_it() {
        assert!(
            Bench::healthy()
                .behind_proxy()
                .diagnose(&ProxyUnreachable)
                .is_empty()
        );
        let bench = Bench::healthy();
        let auth = bench.auth();
        let mut bench = bench;
        for address in hybridcheck_testkit::facts::addresses_of(&auth.host) {
            let key = FactKey::tcp(&auth, address);
            bench = bench.fact(key, tcp(address, 443, TcpOutcome::Refused));
        }
        assert!(bench.diagnose(&ProxyUnreachable).is_empty());
    }
}
