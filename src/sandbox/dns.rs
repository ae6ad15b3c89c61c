//! The sandbox's nameserver: authoritative for the sandbox's names, on UDP and TCP of one port, and able to fail in every way that matters.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::time::Duration;

use async_trait::async_trait;
use hickory_server::net::runtime::Time;
use hickory_server::proto::op::{Header, HeaderCounts, Metadata, ResponseCode};
use hickory_server::proto::rr::rdata::SOA;
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
    NxDomain,
    Refused,
    ServFail,
    Silence,
}

/// The names, in lower case without a trailing dot; every other name does not exist.
#[derive(Clone, Debug)]
pub(super) struct Zone(pub(super) BTreeMap<String, NameAnswer>);

/// Binds UDP and TCP on one free port of an address.
pub(super) fn bind(at: Ipv4Addr) -> Result<(UdpSocket, TcpListener), SandboxError> {
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
pub(super) fn serve(
    zone: Zone,
    udp: UdpSocket,
    tcp: TcpListener,
) -> std::io::Result<hickory_server::Server<Zone>> {
    let mut server = hickory_server::Server::new(zone);
    server.register_socket(tokio::net::UdpSocket::from_std(udp)?);
    server.register_listener(
        tokio::net::TcpListener::from_std(tcp)?,
        Duration::from_secs(30),
        64,
    );
    Ok(server)
}

/// Where the nameserver listens.
pub(super) fn address(udp: &UdpSocket) -> Result<SocketAddr, SandboxError> {
    udp.local_addr().map_err(SandboxError::bind("DNS"))
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
        let mut records = Vec::new();
        metadata.response_code = match answer {
            NameAnswer::Addresses(addresses) => {
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
            NameAnswer::Silence => return silent,
        };
        let negative = records.is_empty()
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
