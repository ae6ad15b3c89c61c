//! Something accepts connections and says nothing.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::HelloVariant;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::evidence::tls::{self, Cut};
use crate::tls::Handshake;

page! {
    /// Connections are accepted, and then nothing is said.
    ///
    /// ## What it means
    ///
    /// TCP is accepted, the ClientHello is taken, and no byte comes back, whichever ClientHello is sent. A transparent proxy or firewall that
    /// accepts connections by itself and does not get through to the other side looks like that; so does a service that hangs.
    ///
    /// ## How to fix
    ///
    /// Ask the network team which device accepts connections to port 443 in place of the destination, and what its log says of the times in
    /// the diagnosis. A test from a host outside the company's network tells the device from the service.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `openssl s_client -connect HOST:443 -servername HOST </dev/null` prints CONNECTED and then waits. On Windows
    /// `Test-NetConnection HOST -Port 443` succeeds, and `curl.exe -v https://HOST/` waits in the TLS handshake.
    ///
    /// ## What we rely on
    ///
    /// Observed: what Linux tells of acknowledged bytes. Inferred: who acknowledges and never answers is no TLS server in order. Where the
    /// system does not tell what was acknowledged, or no other ClientHello was tried, the certainty is *possible*.
    pub(crate) struct ListenerSilent;
}

impl Rule for ListenerSilent {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shut = rows::failing(all, &Handshake);
        let groups = members::grouped(shut, |endpoint| {
            (tls::cut(case, endpoint) == Some(Cut::Silent)).then(|| is_settled(case, endpoint))
        });
        groups.diagnosed(|settled, members| {
            let names = members.names();
            let (certainty, sentence) = if settled {
                (
                    Certainty::Likely,
                    format!(
                        "what accepts connections to {names} says nothing: the ClientHello was acknowledged, and no byte came back"
                    ),
                )
            } else {
                (
                    Certainty::Possible,
                    format!(
                        "connections to {names} are accepted, and no byte comes back: what accepts them is silent, or large packets are lost on the way"
                    ),
                )
            };
            let diagnosis = members.diagnosis(
                certainty,
                sentence,
                Owner::NetworkTeam,
                format!(
                    "Please find out which device accepts TCP to {names} in place of the destination (a transparent proxy, a firewall, a load balancer), and why it does not get through. To tell it from the service, run the command below from a host outside this network too.{}",
                    tls::times(case, members)
                ),
            );
            let diagnosis = tls::about(diagnosis, case, members);
            let hellos = [
                    (
                        "the same with server name example.com",
                        HelloVariant::NeutralName,
                    ),
                    ("the same with TLS 1.1", HelloVariant::Legacy),
                ];
            tls::compared(diagnosis, case, members, &hellos).command(tls::show(members.first()))
        })
    }
}

/// The kernel says that the ClientHello arrived, and a ClientHello with a small answer was met with silence too.
fn is_settled(case: &Case<'_>, endpoint: &Endpoint) -> bool {
    let arrived = rows::tls(case, endpoint)
        .iter()
        .all(|(_, fact)| fact.unacknowledged == Some(0));
    arrived && !tls::hellos(case, endpoint, HelloVariant::Legacy).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::HelloOutcome;
    use hybridcheck_testkit::facts::{hello, hello_answered, stalled, took};

    fn silent(acknowledged: Option<u32>, legacy: Option<&HelloOutcome>) -> Bench {
        let mut bench = Bench::healthy();
        let auth = bench.auth();
        bench = bench.spoil(|facts| stalled(facts, &auth, acknowledged));
        if let Some(outcome) = legacy {
            bench = bench.spoil(|facts| hello(facts, &auth, HelloVariant::Legacy, outcome));
        }
        bench
    }

    #[test]
    fn silence_to_every_hello_is_likely_a_listener_without_a_service() {
        let silence = HelloOutcome::TimedOut { waited: took(5000) };
        let bench = silent(Some(0), Some(&silence));
        let found = bench.diagnose(&ListenerSilent);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert_eq!(bench.causes(), ["listener-silent"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn without_knowing_what_arrived_both_explanations_are_named() {
        let found = silent(None, None).diagnose(&ListenerSilent);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].sentence.contains("or large packets are lost"));
    }

    #[test]
    fn a_small_answer_speaks_for_lost_packets() {
        let bench = silent(Some(0), Some(&hello_answered()));
        assert!(bench.diagnose(&ListenerSilent).is_empty());
        assert_eq!(bench.causes(), ["large-packets-lost"]);
    }

    #[test]
    fn a_hello_that_never_arrived_is_cut_on_the_way() {
        assert_eq!(silent(Some(236), None).causes(), ["tls-interrupted"]);
    }
}
