//! How far packets get: connection attempts with a limited number of hops, side by side, as an ordinary user.
//!
//! A router that uses up the last hop says so, and the kernel hands its message to the socket. Routers limit how often they say it,
//! which is why the wait outlasts the kernel's own second SYN, and why nothing more is sent once somebody has answered for the host.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use hybridcheck_core::facts::{
    Answer, Gap, Hop, HopAnswer, IcmpNotice, OtherPort, PathFact, TcpOutcome,
};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::clock::Watch;
use super::{errqueue, limits, syn, tcp};

/// The longest way that is looked at.
const FURTHEST: u8 = 24;
/// Between two attempts: an answer of something near stops those that are not needed.
const GAP: Duration = Duration::from_millis(4);
/// Routers limit their messages to one a second; this is the second SYN of the kernel and its answer.
pub const WAIT: Duration = Duration::from_millis(2700);
/// How long nearer hops are waited for when something further away has answered.
const GRACE: Duration = Duration::from_millis(1300);

/// Looks for the hops on the way to an address and asks another port of it beside.
pub async fn probe(remote: SocketAddr) -> Answer<PathFact> {
    if !errqueue::TELLS {
        return Err(Gap::NoMeans {
            what: "only Linux tells an ordinary program which device on the way answered or rejected; \
                   tracetcp, tcptraceroute or a capture at the firewall shows it here"
                .into(),
        });
    }
    // Packets are sent side by side: with fewer sockets routers would seem silent.
    let sockets = u32::from(FURTHEST) + 1;
    let Some(_places) = limits::places_at_once(sockets).await else {
        return Err(limits::Limit::Descriptors.gap());
    };
    let watch = Watch::start();
    let deadline = Instant::now() + WAIT;
    let port = if remote.port() == 443 { 80 } else { 443 };
    let beside = SocketAddr::new(remote.ip(), port);
    let (hops, other_port) = tokio::join!(scan(remote, deadline), other(beside, deadline));
    Ok(PathFact {
        remote,
        hops,
        other_port: Some(other_port),
        waited: watch.took(),
    })
}

/// A connection to another port, and how far away it was answered.
async fn other(remote: SocketAddr, deadline: Instant) -> OtherPort {
    let watch = Watch::start();
    let mut notices = Vec::new();
    let outcome = match syn::send(remote, None) {
        Err(unsent) => {
            meet(&unsent.error, remote);
            notices = unsent.notices;
            tcp::classify(&unsent.error, &watch)
        }
        Ok(syn) => match timeout_at(deadline, syn.end(&mut notices)).await {
            Ok(Ok(())) => TcpOutcome::Connected,
            Ok(Err(error)) => tcp::classify(&error, &watch),
            Err(_) => TcpOutcome::TimedOut {
                waited: watch.took(),
            },
        },
    };
    let is_answered = notices.is_empty()
        && matches!(
            outcome,
            TcpOutcome::Connected | TcpOutcome::Refused | TcpOutcome::Reset
        );
    let distance = if is_answered {
        let hops = scan(remote, deadline).await;
        hops.iter()
            .find(|hop| is_for_the_host(&hop.answer))
            .map(|hop| hop.limit)
    } else {
        None
    };
    OtherPort {
        port: remote.port(),
        outcome,
        notices,
        distance,
    }
}

/// One attempt for each hop limit, until somebody answers for the host or the time is over.
async fn scan(remote: SocketAddr, deadline: Instant) -> Vec<Hop> {
    let mut running = FuturesUnordered::new();
    let mut answered: Vec<Hop> = Vec::new();
    let mut until = deadline;
    let mut limit = 0;
    let mut end: Option<u8> = None;
    let mut due = Instant::now();
    loop {
        let is_complete = end.is_some_and(|end| {
            (1..end).all(|nearer| answered.iter().any(|hop| hop.limit == nearer))
        });
        if is_complete {
            break;
        }
        tokio::select! {
            biased;
            Some(hop) = running.next() => {
                let hop: Hop = hop;
                if !matches!(hop.answer, HopAnswer::TimeExceeded { .. } | HopAnswer::Silent) {
                    end = Some(end.map_or(hop.limit, |end| end.min(hop.limit)));
                    until = until.min(Instant::now() + GRACE);
                }
                answered.push(hop);
            }
            () = sleep_until(due), if end.is_none() && limit < FURTHEST => {
                limit += 1;
                due += GAP;
                running.push(attempt(remote, limit, deadline));
            }
            () = sleep_until(until) => break,
            else => break,
        }
    }
    let last = end.unwrap_or(limit);
    (1..=last)
        .map(|limit| {
            let found = answered.iter().find(|hop| hop.limit == limit);
            found.cloned().unwrap_or(Hop {
                limit,
                answer: HopAnswer::Silent,
                took: None,
            })
        })
        .collect()
}

