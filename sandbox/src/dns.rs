//! The sandbox's nameserver: authoritative for the sandbox's names, on UDP and TCP of one port, and able to fail in every way that matters.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

use async_trait::async_trait;
use hickory_server::net::runtime::Time;
use hickory_server::net::xfer::Protocol;
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_server::proto::rr::rdata::{CNAME, SOA};
use hickory_server::proto::rr::{Name, RData, Record, RecordType};
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;

use super::SandboxError;

/// Short, as the real names have it.
const TTL: u32 = 60;

/// What the nameserver says to one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NameAnswer {
    Addresses(Vec<Ipv4Addr>),
    /// An address behind an alias, as DNS filters answer.
    Alias(&'static str, Ipv4Addr),
    /// Cut over UDP, and silence over TCP.
    Cut,
    /// Cut over UDP, and whole over TCP.
    Long(Vec<Ipv4Addr>),
    NxDomain,
    Refused,
    ServFail,
    Silence,
}

/// The names, in lower case without a trailing dot; every other name does not exist.
#[derive(Clone, Debug)]
pub(super) struct Zone(pub(super) BTreeMap<String, NameAnswer>);

impl Zone {
    /// The same answer for every name of this zone.
    pub(super) fn all(&self, answer: &NameAnswer) -> Self {
        let names = self.0.keys();
        Self(names.map(|name| (name.clone(), answer.clone())).collect())
    }
}

/// A nameserver with its sockets, ready to be served.
pub(super) struct Nameserver {
    zone: Zone,
    udp: UdpSocket,
    tcp: TcpListener,
}

impl Nameserver {
    /// Opens the sockets of a nameserver, on one free port of an address.
    pub(super) fn open(zone: Zone, at: Ipv4Addr) -> Result<Self, SandboxError> {
        let (udp, tcp) = bind(at)?;
        Ok(Self { zone, udp, tcp })
    }

    /// Where it listens.
    pub(super) fn address(&self) -> Result<SocketAddr, SandboxError> {
        self.udp.local_addr().map_err(SandboxError::bind("DNS"))
    }
}

/// Binds UDP and TCP on one free port of an address.
fn bind(at: Ipv4Addr) -> Result<(UdpSocket, TcpListener), SandboxError> {
    let mut last = None;
    for _ in 0..32 {
        let udp = UdpSocket::bind((at, 0)).map_err(SandboxError::bind("DNS"))?;
        let address = udp.local_addr().map_err(SandboxError::bind("DNS"))?;
        // The same number may be taken for TCP; then the pair is tried anew.
        match TcpListener::bind(address) {
            Ok(tcp) => {
                udp.set_nonblocking(true)
                    .map_err(SandboxError::bind("DNS"))?;
                tcp.set_nonblocking(true)
                    .map_err(SandboxError::bind("DNS"))?;
                return Ok((udp, tcp));
            }
            Err(error) => last = Some(error),
        }
    }
    Err(SandboxError::bind("DNS")(
        last.unwrap_or_else(|| std::io::ErrorKind::AddrInUse.into()),
    ))
}

/// Serves the zone until the returned server is dropped.
pub(super) fn serve(nameserver: Nameserver) -> std::io::Result<hickory_server::Server<Zone>> {
    let Nameserver { zone, udp, tcp } = nameserver;
    let mut server = hickory_server::Server::new(zone);
    server.register_socket(tokio::net::UdpSocket::from_std(udp)?);
    server.register_listener(
        tokio::net::TcpListener::from_std(tcp)?,
        Duration::from_secs(30),
        64,
    );
    Ok(server)
}

#[async_trait]
impl RequestHandler for Zone {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut responder: R,
    ) -> ResponseInfo {
        let mut metadata = Metadata::response_from_request(&request.metadata);
        let silent = ResponseInfo::from(Header {
            metadata,
            counts: HeaderCounts::default(),
        });
        let Ok(info) = request.request_info() else {
            metadata.response_code = ResponseCode::FormErr;
            let builder = MessageResponseBuilder::from_message_request(request);
            let response = builder.build_no_records(metadata);
            return responder.send_response(response).await.unwrap_or(silent);
        };
        let name = Name::from(info.query.name());
        let asked = name.to_ascii().trim_end_matches('.').to_ascii_lowercase();
        let answer = self.0.get(&asked).unwrap_or(&NameAnswer::NxDomain);
        let is_udp = request.protocol() == Protocol::Udp;
        let mut records = Vec::new();
        metadata.response_code = match answer {
            NameAnswer::Cut | NameAnswer::Long(_) if is_udp => {
                metadata.truncation = true;
                ResponseCode::NoError
            }
            NameAnswer::Alias(target, address) => {
                let target = Name::from_ascii(target).unwrap_or_default();
                let alias = RData::CNAME(CNAME(target.clone()));
                records.push(Record::from_rdata(name.clone(), TTL, alias));
                if info.query.query_type() == RecordType::A {
                    records.push(Record::from_rdata(target, TTL, RData::A((*address).into())));
                }
                ResponseCode::NoError
            }
            NameAnswer::Addresses(addresses) | NameAnswer::Long(addresses) => {
                if info.query.query_type() == RecordType::A {
                    records.extend(addresses.iter().map(|address| {
                        Record::from_rdata(name.clone(), TTL, RData::A((*address).into()))
                    }));
                }
                ResponseCode::NoError
            }
            NameAnswer::NxDomain => ResponseCode::NXDomain,
            NameAnswer::Refused => ResponseCode::Refused,
            NameAnswer::ServFail => ResponseCode::ServFail,
            NameAnswer::Silence | NameAnswer::Cut => return silent,
        };
        let negative = records.is_empty()
            && !metadata.truncation
            && matches!(
                metadata.response_code,
                ResponseCode::NoError | ResponseCode::NXDomain
            );
        metadata.authoritative = matches!(
            metadata.response_code,
            ResponseCode::NoError | ResponseCode::NXDomain
        );
        let authority = negative.then(|| authority(&name));
        let response = MessageResponseBuilder::from_message_request(request).build(
            metadata,
            records.iter(),
            std::iter::empty(),
            authority.iter(),
            std::iter::empty(),
        );
        responder.send_response(response).await.unwrap_or(silent)
    }
}

/// A negative answer carries the zone's SOA record (RFC 2308).
fn authority(name: &Name) -> Record {
    let zone = name.base_name();
    let soa = SOA::new(zone.clone(), zone.clone(), 1, 7200, 900, 1_209_600, 60);
    Record::from_rdata(zone, TTL, RData::SOA(soa))
}
