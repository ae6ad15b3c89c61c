//! DNS: each nameserver asked on its own, A and AAAA apart, as the system's resolver asks: one question, UDP first, TCP when the
//! answer was cut, no EDNS.

pub(in crate::probes) mod answer;
mod exchange;
pub(in crate::probes) mod resolv_conf;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::time::Duration;

use hickory_proto::rr::{Name, RecordType};
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{Attempt, DnsAnswer, DnsFact, DnsOutcome};

use super::clock::Watch;
use super::limits;
pub use resolv_conf::resolver;

/// The part of the deadline that the first question gets; the second gets the rest.
const FIRST: f64 = 0.4;

/// Asks one nameserver for both families at once.
pub async fn ask(host: &Host, nameserver: SocketAddr, phase: Duration) -> DnsFact {
    let (a, aaaa) = tokio::join!(
        question(host, nameserver, RecordType::A, phase),
        question(host, nameserver, RecordType::AAAA, phase)
    );
    DnsFact { a, aaaa }
}

/// One question; silence and failure are asked a second time within the same deadline, since UDP loses packets.
async fn question(
    host: &Host,
    nameserver: SocketAddr,
    kind: RecordType,
    phase: Duration,
) -> DnsAnswer {
    let Ok(name) = Name::from_ascii(format!("{host}.")) else {
        return DnsAnswer {
            outcome: DnsOutcome::NotAName,
            truncated: false,
            attempts: Vec::new(),
        };
    };
    let _place = limits::place().await;
    let total = Watch::start();
    let mut answer = DnsAnswer {
        outcome: DnsOutcome::Unreachable,
        truncated: false,
        attempts: Vec::new(),
    };
    let mut patience = phase.mul_f64(FIRST);
    loop {
        let watch = Watch::start();
        let left = phase.saturating_sub(total.took().0);
        let seen = exchange::exchange(&name, kind, nameserver, patience, left).await;
        answer.attempts.push(Attempt {
            started: watch.started,
            took: watch.took(),
            local: seen.local,
            outcome: seen.outcome.ending(),
        });
        answer.outcome = seen.outcome;
        answer.truncated |= seen.truncated;
        let again = matches!(
            answer.outcome,
            DnsOutcome::TimedOut { .. } | DnsOutcome::ServFail | DnsOutcome::Malformed
        );
        patience = phase.saturating_sub(total.took().0);
        if !again || answer.attempts.len() > 1 || patience.is_zero() {
            if let DnsOutcome::TimedOut { waited } = &mut answer.outcome {
                *waited = total.took();
            }
            return answer;
        }
    }
}
