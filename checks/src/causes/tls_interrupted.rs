//! Handshakes are cut.

use std::collections::BTreeSet;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::TlsOutcome;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::run::Row;

use super::tls_not_trusted::{broken, show};
use crate::rows;

page! {
    /// Something cuts TLS after the connection was accepted.
    ///
    /// ## What it means
    ///
    /// TCP connects, and then the handshake is reset, closed, answered with an alert, met with silence, or met by something that
    /// does not speak TLS. A filter that reads the server name in the first message is the usual reason; telnet tests look fine then.
    ///
    /// ## How to fix
    ///
    /// Give the network team the host names and the time: the filter that looks into TLS on port 443 has to let them pass. When the
    /// peer does not speak TLS, the port or the address is wrong, or a proxy without TLS answers.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST </dev/null`, and the same with `-noservername`: when only the second one
    /// gets a certificate, the filter looks at the name.
    ///
    /// ## What we rely on
    ///
    /// Documented: alerts (RFC 8446). Observed: filters that reset or drop after the first message.
    pub(crate) struct TlsInterrupted;
}

/// How the handshakes ended, and whether the peer does not speak TLS at all.
type Cut = (BTreeSet<String>, bool);

impl Rule for TlsInterrupted {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let cut = rows::failing(all, "tls-handshake");
        let groups = rows::grouped(cut, |endpoint| {
            let tried = rows::tls(case, endpoint);
            let ways: BTreeSet<String> = tried
                .iter()
                .filter(|(_, fact)| fact.outcome != TlsOutcome::Done)
                .map(|(_, fact)| fact.outcome.to_string())
                .collect();
            let is_plain = tried
                .iter()
                .all(|(_, fact)| fact.outcome == TlsOutcome::NotTls);
            (!ways.is_empty()).then_some((ways, is_plain))
        });
        let of_group = |((ways, is_plain), members): (Cut, Vec<(&Endpoint, &Row)>)| {
            let endpoints: Vec<&Endpoint> = members.iter().map(|(endpoint, _)| *endpoint).collect();
            let names = rows::names(&members);
            let how = ways.into_iter().collect::<Vec<_>>().join("; ");
            let (sentence, fix) = if is_plain {
                (
                    format!("what answers at {names} does not speak TLS"),
                    format!(
                        "Please find out what answers at {names} without TLS: a wrong port in the URL, or a proxy in between. Genesys Cloud speaks TLS on port 443 only."
                    ),
                )
            } else {
                (
                    format!("TLS with {names} is cut after TCP was accepted: {how}"),
                    format!(
                        "Please let TLS to {names} pass by host name: TCP is accepted, but something behind it, most often a filter that looks into TLS, does not let the handshake finish ({how}).{}",
                        times(case, &endpoints)
                    ),
                )
            };
            let mut diagnosis =
                Diagnosis::new(Certainty::Likely, sentence, Owner::NetworkTeam, fix)
                    .shown_by(members.iter().map(|(_, row)| *row))
                    .breaks(broken(case, &endpoints));
            if let Some(first) = endpoints.first() {
                diagnosis = diagnosis.command(show(first));
            }
            diagnosis
        };
        groups.into_iter().map(of_group).collect()
    }
}

/// When it was seen, so that the network team finds it in the filter's log.
fn times(case: &Case<'_>, endpoints: &[&Endpoint]) -> String {
    let mut seen: Vec<String> = Vec::new();
    for endpoint in endpoints {
        for (address, fact) in rows::tls(case, endpoint) {
            for attempt in &fact.attempts {
                let from = attempt
                    .local
                    .map_or_else(String::new, |local| format!(" from {local}"));
                seen.push(format!("{}{from} to {address}", attempt.started));
            }
        }
    }
    seen.truncate(6);
    if seen.is_empty() {
        return String::new();
    }
    format!(" Seen: {}.", seen.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_testkit::facts::{addresses_of, tls_broken, tls_key};

    fn cut(count: usize, outcome: &TlsOutcome) -> Bench {
        let mut bench = Bench::healthy();
        for endpoint in [bench.auth(), bench.api()] {
            for address in addresses_of(&endpoint.host).into_iter().take(count) {
                let key = tls_key(&endpoint, address);
                bench = bench.fact(key.clone(), tls_broken(outcome.clone()));
                if count > 1 {
                    bench = bench.blocked_behind(&key);
                }
            }
        }
        bench
    }

    #[test]
    fn a_reset_on_both_hosts_is_one_cause_with_times() {
        let bench = cut(2, &TlsOutcome::Reset);
        let found = bench.diagnose(&TlsInterrupted);
        assert_eq!(found.len(), 1);
        assert!(
            found[0]
                .fix
                .contains("2026-11-23T12:00:00Z from 10.0.0.5:51000 to 192.0.2.10"),
            "{}",
            found[0].fix
        );
        assert_eq!(bench.causes(), ["tls-interrupted"]);
    }

    #[test]
    fn what_does_not_speak_tls_is_told_apart() {
        let found = cut(2, &TlsOutcome::NotTls).diagnose(&TlsInterrupted);
        assert!(found[0].sentence.ends_with("does not speak TLS"));
    }

    #[test]
    fn one_address_of_two_only_warns() {
        assert!(
            cut(1, &TlsOutcome::Reset)
                .diagnose(&TlsInterrupted)
                .is_empty()
        );
    }
}
