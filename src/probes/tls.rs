//! TLS: one handshake per address; the chain is recorded whether or not it verifies, and nothing is sent on one that does not.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{Attempt, ServedCertificate, TlsFact, TlsOutcome, Trust};
use hybridcheck_core::time::Timestamp;
use rustls::ClientConfig;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::clock::Watch;
use super::trust::{Recording, Trusts, Verdict, names};

/// A chain longer than this is recorded only up to here.
const CHAIN_LIMIT: usize = 10;

/// Makes a handshake over a connected socket within `phase`.
pub async fn handshake(
    stream: TcpStream,
    host: &Host,
    trusts: &Arc<Trusts>,
    phase: Duration,
) -> (TlsFact, Option<TlsStream<TcpStream>>) {
    let watch = Watch::start();
    let local = stream.local_addr().ok();
    let recording = Arc::new(Recording::new(Arc::clone(trusts)));
    let connector = TlsConnector::from(Arc::new(config(recording.clone())));
    let tried = match server_name(host) {
        Some(name) => tokio::time::timeout(phase, connector.connect(name, stream)).await,
        None => Ok(Err(io::Error::other("no valid server name"))),
    };
    let (outcome, stream) = match tried {
        Ok(Ok(stream)) => (TlsOutcome::Done, Some(stream)),
        Ok(Err(error)) => (classify(&error), None),
        Err(_) => (
            TlsOutcome::TimedOut {
                waited: watch.took(),
            },
            None,
        ),
    };
    let verdict = recording.take();
    let fact = describe(&outcome, verdict, stream.as_ref(), &watch, local);
    let usable = fact.is_trusted();
    (fact, stream.filter(|_| usable))
}

/// The configuration of every connection: TLS 1.2 and 1.3, h2 before HTTP/1.1, our verifier.
pub fn config(verifier: Arc<dyn rustls::client::danger::ServerCertVerifier>) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports the default protocol versions")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

fn server_name(host: &Host) -> Option<ServerName<'static>> {
    match host.literal() {
        Some(IpAddr::V4(address)) => Some(ServerName::from(IpAddr::V4(address))),
        Some(IpAddr::V6(address)) => Some(ServerName::from(IpAddr::V6(address))),
        None => ServerName::try_from(host.as_str().to_owned()).ok(),
    }
}

fn describe(
    outcome: &TlsOutcome,
    verdict: Option<Verdict>,
    stream: Option<&TlsStream<TcpStream>>,
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
        chain: chain.iter().take(CHAIN_LIMIT).filter_map(served).collect(),
        version: session
            .and_then(|s| s.protocol_version())
            .map(|version| format!("{version:?}")),
        cipher: session
            .and_then(|s| s.negotiated_cipher_suite())
            .map(|suite| format!("{:?}", suite.suite())),
        group: session
            .and_then(|s| s.negotiated_key_exchange_group())
            .map(|group| format!("{:?}", group.name())),
        alpn: session
            .and_then(|s| s.alpn_protocol())
            .map(|alpn| hybridcheck_core::text::visible(&String::from_utf8_lossy(alpn), 20)),
        unacknowledged: None,
        attempts: vec![Attempt {
            started: watch.started,
            took: watch.took(),
            local,
            outcome: outcome.label().to_owned(),
        }],
    }
}

fn served(der: &CertificateDer<'static>) -> Option<ServedCertificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let shown = |text: String| hybridcheck_core::text::visible(&text, 300);
    Some(ServedCertificate {
        subject: shown(certificate.subject().to_string()),
        issuer: shown(certificate.issuer().to_string()),
        not_before: Timestamp::from_unix(certificate.validity().not_before.timestamp()),
        not_after: Timestamp::from_unix(certificate.validity().not_after.timestamp()),
        names: names(&certificate),
        sha256: super::digest::sha256_hex(der),
        revocation: Vec::new(),
        issuer_urls: Vec::new(),
    })
}

/// Classes come from types: rustls's errors travel inside `io::Error`.
fn classify(error: &io::Error) -> TlsOutcome {
    if let Some(fault) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    {
        return match fault {
            rustls::Error::AlertReceived(alert) => TlsOutcome::Alert {
                alert: format!("{alert:?}"),
            },
            rustls::Error::InvalidMessage(_) => TlsOutcome::NotTls,
            rustls::Error::InvalidCertificate(rustls::CertificateError::BadSignature)
            | rustls::Error::DecryptError => TlsOutcome::BadSignature,
            other => TlsOutcome::Protocol {
                error: format!("{other:?}"),
            },
        };
    }
    match error.kind() {
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => TlsOutcome::Reset,
        io::ErrorKind::UnexpectedEof => TlsOutcome::Closed,
        _ => TlsOutcome::Protocol {
            error: error.kind().to_string(),
        },
    }
}
