//! Names, connections, TLS, and who answers.

use test_case::test_case;

use super::*;

async fn look_up(
    sandbox: &Sandbox,
    name: &str,
    family: RecordType,
    tcp: bool,
) -> Result<Vec<IpAddr>, String> {
    let server = sandbox.dns_server();
    let mut connection = if tcp {
        ConnectionConfig::tcp()
    } else {
        ConnectionConfig::udp()
    };
    connection.port = server.port();
    let server = NameServerConfig::new(server.ip(), true, vec![connection]);
    let config = ResolverConfig::from_parts(None, vec![], vec![server]);
    let mut builder =
        hickory_resolver::Resolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.timeout = Duration::from_millis(300);
    options.attempts = 0;
    options.cache_size = 0;
    let resolver = builder.build().map_err(|error| error.to_string())?;
    let found = resolver
        .lookup(format!("{name}."), family)
        .await
        .map_err(|error| format!("{error:?}"))?;
    Ok(found
        .answers()
        .iter()
        .filter_map(|record| record.data.ip_addr())
        .collect())
}

#[test_case(false; "over udp")]
#[test_case(true; "over tcp")]
#[tokio::test]
async fn the_nameserver_knows_the_hosts_and_nothing_else(tcp: bool) {
    let sandbox = healthy();
    let home = [IpAddr::from(Ipv4Addr::LOCALHOST)];
    for host in [LOGIN, "API.MyPureCloud.ie"] {
        let found = look_up(&sandbox, host, RecordType::A, tcp).await;
        assert_eq!(found.as_deref(), Ok(home.as_slice()), "{host}");
        let error = look_up(&sandbox, host, RecordType::AAAA, tcp)
            .await
            .expect_err("no data");
        assert!(
            error.contains("NoRecordsFound") && !error.contains("NXDomain"),
            "{error}"
        );
    }
    let error = look_up(&sandbox, "apps.mypurecloud.de", RecordType::A, tcp)
        .await
        .expect_err("none");
    assert!(error.contains("NXDomain"), "{error}");
}

#[test_case("nxdomain", "NXDomain")]
#[test_case("servfail", "ServFail")]
#[test_case("dns-refused", "Refused")]
#[test_case("dns-silent", "Timeout")]
#[tokio::test]
async fn the_nameserver_fails(name: &str, expected: &str) {
    let sandbox = with(name);
    let error = look_up(&sandbox, API, RecordType::A, false)
        .await
        .expect_err("a failure");
    assert!(error.contains(expected), "{error}");
}

