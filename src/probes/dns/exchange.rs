//! One question and its answer on the wire: UDP, and TCP when the answer over UDP was cut.

use std::io::{Error, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RecordType};
use hybridcheck_core::facts::DnsOutcome;
use hybridcheck_core::time::Took;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

use super::answer;
use crate::probes::clock::Watch;
use crate::probes::limits;

/// More than any answer over UDP to a question without EDNS may have (512 bytes); what is longer cannot be read.
const UDP_BUFFER: usize = 4096;

/// What one question brought.
pub(super) struct Seen {
    pub(super) outcome: DnsOutcome,
    /// The answer over UDP had the TC bit.
    pub(super) truncated: bool,
    pub(super) local: Option<SocketAddr>,
}

/// Asks once: over UDP for as long as `patience`, then, when the answer was cut, over TCP until `left` is over.
pub(super) async fn exchange(
    name: &Name,
    kind: RecordType,
    nameserver: SocketAddr,
    patience: Duration,
    left: Duration,
) -> Seen {
    let mut seen = Seen {
        outcome: DnsOutcome::Unreachable,
        truncated: false,
        local: None,
    };
    let mut message = Message::query();
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(name.clone(), kind));
    let Ok(bytes) = message.to_vec() else {
        seen.outcome = DnsOutcome::NotAName;
        return seen;
    };
    let watch = Watch::start();
    let udp = over_udp(&message, &bytes, nameserver, &mut seen.local);
    let answer = tokio::time::timeout(patience, udp).await;
    seen.outcome = match answer {
        Err(_) => DnsOutcome::TimedOut {
            waited: watch.took(),
        },
        Ok(Err(error)) => failed(&error, nameserver, watch.took()),
        Ok(Ok(Answer::Cut)) => {
            seen.truncated = true;
            let left = left.saturating_sub(watch.took().0);
            let tcp = over_tcp(&message, &bytes, nameserver);
            match tokio::time::timeout(left, tcp).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(error)) => cut_short(words(&error, nameserver)),
                Err(_) => cut_short("no answer".into()),
            }
        }
        Ok(Ok(Answer::Whole(bytes))) => answer::read(&bytes, &message),
    };
    seen
}

fn cut_short(over_tcp: String) -> DnsOutcome {
    DnsOutcome::CutShort {
        over_tcp: over_tcp.into(),
    }
}

/// An answer over UDP.
enum Answer {
    /// The TC bit is set.
    Cut,
    Whole(Vec<u8>),
}

/// The first packet that answers the question. The socket is connected: the system drops what comes from elsewhere.
async fn over_udp(
    question: &Message,
    bytes: &[u8],
    nameserver: SocketAddr,
    local: &mut Option<SocketAddr>,
) -> std::io::Result<Answer> {
    let any: IpAddr = if nameserver.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(nameserver).await?;
    *local = socket.local_addr().ok();
    socket.send(bytes).await?;
    let mut buffer = vec![0; UDP_BUFFER];
    loop {
        let length = socket.recv(&mut buffer).await?;
        let packet = buffer.get(..length).unwrap_or_default();
        if !is_answer(packet, question) {
            continue;
        }
        // Truncation stands in the header: a packet that was cut need not be readable to its end.
        if packet.get(2).is_some_and(|flags| flags & 0x02 != 0) {
            return Ok(Answer::Cut);
        }
        return Ok(Answer::Whole(packet.to_vec()));
    }
}

async fn over_tcp(
    question: &Message,
    bytes: &[u8],
    nameserver: SocketAddr,
) -> std::io::Result<DnsOutcome> {
    let mut stream = TcpStream::connect(nameserver).await?;
    let length = u16::try_from(bytes.len()).map_err(Error::other)?;
    let mut framed = length.to_be_bytes().to_vec();
    framed.extend_from_slice(bytes);
    stream.write_all(&framed).await?;
    loop {
        let length = stream.read_u16().await?;
        let mut packet = vec![0; usize::from(length)];
        stream.read_exact(&mut packet).await?;
        if is_answer(&packet, question) {
            return Ok(answer::read(&packet, question));
        }
    }
}

/// An answer to this question: the same id, the answer bit, and, as far as it can be read, the same question.
fn is_answer(packet: &[u8], question: &Message) -> bool {
    let [first, second, flags, ..] = packet else {
        return false;
    };
    if u16::from_be_bytes([*first, *second]) != question.metadata.id || flags & 0x80 == 0 {
        return false;
    }
    match Message::from_vec(packet) {
        Ok(message) => {
            message.metadata.message_type == MessageType::Response
                && message.metadata.op_code == OpCode::Query
                && (message.queries.is_empty() || message.queries == question.queries)
        }
        Err(_) => true,
    }
}

fn failed(error: &Error, nameserver: SocketAddr, waited: Took) -> DnsOutcome {
    meet(error, nameserver);
    if error.kind() == ErrorKind::TimedOut {
        return DnsOutcome::TimedOut { waited };
    }
    DnsOutcome::Unreachable
}

fn meet(error: &Error, nameserver: SocketAddr) {
    let limit = limits::own_limit_towards(error, nameserver);
    limit.into_iter().for_each(limits::meet);
}

fn words(error: &Error, nameserver: SocketAddr) -> String {
    meet(error, nameserver);
    match error.kind() {
        ErrorKind::ConnectionRefused => "refused".into(),
        ErrorKind::ConnectionReset => "reset".into(),
        ErrorKind::UnexpectedEof => "closed before the answer was whole".into(),
        _ => error.to_string(),
    }
}
