//! Small packets pass, large ones do not.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{HelloOutcome, HelloVariant};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members;
use crate::evidence::rows;
use crate::evidence::tls::{self, Cut};
use crate::tls::Handshake;

page! {
    /// Large packets are lost on the way.
    ///
    /// ## What it means
    ///
    /// Connections are made and small messages pass, but what fills a packet never arrives: either what this host sends (the kernel never
    /// sees it acknowledged), or what the server sends (a small alert comes back, a certificate does not). A tunnel or VPN on the way
    /// carries smaller packets than its ends believe, and a firewall drops the ICMP messages that would say so.
    ///
    /// ## How to fix
    ///
    /// Ask the network team to let ICMP *fragmentation needed* and ICMPv6 *packet too big* pass, or to clamp the MSS on the tunnel. To
    /// try it on this host: lower the MTU of its interface and run again; when it works then, this is the cause.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `ping -M do -s 1472 HOST` is lost where `ping -s 500 HOST` is answered (if ping is allowed at all), or `tracepath HOST`; on
    /// Windows `ping -f -l 1472 HOST`. For one test `ip link set dev DEVICE mtu 1280`.
    ///
    /// ## What we rely on
    ///
    /// Observed: what Linux tells of unacknowledged bytes. Inferred: the size is what the lost messages have in common. A device that
    /// reads the first message and drops it looks the same, so this is never certain.
    pub(crate) struct LargePacketsLost;
}

/// Which way the packets are lost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Towards,
    Back,
}

impl Rule for LargePacketsLost {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let shown = rows::flagged(all, &Handshake);
        let groups = members::grouped(shown, |endpoint| way(case, endpoint));
        groups.diagnosed(|way, members| {
            let names = members.names();
            let sentence = match way {
                Way::Towards => format!(
                    "large packets from this host to {names} are lost: a ClientHello that fills a packet was never acknowledged, while a small one is answered. A device that drops it for its content looks the same"
                ),
                Way::Back => format!(
                    "large packets from {names} to this host are lost: the ClientHello arrived, a small alert comes back, a certificate does not"
                ),
            };
            let mut diagnosis = members.diagnosis(
                Certainty::Likely,
                sentence,
                Owner::NetworkTeam,
                format!(
                    "Please check the packet sizes on the path from this host to {names}: let ICMP `fragmentation needed` and ICMPv6 `packet too big` pass, or clamp the TCP MSS on the tunnel or VPN. To decide, set this host's MTU to 1280 for one run; if it works then, the size is the cause, otherwise look for a device that inspects the ClientHello.{}",
                    tls::times(case, members)
                ),
            );
            if way == Way::Back {
                diagnosis = diagnosis.breaks(tls::broken(case, members));
            }
            let hellos = [
                    ("a large ClientHello", HelloVariant::Large),
                    ("a ClientHello with a small answer", HelloVariant::Legacy),
                ];
            tls::compared(diagnosis, case, members, &hellos).command(format!(
                    "ping -c 3 -M do -s 1472 {0}; ping -c 3 -s 500 {0}; tracepath {0}",
                    members.first().host
                ))
        })
    }
}

fn way(case: &Case<'_>, endpoint: &Endpoint) -> Option<Way> {
    if tls::cut(case, endpoint) == Some(Cut::LargeLost) {
        return Some(Way::Back);
    }
    let (_, fact) = tls::large_hello_lost(case, endpoint)?;
    let is_unseen = matches!(fact.outcome, HelloOutcome::TimedOut { .. })
        && fact.unacknowledged.is_some_and(|left| left > 0)
        && fact.other_write_acknowledged != Some(true);
    is_unseen.then_some(Way::Towards)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::tls::large_client_hello_dropped::LargeClientHelloDropped;
    use crate::testing::bench::Bench;
    use hybridcheck_testkit::facts::{hello, hello_answered, hello_unacknowledged, stalled, took};

    fn large(unacknowledged: Option<u32>) -> Bench {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let silence = HelloOutcome::TimedOut { waited: took(5000) };
        bench
            .spoil(|facts| hello(facts, &auth, HelloVariant::Large, &silence))
            .spoil(|facts| hello_unacknowledged(facts, &auth, HelloVariant::Large, unacknowledged))
    }

    #[test]
    fn a_large_write_that_is_never_acknowledged_fires_as_likely() {
        let bench = large(Some(1780));
        let found = bench.diagnose(&LargePacketsLost);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(found[0].broken.is_empty());
        assert_eq!(bench.causes(), ["large-packets-lost"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }

    #[test]
    fn an_acknowledged_large_hello_is_a_device_that_reads_it() {
        let bench = large(Some(0));
        assert!(bench.diagnose(&LargePacketsLost).is_empty());
        assert_eq!(bench.diagnose(&LargeClientHelloDropped).len(), 1);
    }

    #[test]
    fn a_stall_behind_which_small_answers_pass_is_lost_on_the_way_back() {
        let bench = Bench::healthy();
        let auth = bench.auth();
        let bench = bench
            .spoil(|facts| stalled(facts, &auth, Some(0)))
            .spoil(|facts| hello(facts, &auth, HelloVariant::Legacy, &hello_answered()));
        assert!(
            bench.diagnose(&LargePacketsLost)[0]
                .sentence
                .contains("to this host are lost")
        );
        assert_eq!(bench.causes(), ["large-packets-lost"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
    }
}
