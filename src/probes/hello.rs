//! Other ClientHellos than the usual one, each on a connection of its own: what comes back tells what a device on the way objects to.
//!
//! Only the first answer is read, no handshake is finished, and nothing but the ClientHello is sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{Attempt, HelloFact, HelloOutcome, HelloVariant};
use hybridcheck_core::outside::Outside;
use rustls::{AlertDescription, ClientConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::clock::Watch;
use super::socket::Socket;
use super::trust::{Recording, Trusts};
use super::{queue, tcp, tls};

/// A name that belongs to nobody (RFC 2606), so that no filter has a reason to look at it.
const NEUTRAL_NAME: &str = "example.com";
/// Long names of application protocols that nobody speaks; with them a ClientHello is larger than a packet of Ethernet.
const FILLERS: u8 = 6;
/// Each as long as a protocol name may be (RFC 7301).
const FILLER_LENGTH: usize = 255;
/// More of an answer is not read: a ServerHello is far smaller.
const ANSWER_CAP: usize = 4 * 1024;

/// Content types of records (RFC 8446 section 5.1).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;
/// Three retransmissions of the kernel fit into this.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_millis(1500);
/// Between two looks at the kernel's account.
const POLL: Duration = Duration::from_millis(50);
/// A record's header: type, version, length.
const RECORD_HEADER: usize = 5;
/// The type of a ServerHello among handshake messages.
const SERVER_HELLO: u8 = 2;
/// The extension in which TLS 1.3 names its version (RFC 8446 section 4.2.1).
const SUPPORTED_VERSIONS: u16 = 43;

/// Sends another ClientHello for `host` to an address; connecting and waiting take `phase` each.
pub async fn send(
    remote: SocketAddr,
    host: &Host,
    variant: HelloVariant,
    trusts: &Arc<Trusts>,
    phase: Duration,
) -> HelloFact {
    let hello = match variant {
        HelloVariant::Legacy => Some(legacy(host)),
        HelloVariant::Large => usual(host, trusts, true),
        HelloVariant::NeutralName => usual(&Host::of(NEUTRAL_NAME), trusts, false),
    };
    let mut fact = HelloFact {
        outcome: HelloOutcome::NotConnected,
        size: hello
            .as_ref()
            .map_or(0, |hello| u32::try_from(hello.len()).unwrap_or(u32::MAX)),
        unacknowledged: None,
        other_write_acknowledged: None,
        attempts: Vec::new(),
    };
    let Some(hello) = hello else {
        return fact;
    };
    // An end without an answer is tried again: once is chance.
    for _ in 0..2 {
        once(remote, &hello, phase, &mut fact).await;
        if !matches!(fact.outcome, HelloOutcome::Closed | HelloOutcome::Reset) {
            break;
        }
    }
    if variant == HelloVariant::Large && fact.unacknowledged.is_some_and(|left| left > 0) {
        fact.other_write_acknowledged = other_write(remote, host, trusts, phase, hello.len()).await;
    }
    fact
}

/// Writes as much again, after a usual ClientHello was answered, in records that are no ClientHello: tells a path that loses large packets from
/// a device that drops a large ClientHello. TCP acknowledges them whatever the peer makes of them.
async fn other_write(
    remote: SocketAddr,
    host: &Host,
    trusts: &Arc<Trusts>,
    phase: Duration,
    size: usize,
) -> Option<bool> {
    let usual = usual(host, trusts, false)?;
    let (_, stream) = tcp::connect(remote, phase).await;
    let mut stream = stream?;
    let local = stream.local_addr().ok()?;
    let answered = tokio::time::timeout(phase, exchange(&mut stream, &usual)).await;
    if !matches!(answered, Ok(HelloOutcome::Answered { .. })) {
        return None;
    }
    let length = u16::try_from(size).ok()?;
    let mut record = vec![APPLICATION_DATA, 3, 3];
    record.extend(length.to_be_bytes());
    record.resize(RECORD_HEADER + size, 0);
    stream.write_all(&record).await.ok()?;
    let deadline = tokio::time::Instant::now() + phase.min(ACKNOWLEDGED_WITHIN);
    loop {
        match queue::unacknowledged(local, remote)? {
            0 => return Some(true),
            _ if tokio::time::Instant::now() >= deadline => return Some(false),
            _ => tokio::time::sleep(POLL).await,
        }
    }
}

async fn once(remote: SocketAddr, hello: &[u8], phase: Duration, fact: &mut HelloFact) {
    let watch = Watch::start();
    let (_, stream) = tcp::connect(remote, phase).await;
    let local = stream.as_ref().and_then(|stream| stream.local_addr().ok());
    fact.outcome = match stream {
        None => HelloOutcome::NotConnected,
        Some(mut stream) => {
            let asked = Watch::start();
            match tokio::time::timeout(phase, exchange(&mut stream, hello)).await {
                Ok(outcome) => outcome,
                Err(_) => {
                    fact.unacknowledged =
                        local.and_then(|local| queue::unacknowledged(local, remote));
                    HelloOutcome::TimedOut {
                        waited: asked.took(),
                    }
                }
            }
        }
    };
    fact.attempts.push(Attempt {
        started: watch.started,
        took: watch.took(),
        local,
        outcome: fact.outcome.ending(),
    });
}

async fn exchange(stream: &mut Socket, hello: &[u8]) -> HelloOutcome {
    if stream.write_all(hello).await.is_err() {
        return HelloOutcome::Reset;
    }
    let mut answer = Vec::new();
    loop {
        if let Some(outcome) = understood(&answer) {
            return outcome;
        }
        let mut buffer = [0; 1024];
        match stream.read(&mut buffer).await {
            Ok(0) => return HelloOutcome::Closed,
            Ok(count) => answer.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(_) => return HelloOutcome::Reset,
        }
    }
}

/// What an answer is, once enough of it is there.
pub(super) fn understood(answer: &[u8]) -> Option<HelloOutcome> {
    let (kind, major) = (*answer.first()?, answer.get(1));
    if !matches!(kind, ALERT | HANDSHAKE) || major.is_some_and(|major| *major != 3) {
        return Some(HelloOutcome::NotTls);
    }
    let ([_, _, _, high, low], body) = answer.split_first_chunk::<RECORD_HEADER>()?;
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let is_whole = body.len() >= length || answer.len() >= ANSWER_CAP;
    let body = body.get(..length).unwrap_or(body);
    if kind == ALERT {
        let description = *body.get(1)?;
        return Some(HelloOutcome::Answered {
            version: None,
            alert: Some(format!("{:?}", AlertDescription::from(description)).into()),
        });
    }
    is_whole.then(|| {
        if body.first() == Some(&SERVER_HELLO) {
            HelloOutcome::Answered {
                version: server_version(body).map(Outside::from),
                alert: None,
            }
        } else {
            HelloOutcome::NotTls
        }
    })
}

/// The version that a ServerHello settles on: in its own field, or for TLS 1.3 in an extension (RFC 8446 section 4.1.3).
fn server_version(hello: &[u8]) -> Option<String> {
    let two = |at: usize| Some(u16::from_be_bytes([*hello.get(at)?, *hello.get(at + 1)?]));
    let settled = two(4)?;
    // Message header, version, random, session id, cipher suite, compression, length of the extensions.
    let session = usize::from(*hello.get(38)?);
    let mut at = 39 + session + 3 + 2;
    let mut version = settled;
    while let (Some(extension), Some(length)) = (two(at), two(at + 2)) {
        if extension == SUPPORTED_VERSIONS {
            version = two(at + 4)?;
        }
        at += 4 + usize::from(length);
    }
    Some(format!("{:?}", rustls::ProtocolVersion::from(version)))
}

/// The usual ClientHello for a name; a large one names many protocols after the usual ones.
fn usual(host: &Host, trusts: &Arc<Trusts>, large: bool) -> Option<Vec<u8>> {
    let mut config = tls::config(Arc::new(Recording::new(Arc::clone(trusts))));
    if large {
        let fillers = (0..FILLERS).map(|number| vec![b'a' + number; FILLER_LENGTH]);
        config.alpn_protocols.extend(fillers);
    }
    let mut client = ClientConnection::new(Arc::new(config), tls::server_name(host)?).ok()?;
    let mut hello = Vec::new();
    client.write_tls(&mut hello).ok()?;
    Some(hello)
}

/// A ClientHello of TLS 1.1 and 1.0 (RFC 4346 section 7.4.1.2), written by hand: no TLS library of this program speaks them.
fn legacy(host: &Host) -> Vec<u8> {
    /// ECDHE and RSA key exchange with AES-CBC or 3DES: what servers of that time had.
    const SUITES: [u16; 9] = [
        0xc00a, 0xc009, 0xc014, 0xc013, 0x0039, 0x0033, 0x0035, 0x002f, 0x000a,
    ];
    /// P-256, P-384, P-521.
    const GROUPS: [u8; 8] = [0, 6, 0, 23, 0, 24, 0, 25];
    let mut random = [0; 32];
    let provider = rustls::crypto::ring::default_provider();
    // Without randomness the ClientHello is as good: no key is ever made from it.
    let _ = provider.secure_random.fill(&mut random);
    let mut body = vec![3, 2];
    body.extend(random);
    body.push(0);
    let suites: Vec<u8> = SUITES
        .iter()
        .flat_map(|suite| suite.to_be_bytes())
        .collect();
    body.extend(counted(&suites));
    body.extend([1, 0]);
    let mut extensions = Vec::new();
    if host.literal().is_none() {
        let mut entry = vec![0];
        entry.extend(counted(host.as_str().as_bytes()));
        extensions.extend([0, 0]);
        extensions.extend(counted(&counted(&entry)));
    }
    extensions.extend([0, 10]);
    extensions.extend(counted(&GROUPS));
    // Uncompressed points only.
    extensions.extend([0, 11, 0, 2, 1, 0]);
    body.extend(counted(&extensions));
    let mut message = vec![1, 0];
    message.extend(counted(&body));
    let mut record = vec![HANDSHAKE, 3, 1];
    record.extend(counted(&message));
    record
}

/// Bytes after their length in two bytes; none of these is longer.
fn counted(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let mut all = length.to_be_bytes().to_vec();
    all.extend(bytes.iter().take(length.into()));
    all
}

#[cfg(test)]
mod tests;
