//! A device objects to a large ClientHello.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{HelloOutcome, HelloVariant};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members::{self, Endpoints};
use crate::evidence::{rows, tls};
use crate::tls::Handshake;

page! {
    /// A device on the way drops large ClientHellos.
    ///
    /// ## What it means
    ///
    /// The usual ClientHello of hybridcheck fits into one packet and is answered. A large one, as programs with post-quantum key exchange
    /// send it, arrives, and is reset or never answered: a device that reads the ClientHello expects it in one packet. So some programs on
    /// this host connect, newer ones (browsers, current Java, Go and OpenSSL) do not.
    ///
    /// ## How to fix
    ///
    /// The vendor of the firewall, proxy or load balancer that inspects TLS has to be asked for the update that takes split
    /// ClientHellos; until then exempt the hosts from inspection, or switch post-quantum key exchange off in the program.
    ///
    /// ## Show it without hybridcheck
    ///
    /// With OpenSSL 3.5 or newer: `openssl s_client -connect HOST:443 -groups X25519MLKEM768 </dev/null` waits or is reset, and with
    /// `-groups X25519` it shows a certificate. Older ones: `-alpn` with some names of 250 characters, as in the diagnosis. On Windows use a
    /// browser: its page of flags switches post-quantum key agreement on and off.
    ///
    /// ## What we rely on
    ///
    /// Observed: the size of ClientHellos with and without post-quantum key shares. Inferred: hybridcheck makes its large one with long names
    /// of protocols, and what matters is that it does not fit into one packet. Where the system does not tell what was acknowledged, packets that are
    /// lost for their size cannot be told apart, and the certainty is *possible*.
    pub(crate) struct LargeClientHelloDropped;
}

impl Rule for LargeClientHelloDropped {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, &Handshake);
        let groups = members::grouped(shown, |endpoint| certainty(case, endpoint));
        groups.diagnosed(|certainty, members| {
            let names = members.names();
            let sentence = if certainty == Certainty::Possible {
                format!(
                    "a large ClientHello to {names} gets no answer, while a small one is answered: a device on the way drops it, or large packets are lost"
                )
            } else {
                format!(
                    "a device on the way to {names} objects to large ClientHellos: one that fills more than a packet is cut, dropped or never answered, while a small one is answered{}",
                    if is_compared(case, members) {
                        " and as large a write of something else arrives"
                    } else {
                        ""
                    }
                )
            };
            let diagnosis = members.diagnosis(
                certainty,
                sentence,
                Owner::NetworkTeam,
                format!(
                    "Please find the device that inspects TLS to {names} and have it accept ClientHellos of more than one packet (an update of its vendor), or exempt {names} from inspection. Programs with post-quantum key exchange cannot connect until then."
                ),
            );
            let hellos = [("a large ClientHello", HelloVariant::Large)];
            let first = members.first();
            tls::compared(diagnosis, case, members, &hellos).command(format!(
                    "name=$(printf 'a%.0s' $(seq 250)); openssl s_client -connect {first} -servername {} -alpn h2,$name,$name,$name,$name,$name,$name </dev/null",
                    first.host
                ))
        })
    }
}

/// As large a write of something else was acknowledged.
fn is_compared(case: &Case<'_>, members: &Endpoints<'_>) -> bool {
    members.each().any(|endpoint| {
        tls::large_hello_lost(case, endpoint)
            .is_some_and(|(_, fact)| fact.other_write_acknowledged == Some(true))
    })
}

fn certainty(case: &Case<'_>, endpoint: &Endpoint) -> Option<Certainty> {
    let (_, fact) = tls::large_hello_lost(case, endpoint)?;
    match (&fact.outcome, fact.unacknowledged) {
        (HelloOutcome::TimedOut { .. }, None) => Some(Certainty::Possible),
        // Bytes that were never acknowledged are lost on the way, unless as large a write of something else was: another cause.
        (HelloOutcome::TimedOut { .. }, Some(left))
            if left > 0 && fact.other_write_acknowledged != Some(true) =>
        {
            None
        }
        _ => Some(Certainty::Likely),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::facts::{hello, hello_answered, hello_unacknowledged, took};

    fn large(outcome: &HelloOutcome, unacknowledged: Option<u32>) -> Bench {
        let bench = Bench::healthy();
        let auth = bench.auth();
        bench
            .spoil(|facts| hello(facts, &auth, HelloVariant::Large, outcome))
            .spoil(|facts| hello_unacknowledged(facts, &auth, HelloVariant::Large, unacknowledged))
    }

    #[test]
    fn reset_or_silence_after_an_acknowledged_large_hello_fires() {
        let silence = HelloOutcome::TimedOut { waited: took(5000) };
        for (outcome, left) in [(&silence, Some(0)), (&HelloOutcome::Reset, None)] {
            let bench = large(outcome, left);
            let found = bench.diagnose(&LargeClientHelloDropped);
            assert_eq!(found[0].certainty, Certainty::Likely);
            assert_eq!(bench.causes(), ["large-client-hello-dropped"]);
            assert_eq!(bench.unexplained(), Vec::<String>::new());
        }
    }

    #[test]
    fn without_knowing_what_arrived_both_explanations_are_named() {
        let silence = HelloOutcome::TimedOut { waited: took(5000) };
        let found = large(&silence, None).diagnose(&LargeClientHelloDropped);
        assert_eq!(found[0].certainty, Certainty::Possible);
        assert!(found[0].sentence.ends_with("or large packets are lost"));
    }

    #[test]
    fn an_answer_and_a_failed_connection_are_no_finding() {
        for outcome in [
            hello_answered(),
            HelloOutcome::NotConnected,
            HelloOutcome::NotTls,
        ] {
            assert_eq!(large(&outcome, None).causes(), Vec::<String>::new());
        }
    }
}
