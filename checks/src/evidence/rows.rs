//! Rows and connections as several causes look at them.

use std::net::{IpAddr, SocketAddr};

use crate::{general, network};
use hybridcheck_core::access::request;
use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::endpoint::{Endpoint, Host};
use hybridcheck_core::facts::{Attempt, Ending, FactKey, TcpFact, TlsFact};
use hybridcheck_core::finding::Status;
use hybridcheck_core::row::Row;

/// The checks that find out that a host's name leads to an address that is not the service's.
const OF_ADDRESSES: [&dyn Check; 2] = [&network::AddressGenuine, &network::HostsFile];

/// The failing rows of a check. What was met at an address that the name should not have tells nothing about the network or the
/// service: such rows are left to the causes of wrong addresses.
pub(crate) fn failing<'r>(rows: &'r [Row], check: &dyn Check) -> Vec<&'r Row> {
    let flagged = flagged(rows, check).into_iter();
    flagged.filter(|row| row.status() == Status::Fail).collect()
}

/// The failing rows of several checks, check by check.
pub(crate) fn failing_any<'r>(rows: &'r [Row], checks: &[&dyn Check]) -> Vec<&'r Row> {
    let checks = checks.iter();
    checks.flat_map(|check| failing(rows, *check)).collect()
}

/// The failing and warning rows of several checks, check by check.
pub(crate) fn flagged_any<'r>(rows: &'r [Row], checks: &[&dyn Check]) -> Vec<&'r Row> {
    let checks = checks.iter();
    checks.flat_map(|check| flagged(rows, *check)).collect()
}

/// The failing and warning rows of a check, without those of endpoints at wrong addresses.
pub(crate) fn flagged<'r>(rows: &'r [Row], check: &dyn Check) -> Vec<&'r Row> {
    // The page is taken once, and few rows are flagged at all: every rule comes through here.
    let page = check.page();
    let flagged = rows
        .iter()
        .filter(|row| matches!(row.status(), Status::Fail | Status::Warn));
    flagged
        .filter(|row| page.is_named(&row.check))
        .filter(|row| !stands_at_wrong_address(rows, row))
        .collect()
}

fn stands_at_wrong_address(rows: &[Row], row: &Row) -> bool {
    let is_of_names = || {
        let mut checks = OF_ADDRESSES.into_iter().chain(OF_NAMES);
        checks.any(|check| row.is_of(check))
    };
    endpoint(row).is_some_and(|of| {
        let mut checks = OF_ADDRESSES.into_iter();
        !is_of_names() && checks.any(|check| is_flagged(rows, check, of, &[Status::Fail]))
    })
}

/// The other checks of names, which look at no address.
const OF_NAMES: [&dyn Check; 3] = [
    &network::LookupAgrees,
    &network::NameserversAgree,
    &network::Resolves,
];

/// Whether a check has one of these verdicts on an endpoint.
pub(crate) fn is_flagged(rows: &[Row], check: &dyn Check, of: &Endpoint, among: &[Status]) -> bool {
    rows.iter()
        .any(|row| among.contains(&row.status()) && row.is_of(check) && endpoint(row) == Some(of))
}

/// The failing and warning rows about an endpoint that look at its addresses: consequences when these are wrong.
pub(crate) fn behind_addresses<'r>(rows: &'r [Row], of: &Endpoint) -> Vec<&'r Row> {
    let flagged = rows
        .iter()
        .filter(|row| matches!(row.status(), Status::Fail | Status::Warn));
    flagged
        .filter(|row| endpoint(row) == Some(of) && stands_at_wrong_address(rows, row))
        .collect()
}

/// Commands that ask nameservers about a host by hand.
pub(crate) fn questions<'n>(
    host: &Host,
    nameservers: impl IntoIterator<Item = &'n SocketAddr>,
) -> String {
    let mut commands: Vec<String> = nameservers
        .into_iter()
        .take(3)
        .map(|nameserver| match nameserver.port() {
            53 => format!("dig @{} {host} A", nameserver.ip()),
            port => format!("dig @{} -p {port} {host} A", nameserver.ip()),
        })
        .collect();
    if commands.is_empty() {
        commands.push(format!("dig {host} A"));
    }
    commands.join("; ")
}