#[test_case("127.0.0.1:0")]
#[test_case("[::1]:0")]
#[tokio::test]
async fn hosts_that_share_a_door_are_told_apart_by_name(door: &str) {
    let at = door.parse().expect("an address");
    let sandbox = Sandbox::start_at(None, Ipv4Addr::LOCALHOST, &[at]).expect("it starts");
    let door = sandbox.doors()[0];
    assert_eq!(door.ip(), at.ip());
    let client = client_to(&sandbox, |_| door);
    let login = client.get(DISCOVERY).send().await.expect("an answer");
    assert_eq!(login.status(), StatusCode::OK);
    let api = client.get(format!("https://{API}/api/v2/tokens/me"));
    let api = api.send().await.expect("an answer");
    assert_eq!(api.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(sandbox.requests_to(API).len(), 1);
}

#[tokio::test]
async fn a_second_address_refuses() {
    let sandbox = with("one-address-refused");
    let found = look_up(&sandbox, API, RecordType::A, false)
        .await
        .expect("addresses");
    let port = sandbox.port(API).expect("a port");
    let mut results = Vec::new();
    for address in found {
        let outcome = tokio::net::TcpStream::connect((address, port)).await;
        results.push(outcome.map(drop).map_err(|error| error.kind()));
    }
    results.sort_by_key(Result::is_err);
    assert_eq!(
        results,
        [Ok(()), Err(std::io::ErrorKind::ConnectionRefused)]
    );
}

/// What a client sees of the API host, as the chain of its errors.
async fn trouble(sandbox: &Sandbox) -> String {
    let request = client(sandbox).get(format!("https://{API}/api/v2/date"));
    let error = request
        .timeout(Duration::from_millis(1500))
        .send()
        .await
        .expect_err("no answer");
    format!("{error:?}")
}

#[test_case("tcp-refused", "ConnectionRefused")]
#[test_case("tcp-black-hole", "TimedOut")]
#[test_case("tls-unknown-ca", "UnknownIssuer")]
#[test_case("tls-expired", "Expired")]
#[test_case("tls-wrong-name", "NotValidForName")]
#[test_case("tls-not-tls", "InvalidMessage")]
#[test_case("tls-silent", "TimedOut")]
#[test_case("tls-reset", "ConnectionReset")]
#[test_case("http-stall", "TimedOut")]
#[tokio::test]
async fn the_way_to_the_api_host_is_broken(name: &str, expected: &str) {
    let sandbox = with(name);
    let error = trouble(&sandbox).await;
    assert!(error.contains(expected), "{error}");
    assert_eq!(sandbox.requests_to(API).is_empty(), name != "http-stall");
}

#[tokio::test]
async fn a_black_hole_stays_black_for_everybody() {
    let sandbox = with("tcp-black-hole");
    let port = sandbox.port(API).expect("a port");
    for _ in 0..3 {
        let attempt = tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port));
        assert!(
            tokio::time::timeout(Duration::from_millis(250), attempt)
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn other_parties_answer() {
    let sandbox = with("block-page");
    let page = api(&sandbox, Method::GET, None, "/api/v2/tokens/me").await;
    assert_eq!(page.status(), StatusCode::FORBIDDEN);
    assert!(page.headers().get("inin-correlation-id").is_none());
    assert!(page.text().await.expect("text").contains("<title>ERROR"));

    let sandbox = with("captive-portal");
    let redirect = client(&sandbox)
        .get(DISCOVERY)
        .send()
        .await
        .expect("an answer");
    assert_eq!(redirect.status(), StatusCode::FOUND);
    assert!(
        redirect.headers()["location"]
            .to_str()
            .expect("text")
            .starts_with("http://portal.")
    );

    let sandbox = with("other-region-answers");
    let document: Value = client(&sandbox)
        .get(DISCOVERY)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(document["issuer"], "https://login.mypurecloud.ie");
    let secret = option(&sandbox, "ewt", "password");
    let (status, body) = ask_token(
        &sandbox,
        EWT_CLIENT,
        &secret,
        "grant_type=client_credentials",
    )
    .await;
    assert_eq!(
        (status, &body["description"]),
        (StatusCode::BAD_REQUEST, &"client not found".into())
    );
}

#[tokio::test]
async fn the_service_itself_fails() {
    let sandbox = with("server-error");
    let response = api(&sandbox, Method::GET, None, "/api/v2/tokens/me").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["code"], "service.unavailable");

    let sandbox = with("rate-limited");
    for _ in 0..2 {
        let request = client(&sandbox)
            .post(TOKEN)
            .basic_auth(EWT_CLIENT, Some("x"));
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()["retry-after"], "1");
    }
}

#[tokio::test]
async fn the_clock_is_ahead() {
    let sandbox = with("clock-skew");
    let response = client(&sandbox)
        .get(DISCOVERY)
        .send()
        .await
        .expect("an answer");
    let date = response.headers()["date"]
        .to_str()
        .expect("text")
        .to_owned();
    let parsed = jiff::fmt::rfc2822::parse(&date)
        .expect("a date")
        .timestamp();
    let ahead = parsed.as_second() - jiff::Timestamp::now().as_second();
    assert!((88..=91).contains(&ahead), "{ahead}");
}

#[tokio::test]
async fn hostile_peers_go_on_for_ever() {
    let sandbox = with("endless-headers");
    let error = trouble(&sandbox).await;
    assert!(!error.contains("TimedOut"), "{error}");

    let sandbox = with("huge-body");
    let mut response = client(&sandbox)
        .get(DISCOVERY)
        .send()
        .await
        .expect("an answer");
    let mut read = 0;
    while read < 8 * 1024 * 1024 {
        read += response
            .chunk()
            .await
            .expect("a chunk")
            .expect("more")
            .len();
    }

    let sandbox = with("drip");
    let mut response = api(&sandbox, Method::GET, None, "/").await;
    assert_eq!(
        response
            .chunk()
            .await
            .expect("a chunk")
            .expect("more")
            .len(),
        1
    );
}
