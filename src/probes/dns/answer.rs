//! What a DNS message says: a response code, or addresses at the end of a chain of aliases.

use std::net::IpAddr;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name, RData};
use hybridcheck_core::facts::DnsOutcome;
use hybridcheck_core::outside::Outside;

/// More addresses than this are not looked at: a hostile answer must not start hundreds of connections.
const ADDRESS_LIMIT: usize = 16;
/// More aliases than this are a chain without an end, as for every resolver.
const ALIAS_LIMIT: usize = 16;

/// The outcome of a question, from the bytes of its answer.
pub(in crate::probes) fn read(packet: &[u8], question: &Message) -> DnsOutcome {
    let (Ok(message), Some(query)) = (Message::from_vec(packet), question.queries.first()) else {
        return DnsOutcome::Malformed;
    };
    match message.metadata.response_code {
        ResponseCode::NoError => addresses(&message, query.name()),
        ResponseCode::NXDomain => DnsOutcome::NxDomain,
        ResponseCode::Refused => DnsOutcome::Refused,
        ResponseCode::ServFail => DnsOutcome::ServFail,
        other => DnsOutcome::OtherCode { code: other.into() },
    }
}

/// Follows the aliases from the asked name to the addresses; records of other names are no answer to it.
fn addresses(message: &Message, asked: &Name) -> DnsOutcome {
    let mut at = asked;
    let mut aliases: Vec<&Name> = Vec::new();
    let mut ttl = u32::MAX;
    loop {
        let mut addresses: Vec<IpAddr> = Vec::new();
        let mut next = None;
        for record in message.answers.iter().filter(|record| record.name == *at) {
            match &record.data {
                RData::A(a) => addresses.push(IpAddr::V4(a.0)),
                RData::AAAA(aaaa) => addresses.push(IpAddr::V6(aaaa.0)),
                RData::CNAME(target) => next = next.or(Some(&target.0)),
                _ => continue,
            }
            ttl = ttl.min(record.ttl);
        }
        if !addresses.is_empty() {
            addresses.sort_unstable();
            addresses.dedup();
            addresses.truncate(ADDRESS_LIMIT);
            return DnsOutcome::Addresses {
                addresses,
                cnames: shown(&aliases),
                ttl,
            };
        }
        let Some(next) = next else {
            return DnsOutcome::NoData;
        };
        if next == asked || aliases.contains(&next) || aliases.len() == ALIAS_LIMIT {
            aliases.push(next);
            return DnsOutcome::AliasLoop {
                cnames: shown(&aliases),
            };
        }
        aliases.push(next);
        at = next;
    }
}

fn shown(aliases: &[&Name]) -> Vec<Outside> {
    let aliases = aliases.iter();
    aliases
        .map(|name| Outside::kept(&name.to_ascii(), 255))
        .collect()
}
