//! TLS: one handshake per address; the chain is recorded whether or not it verifies, and nothing is sent on one that does not.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{Attempt, TlsFact, TlsOutcome, Trust};
use hybridcheck_core::outside::Outside;
use rustls::{ClientConfig, InvalidMessage};
use rustls_pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::clock::{TlsClock, Watch};
use super::socket::Socket;
use super::trust::{Recording, Trusts, Verdict};
use super::{queue, served};

/// A chain longer than this is recorded only up to here.
const CHAIN_LIMIT: usize = 10;

/// Makes a handshake over a connected socket within `phase`.
pub async fn handshake(
    stream: Socket,
    host: &Host,
    trusts: &Arc<Trusts>,
    phase: Duration,
) -> (TlsFact, Option<TlsStream<Socket>>) {
    let watch = Watch::start();
    let (local, remote) = (stream.local_addr().ok(), stream.peer_addr().ok());
    let recording = Arc::new(Recording::new(Arc::clone(trusts)));
    let connector = TlsConnector::from(Arc::new(config(recording.clone())));
    let mut unacknowledged = None;
    let (outcome, stream) = match server_name(host) {
        None => (
            TlsOutcome::Protocol {
                error: "no valid server name".into(),
            },
            None,
        ),
        Some(name) => {
            let mut connecting = std::pin::pin!(connector.connect(name, stream));
            match tokio::time::timeout(phase, connecting.as_mut()).await {
                Ok(Ok(stream)) => (TlsOutcome::Done, Some(stream)),
                Ok(Err(error)) => (classify(&error), None),
                Err(_) => {
                    // The socket is still there: the kernel knows what of the ClientHello arrived.
                    let ends = local.zip(remote);
                    unacknowledged =
                        ends.and_then(|(local, remote)| queue::unacknowledged(local, remote));
                    let waited = watch.took();
                    (TlsOutcome::TimedOut { waited }, None)
                }
            }
        }
    };
    let verdict = recording.take();
    let mut fact = describe(&outcome, verdict, stream.as_ref(), &watch, local);
    fact.unacknowledged = unacknowledged;
    let usable = fact.is_trusted();
    (fact, stream.filter(|_| usable))
}

/// The configuration of every connection: TLS 1.2 and 1.3, h2 before HTTP/1.1, our verifier.
pub fn config(verifier: Arc<dyn rustls::client::danger::ServerCertVerifier>) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_details(provider, Arc::new(TlsClock))
        .with_safe_default_protocol_versions()
        .expect("ring supports the default protocol versions")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

/// The name for SNI and the certificate; none for what is no valid name.
pub fn server_name(host: &Host) -> Option<ServerName<'static>> {
    match host.literal() {
        Some(IpAddr::V4(address)) => Some(ServerName::from(IpAddr::V4(address))),
        Some(IpAddr::V6(address)) => Some(ServerName::from(IpAddr::V6(address))),
        None => ServerName::try_from(host.as_str().to_owned()).ok(),
    }
}

fn describe(
    outcome: &TlsOutcome,
    verdict: Option<Verdict>,
    stream: Option<&TlsStream<Socket>>,
    watch: &Watch,
    local: Option<std::net::SocketAddr>,
) -> TlsFact {
    let session = stream.map(|stream| stream.get_ref().1);
    let (trust, faults, chain) = match verdict {
        Some(verdict) => (Some(verdict.trust), verdict.faults, verdict.chain),
        None => (None, Vec::new(), Vec::new()),
    };
    TlsFact {
        outcome: outcome.clone(),
        trust: trust.or((!chain.is_empty()).then_some(Trust::Nowhere)),
        faults,
        chain: chain
            .iter()
            .take(CHAIN_LIMIT)
            .filter_map(served::certificate)
            .collect(),
        version: session
            .and_then(|s| s.protocol_version())
            .map(|version| format!("{version:?}").into()),
        cipher: session
            .and_then(|s| s.negotiated_cipher_suite())
            .map(|suite| format!("{:?}", suite.suite()).into()),
        group: session
            .and_then(|s| s.negotiated_key_exchange_group())
            .map(|group| format!("{:?}", group.name()).into()),
        alpn: session
            .and_then(|s| s.alpn_protocol())
            .map(|alpn| Outside::kept(&String::from_utf8_lossy(alpn), 20)),
        unacknowledged: None,
        attempts: vec![Attempt {
            started: watch.started,
            took: watch.took(),
            local,
            outcome: outcome.ending(),
        }],
    }
}

/// Classes come from types: rustls's errors travel inside `io::Error`.
fn classify(error: &io::Error) -> TlsOutcome {
    if let Some(fault) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return match fault {
            rustls::Error::AlertReceived(alert) => TlsOutcome::Alert {
                alert: format!("{alert:?}").into(),
            },
            // These are faults within TLS: sizes beyond what rustls takes, which keeps memory bounded.
            rustls::Error::InvalidMessage(
                InvalidMessage::CertificatePayloadTooLarge
                | InvalidMessage::HandshakePayloadTooLarge,
            ) => TlsOutcome::Protocol {
                error: format!("{fault:?}").into(),
            },
            rustls::Error::InvalidMessage(_) => TlsOutcome::NotTls,
            rustls::Error::InvalidCertificate(rustls::CertificateError::BadSignature)
            | rustls::Error::DecryptError => TlsOutcome::BadSignature,
            other => TlsOutcome::Protocol {
                error: format!("{other:?}").into(),
            },
        };
    }
    match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => TlsOutcome::Reset,
        io::ErrorKind::UnexpectedEof => TlsOutcome::Closed,
        _ => TlsOutcome::Protocol {
            error: error.kind().to_string().into(),
        },
    }
}

#[cfg(test)]
mod tests;