/// The facts about a host's name that later facts stand on.
pub(crate) fn name_keys(case: &Case<'_>, host: &Host) -> Vec<FactKey> {
    let asked = case.dns_of(host).into_iter();
    asked
        .map(|(nameserver, _)| FactKey::dns(host, nameserver))
        .chain([FactKey::addresses(host)])
        .collect()
}

/// Whether a check fails on anything.
pub(crate) fn fails(rows: &[Row], check: &dyn Check) -> bool {
    !failing(rows, check).is_empty()
}

/// Whether one of several checks fails on anything.
pub(crate) fn fails_any(rows: &[Row], checks: &[&dyn Check]) -> bool {
    checks.iter().any(|check| fails(rows, *check))
}

/// The endpoint a row judges.
pub(crate) fn endpoint(row: &Row) -> Option<&Endpoint> {
    match &row.subject {
        Subject::Endpoint { endpoint } => Some(endpoint),
        _ => None,
    }
}

/// The TCP connections of an endpoint that were tried.
pub(crate) fn tcp<'a>(case: &Case<'a>, endpoint: &Endpoint) -> Vec<(IpAddr, &'a TcpFact)> {
    let tried = case.tcp_of(endpoint).into_iter();
    tried
        .filter_map(|(address, answer)| Some((address, answer.ok()?)))
        .collect()
}

/// The TLS handshakes of an endpoint that were tried.
pub(crate) fn tls<'a>(case: &Case<'a>, endpoint: &Endpoint) -> Vec<(IpAddr, &'a TlsFact)> {
    let tried = case.tls_of(endpoint).into_iter();
    tried
        .filter_map(|(address, answer)| Some((address, answer.ok()?)))
        .collect()
}

/// The URL that names the endpoint fails its own check.
pub(crate) fn is_url_at_fault(case: &Case<'_>, all: &[Row], endpoint: &Endpoint) -> bool {
    let is_auth = case.object.auth_endpoint().as_ref() == Some(endpoint);
    let is_api = case.object.api_endpoint().as_ref() == Some(endpoint);
    (is_auth && fails(all, &general::AuthUrl)) || (is_api && fails(all, &general::ServiceUrl))
}

/// The endpoint has another port than 443 because its URL is wrong: nobody should open that port.
pub(crate) fn is_port_at_fault(case: &Case<'_>, all: &[Row], endpoint: &Endpoint) -> bool {
    endpoint.port != 443 && is_url_at_fault(case, all, endpoint)
}

/// So many tries are told one by one.
const SEEN: usize = 6;

/// How one try ended: each in its own words, since they did not begin together.
fn ended(fact: &TcpFact, attempt: &Attempt) -> String {
    let ending = fact.outcome.ending();
    match attempt.outcome {
        Ending::Unanswered => format!("no answer within {}", attempt.took),
        Ending::TimedOut if ending == Ending::TimedOut => {
            format!("no answer within {}", attempt.took)
        }
        same if same == ending => format!("{:#}", fact.outcome),
        other => other.label().replace('_', " "),
    }
}

/// The sentences a network team can act on: who, where to, which port and protocol, and what was seen when.
pub(crate) fn firewall_request(case: &Case<'_>, endpoints: &[&Endpoint]) -> String {
    let mut sources: Vec<IpAddr> = Vec::new();
    let mut seen = Vec::new();
    for endpoint in endpoints {
        for (_, fact) in tcp(case, endpoint) {
            for attempt in &fact.attempts {
                if attempt.outcome == Ending::Connected {
                    continue;
                }
                let from = attempt
                    .local
                    .map_or_else(String::new, |local| format!(" from {local}"));
                seen.push(format!(
                    "{}{from} to {}: {}",
                    attempt.started,
                    fact.remote,
                    ended(fact, attempt)
                ));
                if let Some(local) = attempt.local
                    && !sources.contains(&local.ip())
                {
                    sources.push(local.ip());
                }
            }
        }
    }
    let more = seen.len().saturating_sub(SEEN);
    seen.truncate(SEEN);
    if more > 0 {
        seen.push(format!("and {more} more tries like these"));
    }
    format!(
        "{} What was seen: {}.",
        request(&sources, endpoints),
        seen.join("; ")
    )
}
