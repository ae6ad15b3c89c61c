//! Why a TCP connection was not made, as far as the socket, the error queue and the path tell: here, on the way, or at the host.

use std::net::IpAddr;
use std::time::Duration;

use hybridcheck_core::cause::Diagnosis;
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{FactKey, HopAnswer, IcmpNotice, PathFact, TcpFact, TcpOutcome};
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::members::{self, Endpoints, Groups};
use crate::evidence::rows;
use crate::network;

/// Sooner than this no neighbour has been given up: the kernel asks for its address for seconds.
const NEIGHBOUR_WAIT: Duration = Duration::from_millis(500);

/// Who kept a connection from being made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shut {
    /// This host itself: its packet filter, its policy, or a route that forbids.
    Here(Here),
    /// This host has no route there.
    NoRoute,
    /// The next router, or the host on the same link, does not answer this host.
    NoNeighbour,
    /// A device on the way says no.
    Rejected {
        /// The device.
        by: IpAddr,
        /// What it said.
        said: String,
        /// It speaks of a prohibition, not of a way it does not have.
        is_policy: bool,
    },
    /// A device on the way resets in the host's name: its answer comes from nearer than the host is.
    ResetOnTheWay {
        /// The last router in front of it, with its distance.
        behind: Option<(u8, IpAddr)>,
        /// The distance at which the reset came.
        at: u8,
        /// The distance at which another port of the same address was answered.
        host_at: u8,
    },
    /// Refused in the host's name; whether by the host itself is another question.
    Refused,
    /// Silence, though another attempt with the same address got through moments later.
    Sometimes,
    /// Silence, and the packets left this host.
    Silent,
    /// Something else.
    Other,
}

/// How this host keeps a connection from being made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Here {
    /// Its packet filter answered, or the system refused the call.
    Denied(String),
    /// The packets never left it.
    Dropped,
    /// A reset came back with a hop limit that only this host's own link is within.
    Reset,
}

/// The path probe of an address, when there was one.
pub(crate) fn path<'a>(
    case: &Case<'a>,
    endpoint: &Endpoint,
    address: IpAddr,
) -> Option<&'a PathFact> {
    let key = FactKey::path(endpoint, address);
    case.facts().path(&key).ok()
}

/// The path to another address that failed in the same way: of each family and kind of failure of an endpoint, one path is looked at.
fn sample<'a>(
    case: &Case<'a>,
    endpoint: &Endpoint,
    tried: &[(IpAddr, &TcpFact)],
    fact: &TcpFact,
) -> Option<&'a PathFact> {
    let mut alike = tried.iter().filter(|(address, other)| {
        address.is_ipv6() == fact.remote.is_ipv6()
            && other.outcome.ending() == fact.outcome.ending()
    });
    alike.find_map(|(address, _)| path(case, endpoint, *address))
}