async fn attempt(remote: SocketAddr, limit: u8, deadline: Instant) -> Hop {
    let watch = Watch::start();
    let answer = match syn::send(remote, Some(limit)) {
        Err(unsent) => match unsent.notices.into_iter().next_back() {
            Some(notice) => said(notice),
            None => {
                meet(&unsent.error, remote);
                HopAnswer::NotSent {
                    errno: unsent.error.raw_os_error(),
                }
            }
        },
        Ok(syn) => timeout_at(deadline, answer(&syn))
            .await
            .unwrap_or(HopAnswer::Silent),
    };
    Hop {
        limit,
        took: (answer != HopAnswer::Silent).then(|| watch.took()),
        answer,
    }
}

async fn answer(syn: &syn::Syn) -> HopAnswer {
    let mut notices = Vec::new();
    loop {
        let news = syn.news(&mut notices).await;
        if let Some(notice) = notices.pop() {
            return said(notice);
        }
        match news {
            None => {}
            Some(Ok(())) => return HopAnswer::Accepted,
            Some(Err(error)) => {
                return match error.kind() {
                    std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::ConnectionReset => {
                        HopAnswer::Reset
                    }
                    std::io::ErrorKind::TimedOut => HopAnswer::Silent,
                    _ => HopAnswer::NotSent {
                        errno: error.raw_os_error(),
                    },
                };
            }
        }
    }
}

fn meet(error: &std::io::Error, remote: SocketAddr) {
    let limit = limits::own_limit_towards(error, remote);
    limit.into_iter().for_each(limits::meet);
}

fn said(notice: IcmpNotice) -> HopAnswer {
    match notice.from {
        Some(from) if notice.is_time_exceeded() => HopAnswer::TimeExceeded { from },
        // A message from nobody names no router.
        None if notice.is_time_exceeded() => HopAnswer::Silent,
        _ => HopAnswer::Rejected { notice },
    }
}

fn is_for_the_host(answer: &HopAnswer) -> bool {
    matches!(answer, HopAnswer::Accepted | HopAnswer::Reset)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn this_host_is_one_hop_away_and_ends_the_search() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let remote = listener.local_addr().expect("an address");
        let hops = scan(remote, Instant::now() + WAIT).await;
        assert_eq!(hops.len(), 1);
        assert_eq!(hops[0].answer, HopAnswer::Accepted);
    }

    #[tokio::test]
    async fn a_closed_port_answers_with_a_reset() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let remote = listener.local_addr().expect("an address");
        drop(listener);
        let begun = Instant::now();
        let found = other(remote, Instant::now() + WAIT).await;
        assert_eq!(found.outcome, TcpOutcome::Refused);
        assert_eq!(found.distance, Some(1));
        assert!(
            begun.elapsed() < GRACE,
            "an answer ends the wait: {found:?}"
        );
    }

    #[test]
    fn time_exceeded_names_a_router_and_a_rejection_its_device() {
        let notice = |kind, code, from: &str| IcmpNotice {
            v6: false,
            kind,
            code,
            from: from.parse().ok(),
        };
        let router = "10.20.0.1".parse().expect("an address");
        assert_eq!(
            said(notice(11, 0, "10.20.0.1")),
            HopAnswer::TimeExceeded { from: router }
        );
        assert_eq!(said(notice(11, 0, "nobody")), HopAnswer::Silent);
        let refusal = notice(3, 13, "10.20.0.1");
        assert_eq!(
            said(refusal.clone()),
            HopAnswer::Rejected { notice: refusal }
        );
    }
}
