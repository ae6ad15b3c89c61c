//! The sandbox answers as the published definition says, and every fault really shows.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::RecordType;
use reqwest::{Method, StatusCode};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;
use test_case::test_case;

use super::cloud::{EWT_CLIENT, ISSUER, ORG_ID, SAML_CLIENT, TOOL_CLIENT};
use super::*;

const LOGIN: &str = "login.mypurecloud.de";
const API: &str = "api.mypurecloud.de";
const TOKEN: &str = "https://login.mypurecloud.de/oauth/token";
const DISCOVERY: &str = "https://login.mypurecloud.de/.well-known/oauth-authorization-server";

fn with(name: &str) -> Sandbox {
    let fault = fault(name).unwrap_or_else(|| panic!("no fault named {name}"));
    Sandbox::start(Some(fault)).expect("the sandbox starts")
}

fn healthy() -> Sandbox {
    Sandbox::start(None).expect("the sandbox starts")
}

/// A client that trusts the sandbox's authority and nothing else.
fn client(sandbox: &Sandbox) -> reqwest::Client {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(sandbox.ca_pem().as_bytes()).expect("PEM"))
        .expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_millis(800));
    for host in [LOGIN, API, "login.mypurecloud.ie", "api.mypurecloud.ie"] {
        let port = sandbox.port(host).expect("a port");
        builder = builder.resolve(host, SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    builder.build().expect("a client")
}

/// The value of an option of the sample object.
fn option(sandbox: &Sandbox, section: &str, option: &str) -> String {
    let text = sandbox.object_text();
    let document = roxmltree::Document::parse(text).expect("well-formed");
    let list = document
        .descendants()
        .find(|node| node.has_tag_name("list_pair") && node.attribute("key") == Some(section))
        .expect("the section");
    let pair = list
        .children()
        .find(|node| node.attribute("key") == Some(option))
        .expect("the option");
    pair.attribute("value").expect("a value").to_owned()
}

async fn ask_token(
    sandbox: &Sandbox,
    id: &str,
    secret: &str,
    body: &'static str,
) -> (StatusCode, Value) {
    let request = client(sandbox)
        .post(TOKEN)
        .basic_auth(id, Some(secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let response = request.send().await.expect("an answer");
    let status = response.status();
    (status, response.json().await.expect("JSON"))
}

/// The token of the sample object's ewt client.
async fn token(sandbox: &Sandbox) -> String {
    let id = option(sandbox, "ewt", "client_id");
    let secret = option(sandbox, "ewt", "password");
    let (status, body) = ask_token(sandbox, &id, &secret, "grant_type=client_credentials").await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert_eq!(body["token_type"], "bearer");
    assert!(
        body["expires_in"]
            .as_u64()
            .is_some_and(|seconds| seconds > 0)
    );
    body["access_token"].as_str().expect("a token").to_owned()
}

async fn tool_token(sandbox: &Sandbox) -> String {
    let (id, secret) = sandbox.tool_client();
    let (_, body) = ask_token(sandbox, id, secret, "grant_type=client_credentials").await;
    body["access_token"].as_str().expect("a token").to_owned()
}

async fn api(
    sandbox: &Sandbox,
    method: Method,
    token: Option<&str>,
    path: &str,
) -> reqwest::Response {
    let mut request = client(sandbox).request(method, format!("https://{API}{path}"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.expect("an answer")
}

async fn read(sandbox: &Sandbox, token: &str, path: &str) -> Value {
    let response = api(sandbox, Method::GET, Some(token), path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.json().await.expect("JSON")
}

/// Every entity of a listing, found by following `nextUri`.
async fn listed(sandbox: &Sandbox, token: &str, path: &str) -> Vec<Value> {
    let mut next = Some(path.to_owned());
    let mut all = Vec::new();
    while let Some(path) = next {
        let page = read(sandbox, token, &path).await;
        all.extend(page["entities"].as_array().expect("entities").clone());
        next = page["nextUri"].as_str().map(str::to_owned);
    }
    all
}

#[tokio::test]
async fn a_healthy_integration_can_be_followed_to_the_end() {
    let sandbox = healthy();
    let document: Value = client(&sandbox)
        .get(DISCOVERY)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(document["issuer"], "https://login.mypurecloud.de");
    assert_eq!(document["token_endpoint"], TOKEN);

    let token = token(&sandbox).await;
    let info = read(&sandbox, &token, "/api/v2/tokens/me").await;
    assert_eq!(info["organization"]["id"], ORG_ID);
    assert_eq!(info["OAuthClient"]["id"], EWT_CLIENT);
    assert_eq!(
        info["OAuthClient"]["authorizedGrantType"],
        "CLIENT-CREDENTIALS"
    );
    assert_eq!(info["OAuthClient"]["state"], "active");

    let organization = read(&sandbox, &token, "/api/v2/organizations/me").await;
    assert_eq!(
        organization["id"],
        option(&sandbox, "general", "organization_id")
    );
    let short = option(&sandbox, "general", "organization_sname");
    assert_eq!(organization["thirdPartyOrgName"], short);

    let idp = read(&sandbox, &token, "/api/v2/identityproviders/pureengage").await;
    assert_eq!(idp["issuerURI"], option(&sandbox, "saml", "issuer"));
    assert_eq!(idp["autoProvisionUsers"], true);
    assert_eq!(idp["certificates"][0], idp["certificate"]);
    let all = listed(&sandbox, &token, "/api/v2/identityproviders").await;
    assert!(all.len() > 1);
    assert!(
        all.iter()
            .all(|provider| provider.get("autoProvisionUsers").is_none())
    );

    for role in [
        "default_agent_role_name",
        "default_supervisor_role_name",
        "default_admin_role_name",
    ] {
        let name = option(&sandbox, "general", role);
        let path = format!(
            "/api/v2/authorization/roles?name={}",
            name.replace(' ', "%20")
        );
        let found = listed(&sandbox, &token, &path).await;
        assert!(found.iter().any(|role| role["name"] == *name), "{name}");
    }
    let ended = api(&sandbox, Method::DELETE, Some(&token), "/api/v2/tokens/me").await;
    assert_eq!(ended.status(), StatusCode::OK);
    let after = api(&sandbox, Method::HEAD, Some(&token), "/api/v2/tokens/me").await;
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(after.bytes().await.expect("no body").len(), 0);

    let requests = sandbox.requests_to(LOGIN);
    assert_eq!(
        requests[..2],
        [
            "GET /.well-known/oauth-authorization-server",
            "POST /oauth/token"
        ]
    );
    assert!(
        sandbox
            .requests()
            .contains(&"DELETE /api/v2/tokens/me".to_owned())
    );
}

#[test_case(
    "an-id",
    "x",
    "grant_type=client_credentials",
    400,
    "invalid_client",
    "client not found"
)]
#[test_case(
    EWT_CLIENT,
    "x",
    "grant_type=client_credentials",
    401,
    "invalid_client",
    "authentication failed"
)]
#[test_case(
    EWT_CLIENT,
    "",
    "grant_type=password",
    400,
    "unsupported_grant_type",
    "not supported"
)]
#[test_case(EWT_CLIENT, "", "", 400, "invalid_request", "required")]
#[test_case(
    SAML_CLIENT,
    "",
    "grant_type=client_credentials",
    400,
    "unauthorized_client",
    "not authorized"
)]
#[test_case(
    SAML_CLIENT,
    "",
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Asaml2-bearer&orgName=a&assertion=b",
    400,
    "invalid_grant",
    "not valid"
)]
#[tokio::test]
async fn the_token_endpoint_refuses(
    id: &str,
    secret: &str,
    body: &'static str,
    status: u16,
    error: &str,
    text: &str,
) {
    let sandbox = healthy();
    let secret = match (id, secret) {
        (EWT_CLIENT, "") => option(&sandbox, "ewt", "password"),
        (SAML_CLIENT, "") => option(&sandbox, "saml_auth", "password"),
        _ => secret.to_owned(),
    };
    let (answered, answer) = ask_token(&sandbox, id, &secret, body).await;
    assert_eq!(answered.as_u16(), status, "{answer}");
    assert_eq!(answer["error"], error);
    assert_eq!(answer["description"], answer["error_description"]);
    assert!(
        answer["description"]
            .as_str()
            .is_some_and(|said| said.contains(text)),
        "{answer}"
    );
}

