//! DNS: each nameserver asked on its own, A and AAAA apart, through hickory.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ProtocolConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{Attempt, DnsAnswer, DnsFact, DnsOutcome, ResolverFact};
use hybridcheck_core::time::Took;

use super::clock::Watch;

/// More addresses than this are not looked at: a hostile answer must not start hundreds of connections.
const ADDRESS_LIMIT: usize = 16;

/// The nameservers to ask: the given ones, or the system's.
pub fn resolver(given: Vec<SocketAddr>) -> ResolverFact {
    if !given.is_empty() {
        return ResolverFact {
            source: "--dns-server".into(),
            nameservers: given,
            search: Vec::new(),
            ndots: None,
            problem: None,
        };
    }
    let source = if cfg!(unix) {
        "/etc/resolv.conf"
    } else {
        "the system's settings"
    }
    .to_owned();
    match hickory_resolver::system_conf::read_system_conf() {
        Ok((config, _)) => {
            let mut nameservers: Vec<SocketAddr> = Vec::new();
            for server in config.name_servers() {
                let port = server.connections.first().map_or(53, |c| c.port);
                let address = SocketAddr::new(server.ip, port);
                if !nameservers.contains(&address) {
                    nameservers.push(address);
                }
            }
            let problem = nameservers
                .is_empty()
                .then(|| "no nameserver is configured".to_owned());
            ResolverFact {
                source,
                nameservers,
                search: Vec::new(),
                ndots: None,
                problem,
            }
        }
        Err(error) => ResolverFact {
            source,
            nameservers: Vec::new(),
            search: Vec::new(),
            ndots: None,
            problem: Some(hybridcheck_core::text::visible(&error.to_string(), 200)),
        },
    }
}

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
    let mut attempts = Vec::new();
    let total = Watch::start();
    let mut patience = phase.mul_f64(0.4);
    loop {
        let watch = Watch::start();
        let mut outcome = once(host, nameserver, kind, patience).await;
        attempts.push(Attempt {
            started: watch.started,
            took: watch.took(),
            local: None,
            outcome: outcome.label().to_owned(),
        });
        let again = matches!(
            outcome,
            DnsOutcome::TimedOut { .. } | DnsOutcome::ServFail | DnsOutcome::Malformed
        );
        patience = phase.saturating_sub(total.took().0);
        if !again || attempts.len() > 1 || patience.is_zero() {
            if let DnsOutcome::TimedOut { waited } = &mut outcome {
                *waited = total.took();
            }
            return DnsAnswer {
                outcome,
                truncated: false,
                attempts,
            };
        }
    }
}

async fn once(
    host: &Host,
    nameserver: SocketAddr,
    kind: RecordType,
    patience: Duration,
) -> DnsOutcome {
    let Ok(name) = Name::from_ascii(format!("{host}.")) else {
        return DnsOutcome::Malformed;
    };
    let Some(resolver) = build(nameserver, patience) else {
        return DnsOutcome::Unreachable;
    };
    let watch = Watch::start();
    // hickory's own deadline covers each transport; ours covers a UDP answer that is cut and asked for again over TCP.
    let lookup = tokio::time::timeout(patience, resolver.lookup(name, kind)).await;
    match lookup {
        Err(_) => DnsOutcome::TimedOut {
            waited: watch.took(),
        },
        Ok(Ok(lookup)) => answered(&lookup),
        Ok(Err(error)) => failed(&error, watch.took()),
    }
}

fn build(nameserver: SocketAddr, patience: Duration) -> Option<TokioResolver> {
    let connection = |protocol| {
        let mut connection = ConnectionConfig::new(protocol);
        connection.port = nameserver.port();
        connection
    };
    let connections = vec![
        connection(ProtocolConfig::Udp),
        connection(ProtocolConfig::Tcp),
    ];
    let server = NameServerConfig::new(nameserver.ip(), true, connections);
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
    let mut options = ResolverOpts::default();
    options.attempts = 0;
    options.cache_size = 0;
    options.timeout = patience;
    options.use_hosts_file = ResolveHosts::Never;
    options.preserve_intermediates = true;
    options.try_tcp_on_error = false;
    TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        .with_options(options)
        .build()
        .ok()
}

fn answered(lookup: &Lookup) -> DnsOutcome {
    let mut addresses: Vec<IpAddr> = Vec::new();
    let mut cnames = Vec::new();
    let mut ttl = u32::MAX;
    for record in lookup.answers() {
        match &record.data {
            RData::A(a) => addresses.push(IpAddr::V4(a.0)),
            RData::AAAA(aaaa) => addresses.push(IpAddr::V6(aaaa.0)),
            RData::CNAME(target) if cnames.len() < ADDRESS_LIMIT => {
                cnames.push(hybridcheck_core::text::visible(&target.0.to_ascii(), 255));
            }
            _ => continue,
        }
        ttl = ttl.min(record.ttl);
    }
    addresses.sort_unstable();
    addresses.dedup();
    addresses.truncate(ADDRESS_LIMIT);
    if addresses.is_empty() {
        return DnsOutcome::NoData;
    }
    DnsOutcome::Addresses {
        addresses,
        cnames,
        ttl,
    }
}

fn failed(error: &NetError, waited: Took) -> DnsOutcome {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => of_code(none.response_code),
        NetError::Dns(DnsError::ResponseCode(code)) => of_code(*code),
        NetError::Timeout => DnsOutcome::TimedOut { waited },
        NetError::Io(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            DnsOutcome::TimedOut { waited }
        }
        NetError::Io(_) | NetError::NoConnections | NetError::Busy => DnsOutcome::Unreachable,
        _ => DnsOutcome::Malformed,
    }
}

fn of_code(code: ResponseCode) -> DnsOutcome {
    match code {
        ResponseCode::NoError => DnsOutcome::NoData,
        ResponseCode::NXDomain => DnsOutcome::NxDomain,
        ResponseCode::Refused => DnsOutcome::Refused,
        ResponseCode::ServFail => DnsOutcome::ServFail,
        other => DnsOutcome::OtherCode { code: other.into() },
    }
}