/// Why an address is shut.
pub(crate) fn why(fact: &TcpFact, path: Option<&PathFact>) -> Shut {
    if let Some(notice) = fact.own_notice() {
        let waited = fact.attempts.iter().map(|attempt| attempt.took.0).max();
        let is_late = waited.is_some_and(|waited| waited >= NEIGHBOUR_WAIT);
        return if is_late && is_host_unreachable(notice) {
            Shut::NoNeighbour
        } else {
            Shut::Here(Here::Denied(notice.to_string()))
        };
    }
    if let Some((by, notice)) = foreign(fact) {
        return if by == fact.remote.ip() {
            Shut::Refused
        } else {
            Shut::Rejected {
                by,
                said: said(notice),
                is_policy: is_policy(notice),
            }
        };
    }
    match &fact.outcome {
        TcpOutcome::NetworkUnreachable => Shut::NoRoute,
        // A route that forbids answers before anything is sent: EACCES (prohibit), EHOSTUNREACH (unreachable), EINVAL (blackhole).
        TcpOutcome::Denied => Shut::Here(Here::Denied(
            "permission denied at once (a route of kind `prohibit`, or a policy of the system)"
                .into(),
        )),
        TcpOutcome::HostUnreachable | TcpOutcome::Other { errno: Some(22) }
            if !fact.was_begun() =>
        {
            Shut::Here(Here::Denied(match fact.outcome {
                TcpOutcome::HostUnreachable => {
                    "host unreachable at once (a route of kind `unreachable`)".into()
                }
                _ => "an invalid route (a route of kind `blackhole`)".into(),
            }))
        }
        TcpOutcome::TimedOut { .. } if fact.dropped_here == Some(true) => Shut::Here(Here::Dropped),
        TcpOutcome::TimedOut { .. } => silent(path),
        // The call itself was refused: nobody further away answers that fast.
        TcpOutcome::Refused if !fact.was_begun() && !fact.remote.ip().is_loopback() => {
            Shut::Here(Here::Reset)
        }
        TcpOutcome::Refused | TcpOutcome::Reset => refused(fact, path),
        // Where no message says who answered so, it may be the next router or one far away.
        TcpOutcome::Connected | TcpOutcome::HostUnreachable | TcpOutcome::Other { .. } => {
            Shut::Other
        }
    }
}

/// Silence on the connections themselves: the attempts of the path probe may have met somebody all the same.
fn silent(path: Option<&PathFact>) -> Shut {
    let Some(path) = path else {
        return Shut::Silent;
    };
    let is_accepted = |answer: &HopAnswer| matches!(answer, HopAnswer::Accepted);
    if path.hops.iter().any(|hop| is_accepted(&hop.answer)) {
        return Shut::Sometimes;
    }
    match path.rejected_by() {
        Some((_, notice)) if notice.from.is_some_and(|from| from != path.remote.ip()) => {
            Shut::Rejected {
                by: notice.from.unwrap_or(path.remote.ip()),
                said: said(notice),
                is_policy: is_policy(notice),
            }
        }
        _ => Shut::Silent,
    }
}

/// A refusal without a message: the path tells whether it came from as far away as the host.
fn refused(fact: &TcpFact, path: Option<&PathFact>) -> Shut {
    let Some((path, at)) = path.and_then(|path| Some((path, path.distance()?))) else {
        return Shut::Refused;
    };
    let other = path.other_port.as_ref().and_then(|other| other.distance);
    if at == 1 && (other.is_some_and(|other| other > 1) || is_public(fact.remote.ip())) {
        return Shut::Here(Here::Reset);
    }
    match other {
        Some(host_at) if at < host_at => Shut::ResetOnTheWay {
            behind: router_before(path, at),
            at,
            host_at,
        },
        _ => Shut::Refused,
    }
}

fn router_before(path: &PathFact, at: u8) -> Option<(u8, IpAddr)> {
    let nearer = path.hops.iter().filter(|hop| hop.limit < at);
    nearer
        .filter_map(|hop| match hop.answer {
            HopAnswer::TimeExceeded { from } => Some((hop.limit, from)),
            _ => None,
        })
        .next_back()
}

fn foreign(fact: &TcpFact) -> Option<(IpAddr, &IcmpNotice)> {
    let notice = fact.foreign_notice()?;
    Some((notice.from?, notice))
}

/// The message without its sender, who is named beside it.
fn said(notice: &IcmpNotice) -> String {
    let nobody = IcmpNotice {
        from: None,
        ..notice.clone()
    };
    nobody.to_string()
}

/// Types and codes by which a device says that it may not, rather than that it cannot.
fn is_policy(notice: &IcmpNotice) -> bool {
    matches!(
        (notice.v6, notice.kind, notice.code),
        (false, 3, 3 | 9 | 10 | 13) | (true, 1, 1 | 4 | 5 | 6)
    )
}

