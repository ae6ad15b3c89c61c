//! A device on the way rejects connections to Genesys Cloud.

use std::net::IpAddr;

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::finding::Owner;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;
use hybridcheck_core::text::listed;

use crate::evidence::rows;
use crate::evidence::tcp::{self, Shut};

page! {
    /// A device on the way rejects connections to Genesys Cloud.
    ///
    /// ## What it means
    ///
    /// Nothing was dropped: a router or firewall on the way answers in place of the host. An ICMP message names the device and its
    /// reason; a reset that comes from nearer than the host is belongs to a device that resets in the host's name. What programs show as
    /// *Connection refused* is often just that.
    ///
    /// ## How to fix
    ///
    /// Give the network team the sentences of the diagnosis: it names the device, what it said, and the rule that is missing there.
    /// `hybridcheck firewall INPUT --missing` writes that rule in the firewall's own words.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `tcpdump -n icmp or icmp6` beside `curl -v https://HOST/`; `traceroute -T -p 443 HOST` marks the device with `!X`, `!H` or `!N`.
    /// In PowerShell `Test-NetConnection HOST -Port 443 -InformationLevel Detailed`, though Windows hides which device answered.
    ///
    /// ## What we rely on
    ///
    /// Documented: the meaning of ICMP types and codes (RFC 792, RFC 1812, RFC 4443). Observed: Linux hands the message and its sender to
    /// the socket that it concerns, and reports a firewall's port-unreachable as a refused connection.
    pub(crate) struct TcpRejected;
}

impl Rule for TcpRejected {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let groups = tcp::grouped(case, all, |endpoint, reasons| {
            let rejections: Vec<Shut> = reasons
                .iter()
                .filter(|reason| {
                    matches!(reason, Shut::Rejected { .. } | Shut::ResetOnTheWay { .. })
                })
                .cloned()
                .collect();
            if rejections.is_empty() && reasons == [Shut::Silent] {
                return tcp::rejecting_at(case, endpoint).map(|same| Rejections(vec![same]));
            }
            (!rejections.is_empty()).then_some(Rejections(rejections))
        });
        groups.diagnosed(|Rejections(rejections), members| {
            let endpoints = members.endpoints();
            let names = members.names();
            let routers = routers(case, &endpoints);
            let who: Vec<String> = rejections.iter().map(|one| who(one, &routers)).collect();
            let is_policy = rejections.iter().all(|rejection| {
                matches!(
                    rejection,
                    Shut::Rejected {
                        is_policy: true,
                        ..
                    }
                )
            });
            let diagnosis = members.diagnosis(
                if is_policy {
                    Certainty::Certain
                } else {
                    Certainty::Likely
                },
                format!(
                    "connections to {names} are rejected on the way: {}",
                    who.join("; ")
                ),
                Owner::NetworkTeam,
                rows::firewall_request(case, &endpoints),
            );
            tcp::about(diagnosis, case, members)
        })
    }
}

/// The nearest routers in front of a device that resets, as far as any path tells.
fn routers(case: &Case<'_>, endpoints: &[&Endpoint]) -> Vec<(u8, IpAddr)> {
    let reasons = endpoints
        .iter()
        .flat_map(|endpoint| tcp::reasons(case, endpoint));
    let mut routers: Vec<(u8, IpAddr)> = reasons
        .filter_map(|reason| match reason {
            Shut::ResetOnTheWay { behind, .. } => behind,
            _ => None,
        })
        .collect();
    routers.sort_unstable();
    routers.dedup();
    let furthest = routers.last().map(|(hop, _)| *hop);
    routers.retain(|(hop, _)| Some(*hop) == furthest);
    routers
}

/// Rejections, the same when the same devices made them. A device that resets is known by its distance: which routers in front of it
/// had a message to spare does not make it two.
struct Rejections(Vec<Shut>);

impl PartialEq for Rejections {
    fn eq(&self, other: &Self) -> bool {
        let devices = |rejections: &Self| -> Vec<Option<(IpAddr, u8)>> {
            let each = rejections.0.iter();
            let mut devices: Vec<_> = each
                .map(|rejection| match rejection {
                    Shut::Rejected { by, .. } => Some((*by, 0)),
                    Shut::ResetOnTheWay { at, .. } => {
                        Some((IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), *at))
                    }
                    _ => None,
                })
                .collect();
            devices.sort();
            devices.dedup();
            devices
        };
        devices(self) == devices(other)
    }
}

fn who(rejection: &Shut, routers: &[(u8, IpAddr)]) -> String {
    match rejection {
        Shut::Rejected {
            by,
            said,
            is_policy: true,
        } => format!("{by} answers {said}, so a rule on it forbids them"),
        Shut::Rejected { by, said, .. } => {
            format!("{by} answers {said}: either a rule on it, or it has no way to the host itself")
        }
        Shut::ResetOnTheWay { at, host_at, .. } => {
            let device = match routers.first() {
                Some((hop, _)) => format!(
                    "the device at or behind hop {hop} ({})",
                    listed(routers.iter().map(|(_, router)| router))
                ),
                None => "a device on the way".to_owned(),
            };
            format!(
                "{device} resets them in the host's name: its reset comes from {at} hops away, while the host answers on another port from {host_at}"
            )
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{FactKey, IcmpNotice, TcpFact, TcpOutcome};
    use hybridcheck_testkit::facts::{addresses_of, tcp};

    fn answered_by(mut bench: Bench, endpoint: &Endpoint, code: u8, from: [u8; 4]) -> Bench {
        for address in addresses_of(&endpoint.host) {
            let notice = IcmpNotice {
                v6: false,
                kind: 3,
                code,
                from: Some(from.into()),
            };
            let fact = TcpFact {
                notices: vec![notice],
                ..tcp(address, 443, TcpOutcome::HostUnreachable)
            };
            let key = FactKey::tcp(endpoint, address);
            bench = bench.fact(key.clone(), fact).blocked_behind(&key);
        }
        bench
    }

    #[test]
    fn the_device_and_its_words_are_named() {
        let bench = Bench::healthy();
        let api = bench.api();
        let bench = answered_by(bench, &api, 13, [10, 20, 0, 1]);
        let found = bench.diagnose(&TcpRejected);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].certainty, Certainty::Certain);
        for part in [
            "10.20.0.1 answers ICMP type 3 code 13",
            "a rule on it forbids",
        ] {
            assert!(found[0].sentence.contains(part), "{}", found[0].sentence);
        }
        assert_eq!(bench.causes(), ["tcp-rejected"]);
    }

    #[test]
    fn a_device_that_may_only_have_no_way_is_not_accused_for_certain() {
        let bench = Bench::healthy();
        let api = bench.api();
        let found = answered_by(bench, &api, 1, [10, 20, 0, 1]).diagnose(&TcpRejected);
        assert_eq!(found[0].certainty, Certainty::Likely);
        assert!(found[0].sentence.contains("no way to the host"));
    }

    #[test]
    fn a_message_of_the_host_itself_or_of_this_one_is_nobody_on_the_way() {
        let bench = Bench::healthy();
        let api = bench.api();
        let bench = answered_by(bench, &api, 13, [10, 0, 0, 5]);
        assert!(bench.diagnose(&TcpRejected).is_empty());
        assert_eq!(bench.causes(), ["host-firewall"]);
    }
}
