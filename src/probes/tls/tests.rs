use super::*;
use hybridcheck_core::facts::ChainFault;
use rcgen::{CertificateParams, KeyPair};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const NAME: &str = "login.mypurecloud.de";

fn certificate() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let params = CertificateParams::new(vec![NAME.into()]).expect("a name");
    let key = KeyPair::generate().expect("a key");
    let made = params.self_signed(&key).expect("a certificate");
    (made.der().clone(), key.into())
}

/// A TLS server that serves this chain once.
async fn serving(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> std::net::SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a chain");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    peer(async move |stream| {
        let _ = acceptor.accept(stream).await;
    })
    .await
}

/// A peer that meets one connection.
async fn peer<F>(meet: impl FnOnce(TcpStream) -> F + Send + 'static) -> std::net::SocketAddr
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        meet(stream).await;
    });
    address
}

async fn met(remote: std::net::SocketAddr) -> TlsFact {
    let stream = TcpStream::connect(remote).await.expect("a connection");
    let trusts = Arc::new(Trusts::new(None));
    let phase = Duration::from_millis(1500);
    let (fact, stream) = handshake(stream.into(), &Host::of(NAME), &trusts, phase).await;
    assert_eq!(stream.is_some(), fact.is_trusted());
    fact
}

#[tokio::test]
async fn a_chain_that_nobody_trusts_is_recorded_and_its_connection_given_up() {
    let (der, key) = certificate();
    let fact = met(serving(vec![der], key).await).await;
    assert_eq!(fact.outcome, TlsOutcome::Done);
    assert_eq!(fact.trust, Some(Trust::Nowhere));
    assert!(!fact.faults.is_empty());
    assert!(
        !fact
            .faults
            .iter()
            .any(|fault| matches!(fault, ChainFault::NameMismatch { .. }))
    );
    assert_eq!(fact.chain.len(), 1);
}

#[tokio::test]
async fn a_long_chain_is_recorded_up_to_its_limit() {
    let (der, key) = certificate();
    let fact = met(serving(vec![der; 40], key).await).await;
    assert_eq!(fact.outcome, TlsOutcome::Done);
    assert_eq!(fact.chain.len(), CHAIN_LIMIT);
}

#[tokio::test]
async fn a_chain_of_ten_megabytes_ends_at_its_announced_length() {
    let (der, key) = certificate();
    let count = 10 * 1024 * 1024 / der.len();
    let fact = met(serving(vec![der; count], key).await).await;
    assert_eq!(
        fact.outcome,
        TlsOutcome::Protocol {
            error: "InvalidMessage(HandshakePayloadTooLarge)".into()
        }
    );
    assert!(fact.chain.is_empty());
}

#[tokio::test]
async fn an_endless_banner_is_no_tls_at_its_first_bytes() {
    let remote = peer(async |mut stream: TcpStream| {
        while stream
            .write_all(b"220 mail.acme.example ESMTP ready\r\n")
            .await
            .is_ok()
        {}
    })
    .await;
    let fact = met(remote).await;
    assert_eq!(fact.outcome, TlsOutcome::NotTls);
    assert!(fact.attempts[0].took.0 < Duration::from_secs(1));
}

#[tokio::test]
async fn handshake_messages_that_drip_for_ever_end_with_the_phase() {
    let remote = peer(async |mut stream: TcpStream| {
        // The beginning of a ServerHello of 64 kB, a byte at a time.
        let _ = stream
            .write_all(&[22, 3, 3, 0x40, 0, 2, 0, 0xff, 0xf0])
            .await;
        while stream.write_all(&[0]).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let fact = met(remote).await;
    assert!(matches!(fact.outcome, TlsOutcome::TimedOut { .. }));
}

#[tokio::test]
async fn empty_records_without_end_are_cut_off() {
    let remote = peer(async |mut stream: TcpStream| {
        let flood = [20, 3, 3, 0, 1, 1].repeat(1000);
        while stream.write_all(&flood).await.is_ok() {}
    })
    .await;
    let fact = met(remote).await;
    assert_ne!(fact.outcome, TlsOutcome::Done);
    assert!(fact.attempts[0].took.0 < Duration::from_secs(3));
}

#[tokio::test]
async fn a_stall_tells_whether_the_hello_arrived() {
    let remote = peer(async |mut stream: TcpStream| {
        let mut heard = [0; 4096];
        while stream.read(&mut heard).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let fact = met(remote).await;
    assert!(matches!(fact.outcome, TlsOutcome::TimedOut { .. }));
    if cfg!(target_os = "linux") {
        assert_eq!(fact.unacknowledged, Some(0));
    }
}
