//! Connections to Genesys Cloud succeed only sometimes.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::TcpOutcome;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::evidence::tcp::{self, Shut};
use crate::network;

page! {
    /// Connections to Genesys Cloud come and go.
    ///
    /// ## What it means
    ///
    /// The same address accepted one connection and left another one, begun at nearly the same time, without an answer or refused it.
    /// Something on the way loses packets: an overloaded firewall or address translation, a rate limit, one of several links, or one of
    /// two firewalls without the rule.
    ///
    /// ## How to fix
    ///
    /// Give the network team the times and source ports of the tries: those that failed and those that did not, so that they can compare
    /// which way each went.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `for i in $(seq 20); do curl -so /dev/null --connect-timeout 3 -w '%{time_connect}\n' https://HOST/; done`, or
    /// `1..20 | % { Test-NetConnection HOST -Port 443 }` in PowerShell.
    ///
    /// ## What we rely on
    ///
    /// Observed: the tries of this run, each with its own source port. A few tries cannot tell how often it happens.
    pub(crate) struct ConnectionFlaky;
}

impl Rule for ConnectionFlaky {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let flagged = rows::flagged(all, &network::Connects);
        let groups = members::grouped(flagged, |endpoint| is_flaky(case, endpoint).then_some(()));
        groups.diagnosed(|(), members| {
            // Of these every try failed.
            let lost = members.each().filter(|endpoint| !tcp::reasons(case, endpoint).is_empty());
            let lost: Vec<&Endpoint> = lost.collect();
            let (mut good, mut all) = (0, 0);
            for endpoint in members.each() {
                for (_, fact) in rows::tcp(case, endpoint) {
                    let (connected, tried) = fact.tries();
                    good += connected;
                    all += tried;
                }
            }
            members.diagnosis(
                Certainty::Certain,
                format!(
                    "connections to {} come and go: {good} of {all} tries succeeded{}",
                    members.names(),
                    if lost.is_empty() {
                        ""
                    } else {
                        ", and moments after all had failed, attempts to look at the path got through"
                    }
                ),
                Owner::NetworkTeam,
                format!(
                    "Find what loses packets between this host and the internet: compare the tries that failed with those that did not. {}",
                    rows::firewall_request(case, &members.endpoints())
                ),
            )
            .breaks(tcp::broken(case, &lost))
            .command(format!(
                "for i in $(seq 20); do curl -so /dev/null --connect-timeout 3 -w '%{{time_connect}}\\n' https://{}/; done",
                members.first()
            ))
        })
    }
}

/// Every address is open, and at least one was not at once; or none was, and moments later one was.
fn is_flaky(case: &Case<'_>, endpoint: &Endpoint) -> bool {
    if tcp::reasons(case, endpoint).contains(&Shut::Sometimes) {
        return true;
    }
    let tried = rows::tcp(case, endpoint);
    let got_through_later = tried.iter().any(|(address, fact)| {
        tcp::why(fact, tcp::path(case, endpoint, *address)) == Shut::Sometimes
    });
    if got_through_later {
        return true;
    }
    let is_open = tried
        .iter()
        .all(|(_, fact)| fact.outcome == TcpOutcome::Connected);
    is_open && tried.iter().any(|(_, fact)| fact.is_flaky())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Ending, FactKey, Hop, HopAnswer, PathFact, TcpFact};
    use hybridcheck_testkit::facts::{addresses_of, tcp, took};

    fn with_first_try(outcome: Ending, millis: u64) -> Bench {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let address = addresses_of(&auth.host)[0];
        let mut fact: TcpFact = tcp(address, 443, TcpOutcome::Connected);
        let mut first = fact.attempts[0].clone();
        outcome.clone_into(&mut first.outcome);
        first.took = took(millis);
        fact.attempts.insert(0, first);
        bench.fact(FactKey::tcp(&auth, address), fact)
    }

    #[test]
    fn a_lost_try_beside_a_good_one_is_flaky_with_its_numbers() {
        let bench = with_first_try(Ending::Unanswered, 950);
        let found = bench.diagnose(&ConnectionFlaky);
        assert_eq!(found.len(), 1);
        assert!(
            found[0].sentence.contains("2 of 3 tries"),
            "{}",
            found[0].sentence
        );
        assert_eq!(bench.causes(), ["connection-flaky"]);
    }

    /// Some addresses of the login host stay silent, and so does the look at the path, or not.
    fn silent(how_many: usize, answer: HopAnswer) -> Bench {
        let mut bench = Bench::healthy();
        let auth = bench.auth();
        let addresses = addresses_of(&auth.host);
        for address in addresses.iter().take(how_many) {
            let key = FactKey::tcp(&auth, *address);
            let silence = TcpOutcome::TimedOut { waited: took(5000) };
            bench = bench
                .fact(key.clone(), tcp(*address, 443, silence))
                .blocked_behind(&key);
        }
        let path = PathFact {
            remote: (addresses[0], 443).into(),
            hops: vec![Hop {
                limit: 4,
                answer,
                took: None,
            }],
            other_port: None,
            waited: took(2700),
        };
        let key = FactKey::path(auth, addresses[0]);
        bench.fact(key, path)
    }

    #[test]
    fn silence_that_a_later_attempt_breaks_is_no_rule() {
        let bench = silent(2, HopAnswer::Accepted);
        assert_eq!(bench.causes(), ["connection-flaky"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
        assert_eq!(silent(2, HopAnswer::Silent).causes(), ["tcp-blocked"]);
    }

    #[test]
    fn one_address_that_a_later_attempt_reached_is_not_unreachable() {
        assert_eq!(
            silent(1, HopAnswer::Accepted).causes(),
            ["connection-flaky"]
        );
        let cut_off = silent(1, HopAnswer::Silent);
        assert_eq!(cut_off.causes(), ["address-partly-unreachable"]);
    }

    #[test]
    fn a_try_that_had_no_time_to_be_answered_tells_nothing() {
        let bench = with_first_try(Ending::Unanswered, 0);
        assert!(bench.diagnose(&ConnectionFlaky).is_empty());
        assert_eq!(bench.causes(), Vec::<String>::new());
    }
}