#[tokio::test]
async fn a_client_may_authenticate_in_the_body() {
    let sandbox = healthy();
    let secret = option(&sandbox, "ewt", "password");
    let body =
        format!("grant_type=client_credentials&client_id={EWT_CLIENT}&client_secret={secret}");
    let request = client(&sandbox).post(TOKEN).body(body);
    assert_eq!(
        request.send().await.expect("an answer").status(),
        StatusCode::OK
    );
}

#[test_case(None, "/api/v2/tokens/me", 401, "authentication.required"; "without a token")]
#[test_case(Some("stale"), "/api/v2/date", 401, "bad.credentials"; "with an unknown token")]
#[test_case(Some("ewt"), "/api/v2/identityproviders/ping", 404, "not.found"; "for a provider that is not there")]
#[test_case(Some("ewt"), "/apiv2/tokens/me", 404, "not.found"; "for a path that is not there")]
#[test_case(Some("ewt"), "/api/v2/oauth/clients/x", 403, "missing.any.permissions"; "without the permission")]
#[test_case(Some("tool"), "/api/v2/oauth/clients/x", 404, "client.not.found"; "for a client that is not there")]
#[tokio::test]
async fn the_api_refuses(who: Option<&str>, path: &str, status: u16, code: &str) {
    let sandbox = healthy();
    let token = match who {
        Some("ewt") => Some(token(&sandbox).await),
        Some("tool") => Some(tool_token(&sandbox).await),
        other => other.map(str::to_owned),
    };
    let response = api(&sandbox, Method::GET, token.as_deref(), path).await;
    assert_eq!(response.status().as_u16(), status);
    let correlation = response.headers()["inin-correlation-id"].clone();
    assert_eq!(response.headers()["x-cache"], "Error from cloudfront");
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["code"], code);
    assert_eq!(body["status"], status);
    assert_eq!(body["contextId"], correlation.to_str().expect("text"));
    assert!(body["details"].is_array() && body["errors"].is_array());
}