fn is_host_unreachable(notice: &IcmpNotice) -> bool {
    matches!(
        (notice.v6, notice.kind, notice.code),
        (false, 3, 1) | (true, 1, 3)
    )
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !(v4.is_private() || v4.is_loopback() || v4.is_link_local()),
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    }
}

/// Why an endpoint is shut on every address, once for each reason, worst evidence first; nothing when an address is open.
/// Addresses of a family that this host does not have say nothing beside others.
pub(crate) fn reasons(case: &Case<'_>, endpoint: &Endpoint) -> Vec<Shut> {
    let tried = rows::tcp(case, endpoint);
    if tried
        .iter()
        .any(|(_, fact)| fact.outcome == TcpOutcome::Connected)
    {
        return Vec::new();
    }
    let mut reasons: Vec<Shut> = tried
        .iter()
        .map(|(address, fact)| {
            let own = path(case, endpoint, *address);
            why(fact, own.or_else(|| sample(case, endpoint, &tried, fact)))
        })
        .collect();
    reasons.sort();
    reasons.dedup();
    // The path is looked at for one address of those that met the same: what it tells holds for the others.
    let is_reset =
        |reason: &Shut| matches!(reason, Shut::Here(Here::Reset) | Shut::ResetOnTheWay { .. });
    if reasons.iter().any(is_reset) {
        reasons.retain(|reason| *reason != Shut::Refused);
    }
    if reasons.contains(&Shut::Sometimes) {
        reasons.retain(|reason| *reason != Shut::Silent);
    }
    if reasons.iter().any(|reason| *reason != Shut::NoRoute) {
        reasons.retain(|reason| *reason != Shut::NoRoute);
    }
    reasons
}

/// What another endpoint of the object was told by the very device at which this endpoint's packets end. Devices limit how often
/// they say no, so silence behind one that rejects is most likely more of the same.
pub(crate) fn rejecting_at(case: &Case<'_>, endpoint: &Endpoint) -> Option<Shut> {
    let tried = rows::tcp(case, endpoint).into_iter();
    let ends: Vec<IpAddr> = tried
        .filter_map(|(address, _)| path(case, endpoint, address)?.last_router())
        .map(|(_, router)| router)
        .collect();
    let others = case.object.endpoints().into_iter();
    others
        .filter(|other| other != endpoint)
        .flat_map(|other| reasons(case, &other))
        .find(|reason| matches!(reason, Shut::Rejected { by, .. } if ends.contains(by)))
}

/// What else was tried from this host: what answers, and what stays silent too.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// What answers.
    pub(crate) open: Vec<String>,
    /// What does not.
    pub(crate) dead: Vec<String>,
}

/// What was tried beside some shut endpoints.
pub(crate) fn beside(case: &Case<'_>, shut: &[&Endpoint]) -> Beside {
    let mut beside = Beside::default();
    let own = case.object.endpoints();
    for endpoint in &own {
        let tried = rows::tcp(case, endpoint);
        let is_open = tried
            .iter()
            .any(|(_, fact)| fact.outcome == TcpOutcome::Connected);
        if is_open {
            beside.open.push(endpoint.to_string());
        } else if !tried.is_empty() && !shut.contains(&endpoint) {
            beside.dead.push(endpoint.to_string());
        }
    }
    for entry in case.facts().entries() {
        match &entry.key {
            // An endpoint of the object is no comparison for itself.
            FactKey::Reach { endpoint } if !own.contains(endpoint) => {
                if let Ok(reach) = case.facts().reach(&entry.key) {
                    let name = format!("{endpoint} (for comparison)");
                    if reach.open.is_empty() {
                        beside.dead.push(name);
                    } else {
                        beside.open.push(name);
                    }
                }
            }
            FactKey::Path { endpoint, address } if shut.contains(&endpoint) => {
                let path = case.facts().path(&entry.key).ok();
                let Some(other) = path.and_then(|path| path.other_port.as_ref()) else {
                    continue;
                };
                let name = format!("port {} of {address}", other.port);
                match other.outcome {
                    TcpOutcome::Connected => beside.open.push(name),
                    TcpOutcome::Refused if other.notices.is_empty() => {
                        beside.open.push(format!("{name} (closed, but it answers)"));
                    }
                    _ => beside.dead.push(name),
                }
            }
            _ => {}
        }
    }
    for names in [&mut beside.open, &mut beside.dead] {
        let more = names.len().saturating_sub(COMPARED);
        names.truncate(COMPARED);
        if more > 0 {
            names.push(format!("{more} more"));
        }
    }
    beside
}

