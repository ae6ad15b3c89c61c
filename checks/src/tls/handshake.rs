//! Whether TLS handshakes with every address of an endpoint finish.

use std::net::IpAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, FactKey, HelloVariant, TlsFact, TlsOutcome};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::{subjects, tls};

page! {
    /// TLS handshakes with every address of the endpoint finish.
    ///
    /// Whether the certificate is to be trusted is judged apart; here the question is only whether both sides come to an end. At one
    /// address a second connection sends a large ClientHello, as newer programs do, and only its first answer is awaited.
    ///
    /// ## Why it matters
    ///
    /// A firewall that looks at the server name lets TCP through and cuts the connection after the first TLS message. Connection
    /// tests with telnet or ping look fine then.
    ///
    /// ## How to fix
    ///
    /// Reset, close or silence after the first message: ask the network team to exempt the host by name from the filter that looks
    /// into TLS. *Does not speak TLS*: something else listens there. An alert: its name says what the peer did not like.
    ///
    /// ## What we rely on
    ///
    /// Documented: TLS alerts (RFC 8446 section 6). Observed: filters that cut after the ClientHello.
    /// Not documented: the oldest TLS version Genesys Cloud accepts; hybridcheck offers 1.3 and 1.2.
    pub(crate) struct Handshake;
}

impl Judge for Handshake {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        subjects::tls_endpoints(object)
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        subjects::connection_needs(endpoint)
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let tried = subjects::handshakes(case, endpoint)?;
        let cut: Vec<(IpAddr, &TlsFact)> = tried
            .iter()
            .copied()
            .filter(|(_, fact)| fact.outcome != TlsOutcome::Done)
            .collect();
        let found = listed(
            cut.iter()
                .map(|(address, fact)| format!("{address}: {}", fact.outcome)),
        );
        let large = tls::large_hello_lost(case, endpoint);
        if let Some((address, _)) = large {
            case.note(&FactKey::hello(endpoint, address, HelloVariant::Large));
        }
        let judgement = if let (true, Some((address, fact))) = (cut.is_empty(), large) {
            Judgement::warn(
                "an answer to a large ClientHello too, as programs with post-quantum key exchange send it",
                format!(
                    "handshakes finish, but a ClientHello of {} bytes to {address} is not answered: {}",
                    fact.size, fact.outcome
                ),
                format!(
                    "Let ClientHellos of more than one packet to {} pass; newer programs cannot connect otherwise.",
                    endpoint.host
                ),
                Owner::NetworkTeam,
            )
        } else if cut.is_empty() {
            Judgement::pass(listed(tried.iter().map(|(address, fact)| {
                let version = fact.version.as_ref();
                let version = version.map_or(Outside::of("TLS"), Outside::view);
                format!("{} with {address}", version.shown(40))
            })))
        } else if cut.len() == tried.len() {
            Judgement::fail(
                format!("a finished TLS handshake with {endpoint}"),
                found,
                format!(
                    "Exempt {} by name from whatever looks into TLS between this host and the internet.",
                    endpoint.host
                ),
                Owner::NetworkTeam,
            )
        } else {
            Judgement::warn(
                "a finished TLS handshake with every address",
                format!(
                    "{} of {} addresses do not finish it: {found}",
                    cut.len(),
                    tried.len()
                ),
                format!(
                    "Exempt {} by name, not by address; the addresses change.",
                    endpoint.host
                ),
                Owner::NetworkTeam,
            )
        };
        Ok(with_attempts(judgement, &tried))
    }
}

fn with_attempts(mut judgement: Judgement, tried: &[(IpAddr, &TlsFact)]) -> Judgement {
    for (address, fact) in tried {
        for attempt in &fact.attempts {
            let from = attempt
                .local
                .map_or_else(String::new, |local| format!(" from {local}"));
            let said = format!(
                "{} after {}{from} at {}",
                attempt.outcome, attempt.took, attempt.started
            );
            judgement = judgement.evidence(&address.to_string(), said);
        }
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Gap, HelloOutcome, TcpOutcome};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{addresses_of, hello, hello_answered, tcp, tls_broken, took};

    fn broken(count: usize, outcome: &TlsOutcome) -> Bench {
        let mut bench = Bench::healthy();
        let endpoint = bench.auth();
        for address in addresses_of(&endpoint.host).into_iter().take(count) {
            bench = bench.fact(
                FactKey::tls(&endpoint, address),
                tls_broken(outcome.clone()),
            );
        }
        bench
    }

    #[test]
    fn finished_handshakes_pass_with_their_version() {
        let judgement = Bench::healthy().judge_first(&Handshake).expect("a verdict");
        assert_eq!(
            judgement.found(),
            "TLSv1_3 with 192.0.2.10 and TLSv1_3 with 192.0.2.11"
        );
    }

    #[test]
    fn every_way_to_end_in_the_middle_fails_in_its_own_words() {
        for (outcome, word) in [
            (TlsOutcome::Reset, "reset after the ClientHello"),
            (TlsOutcome::NotTls, "does not speak TLS"),
            (
                TlsOutcome::TimedOut { waited: took(5000) },
                "no answer to the ClientHello",
            ),
            (
                TlsOutcome::Alert {
                    alert: "HandshakeFailure".into(),
                },
                "alert HandshakeFailure",
            ),
        ] {
            let judgement = broken(2, &outcome)
                .judge_first(&Handshake)
                .expect("a verdict");
            assert_eq!(judgement.status(), Status::Fail);
            assert!(judgement.found().contains(word), "{}", judgement.found());
        }
    }

    #[test]
    fn one_address_of_two_warns() {
        let judgement = broken(1, &TlsOutcome::Reset)
            .judge_first(&Handshake)
            .expect("a verdict");
        assert_eq!(judgement.status(), Status::Warn);
        assert!(
            judgement
                .found()
                .starts_with("1 of 2 addresses do not finish it: 192.0.2.10")
        );
    }

    #[test]
    fn a_large_hello_that_is_lost_warns_and_one_that_is_answered_does_not() {
        let met = |outcome: &HelloOutcome| {
            let bench = Bench::healthy();
            let auth = bench.auth();
            let bench = bench.spoil(|facts| hello(facts, &auth, HelloVariant::Large, outcome));
            bench.judge_first(&Handshake).expect("a verdict")
        };
        let lost = met(&HelloOutcome::Reset);
        assert_eq!(lost.status(), Status::Warn);
        assert!(
            lost.found().contains("a ClientHello of 1780 bytes"),
            "{}",
            lost.found()
        );
        assert_eq!(met(&hello_answered()).status(), Status::Pass);
        assert_eq!(met(&HelloOutcome::NotConnected).status(), Status::Pass);
    }

    #[test]
    fn shut_addresses_are_a_gap() {
        let mut bench = Bench::healthy();
        let endpoint = bench.auth();
        for address in addresses_of(&endpoint.host) {
            let key = FactKey::tcp(&endpoint, address);
            bench = bench
                .fact(key.clone(), tcp(address, 443, TcpOutcome::Refused))
                .blocked_behind(&key);
        }
        assert!(matches!(
            bench.judge_first(&Handshake),
            Err(Gap::Blocked { .. })
        ));
    }
}