#[tokio::test]
async fn answers_carry_the_marks_of_the_service() {
    let sandbox = healthy();
    let token = tool_token(&sandbox).await;
    let response = api(&sandbox, Method::GET, Some(&token), "/api/v2/date").await;
    for name in [
        "inin-correlation-id",
        "inin-ratelimit-count",
        "inin-ratelimit-allowed",
        "inin-ratelimit-reset",
        "date",
    ] {
        assert!(response.headers().contains_key(name), "{name}");
    }
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    let wrong_place = api(
        &sandbox,
        Method::GET,
        None,
        "/.well-known/oauth-authorization-server",
    )
    .await;
    assert_eq!(wrong_place.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_client_is_shown_without_its_secret() {
    let sandbox = healthy();
    let token = tool_token(&sandbox).await;
    let body = read(
        &sandbox,
        &token,
        &format!("/api/v2/oauth/clients/{SAML_CLIENT}"),
    )
    .await;
    assert_eq!(body["authorizedGrantType"], "SAML2-BEARER");
    assert_eq!(body["accessTokenValiditySeconds"], 86_400);
    assert!(body.get("secret").is_none());
}

#[tokio::test]
async fn listings_come_in_pages_and_are_filtered_loosely() {
    let sandbox = healthy();
    let token = tool_token(&sandbox).await;
    let first = read(&sandbox, &token, "/api/v2/authorization/roles").await;
    assert_eq!(first["entities"].as_array().map(Vec::len), Some(25));
    assert_eq!(first["pageCount"], 2);
    let all = listed(&sandbox, &token, "/api/v2/authorization/roles").await;
    assert_eq!(all.len() as u64, first["total"].as_u64().expect("a total"));
    let admins = listed(
        &sandbox,
        &token,
        "/api/v2/authorization/roles?name=admin&pageSize=1",
    )
    .await;
    let names: Vec<_> = admins.iter().map(|role| role["name"].clone()).collect();
    assert_eq!(names, ["Admin", "Master Admin"]);
    let far = read(
        &sandbox,
        &token,
        "/api/v2/authorization/roles?pageNumber=18446744073709551615",
    )
    .await;
    assert_eq!(far["entities"].as_array().map(Vec::len), Some(0));
}

#[tokio::test]
async fn permissions_and_products_can_be_read() {
    let sandbox = healthy();
    let token = tool_token(&sandbox).await;
    let path = "/api/v2/authorization/permissions?queryType=permission&query=journey:session";
    let found = listed(&sandbox, &token, path).await;
    assert_eq!(found[0]["domain"], "journey");
    assert_eq!(found[0]["permissionMap"]["session"][0]["action"], "view");
    let products = read(&sandbox, &token, "/api/v2/authorization/products").await;
    assert_eq!(
        products["total"].as_u64(),
        products["entities"].as_array().map(|all| all.len() as u64)
    );
}

#[tokio::test]
async fn a_token_counts_in_its_own_region_only() {
    let sandbox = with("region-pair");
    let token = token(&sandbox).await;
    let url = option(&sandbox, "general", "base_service_url") + "v2/tokens/me";
    let response = client(&sandbox)
        .get(&url)
        .bearer_auth(&token)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let body: Value = response.json().await.expect("JSON");
    assert_eq!(body["code"], "bad.credentials");
    assert_eq!(
        read(&sandbox, &token, "/api/v2/tokens/me").await["OAuthClient"]["id"],
        EWT_CLIENT
    );
}

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

#[tokio::test]
async fn clients_and_organisations_differ_from_the_object() {
    for (name, status) in [
        ("wrong-secret", 401),
        ("unknown-client", 400),
        ("wrong-grant-type", 400),
    ] {
        let sandbox = with(name);
        let id = option(&sandbox, "ewt", "client_id");
        let secret = option(&sandbox, "ewt", "password");
        let (answered, _) =
            ask_token(&sandbox, &id, &secret, "grant_type=client_credentials").await;
        assert_eq!(answered.as_u16(), status, "{name}");
    }
    let sandbox = with("client-disabled");
    let bearer = token(&sandbox).await;
    assert_eq!(
        read(&sandbox, &bearer, "/api/v2/tokens/me").await["OAuthClient"]["state"],
        "disabled"
    );
    let sandbox = with("other-organisation");
    let bearer = token(&sandbox).await;
    assert_ne!(
        read(&sandbox, &bearer, "/api/v2/organizations/me").await["id"],
        ORG_ID
    );
    let sandbox = with("short-name");
    let bearer = token(&sandbox).await;
    let organization = read(&sandbox, &bearer, "/api/v2/organizations/me").await;
    assert_eq!(
        organization["name"],
        option(&sandbox, "general", "organization_sname")
    );
    let sandbox = with("permission-missing");
    let bearer = token(&sandbox).await;
    for path in ["/api/v2/identityproviders", "/api/v2/authorization/roles"] {
        let refused = api(&sandbox, Method::GET, Some(&bearer), path).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn identity_providers_differ_from_the_object() {
    let path = "/api/v2/identityproviders/pureengage";
    for (name, member, expected) in [
        ("idp-disabled", "disabled", Value::Bool(true)),
        (
            "auto-provisioning-off",
            "autoProvisionUsers",
            Value::Bool(false),
        ),
        (
            "issuer-mismatch",
            "issuerURI",
            ISSUER.replacen("https", "http", 1).into(),
        ),
    ] {
        let sandbox = with(name);
        let token = token(&sandbox).await;
        assert_eq!(
            read(&sandbox, &token, path).await[member],
            expected,
            "{name}"
        );
    }
    let sandbox = with("idp-missing");
    let bearer = token(&sandbox).await;
    let missing = api(&sandbox, Method::GET, Some(&bearer), path).await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);

    let sandbox = with("issuer-not-unique");
    let bearer = token(&sandbox).await;
    let first = read(&sandbox, &bearer, "/api/v2/identityproviders").await;
    let same = |all: &[Value]| {
        all.iter()
            .filter(|provider| provider["issuerURI"] == ISSUER)
            .count()
    };
    assert_eq!(same(first["entities"].as_array().expect("entities")), 1);
    assert_eq!(
        same(&listed(&sandbox, &bearer, "/api/v2/identityproviders").await),
        2
    );
}

#[tokio::test]
async fn two_faults_are_both_there() {
    let sandbox = with("two-faults");
    let token = token(&sandbox).await;
    let idp = read(&sandbox, &token, "/api/v2/identityproviders/pureengage").await;
    assert_ne!(idp["issuerURI"], option(&sandbox, "saml", "issuer"));
    let found = listed(
        &sandbox,
        &token,
        "/api/v2/authorization/roles?name=ai%20agent",
    )
    .await;
    let names: Vec<_> = found.iter().map(|role| role["name"].clone()).collect();
    assert_eq!(names, ["AI Agent (2024)"]);
}

#[tokio::test]
async fn variations_that_are_healthy_work() {
    for fault in faults().iter().filter(|fault| fault.healthy) {
        let sandbox = Sandbox::start(Some(fault)).expect("the sandbox starts");
        let token = token(&sandbox).await;
        let all = listed(&sandbox, &token, "/api/v2/identityproviders?pageSize=10").await;
        assert_eq!(all.len() > 25, fault.name == "many-providers");
        let response = api(&sandbox, Method::HEAD, Some(&token), "/api/v2/tokens/me").await;
        let is_http1 = response.version() == reqwest::Version::HTTP_11;
        assert_eq!(is_http1, fault.name == "http1-only");
    }
}

#[test]
fn every_fault_is_described_and_named_once() {
    let areas = [
        "object",
        "dns",
        "tcp",
        "tls",
        "http",
        "oauth",
        "organisation",
        "idp",
        "none",
    ];
    for (index, fault) in faults().iter().enumerate() {
        assert!(areas.contains(&fault.area), "{}", fault.name);
        assert!(fault.about.ends_with('.'), "{}", fault.name);
        assert!(!fault.healthy || fault.causes.is_empty(), "{}", fault.name);
        let again = faults().iter().position(|other| other.name == fault.name);
        assert_eq!(again, Some(index));
    }
}

#[test]
fn the_faults_of_the_object_change_it() {
    let healthy = healthy();
    for fault in faults().iter().filter(|fault| fault.area == "object") {
        let sandbox = Sandbox::start(Some(fault)).expect("the sandbox starts");
        // Lengths and names only: keys and secrets differ between any two sandboxes.
        let shape = |sandbox: &Sandbox| {
            let values = [
                "base_service_url",
                "organization_id",
                "password",
                "pkey",
                "certificate",
            ];
            let text = sandbox.object_text();
            let of = |name: &str| {
                text.split(&format!("key=\"{name}\" value=\""))
                    .nth(1)
                    .map(|rest| rest.split('"').next().map(str::to_owned))
            };
            let plain = values[..2].iter().map(|name| of(name)).collect::<Vec<_>>();
            (
                plain,
                text.contains("key=\"saml\""),
                text.contains("type=\"21\""),
            )
        };
        let material = [
            "certificate-expired",
            "key-wrong-password",
            "key-other-certificate",
            "certificate-and-key-swapped",
        ];
        assert_eq!(
            shape(&healthy) == shape(&sandbox),
            material.contains(&fault.name),
            "{}",
            fault.name
        );
    }
}

#[test]
fn the_arguments_name_what_is_there() {
    let sandbox = with("tcp-black-hole");
    let arguments = sandbox.check_arguments();
    assert_eq!(arguments[0], "--dns-server");
    assert_eq!(
        arguments
            .iter()
            .filter(|argument| *argument == "--connect-to")
            .count(),
        4
    );
    let port = sandbox.port(LOGIN).expect("a port");
    assert!(arguments.contains(&format!("{LOGIN}:443::{port}")));
    assert!(arguments.contains(&"--connect-timeout".to_owned()));
    let object = arguments.last().expect("the object");
    assert_eq!(
        std::fs::read_to_string(object).expect("a file"),
        sandbox.object_text()
    );
    let cfg = std::fs::read_to_string(sandbox.cfg_file()).expect("a file");
    assert_eq!(cfg, sandbox.object_as_cfg());
    assert_eq!(
        std::fs::read_to_string(sandbox.ca_file()).expect("a file"),
        sandbox.ca_pem()
    );
}

#[tokio::test]
async fn canaries_cover_what_is_secret() {
    let sandbox = with("key-wrong-password");
    let canaries = sandbox.canaries();
    assert!(canaries.iter().all(|canary| canary.len() >= 16));
    for secret in [
        option(&sandbox, "saml", "password"),
        option(&sandbox, "ewt", "password"),
        option(&sandbox, "saml_auth", "password"),
        sandbox.tool_client().1.to_owned(),
        option(&sandbox, "saml", "pkey")[..64].to_owned(),
    ] {
        assert!(canaries.contains(&secret));
    }
    let token = token(&sandbox).await;
    assert!(canaries.iter().any(|canary| token.starts_with(canary)));
    assert_eq!(sandbox.tool_client().0, TOOL_CLIENT);
    let shown = format!("{sandbox:?}");
    assert!(canaries.iter().all(|canary| !shown.contains(canary)));
}

#[test]
fn dropping_it_closes_its_ports_and_removes_its_files() {
    let sandbox = healthy();
    let port = sandbox.port(API).expect("a port");
    let file = sandbox.object_file().to_owned();
    assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
    drop(sandbox);
    assert!(std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    assert!(!file.exists());
}