/// A few comparisons say as much as hundreds.
const COMPARED: usize = 4;

/// A diagnosis about endpoints that are shut, with its rows, what is broken, what was tried beside it, and the commands that show the
/// same.
pub(crate) fn about(diagnosis: Diagnosis, case: &Case<'_>, members: &Endpoints<'_>) -> Diagnosis {
    let endpoints = members.endpoints();
    let mut diagnosis = diagnosis.breaks(broken(case, &endpoints));
    let beside = beside(case, &endpoints);
    for (label, names) in [("answers", &beside.open), ("silent too", &beside.dead)] {
        if !names.is_empty() {
            diagnosis = diagnosis.evidence(label, listed(names));
        }
    }
    let first = members.first();
    diagnosis.command(format!(
        "curl -v --connect-timeout 10 https://{first}/; traceroute -T -p {} {}",
        first.port, first.host
    ))
}

/// The connections of endpoints that cannot be reached, and what every later request would use.
pub(crate) fn broken(case: &Case<'_>, endpoints: &[&Endpoint]) -> Vec<FactKey> {
    let mut keys = Vec::new();
    for endpoint in endpoints {
        let tried = rows::tcp(case, endpoint).into_iter();
        keys.extend(tried.map(|(address, _)| FactKey::tcp(*endpoint, address)));
        keys.push(FactKey::connection(*endpoint));
        keys.push(FactKey::reach((*endpoint).clone()));
    }
    keys
}

