use super::*;
use tokio::net::TcpListener;

fn host() -> Host {
    Host::of("login.mypurecloud.de")
}

fn trusts() -> Arc<Trusts> {
    Arc::new(Trusts::new(None))
}

/// A peer that hears one ClientHello and answers with these bytes, then keeps the connection open.
async fn peer(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut heard = [0; 4096];
            let _ = stream.read(&mut heard).await;
            let _ = stream.write_all(answer).await;
            open.push(stream);
        }
    });
    address
}

async fn met(remote: SocketAddr, variant: HelloVariant) -> HelloFact {
    let phase = Duration::from_millis(300);
    send(remote, &host(), variant, &trusts(), phase).await
}

#[test]
fn a_large_hello_fills_more_than_a_packet_and_a_neutral_one_bears_another_name() {
    let holds =
        |hello: &[u8], name: &str| hello.windows(name.len()).any(|at| at == name.as_bytes());
    let large = usual(&host(), &trusts(), true).expect("a hello");
    assert!((1500..4096).contains(&large.len()), "{}", large.len());
    assert!(holds(&large, "login.mypurecloud.de"));
    let neutral = usual(&Host::of(NEUTRAL_NAME), &trusts(), false).expect("a hello");
    assert!(neutral.len() < 600, "{}", neutral.len());
    assert!(holds(&neutral, NEUTRAL_NAME) && !holds(&neutral, "mypurecloud"));
}

#[tokio::test]
async fn an_alert_is_an_answer() {
    let remote = peer(&[ALERT, 3, 1, 0, 2, 2, 70]).await;
    let fact = met(remote, HelloVariant::Legacy).await;
    assert_eq!(
        fact.outcome,
        HelloOutcome::Answered {
            version: None,
            alert: Some("ProtocolVersion".into())
        }
    );
    assert_eq!(fact.attempts.len(), 1);
}

#[tokio::test]
async fn silence_after_an_acknowledged_hello_is_known_as_such() {
    let fact = met(peer(&[]).await, HelloVariant::Large).await;
    assert!(matches!(fact.outcome, HelloOutcome::TimedOut { .. }));
    if cfg!(target_os = "linux") {
        assert_eq!(fact.unacknowledged, Some(0));
    }
}

#[tokio::test]
async fn an_answer_that_never_becomes_whole_ends_with_the_phase() {
    let fact = met(
        peer(&[HANDSHAKE, 3, 3, 0x40, 0, 2]).await,
        HelloVariant::Large,
    )
    .await;
    assert!(matches!(fact.outcome, HelloOutcome::TimedOut { .. }));
}

#[tokio::test]
async fn a_banner_is_no_tls() {
    let fact = met(
        peer(b"220 mail.acme.example ESMTP\r\n").await,
        HelloVariant::Large,
    )
    .await;
    assert_eq!(fact.outcome, HelloOutcome::NotTls);
}

#[tokio::test]
async fn a_peer_that_closes_is_tried_twice_and_one_that_refuses_is_not_connected() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let remote = listener.local_addr().expect("an address");
    let closing = tokio::spawn(async move {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut heard = [0; 4096];
            let _ = stream.read(&mut heard).await;
        }
    });
    let fact = met(remote, HelloVariant::NeutralName).await;
    assert_eq!(fact.outcome, HelloOutcome::Closed);
    assert_eq!(fact.attempts.len(), 2);
    closing.await.expect("it ends");
    let fact = met(remote, HelloVariant::NeutralName).await;
    assert_eq!(fact.outcome, HelloOutcome::NotConnected);
}

#[test]
fn the_version_of_tls_1_3_is_read_from_its_extension() {
    let mut hello = vec![SERVER_HELLO, 0, 0, 0, 3, 3];
    hello.extend([0; 32]);
    hello.extend([0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4]);
    assert_eq!(server_version(&hello).as_deref(), Some("TLSv1_3"));
    hello.truncate(38 + 4);
    hello[5] = 2;
    assert_eq!(server_version(&hello).as_deref(), Some("TLSv1_1"));
}
