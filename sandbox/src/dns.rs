//! The sandbox's nameserver: authoritative for the sandbox's names, on UDP and TCP of one port, and able to fail in every way that matters.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, Metadata, Query, ResponseCode};
use hickory_proto::rr::rdata::{CNAME, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::SandboxError;

/// Short, as the real names have it.
const TTL: u32 = 60;
/// The longest question over UDP that is read.
const MESSAGE_CAP: usize = 4096;
/// How long a connection over TCP is kept.
const IDLE: Duration = Duration::from_secs(30);

/// How a question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp,
}

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

/// Serves the zone for as long as the runtime lives.
pub(super) fn serve(nameserver: Nameserver) -> std::io::Result<()> {
    let Nameserver { zone, udp, tcp } = nameserver;
    let zone = Arc::new(zone);
    tokio::spawn(over_udp(
        Arc::clone(&zone),
        tokio::net::UdpSocket::from_std(udp)?,
    ));
    tokio::spawn(over_tcp(zone, tokio::net::TcpListener::from_std(tcp)?));
    Ok(())
}

async fn over_udp(zone: Arc<Zone>, socket: tokio::net::UdpSocket) {
    let mut buffer = vec![0; MESSAGE_CAP];
    loop {
        // A port that nobody listens on any more is told here, and is no end.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        if let Some(answer) = zone.answer(&buffer[..length], Transport::Udp) {
            let _ = socket.send_to(&answer, from).await;
        }
    }
}

async fn over_tcp(zone: Arc<Zone>, listener: tokio::net::TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let zone = Arc::clone(&zone);
        tokio::spawn(async move { tokio::time::timeout(IDLE, conversation(&zone, stream)).await });
    }
}

/// Questions and answers of one connection, each with its length before it (RFC 1035, 4.2.2).
async fn conversation(zone: &Zone, mut stream: tokio::net::TcpStream) -> std::io::Result<()> {
    loop {
        let mut question = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut question).await?;
        let Some(answer) = zone.answer(&question, Transport::Tcp) else {
            continue;
        };
        let length = u16::try_from(answer.len()).map_err(std::io::Error::other)?;
        let framed = [&length.to_be_bytes()[..], &answer].concat();
        stream.write_all(&framed).await?;
    }
}

impl Zone {
    /// The answer to a message on the wire; none to what is no question, nor where the zone keeps silent.
    fn answer(&self, question: &[u8], over: Transport) -> Option<Vec<u8>> {
        let question = Message::from_vec(question).ok()?;
        if question.metadata.message_type == MessageType::Response {
            return None;
        }
        let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
        answer.metadata = Metadata::response_from_request(&question.metadata);
        answer.add_queries(question.queries.iter().cloned());
        match &question.queries[..] {
            [query] => self.fill(&mut answer, query, over)?,
            _ => answer.metadata.response_code = ResponseCode::FormErr,
        }
        answer.to_vec().ok()
    }

    fn fill(&self, answer: &mut Message, query: &Query, over: Transport) -> Option<()> {
        let name = query.name();
        let asked = name.to_ascii().trim_end_matches('.').to_ascii_lowercase();
        let is_a = query.query_type() == RecordType::A;
        let address = |name: &Name, address: Ipv4Addr| {
            Record::from_rdata(name.clone(), TTL, RData::A(address.into()))
        };
        let code = match self.0.get(&asked).unwrap_or(&NameAnswer::NxDomain) {
            NameAnswer::Cut | NameAnswer::Long(_) if over == Transport::Udp => {
                answer.metadata.truncation = true;
                ResponseCode::NoError
            }
            NameAnswer::Alias(target, at) => {
                let target = Name::from_ascii(target).unwrap_or_default();
                let alias = RData::CNAME(CNAME(target.clone()));
                answer.add_answer(Record::from_rdata(name.clone(), TTL, alias));
                if is_a {
                    answer.add_answer(address(&target, *at));
                }
                ResponseCode::NoError
            }
            NameAnswer::Addresses(addresses) | NameAnswer::Long(addresses) => {
                if is_a {
                    answer.add_answers(addresses.iter().map(|at| address(name, *at)));
                }
                ResponseCode::NoError
            }
            NameAnswer::NxDomain => ResponseCode::NXDomain,
            NameAnswer::Refused => ResponseCode::Refused,
            NameAnswer::ServFail => ResponseCode::ServFail,
            NameAnswer::Silence | NameAnswer::Cut => return None,
        };
        let is_ours = matches!(code, ResponseCode::NoError | ResponseCode::NXDomain);
        answer.metadata.response_code = code;
        answer.metadata.authoritative = is_ours;
        if is_ours && answer.answers.is_empty() && !answer.metadata.truncation {
            answer.add_authority(authority(name));
        }
        Some(())
    }
}

/// A negative answer carries the zone's SOA record (RFC 2308).
fn authority(name: &Name) -> Record {
    let zone = name.base_name();
    let soa = SOA::new(zone.clone(), zone.clone(), 1, 7200, 900, 1_209_600, 60);
    Record::from_rdata(zone, TTL, RData::SOA(soa))
}