/// Rows of endpoints that are shut on every address, and whose URL is not what is wrong, grouped by what explains them.
pub(crate) fn grouped<'r, E: PartialEq>(
    case: &Case<'_>,
    all: &'r [Row],
    explain: impl Fn(&Endpoint, &[Shut]) -> Option<E>,
) -> Groups<'r, E, &'r Endpoint> {
    members::grouped(rows::failing(all, &network::Connects), |endpoint| {
        if rows::is_port_at_fault(case, all, endpoint) {
            return None;
        }
        explain(endpoint, &reasons(case, endpoint))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_core::facts::{Hop, OtherPort};
    use hybridcheck_core::time::Took;
    use hybridcheck_testkit::facts::{tcp, took};

    fn remote() -> IpAddr {
        IpAddr::from([192, 0, 2, 10])
    }

    fn notice(code: u8, from: [u8; 4]) -> IcmpNotice {
        IcmpNotice {
            v6: false,
            kind: 3,
            code,
            from: Some(IpAddr::from(from)),
        }
    }

    fn with_notice(outcome: TcpOutcome, notice: IcmpNotice) -> TcpFact {
        TcpFact {
            notices: vec![notice],
            ..tcp(remote(), 443, outcome)
        }
    }

    fn reset_at(limit: u8, host_at: Option<u8>) -> PathFact {
        let mut hops: Vec<Hop> = (1..limit)
            .map(|limit| Hop {
                limit,
                answer: HopAnswer::TimeExceeded {
                    from: IpAddr::from([10, 0, limit, 1]),
                },
                took: None,
            })
            .collect();
        hops.push(Hop {
            limit,
            answer: HopAnswer::Reset,
            took: None,
        });
        PathFact {
            remote: (remote(), 443).into(),
            hops,
            other_port: host_at.map(|distance| OtherPort {
                port: 80,
                outcome: TcpOutcome::Refused,
                notices: Vec::new(),
                distance: Some(distance),
            }),
            waited: Took::default(),
        }
    }

    #[test]
    fn a_refusal_with_a_message_from_a_router_is_that_routers() {
        let fact = with_notice(TcpOutcome::Refused, notice(3, [10, 0, 2, 1]));
        assert!(
            matches!(why(&fact, None), Shut::Rejected { by, is_policy: true, .. } if by == IpAddr::from([10, 0, 2, 1]))
        );
    }

    #[test]
    fn a_message_from_the_host_itself_is_a_refusal() {
        let fact = with_notice(TcpOutcome::Refused, notice(3, [192, 0, 2, 10]));
        assert_eq!(why(&fact, None), Shut::Refused);
    }

    #[test]
    fn a_message_from_this_host_is_its_own_filter_unless_it_waited_for_a_neighbour() {
        let own = notice(13, [10, 0, 0, 5]);
        let fact = with_notice(TcpOutcome::HostUnreachable, own);
        assert!(matches!(why(&fact, None), Shut::Here(Here::Denied(_))));
        let mut fact = with_notice(TcpOutcome::HostUnreachable, notice(1, [10, 0, 0, 5]));
        for attempt in &mut fact.attempts {
            attempt.took = took(3000);
        }
        assert_eq!(why(&fact, None), Shut::NoNeighbour);
    }

    #[test]
    fn a_reset_from_nearer_than_the_host_is_a_device_on_the_way() {
        let fact = tcp(remote(), 443, TcpOutcome::Refused);
        let found = why(&fact, Some(&reset_at(3, Some(4))));
        let behind = Some((2, IpAddr::from([10, 0, 2, 1])));
        assert_eq!(
            found,
            Shut::ResetOnTheWay {
                behind,
                at: 3,
                host_at: 4
            }
        );
        for at_the_host in [reset_at(4, Some(4)), reset_at(4, None)] {
            assert_eq!(why(&fact, Some(&at_the_host)), Shut::Refused);
        }
        assert_eq!(why(&fact, None), Shut::Refused);
    }

    #[test]
    fn a_reset_within_one_hop_is_this_host() {
        let fact = tcp(remote(), 443, TcpOutcome::Refused);
        assert_eq!(
            why(&fact, Some(&reset_at(1, Some(4)))),
            Shut::Here(Here::Reset)
        );
    }

    #[test]
    fn silence_is_local_only_when_the_kernel_says_so() {
        let silence = TcpOutcome::TimedOut { waited: took(5000) };
        let mut fact = tcp(remote(), 443, silence);
        assert_eq!(why(&fact, None), Shut::Silent);
        fact.dropped_here = Some(true);
        assert_eq!(why(&fact, None), Shut::Here(Here::Dropped));
    }

    #[test]
    fn what_this_very_host_refuses_is_blamed_on_nobody_else() {
        let begun = |outcome: &TcpOutcome| tcp(remote(), 443, outcome.clone());
        let unsent = |outcome: &TcpOutcome| {
            let mut fact = begun(outcome);
            fact.attempts
                .iter_mut()
                .for_each(|attempt| attempt.local = None);
            fact
        };
        let is_here = |fact: &TcpFact| matches!(why(fact, None), Shut::Here(_));
        for (outcome, when_begun, when_unsent) in [
            (TcpOutcome::Denied, true, true),
            (TcpOutcome::HostUnreachable, false, true),
            (TcpOutcome::Other { errno: Some(22) }, false, true),
            (TcpOutcome::Other { errno: Some(23) }, false, false),
            (TcpOutcome::Refused, false, true),
            (TcpOutcome::Reset, false, false),
            (TcpOutcome::NetworkUnreachable, false, false),
        ] {
            assert_eq!(is_here(&begun(&outcome)), when_begun, "{outcome:?}, begun");
            assert_eq!(
                is_here(&unsent(&outcome)),
                when_unsent,
                "{outcome:?}, not sent"
            );
        }
    }
}
